"""pKa values of the groups at the site, by PROPKA on the whole chain."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from workbench.structures.receptor import Receptor
from workbench.structures.source import SourceResidue
from workbench.structures.topology import CAPS, STANDARD_RESIDUES

UNCERTAINTY = {"CYS": 3.5, "": 1.0}
"""In pKa units, one standard deviation. PROPKA 3's rmsd is 0.8 for carboxylates and about 1 for
others (Olsson et al. 2011, doi:10.1021/ct100578z); on buried or reactive cysteines it and
methods like it are off by 3 to 4 (Awoonor-Williams and Rowley 2016, doi:10.1021/acs.jctc.6b00631).
"""

_ACIDS = frozenset({"ASP", "GLU", "CYS", "TYR"})
_GROUPS = (*sorted(_ACIDS), "HIS", "LYS", "ARG")


def with_titration(
    receptor: Receptor,
    residues: Sequence[SourceResidue],
    numbers: Sequence[int],
    ph: float,
) -> Receptor:
    """Return the receptor with the pKa values of its groups.

    The chain counts as it stands in the entry, without partners, ligands and waters.

    Parameters
    ----------
    residues, numbers
        The whole chain, and each residue's number in the receptor.

    References
    ----------
    Olsson et al. 2011, doi:10.1021/ct100578z.
    """
    kept = {a.residue_number for a in receptor.atoms if a.residue_name not in CAPS}
    number = receptor.reactive_residue_number
    groups = [
        _group(name, place, pka, model, ph)
        for name, place, pka, model in _propka(residues, numbers)
        if place in kept
    ]
    own = [group for group in groups if group["residue_number"] == number]
    notes = [
        f"PROPKA: pKa of {g['residue_name']} {number} is {g['pka']:.1f}, uncertain by "
        f"{g['uncertainty']:.1f} (model value {g['model_pka']:.1f})"
        for g in own
    ]
    odd = [g for g in groups if g["charged_at_ph"] != g["charged_by_model"] and g not in own]
    notes += [
        f"PROPKA: {g['residue_name']} {g['residue_number']} has a pKa of {g['pka']:.1f}, so that "
        f"at pH {ph:g} it may be {'charged' if g['charged_at_ph'] else 'neutral'}; it is drawn "
        "as its model pKa says"
        for g in odd
    ]
    return replace(receptor, titration=tuple(groups), changes=(*receptor.changes, *notes))


def _group(name: str, number: int, pka: float, model: float, ph: float) -> dict[str, Any]:
    return {
        "residue_name": name,
        "residue_number": number,
        "pka": round(pka, 2),
        "model_pka": round(model, 2),
        "uncertainty": UNCERTAINTY.get(name, UNCERTAINTY[""]),
        "charged_at_ph": (ph > pka) if name in _ACIDS else (ph < pka),
        "charged_by_model": (ph > model) if name in _ACIDS else (ph < model),
    }


def _propka(
    residues: Sequence[SourceResidue], numbers: Sequence[int]
) -> list[tuple[str, int, float, float]]:
    """Return name, number, pKa and model pKa of each titratable side chain."""
    # half a second to import, for an option
    from propka.run import single

    done = single(
        "chain.pdb",
        optargs=["--quiet"],
        stream=io.StringIO(_pdb_lines(residues, numbers)),
        write_pka=False,
    )
    return [
        (group.residue_type, group.atom.res_num, group.pka_value, group.model_pka)
        for group in done.conformations["AVR"].groups
        if group.residue_type in _GROUPS
    ]


def _pdb_lines(residues: Sequence[SourceResidue], numbers: Sequence[int]) -> str:
    """Return the chain's standard residues as PDB ATOM records, chain A."""
    lines: list[str] = []
    for residue, number in zip(residues, numbers, strict=True):
        if residue.name not in STANDARD_RESIDUES:
            continue
        for name, element, (x, y, z) in zip(
            residue.atom_names, residue.elements, residue.coordinates.tolist(), strict=True
        ):
            column = name if len(name) == 4 else f" {name}"
            lines.append(
                f"ATOM  {(len(lines) + 1) % 100_000:5d} {column:<4} {residue.name} A{number:4d}    "
                f"{x:8.3f}{y:8.3f}{z:8.3f}{1:6.2f}{0:6.2f}          {element:>2}"
            )
    return "\n".join(lines) + "\n"
