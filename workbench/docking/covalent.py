"""The covalent search: an adduct hung on its cysteine, placed in the receptor's maps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.docking import kernels
from workbench.docking.atom_types import AtomType, TypedAtoms, ligand_types, receptor_types
from workbench.docking.flexible import FlexibleResidue, flexible_residue
from workbench.docking.grids import GridMaps, Probe, build_maps
from workbench.docking.scoring import (
    BINS_PER_SQUARE_ANGSTROM,
    CUTOFF_ANGSTROM,
    N_BINS,
    exact_terms,
    listed_terms,
    pair_table,
)
from workbench.docking.torsions import TorsionTree
from workbench.errors import DockingError
from workbench.ligands.molecules import Adduct
from workbench.settings import GridSettings
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

_REACH_SAMPLES = 300

_COARSER = 4
"""Every fourth bin is kept for pairs that both move: cubic interpolation makes up for it, and the
tables stay in the processor's cache."""


TETHERED = 1
"""Group of the reactive residue; flexible residues follow."""


@dataclass(frozen=True)
class Site:
    """A receptor as the covalent search sees it: without the side chains that move.

    Parameters
    ----------
    backbone
        ``(3, 3)`` angstrom: N, CA and CB of the tethered residue; the adduct hangs on the last two.
    atoms
        Typed heavy atoms that stay. CA, CB and SG of the tethered residue are not among them,
        because the adduct brings them, nor are the moving atoms of flexible residues.
    group
        ``(n_atoms,)``: ``TETHERED`` for the rest of the tethered residue, the next numbers for
        what stays of the flexible ones, in their order, 0 for all others.
    flexible
        Side chains that turn in the search.
    """

    backbone: FloatArray
    atoms: TypedAtoms
    group: NDArray[np.int64]
    flexible: tuple[FlexibleResidue, ...] = ()

    @property
    def cb(self) -> FloatArray:
        """``(3,)`` angstrom."""
        return np.asarray(self.backbone[2])


def covalent_site(receptor: Receptor, flexible: tuple[int, ...] = ()) -> Site:
    """Take the tethered side chain, and those that are to turn, out of a receptor.

    Parameters
    ----------
    flexible
        Numbers of the residues whose side chains turn in the search.

    Raises
    ------
    DockingError
        When the receptor has no thiol, or lacks a residue that is to turn.
    """
    if receptor.reactive_atom is None:
        raise DockingError(
            f"{receptor.name} has no thiol at {receptor.reactive_residue_number}: "
            "no covalent adduct can be docked there."
        )
    number = receptor.reactive_residue_number
    typed = receptor_types(receptor)
    residues = tuple(flexible_residue(receptor, typed, other) for other in flexible)
    groups = {number: TETHERED} | {r.number: TETHERED + 1 + k for k, r in enumerate(residues)}
    gone = {int(i) for r in residues for i in r.atoms[r.moving]}
    group = np.zeros(len(typed.indices), dtype=np.int64)
    kept = []
    for k, index in enumerate(typed.indices):
        atom = receptor.atoms[index]
        if atom.residue_name not in ("ACE", "NME"):
            group[k] = groups.get(atom.residue_number, 0)
        brought = group[k] == TETHERED and atom.name in ("CA", "CB", "SG")
        if not brought and index not in gone:
            kept.append(k)
    return Site(
        backbone=receptor.coordinates[[receptor.find(number, n) for n in ("N", "CA", "CB")]],
        atoms=TypedAtoms(
            typed.indices[kept], typed.coordinates[kept], tuple(typed.types[i] for i in kept)
        ),
        group=group[kept],
        flexible=residues,
    )


def moving_types(site: Site, adduct: Adduct) -> tuple[AtomType, ...]:
    """Return the types of the adduct's atoms, then of those of the flexible residues."""
    return ligand_types(adduct.mol) + tuple(t for r in site.flexible for t in r.types)


def moving_probes(site: Site, adduct: Adduct) -> tuple[Probe | None, ...]:
    """Return the kind of each atom of the search; ``None`` for those that do not move.

    The sulphur and the carbon that bears it sit within three bonds of the residue's backbone
    and so do not see it; a flexible side chain does not see its own.
    """
    tethered = (adduct.sg_index, adduct.reactive_atom_index)
    still = (adduct.ca_index, adduct.cb_index)
    probes = [
        None if i in still else Probe(kind, TETHERED if i in tethered else 0)
        for i, kind in enumerate(ligand_types(adduct.mol))
    ]
    for k, residue in enumerate(site.flexible):
        probes += [
            Probe(kind, TETHERED + 1 + k) if moves else None
            for kind, moves in zip(residue.types, residue.moving, strict=True)
        ]
    return tuple(probes)


