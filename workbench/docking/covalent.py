"""The covalent search: an adduct hung on its cysteine, placed in the receptor's maps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.docking import kernels
from workbench.docking.atom_types import AtomType, TypedAtoms, ligand_types, receptor_types
from workbench.docking.grids import GridMaps, Probe, build_maps
from workbench.docking.scoring import (
    BINS_PER_SQUARE_ANGSTROM,
    CUTOFF_ANGSTROM,
    N_BINS,
    exact_terms,
    pair_table,
)
from workbench.docking.torsions import TorsionTree
from workbench.errors import DockingError
from workbench.ligands.molecules import Adduct
from workbench.settings import GridSettings
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

_REACH_SAMPLES = 300


@dataclass(frozen=True)
class Site:
    """A receptor as the covalent search sees it: without the tethered side chain.

    Parameters
    ----------
    ca, cb
        ``(3,)`` angstrom, where the adduct hangs.
    atoms
        Typed heavy atoms; CA, CB and SG of the tethered residue are not among them, because
        the adduct brings them.
    own
        ``(n_atoms,)`` true for the rest of the tethered residue.
    """

    ca: FloatArray
    cb: FloatArray
    atoms: TypedAtoms
    own: NDArray[np.bool_]


def covalent_site(receptor: Receptor) -> Site:
    """Take the tethered side chain out of a receptor.

    Raises
    ------
    DockingError
        When the receptor has no thiol.
    """
    if receptor.reactive_atom is None:
        raise DockingError(
            f"{receptor.name} has no thiol at {receptor.reactive_residue_number}: "
            "no covalent adduct can be docked there."
        )
    number = receptor.reactive_residue_number
    typed = receptor_types(receptor)
    names = [receptor.atoms[i] for i in typed.indices]
    mine = np.array(
        [a.residue_number == number and a.residue_name not in ("ACE", "NME") for a in names]
    )
    brought = np.array([a.name in ("CA", "CB", "SG") for a in names]) & mine
    kept = np.flatnonzero(~brought)
    return Site(
        ca=receptor.coordinates[receptor.find(number, "CA")],
        cb=receptor.coordinates[receptor.find(number, "CB")],
        atoms=TypedAtoms(
            typed.indices[kept], typed.coordinates[kept], tuple(typed.types[i] for i in kept)
        ),
        own=mine[kept],
    )


def adduct_probes(adduct: Adduct) -> tuple[Probe | None, ...]:
    """Return the kind of each adduct atom; ``None`` for CA and CB, which do not move.

    The sulphur and the carbon that bears it sit within three bonds of the residue's backbone
    and so do not see it.
    """
    tethered = (adduct.sg_index, adduct.reactive_atom_index)
    still = (adduct.ca_index, adduct.cb_index)
    return tuple(
        None if i in still else Probe(kind, i in tethered)
        for i, kind in enumerate(ligand_types(adduct.mol))
    )


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
    probes = sorted({p for p in adduct_probes(adduct) if p is not None})
    half_width = max(reach_angstrom(tree, site) for tree in trees) + settings.margin_angstrom
    return build_maps(
        site.atoms, site.own, tuple(probes), site.cb, half_width, settings.spacing_angstrom
    )


def _pair_tables(
    types: tuple[AtomType, ...], tree: TorsionTree
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    kinds: dict[tuple[AtomType, AtomType], int] = {}
    labels = []
    for i, j in tree.pairs:
        first, second = sorted((types[i], types[j]))
        labels.append(kinds.setdefault((first, second), len(kinds)))
    tables = np.zeros((max(len(kinds), 1), N_BINS + 1, 2), dtype=np.float32)
    for (first, second), k in kinds.items():
        energy = pair_table(first, second)
        tables[k, :N_BINS, 0] = energy
        tables[k, :N_BINS, 1] = np.gradient(energy, 1.0 / BINS_PER_SQUARE_ANGSTROM)
    return np.array(labels, dtype=np.int64), tables


def _empty_problem(tree: TorsionTree) -> kernels.Problem:
    return kernels.Problem(
        part=tree.part,
        parent=tree.parent,
        axis_start=tree.axis_start,
        axis_end=tree.axis_end,
        conformers=tree.conformers,
        pairs=np.zeros((0, 2), dtype=np.int64),
        pair_class=np.zeros(0, dtype=np.int64),
        pair_tables=np.zeros((1, 2, 2), dtype=np.float32),
        bins=float(BINS_PER_SQUARE_ANGSTROM),
        cutoff_square=CUTOFF_ANGSTROM**2,
        map_of_atom=np.full(len(tree.part), -1, dtype=np.int64),
        coefficients=np.zeros((1, 4, 4, 4), dtype=np.float32),
        origin=np.zeros(3),
        spacing=1.0,
    )


def build_problem(adduct: Adduct, tree: TorsionTree, maps: GridMaps) -> kernels.Problem:
    """Gather what the compiled search needs.

    Raises
    ------
    DockingError
        When the maps lack a kind of atom of this adduct.
    """
    probes = adduct_probes(adduct)
    absent = [p for p in probes if p is not None and p not in maps.probes]
    if absent:
        raise DockingError(f"The maps were not made for atoms of kind {absent[0]}.")
    pair_class, tables = _pair_tables(ligand_types(adduct.mol), tree)
    return _empty_problem(tree)._replace(
        pairs=tree.pairs,
        pair_class=pair_class,
        pair_tables=tables,
        map_of_atom=np.array(
            [-1 if p is None else maps.probes.index(p) for p in probes], dtype=np.int64
        ),
        coefficients=maps.coefficients,
        origin=np.asarray(maps.origin, dtype=np.float64),
        spacing=float(maps.spacing_angstrom),
    )


def exact_score(
    site: Site, adduct: Adduct, tree: TorsionTree, coordinates: FloatArray
) -> tuple[float, dict[str, float]]:
    """Score a pose pair by pair, without maps.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, in the order of ``adduct.mol``.

    Returns
    -------
    score, terms
        kcal/mol; the terms between adduct and receptor by name, and ``intramolecular``.
    """
    types = ligand_types(adduct.mol)
    probes = adduct_probes(adduct)
    moving = [i for i, p in enumerate(probes) if p is not None]
    counted = np.array(
        [
            [not (probes[i].tethered and mine) for mine in site.own]  # type: ignore[union-attr]
            for i in moving
        ]
    )
    terms = exact_terms(
        tuple(types[i] for i in moving),
        coordinates[moving],
        site.atoms.types,
        site.atoms.coordinates,
        counted,
    )
    terms["intramolecular"] = _intramolecular(types, tree, coordinates)
    return sum(terms.values()), terms


def _intramolecular(
    types: tuple[AtomType, ...], tree: TorsionTree, coordinates: FloatArray
) -> float:
    total = 0.0
    for i, j in tree.pairs:
        square = float(((coordinates[i] - coordinates[j]) ** 2).sum()) * BINS_PER_SQUARE_ANGSTROM
        if square < (N_BINS - 1):
            table = pair_table(types[i], types[j])
            total += float(np.interp(square, np.arange(N_BINS), table))
    return total
