"""Receptor side chains that turn during the covalent search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.docking.atom_types import AtomType, TypedAtoms
from workbench.docking.torsion_profiles import ORDERS, THREEFOLD_KCAL_PER_MOL, series_energy
from workbench.docking.torsions import TorsionTree
from workbench.errors import DockingError
from workbench.geometry import beyond, dihedral, joined, rotated_about
from workbench.ligands.molecules import SideChain
from workbench.structures.receptor import Receptor
from workbench.structures.topology import CHI_ATOMS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_REACH_ANGSTROM = 7.0
_LONG = 3

_FREE_LAST = frozenset({"ASN", "ASP", "GLN", "GLU", "HIS", "PHE", "TRP", "TYR"})


@dataclass(frozen=True)
class FlexibleResidue:
    """One side chain as the search turns it.

    Parameters
    ----------
    number, name
        Of the residue.
    atoms
        ``(n,)`` receptor indices of CA, CB and the heavy atoms beyond, which move.
    types
        Of these atoms.
    coordinates
        ``(n, 3)`` angstrom, as the receptor has them.
    part
        ``(n,)``: 0 for CA and CB, ``k + 1`` for what the ``k``-th dihedral is the last to turn.
    axes
        ``(n_chi, 4)``: places in ``atoms`` of each dihedral's four atoms; the first of all, N,
        is -1.
    nitrogen
        ``(3,)`` angstrom, where the backbone N is.
    """

    number: int
    name: str
    atoms: IntArray
    types: tuple[AtomType, ...]
    coordinates: FloatArray
    part: IntArray
    axes: IntArray
    nitrogen: FloatArray

    @property
    def moving(self) -> NDArray[np.bool_]:
        """``(n,)``: true for the atoms beyond CB."""
        return np.asarray(self.part > 0)

    def dihedral_degree(self, axis: IntArray, points: FloatArray) -> float:
        """Return the dihedral of a row of ``axes`` for ``(n, 3)`` positions of ``atoms``."""
        a, b, c, d = (self.nitrogen if place < 0 else points[place] for place in axis)
        return float(dihedral(a, b, c, d))


def flexible_residue(receptor: Receptor, typed: TypedAtoms, number: int) -> FlexibleResidue:
    """Return a residue's side chain for the search.

    Raises
    ------
    DockingError
        When the receptor lacks the residue or its side chain does not turn.
    """
    own = {
        receptor.atoms[i].name: k
        for k, i in enumerate(typed.indices)
        if receptor.atoms[i].residue_number == number
        and receptor.atoms[i].residue_name not in ("ACE", "NME")
    }
    if "CA" not in own:
        raise DockingError(f"{receptor.name} has no residue {number} to turn.")
    name = receptor.atoms[typed.indices[own["CA"]]].residue_name
    if name not in CHI_ATOMS or name == "PRO":
        raise DockingError(f"The side chain of {name} {number} does not turn.")
    chis = CHI_ATOMS[name]
    names = ["CA", "CB", *sorted(set(own) - {"N", "CA", "C", "O", "CB", "OXT"})]
    part = np.zeros(len(names), dtype=np.int64)
    name_of = {int(typed.indices[k]): name for name, k in own.items()}
    neighbours = joined(
        (name_of[i], name_of[j])
        for i, j, _ in receptor.bonds.tolist()
        if i in name_of and j in name_of
    )
    for k, chi in enumerate(chis):
        for atom in beyond(neighbours, chi[1], chi[2]):
            part[names.index(atom)] = k + 1
    rows = [own[atom] for atom in names]
    return FlexibleResidue(
        number=number,
        name=name,
        atoms=typed.indices[rows],
        types=tuple(typed.types[k] for k in rows),
        coordinates=typed.coordinates[rows],
        part=part,
        axes=np.array(
            [[names.index(a) if a != "N" else -1 for a in chi] for chi in chis], dtype=np.int64
        ),
        nitrogen=typed.coordinates[own["N"]],
    )


def with_side_chains(
    tree: TorsionTree, flexible: tuple[FlexibleResidue, ...], penalty_kcal_per_mol: float
) -> TorsionTree:
    """Return the adduct's tree with side chains of the receptor as further branches.

    Their atoms come after the adduct's, residue by residue.

    Parameters
    ----------
    penalty_kcal_per_mol
        What it costs to turn a dihedral half round from where the receptor has it; the cost of
        an angle between is ``penalty (1 - cos) / 2``.
    """
    for residue in flexible:
        tree = _grown(tree, residue, penalty_kcal_per_mol)
    return tree


def _grown(tree: TorsionTree, residue: FlexibleResidue, penalty: float) -> TorsionTree:
    n_before, n_parts = len(tree.part), tree.n_torsions
    n_chi = len(residue.axes)
    shift = np.broadcast_to(residue.coordinates, (len(tree.conformers), *residue.coordinates.shape))
    parent = np.array([n_parts + k if k else 0 for k in range(n_chi)], dtype=np.int64)
    series = np.zeros((n_chi, 2 * ORDERS + 1))
    offsets = np.zeros((len(tree.conformers), n_chi))
    for k, quad in enumerate(residue.axes):
        own = np.radians(residue.dihedral_degree(quad, residue.coordinates))
        offsets[:, k] = own
        if k < n_chi - 1 or residue.name not in _FREE_LAST:
            series[k, 0] = series[k, 5] = THREEFOLD_KCAL_PER_MOL
        series[k, 1] -= penalty / 2 * np.cos(own)
        series[k, 2] -= penalty / 2 * np.sin(own)
        # so that the receptor's own rotamer counts as zero
        series[k, 0] -= float(series_energy(series[[k]], np.array([own]))[0])
    moving = np.flatnonzero(residue.moving) + n_before
    pairs = [(i, j) for j in moving for i in range(n_before)]
    return TorsionTree(
        part=np.concatenate([tree.part, np.where(residue.part > 0, residue.part + n_parts, 0)]),
        parent=np.concatenate([tree.parent, parent]),
        axis_start=np.concatenate([tree.axis_start, residue.axes[:, 1] + n_before]),
        axis_end=np.concatenate([tree.axis_end, residue.axes[:, 2] + n_before]),
        conformers=np.concatenate([tree.conformers, shift], axis=1),
        pairs=np.concatenate([tree.pairs, np.array(pairs, dtype=np.int64).reshape(-1, 2)]),
        offsets=np.concatenate([tree.offsets, offsets], axis=1),
        series=np.concatenate([tree.series, series]),
    )


def side_chains_at(
    flexible: tuple[FlexibleResidue, ...], points: FloatArray
) -> tuple[SideChain, ...]:
    """Return how a pose has turned the flexible residues.

    Parameters
    ----------
    points
        ``(n, 3)`` angstrom: their atoms, one residue after the other.
    """
    turned = []
    first = 0
    for residue in flexible:
        own = points[first : first + len(residue.atoms)]
        first += len(residue.atoms)
        chis = [residue.dihedral_degree(quad, own) for quad in residue.axes]
        moved = float(np.linalg.norm(own - residue.coordinates, axis=1).max())
        degrees = tuple(round(chi, 3) for chi in chis)
        turned.append(SideChain(residue.number, residue.name, degrees, moved))
    return tuple(turned)


def with_turned(receptor: Receptor, side_chains: Sequence[SideChain]) -> Receptor:
    """Return the receptor with side chains turned as a pose has them, hydrogens included."""
    coordinates = receptor.coordinates.copy()
    neighbours = joined((i, j) for i, j, _ in receptor.bonds.tolist())
    for chain in side_chains:
        for names, wanted in zip(CHI_ATOMS[chain.name], chain.dihedrals_degree, strict=True):
            atoms = [receptor.find(chain.number, name) for name in names]
            turn = wanted - float(dihedral(*coordinates[atoms]))
            moving = sorted(beyond(neighbours, atoms[1], atoms[2]))
            coordinates[moving] = rotated_about(
                coordinates[moving], coordinates[atoms[1]], coordinates[atoms[2]], turn
            )
    return replace(receptor, coordinates=coordinates)


def turning_neighbours(receptor: Receptor) -> tuple[int, ...]:
    """Return the residues whose long side chains reach the thiol.

    Those with three or more side-chain dihedrals (Arg, Gln, Glu, Lys, Met) that have an atom
    beyond CB within 7 angstrom of SG: they are the first to give way to a ligand that is bonded
    there. In XPO1 these are Glu529 and Lys537.
    """
    if receptor.reactive_atom is None:
        return ()
    sulphur = receptor.coordinates[receptor.reactive_atom]
    distance = np.linalg.norm(receptor.coordinates - sulphur, axis=1)
    reaching = {
        atom.residue_number
        for atom, far in zip(receptor.atoms, distance, strict=True)
        if far <= _REACH_ANGSTROM
        and atom.element != "H"
        and atom.name not in ("N", "CA", "C", "O", "CB")
        and len(CHI_ATOMS.get(atom.residue_name, ())) >= _LONG
    }
    return tuple(sorted(reaching))
