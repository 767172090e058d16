"""Open grooves that differ in one side chain of the lining: low in energy, different in shape."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.geometry import beyond, dihedral, joined, rotated_about
from workbench.settings import PreparationSettings
from workbench.structures.building import relaxed
from workbench.structures.facts import groove_facts
from workbench.structures.fragment import FragmentResidue, segments_of
from workbench.structures.receptor import Receptor
from workbench.structures.repacking import alternatives
from workbench.structures.rotamers import CHI_ATOMS, FLAT_LAST

WINDOW_KCAL_PER_MOL = 2.0
"""Packing energy above that of the groove as given."""

DIFFERENCE_ANGSTROM = 2.5
"""Some atom of the side chain must get this far from where any of its atoms was: about one
carbon and its hydrogens, and no flip of a symmetric ring or carboxylate counts."""

DRIFT_DEGREE = 40.0
"""A rotamer that the force field turns farther than this out of its well is none."""

_HYDROGENS_ANGSTROM = 8.0

RULE = (
    "of each side chain of the NES groove's lining (the reactive cysteine left out), the rotamer "
    f"of the lowest packing energy that brings one of its atoms at least {DIFFERENCE_ANGSTROM:g} "
    f"angstrom from where any was, if that energy is at most {WINDOW_KCAL_PER_MOL:g} kcal/mol "
    f"above the groove's and relaxing turns no staggered dihedral by more than {DRIFT_DEGREE:g} "
    "degrees; the energy sees no ligand"
)


@dataclass(frozen=True)
class GrooveRotamer:
    """One side chain of the lining in another rotamer.

    Parameters
    ----------
    chi_degree
        Its dihedral angles, chi1 first.
    packing_energy_kcal_per_mol
        Above that of the groove as given; a ranking of rotamers, no free energy.
    moved_angstrom
        The longest way of an atom to the nearest old place of any atom of the side chain.
    """

    name: str
    number: int
    chi_degree: tuple[float, ...]
    packing_energy_kcal_per_mol: float
    moved_angstrom: float


@dataclass(frozen=True)
class GrooveMember:
    """The groove with one side chain turned, and the indices of the atoms that lie elsewhere."""

    rotamer: GrooveRotamer
    receptor: Receptor
    moved_atoms: tuple[int, ...]


def groove_ensemble(
    receptor: Receptor, settings: PreparationSettings | None = None
) -> list[GrooveMember]:
    """Return the grooves that differ from one in a rotamer of the lining, by ``RULE``.

    Parameters
    ----------
    receptor
        XPO1 in human numbering.
    """
    members = (with_rotamer(receptor, rotamer, settings) for rotamer in groove_rotamers(receptor))
    return [member for member in members if _drift_degree(member) <= DRIFT_DEGREE]


def _drift_degree(member: GrooveMember) -> float:
    """Return how far relaxing has turned a staggered dihedral of the side chain."""
    rotamer = member.rotamer
    after = np.array(chi_degree(member.receptor, rotamer.number))
    apart = np.abs((after - np.array(rotamer.chi_degree) + 180.0) % 360.0 - 180.0)
    return float((apart[:-1] if rotamer.name in FLAT_LAST else apart).max())


def groove_rotamers(receptor: Receptor) -> list[GrooveRotamer]:
    """Return rotamers of the lining, low in energy and different, at most one per residue.

    Parameters
    ----------
    receptor
        XPO1 in human numbering.

    Raises
    ------
    ReceptorError
        For another protein.
    """
    if receptor.numbering != "human":
        raise ReceptorError(
            f"{receptor.name} is not XPO1 in human numbering: which side chains line its groove "
            "is not known"
        )
    residues = [r for piece in segments_of(receptor.atoms, receptor.coordinates) for r in piece]
    lining = set(groove_facts().lining) - {receptor.reactive_residue_number}
    turning = [i for i, r in enumerate(residues) if r.number in lining and r.name in CHI_ATOMS]
    best: dict[int, GrooveRotamer] = {}
    for index, packing in alternatives(residues, turning):
        energy = packing.energy_kcal_per_mol
        if packing.moved != (index,) or energy > WINDOW_KCAL_PER_MOL:
            continue
        old, new = residues[index], packing.residues[index]
        moved = float(cKDTree(old.coordinates).query(new.coordinates)[0].max())
        known = best.get(old.number)
        if moved < DIFFERENCE_ANGSTROM or (known and known.packing_energy_kcal_per_mol <= energy):
            continue
        best[old.number] = GrooveRotamer(old.name, old.number, _chis(new), energy, moved)
    return [best[number] for number in sorted(best)]


def with_rotamer(
    receptor: Receptor, rotamer: GrooveRotamer, settings: PreparationSettings | None = None
) -> GrooveMember:
    """Return the receptor with a side chain turned.

    The side chain and the hydrogens within 8 angstrom of it are then minimised; all other atoms
    stay.
    """
    own = {i for i, a in enumerate(receptor.atoms) if a.residue_number == rotamer.number}
    neighbours = joined((i, j) for i, j, _ in receptor.bonds.tolist() if i in own and j in own)
    coordinates = receptor.coordinates.copy()
    for names, angle in zip(CHI_ATOMS[rotamer.name], rotamer.chi_degree, strict=True):
        a, b, c, d = (receptor.find(rotamer.number, name) for name in names)
        moved = sorted(beyond(neighbours, b, c))
        turn = angle - float(dihedral(*coordinates[[a, b, c, d]]))
        coordinates[moved] = rotated_about(coordinates[moved], coordinates[b], coordinates[c], turn)
    alpha, beta = (receptor.find(rotamer.number, n) for n in ("CA", "CB"))
    side = sorted(beyond(neighbours, alpha, beta))
    places = np.concatenate([receptor.coordinates[side], coordinates[side]])
    near = cKDTree(places).query(receptor.coordinates)[0] <= _HYDROGENS_ANGSTROM
    hydrogens = [i for i, a in enumerate(receptor.atoms) if a.element == "H" and near[i]]
    mobile = sorted({*side, *hydrogens})
    settings = settings or PreparationSettings()
    coordinates = relaxed(receptor.atoms, coordinates, settings, mobile=mobile)
    note = (
        f"{rotamer.name} {rotamer.number} was put in another rotamer (packing energy "
        f"{rotamer.packing_energy_kcal_per_mol:+.1f} kcal/mol) and relaxed with the hydrogens "
        f"within {_HYDROGENS_ANGSTROM:g} angstrom"
    )
    made = receptor.with_coordinates(coordinates)
    made = replace(made, changes=(*receptor.changes, note))
    return GrooveMember(rotamer, made, tuple(mobile))


def chi_degree(receptor: Receptor, number: int) -> tuple[float, ...]:
    """Return the side-chain dihedral angles of a residue, chi1 first."""
    name = receptor.atoms[receptor.find(number, "CA")].residue_name
    return tuple(
        float(dihedral(*(receptor.coordinates[receptor.find(number, n)] for n in chi)))
        for chi in CHI_ATOMS[name]
    )


def _chis(residue: FragmentResidue) -> tuple[float, ...]:
    return tuple(
        float(dihedral(*(residue.position(name) for name in chi)))
        for chi in CHI_ATOMS[residue.name]
    )
