"""Maps of the receptor's score: one per kind of ligand atom, smooth to second order.

The maps hold cubic B-spline coefficients, so that energy and gradient are continuous and a
quasi-Newton minimiser converges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from workbench.docking.atom_types import AtomType, TypedAtoms
from workbench.docking.compiling import compiled
from workbench.docking.scoring import (
    BINS_PER_SQUARE_ANGSTROM,
    CUTOFF_ANGSTROM,
    N_BINS,
    pair_table,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Probe(NamedTuple):
    """A kind of moving atom, which does not see the receptor's atoms of its own group."""

    type: AtomType
    group: int


@dataclass(frozen=True)
class GridMaps:
    """Maps of one receptor for a set of probes.

    Parameters
    ----------
    origin
        ``(3,)`` angstrom, position of the first grid point.
    spacing_angstrom
        Between grid points.
    coefficients
        ``(n_probes, nx, ny, nz)`` B-spline coefficients, kcal/mol.
    """

    origin: FloatArray
    spacing_angstrom: float
    coefficients: NDArray[np.float32]
    probes: tuple[Probe, ...]


def _classes(types: tuple[AtomType, ...], group: IntArray) -> tuple[list[Probe], IntArray]:
    """Sort receptor atoms into kinds, those of the tethered residue apart."""
    kinds: dict[Probe, int] = {}
    labels = [
        kinds.setdefault(Probe(kind, int(mine)), len(kinds))
        for kind, mine in zip(types, group, strict=True)
    ]
    return list(kinds), np.array(labels, dtype=np.int64)


@compiled()
def _accumulate(
    values: NDArray[np.float32],
    origin: FloatArray,
    spacing: float,
    coordinates: FloatArray,
    labels: IntArray,
    tables: NDArray[np.float32],
    cutoff: float,
    bins: int,
) -> None:
    nx, ny, nz, n_probes = values.shape
    for a in range(coordinates.shape[0]):
        table = tables[labels[a]]
        x, y, z = coordinates[a] - origin
        for i in range(max(0, int(np.ceil((x - cutoff) / spacing))), nx):
            dx = i * spacing - x
            if dx > cutoff:
                break
            for j in range(max(0, int(np.ceil((y - cutoff) / spacing))), ny):
                dy = j * spacing - y
                rest = cutoff * cutoff - dx * dx - dy * dy
                if dy > cutoff:
                    break
                if rest <= 0.0:
                    continue
                half = np.sqrt(rest)
                first = max(0, int(np.ceil((z - half) / spacing)))
                last = min(nz - 1, int(np.floor((z + half) / spacing)))
                for k in range(first, last + 1):
                    dz = k * spacing - z
                    position = (dx * dx + dy * dy + dz * dz) * bins
                    b = int(position)
                    f = np.float32(position - b)
                    for p in range(n_probes):
                        values[i, j, k, p] += table[b, p] + f * (table[b + 1, p] - table[b, p])


def build_maps(
    receptor: TypedAtoms,
    group: IntArray,
    probes: tuple[Probe, ...],
    centre: FloatArray,
    half_width_angstrom: float,
    spacing_angstrom: float,
) -> GridMaps:
    """Compute the maps of a cubic box.

    Parameters
    ----------
    receptor
        The atoms that are seen at all (without the tethered side chain).
    group
        ``(n_receptor,)`` number of the moving side chain that each carries, 0 for the others; a
        probe does not see its own group.
    probes
        Kinds of ligand atoms.
    centre
        ``(3,)`` angstrom.
    half_width_angstrom, spacing_angstrom
        Half the edge of the box; distance of grid points.

    Returns
    -------
    GridMaps
    """
    n = 2 * int(np.ceil(half_width_angstrom / spacing_angstrom)) + 1
    origin = centre - (n - 1) / 2 * spacing_angstrom
    kinds, labels = _classes(receptor.types, group)
    tables = np.zeros((len(kinds), N_BINS + 1, len(probes)), dtype=np.float32)
    for k, kind in enumerate(kinds):
        for p, probe in enumerate(probes):
            if not (probe.group and probe.group == kind.group):
                tables[k, :N_BINS, p] = pair_table(kind.type, probe.type)
    values = np.zeros((n, n, n, len(probes)), dtype=np.float32)
    _accumulate(
        values,
        origin,
        spacing_angstrom,
        receptor.coordinates,
        labels,
        tables,
        CUTOFF_ANGSTROM,
        BINS_PER_SQUARE_ANGSTROM,
    )
    coefficients = np.stack(
        [
            ndimage.spline_filter(values[..., p], order=3, output=np.float32, mode="mirror")
            for p in range(len(probes))
        ]
    )
    return GridMaps(origin, spacing_angstrom, np.ascontiguousarray(coefficients), probes)
