"""Which residues hold the ligand: MMFF94s non-bonded energy, residue by residue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.physics.complex import Assembly
from workbench.physics.mmff import (
    COULOMB,
    COULOMB_BUFFER,
    DISTANCE_DIELECTRIC,
    ONE_FOUR_COULOMB,
    Dielectric,
)
from workbench.physics.mmff_parameters import close_pairs, mmff_properties, neighbours_of
from workbench.physics.pocket import ligand_mask
from workbench.physics.vdw import vdw_table

FloatArray = NDArray[np.float64]


def interaction_by_residue(bonded: Assembly) -> dict[int, float]:
    """Return the van der Waals and electrostatic energy between the ligand and each residue.

    MMFF94s, dielectric 4r, no cut-off. Pairs one or two bonds apart across the tether are left
    out and 1-4 electrostatics scaled, as in the force field; a cap counts for the residue that
    it replaces. The tethered residue comes out repulsive, because the bond holds its atoms close.
    The parts are no affinity: desolvation and entropy are not in them.

    Parameters
    ----------
    bonded
        With the coordinates to be judged, usually minimised.

    Returns
    -------
    dict
        Residue number -> kcal/mol, ascending numbers; the ligand itself is not in it.
    """
    van_der_waals, electrostatic = interaction_terms(bonded)
    theirs = np.flatnonzero(~ligand_mask(bonded))
    total = (van_der_waals + electrostatic).sum(axis=0)
    numbers = np.array([bonded.atoms[i].residue_number for i in theirs])
    return {int(n): float(total[numbers == n].sum()) for n in np.unique(numbers)}


def interaction_terms(
    bonded: Assembly, dielectric: Dielectric = "distance"
) -> tuple[FloatArray, FloatArray]:
    """Return the pair energies between ligand and receptor atoms.

    Parameters
    ----------
    dielectric
        ``constant`` is 1, ``distance`` is 4r.

    Returns
    -------
    van_der_waals, electrostatic
        ``(n_ligand_atoms, n_receptor_atoms)`` kcal/mol, zero for excluded pairs.
    """
    ligand = ligand_mask(bonded)
    mine, theirs = np.flatnonzero(ligand), np.flatnonzero(~ligand)
    properties = mmff_properties(bonded.mol)
    charges = np.array([properties.GetMMFFPartialCharge(i) for i in range(len(ligand))])
    vdw = vdw_table(bonded.mol, properties)
    types = np.ix_(vdw.index[mine], vdw.index[theirs])
    points = bonded.coordinates
    distance = np.linalg.norm(points[mine][:, None] - points[theirs][None], axis=2)
    rho = distance / vdw.distance[types]
    van_der_waals = vdw.depth[types] * (1.07 / (rho + 0.07)) ** 7 * (1.12 / (rho**7 + 0.12) - 2)
    buffered = distance + COULOMB_BUFFER
    shielding = DISTANCE_DIELECTRIC * buffered if dielectric == "distance" else 1.0
    electrostatic = COULOMB * np.outer(charges[mine], charges[theirs]) / (shielding * buffered)
    row, column = _places(mine), _places(theirs)
    near, far = close_pairs(neighbours_of(bonded.mol))
    for pairs, keep_vdw, keep_coulomb in ((near, 0.0, 0.0), (far, 1.0, ONE_FOUR_COULOMB)):
        for first, second in pairs:
            if ligand[first] != ligand[second]:
                a, b = (first, second) if ligand[first] else (second, first)
                van_der_waals[row[a], column[b]] *= keep_vdw
                electrostatic[row[a], column[b]] *= keep_coulomb
    return van_der_waals, electrostatic


def _places(indices: NDArray[np.int64]) -> dict[int, int]:
    return {int(index): place for place, index in enumerate(indices)}
