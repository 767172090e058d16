"""Hydrogens by OpenMM at a pH, and pKa values of the groups at the site by PROPKA."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from openmm import app, unit

from workbench.settings import PreparationSettings
from workbench.structures.force_field import SEED, bonded_topology, force_field, repeatable
from workbench.structures.receptor import Atom, FloatArray, Receptor, Residue
from workbench.structures.topology import CAPS, STANDARD_RESIDUES, residue_groups
from workbench.structures.writing import pdb_text

UNCERTAINTY = {"CYS": 3.5, "": 1.0}
"""In pKa units, one standard deviation. PROPKA 3's rmsd is 0.8 for carboxylates and about 1 for
others (Olsson et al. 2011, doi:10.1021/ct100578z); on buried or reactive cysteines it and
methods like it are off by 3 to 4 (Awoonor-Williams and Rowley 2016, doi:10.1021/acs.jctc.6b00631).
"""

_ACIDS = frozenset({"ASP", "GLU", "CYS", "TYR"})
_GROUPS = (*sorted(_ACIDS), "HIS", "LYS", "ARG")

_ATTEMPTS = 6
_TORN_ANGSTROM = 1.6
"""Modeller starts hydrogens in random directions, and now and then one that starts inside another
atom is thrown off its own; the next attempt starts elsewhere. (S-H, the longest bond, is 1.34.)"""

_C_H_ANGSTROM = 1.09


def protonated(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    settings: PreparationSettings,
    *,
    thiol: int | None = None,
) -> tuple[list[Atom], FloatArray]:
    """Return atoms and ``(n_atoms, 3)`` angstrom with the hydrogens that were missing.

    Atoms that are there stay where they are. Protonation states follow the model pKa of each
    residue type at the settings' pH; a neutral histidine takes the tautomer with the better
    hydrogen bond.

    Parameters
    ----------
    thiol
        Number of the cysteine that keeps its hydrogen at any pH, since an adduct is built on it.
    """
    topology = bonded_topology(atoms, coordinates)
    variants = _variants(topology, thiol)
    for attempt in range(_ATTEMPTS):
        modeller = app.Modeller(topology, coordinates * unit.angstrom)
        with repeatable(SEED + attempt) as platform:
            modeller.addHydrogens(
                force_field(atoms, settings), pH=settings.ph, variants=variants, platform=platform
            )
        if _longest_hydrogen_bond_angstrom(modeller) < _TORN_ANGSTROM:
            break
    # OpenMM keeps the residues and their order, but calls a chain by a name of its own
    chains = [atoms[group[0]].chain for group in residue_groups(atoms)]
    result = [
        Atom(a.name, a.element.symbol, a.residue.name, int(a.residue.id), chains[a.residue.index])
        for a in modeller.topology.atoms()
    ]
    return result, _righted(modeller)


def _variants(topology: app.Topology, thiol: int | None) -> list[str | None]:
    """Return ``CYS`` for the thiol, and for all other residues the choice left to OpenMM."""
    in_disulfides = {
        atom.residue
        for bond in topology.bonds()
        if bond[0].name == bond[1].name == "SG"
        for atom in bond
    }
    return [
        "CYS"
        if residue.name == "CYS" and residue.id == str(thiol) and residue not in in_disulfides
        else None
        for residue in topology.residues()
    ]


def _positions(modeller: app.Modeller) -> FloatArray:
    return np.array(modeller.positions.value_in_unit(unit.angstrom), dtype=np.float64)


def _longest_hydrogen_bond_angstrom(modeller: app.Modeller) -> float:
    """Return the length of the longest bond to a hydrogen."""
    positions = _positions(modeller)
    lengths = [
        float(np.linalg.norm(positions[one.index] - positions[other.index]))
        for one, other in modeller.topology.bonds()
        if "H" in (one.element.symbol, other.element.symbol)
    ]
    return max(lengths, default=0.0)


def _righted(modeller: app.Modeller) -> FloatArray:
    """Return positions with each lone hydrogen of a carbon on its open side: chirality stays."""
    positions = _positions(modeller)
    bonded: dict[app.topology.Atom, list[app.topology.Atom]] = {}
    for one, other in modeller.topology.bonds():
        bonded.setdefault(one, []).append(other)
        bonded.setdefault(other, []).append(one)
    for atom, neighbours in bonded.items():
        hydrogens = [n.index for n in neighbours if n.element.symbol == "H"]
        heavy = [n.index for n in neighbours if n.element.symbol != "H"]
        if atom.element.symbol != "C" or len(hydrogens) != 1 or len(heavy) != 3:
            continue
        arms = positions[heavy] - positions[atom.index]
        inward = (arms / np.linalg.norm(arms, axis=1, keepdims=True)).sum(axis=0)
        if np.dot(positions[hydrogens[0]] - positions[atom.index], inward) > 0:
            away = -inward / np.linalg.norm(inward)
            positions[hydrogens[0]] = positions[atom.index] + _C_H_ANGSTROM * away
    return positions


def with_titration(
    receptor: Receptor, residues: Sequence[Residue], numbers: Sequence[int], ph: float
) -> Receptor:
    """Return the receptor with the pKa values of its groups.

    ``residues`` are the whole chain as it stands in the entry, without partners, ligands and
    waters, ``numbers`` the receptor's number of each.
    """
    kept = {a.residue_number for a in receptor.atoms if a.residue_name not in CAPS}
    number = receptor.reactive_residue_number
    groups = [g for g in _propka(residues, numbers, ph) if g["residue_number"] in kept]
    own = [group for group in groups if group["residue_number"] == number]
    notes = [
        f"PROPKA: pKa of {g['residue_name']} {number} is {g['pka']:.1f}, uncertain by "
        f"{g['uncertainty']:.1f} (model value {g['model_pka']:.1f})"
        for g in own
    ]
    notes += [
        f"PROPKA: {g['residue_name']} {g['residue_number']} has a pKa of {g['pka']:.1f}, so that "
        f"at pH {ph:g} it may be {'charged' if g['charged_at_ph'] else 'neutral'}; it is drawn "
        "as its model pKa says"
        for g in groups
        if g["charged_at_ph"] != g["charged_by_model"] and g not in own
    ]
    return replace(receptor, titration=tuple(groups), changes=(*receptor.changes, *notes))


def _propka(residues: Sequence[Residue], numbers: Sequence[int], ph: float) -> list[dict[str, Any]]:
    """Return a record of each titratable side chain of the chain."""
    # half a second to import, for an option
    from propka.run import single

    known = [p for p in zip(residues, numbers, strict=True) if p[0].name in STANDARD_RESIDUES]
    text = pdb_text(
        [
            Atom(name, element, residue.name, number, "A")
            for residue, number in known
            for name, element in zip(residue.atom_names, residue.elements, strict=True)
        ],
        np.concatenate([residue.coordinates for residue, _ in known]),
    )
    done = single("chain.pdb", optargs=["--quiet"], stream=io.StringIO(text), write_pka=False)

    def charged(name: str, pka: float) -> bool:
        return ph > pka if name in _ACIDS else ph < pka

    return [
        {
            "residue_name": group.residue_type,
            "residue_number": group.atom.res_num,
            "pka": round(group.pka_value, 2),
            "model_pka": round(group.model_pka, 2),
            "uncertainty": UNCERTAINTY.get(group.residue_type, UNCERTAINTY[""]),
            "charged_at_ph": charged(group.residue_type, group.pka_value),
            "charged_by_model": charged(group.residue_type, group.model_pka),
        }
        for group in done.conformations["AVR"].groups
        if group.residue_type in _GROUPS
    ]