def reach_angstrom(tree: TorsionTree, site: Site) -> float:
    """Return how far from CB an adduct's atoms get, estimated from random torsions."""
    rng = np.random.default_rng(0)
    problem = _empty_problem(tree)
    points = np.empty((len(tree.part), 3))
    axes = np.empty((tree.n_torsions, 3))
    farthest = 0.0
    for k in range(_REACH_SAMPLES):
        angles = rng.uniform(-np.pi, np.pi, tree.n_torsions)
        kernels.place(problem, angles, k % len(tree.conformers), points, axes)
        farthest = max(farthest, float(np.linalg.norm(points - site.cb, axis=1).max()))
    return farthest


def adduct_maps(
    site: Site, adduct: Adduct, trees: Iterable[TorsionTree], settings: GridSettings
) -> GridMaps:
    """Compute the maps that an adduct needs.

    Parameters
    ----------
    trees
        Of the adduct and of those stereoisomers that are to share the maps.
    settings
        Spacing, and margin beyond the farthest reach of the trees.
    """
    probes = sorted({p for p in moving_probes(site, adduct) if p is not None})
    half_width = max(reach_angstrom(tree, site) for tree in trees) + settings.margin_angstrom
    return build_maps(
        site.atoms, site.group, tuple(probes), site.cb, half_width, settings.spacing_angstrom
    )


