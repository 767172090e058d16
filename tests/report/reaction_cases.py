"""Computed thiol additions by hand."""

from __future__ import annotations

from workbench.reactions import AdductEnergy, Reaction


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
