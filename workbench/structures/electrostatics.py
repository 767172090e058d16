"""The electrostatic potential in the pockets, from the force field's charges."""

from __future__ import annotations

import numpy as np

from workbench.settings import PreparationSettings
from workbench.structures.building import force_field_charges
from workbench.structures.pockets import receptor_pockets
from workbench.structures.receptor import FloatArray, Receptor

COULOMB_KCAL_ANGSTROM_PER_MOL_E2 = 332.0637
"""e^2 N_A / (4 pi epsilon_0), CODATA 2018."""

DIELECTRIC_PER_ANGSTROM = 4.0
"""The dielectric is 4 r: screening by protein and water in its crudest form (Mehler and Solmajer
1991, doi:10.1093/protein/4.8.903, on distance-dependent dielectrics)."""

_NEAREST_ANGSTROM = 2.0
"""Charges nearer than this to a point count as if at this distance: no ligand atom gets there."""


def pocket_potentials(
    receptor: Receptor, settings: PreparationSettings | None = None
) -> dict[str, float]:
    """Return the potential at the centre of each pocket, in kcal/mol per elementary charge.

    Coulomb's law with the force field's charges of all atoms of the receptor, dielectric 4 r, no
    salt. What lies outside the receptor is left out, so that only differences between mutants
    of one receptor mean something.

    Returns
    -------
    dict
        Empty when the receptor holds too little of an XPO1 groove.
    """
    found = receptor_pockets(receptor)
    if found is None:
        return {}
    charges = force_field_charges(
        receptor.atoms, receptor.coordinates, settings or PreparationSettings()
    )
    points = np.array([pocket.centre_angstrom for pocket in found.pockets])
    values = screened_potential(points, receptor.coordinates, charges)
    return {
        pocket.name: round(float(value), 3)
        for pocket, value in zip(found.pockets, values, strict=True)
    }


def screened_potential(points: FloatArray, places: FloatArray, charges: FloatArray) -> FloatArray:
    """Return the potential at ``(n, 3)`` points of charges at ``(m, 3)`` places, dielectric 4 r.

    Parameters
    ----------
    charges
        ``(m,)`` in elementary charges.

    Returns
    -------
    (n,) array
        kcal/mol per elementary charge.
    """
    distances = np.linalg.norm(points[:, None] - places[None], axis=2)
    distances = np.maximum(distances, _NEAREST_ANGSTROM)
    weights = COULOMB_KCAL_ANGSTROM_PER_MOL_E2 / (DIELECTRIC_PER_ANGSTROM * distances**2)
    potential: FloatArray = weights @ charges
    return potential