def _pair_tables(
    types: tuple[AtomType, ...], tree: TorsionTree
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Return where each atom's pairs start, partner and table of each pair, and the tables."""
    order = np.lexsort((tree.pairs[:, 1], tree.pairs[:, 0]))
    sorted_pairs = tree.pairs[order]
    kinds: dict[tuple[AtomType, AtomType], int] = {}
    rows = np.zeros((len(order), 2), dtype=np.int32)
    for row, (i, j) in zip(rows, sorted_pairs, strict=True):
        first, second = sorted((types[i], types[j]))
        row[:] = j, kinds.setdefault((first, second), len(kinds))
    n_bins = len(range(0, N_BINS, _COARSER)) + 1
    tables = np.zeros((max(len(kinds), 1), n_bins, 2), dtype=np.float32)
    for (first, second), k in kinds.items():
        energy = pair_table(first, second)[::_COARSER]
        tables[k, :-1, 0] = energy
        tables[k, :-1, 1] = np.gradient(energy)
    start = np.searchsorted(sorted_pairs[:, 0], np.arange(len(tree.part) + 1))
    return start.astype(np.int64), rows, tables


def _empty_problem(tree: TorsionTree) -> kernels.Problem:
    return kernels.Problem(
        part=tree.part,
        parent=tree.parent,
        axis_start=tree.axis_start,
        axis_end=tree.axis_end,
        conformers=tree.conformers,
        offsets=tree.offsets,
        series=tree.series,
        pair_start=np.zeros(len(tree.part) + 1, dtype=np.int64),
        pairs=np.zeros((0, 2), dtype=np.int32),
        pair_tables=np.zeros((1, 2, 2), dtype=np.float32),
        bins=BINS_PER_SQUARE_ANGSTROM / _COARSER,
        cutoff_square=CUTOFF_ANGSTROM**2,
        map_of_atom=np.full(len(tree.part), -1, dtype=np.int64),
        coefficients=np.zeros((1, 4, 4, 4), dtype=np.float32),
        origin=np.zeros(3),
        spacing=1.0,
    )


def build_problem(
    site: Site, adduct: Adduct, tree: TorsionTree, maps: GridMaps, torsion_weight: float
) -> kernels.Problem:
    """Gather what the compiled search needs.

    Raises
    ------
    DockingError
        When the maps lack a kind of atom of this adduct.
    """
    probes = moving_probes(site, adduct)
    absent = [p for p in probes if p is not None and p not in maps.probes]
    if absent:
        raise DockingError(f"The maps were not made for atoms of kind {absent[0]}.")
    start, pairs, tables = _pair_tables(moving_types(site, adduct), tree)
    return _empty_problem(tree)._replace(
        pair_start=start,
        pairs=pairs,
        series=_weighted_series(adduct, tree, torsion_weight),
        pair_tables=tables,
        map_of_atom=np.array(
            [-1 if p is None else maps.probes.index(p) for p in probes], dtype=np.int64
        ),
        coefficients=maps.coefficients,
        origin=np.asarray(maps.origin, dtype=np.float64),
        spacing=float(maps.spacing_angstrom),
    )


def _weighted_series(adduct: Adduct, tree: TorsionTree, weight: float) -> FloatArray:
    """Return the torsion series with the profiles of the adduct's bonds scaled by a weight.

    chi1 of the cysteine and the receptor's side chains count in full.
    """
    series = tree.series.copy()
    own = (tree.axis_end < adduct.mol.GetNumAtoms()) & (tree.axis_end != adduct.cb_index)
    series[own] *= weight
    return series


def exact_score(
    site: Site, adduct: Adduct, tree: TorsionTree, coordinates: FloatArray
) -> dict[str, float]:
    """Score the contacts of a pose pair by pair, without maps.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, in the order of ``adduct.mol``, then the flexible residues'.

    Returns
    -------
    dict
        kcal/mol: the terms between adduct and receptor by name, ``intramolecular`` of the adduct
        and ``side_chains``: the flexible ones among themselves and with the rest of the receptor,
        against where the receptor has them, so that the score compares with a rigid receptor's.
    """
    types = moving_types(site, adduct)
    probes = moving_probes(site, adduct)
    n_adduct = adduct.mol.GetNumAtoms()
    own, turned, counted = _facing(site, probes, n_adduct)
    terms = exact_terms(
        tuple(types[i] for i in own),
        coordinates[own],
        site.atoms.types + tuple(types[i] for i in turned),
        np.concatenate([site.atoms.coordinates, coordinates[turned]]),
        counted,
    )
    inside = tree.pairs[tree.pairs.max(axis=1) < n_adduct] if len(tree.pairs) else tree.pairs
    terms["intramolecular"] = sum(listed_terms(types, coordinates, inside).values())
    terms["side_chains"] = 0.0
    if turned:
        resting = coordinates.copy()
        resting[n_adduct:] = tree.conformers[0, n_adduct:]
        terms["side_chains"] = _beside(site, types, probes, tree, coordinates, turned)
        terms["side_chains"] -= _beside(site, types, probes, tree, resting, turned)
    return terms


def _facing(
    site: Site, probes: tuple[Probe | None, ...], n_adduct: int
) -> tuple[list[int], list[int], NDArray[np.bool_]]:
    """Return the adduct's moving atoms, those of side chains, and which pairs count.

    The receptor's atoms come first in the columns, then the side chains'.
    """
    own = [i for i in range(n_adduct) if probes[i] is not None]
    turned = [i for i in range(n_adduct, len(probes)) if probes[i] is not None]
    free = np.ones((len(own), len(turned)), dtype=np.bool_)
    return own, turned, np.hstack([_seen(site, probes, own), free])


def _beside(
    site: Site,
    types: tuple[AtomType, ...],
    probes: tuple[Probe | None, ...],
    tree: TorsionTree,
    coordinates: FloatArray,
    turned: list[int],
) -> float:
    """Return the contacts of the flexible side chains with all but the adduct, kcal/mol."""
    around = exact_terms(
        tuple(types[i] for i in turned),
        coordinates[turned],
        site.atoms.types,
        site.atoms.coordinates,
        _seen(site, probes, turned),
    )
    moving = set(turned)
    pairs = np.array(
        [
            (i, j)
            for i, j in tree.pairs.tolist()
            if max(i, j) in moving and (min(i, j) in moving or probes[min(i, j)] is None)
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    return sum(around.values()) + sum(listed_terms(types, coordinates, pairs).values())


def _seen(site: Site, probes: tuple[Probe | None, ...], atoms: list[int]) -> NDArray[np.bool_]:
    """Return ``(n_atoms, n_receptor)``: whether a moving atom sees an atom of the receptor."""
    groups = np.array([getattr(probes[i], "group", 0) for i in atoms], dtype=np.int64)
    return np.asarray((groups[:, None] == 0) | (groups[:, None] != site.group[None, :]))
