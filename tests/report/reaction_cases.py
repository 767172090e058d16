"""Computed thiol additions by hand."""

from __future__ import annotations

from dataclasses import replace

from workbench.records.reaction import AdductEnergy, Reaction


def reaction(name: str, *relative: float, spread: float | None = 0.5) -> Reaction:
    return Reaction(
        ligand=name,
        level="GFN2-xTB/ALPB(water)",
        model="truncated",
        adducts=tuple(
            AdductEnergy(label, value - 11.0, value, spread)
            for label, value in zip(("bR", "bS"), relative, strict=False)
        ),
        index={"lumo_ev": -8.0},
        warnings=("computed, not measured",),
        provenance={"seed": 1, "energies_from": "this run"},
    )


def hostile_reactions(text: str) -> list[Reaction]:
    """Return two drugs of which all texts are one that came from outside."""
    plain = replace(
        reaction(text, 1.5, 1.8),
        warnings=(text,),
        provenance={"command": text, "energies_from": text},
    )
    return [plain, replace(plain, adducts=plain.adducts[:1])]
