"""The MMFF94 van der Waals table of a molecule, and the per-type numbers that reproduce it.

A table look-up per pair is slow in a custom OpenMM force, arithmetic is fast. RDKit tells the
parameters of a pair only; the per-type numbers behind its combination rule are recovered from
the table in closed form and checked against every entry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SLATER_KIRKWOOD = 181.16
RADIUS_WIDENING = 0.2
RADIUS_SHARPNESS = 12.0
DONOR_ACCEPTOR_RADIUS = 0.8
DONOR_ACCEPTOR_DEPTH = 0.5

_LARGEST_RELATIVE_ERROR = 1e-6


@dataclass(frozen=True)
class VdwTable:
    """Buffered 14-7 parameters by pair of atom types, and per type.

    Parameters
    ----------
    types
        ``(n_types,)`` MMFF numeric atom types, ascending.
    index
        ``(n_atoms,)`` row of each atom's type.
    distance, depth
        ``(n_types, n_types)`` minimum-energy separation (angstrom) and well depth (kcal/mol).
    radius
        ``(n_types,)`` minimum-energy separation of two equal atoms, angstrom.
    strength, spread
        ``(n_types,)`` numerator and denominator of the Slater-Kirkwood rule, up to a common
        scale that cancels.
    donor, acceptor
        ``(n_types,)`` 1.0 for hydrogen-bond donors and acceptors, else 0.0.

    References
    ----------
    Halgren 1996, 10.1002/(SICI)1096-987X(199604)17:5/6<520::AID-JCC2>3.0.CO;2-W
    """

    types: IntArray
    index: IntArray
    distance: FloatArray
    depth: FloatArray
    radius: FloatArray
    strength: FloatArray
    spread: FloatArray
    donor: FloatArray
    acceptor: FloatArray

    def combined(self) -> tuple[FloatArray, FloatArray]:
        """Return the pair table, ``(n_types, n_types)`` each, from the per-type numbers."""
        first, second = self.radius[:, None], self.radius[None, :]
        asymmetry = ((first - second) / (first + second)) ** 2
        widening = RADIUS_WIDENING * (1 - np.exp(-RADIUS_SHARPNESS * asymmetry))
        any_donor = np.maximum(self.donor[:, None], self.donor[None, :])
        unscaled = 0.5 * (first + second) * (1 + (1 - any_donor) * widening)
        depth = (
            SLATER_KIRKWOOD
            * np.outer(self.strength, self.strength)
            / ((self.spread[:, None] + self.spread[None, :]) * unscaled**6)
        )
        bonded = np.outer(self.donor, self.acceptor) + np.outer(self.acceptor, self.donor)
        return (
            unscaled * (1 - (1 - DONOR_ACCEPTOR_RADIUS) * bonded),
            depth * (1 - (1 - DONOR_ACCEPTOR_DEPTH) * bonded),
        )


def vdw_table(mol: Chem.Mol, properties: object) -> VdwTable:
    """Ask RDKit once per pair of atom types.

    Parameters
    ----------
    mol
        With explicit hydrogens.
    properties
        RDKit's ``MMFFMolProperties`` of ``mol``.

    Raises
    ------
    PhysicsError
        When the per-type numbers do not give RDKit's pairs back.
    """
    ask = properties.GetMMFFVdWParams  # type: ignore[attr-defined]
    atom_type = properties.GetMMFFAtomType  # type: ignore[attr-defined]
    types, sample, index = np.unique(
        [atom_type(i) for i in range(mol.GetNumAtoms())], return_index=True, return_inverse=True
    )
    pairs = np.array([[ask(int(i), int(j)) for j in sample] for i in sample])
    unscaled, unscaled_depth, distance, depth = np.moveaxis(pairs, 2, 0)
    hydrogen = np.array([mol.GetAtomWithIdx(int(i)).GetAtomicNum() == 1 for i in sample])
    donor, acceptor = _donors_and_acceptors(unscaled, distance, hydrogen)
    strength, spread = _slater_kirkwood(unscaled_depth * unscaled**6 / SLATER_KIRKWOOD)
    table = VdwTable(
        types=types,
        index=index,
        distance=distance,
        depth=depth,
        radius=np.diag(unscaled).copy(),
        strength=strength,
        spread=spread,
        donor=donor,
        acceptor=acceptor,
    )
    _check(table)
    return table


def _donors_and_acceptors(
    unscaled: FloatArray, distance: FloatArray, hydrogen: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Tell donors (always hydrogens) and acceptors (never) from what their pairs show.

    A donor's radius is combined by the plain mean; a donor and an acceptor come closer than
    any other pair. A type that meets neither sign in this molecule needs no flag.
    """
    radius = np.diag(unscaled)
    mean = 0.5 * (radius[:, None] + radius[None, :])
    plain_mean = np.isclose(unscaled, mean, rtol=1e-9, atol=0)
    different = np.abs(radius[:, None] - radius[None, :]) > 1e-3
    close = distance < 0.9 * unscaled
    telling = different & ~hydrogen[None, :]
    shown = np.where(telling, plain_mean, True).all(axis=1) & telling.any(axis=1)
    donor = hydrogen & (shown | close.any(axis=1))
    acceptor = ~hydrogen & (close & donor[None, :]).any(axis=1)
    return donor.astype(np.float64), acceptor.astype(np.float64)


def _slater_kirkwood(product: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve ``product[i, j] = g[i] g[j] / (s[i] + s[j])`` for ``g`` and ``s``.

    With ``s[i] = exp(2 x[i])`` the ratio of an entry to the geometric mean of its diagonal is
    ``1 / cosh(x[i] - x[j])``: a problem of distances on a line, whose ends are the pair that
    lies farthest apart. The common scale of ``g`` and of ``sqrt(s)`` is free.
    """
    diagonal = np.diag(product)
    ratio = np.minimum(product / np.sqrt(np.outer(diagonal, diagonal)), 1.0)
    apart = np.arccosh(1.0 / ratio)
    end = int(np.unravel_index(np.argmax(apart), apart.shape)[0])
    spread = np.exp(2 * apart[end])
    return np.sqrt(2 * diagonal * spread), spread


def _check(table: VdwTable) -> None:
    for mine, asked in zip(table.combined(), (table.distance, table.depth), strict=True):
        error = float(np.abs(mine / asked - 1).max())
        if not error < _LARGEST_RELATIVE_ERROR:
            raise PhysicsError(
                "The van der Waals combination rule does not give RDKit's pairs back "
                f"(relative error {error:.1e}): this RDKit's MMFF differs from the published one; "
                "install a release that the workbench names."
            )
