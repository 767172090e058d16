"""Reaction energies that were computed beforehand and ship with the package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from workbench.tables import read_table


@dataclass(frozen=True)
class ReactionEnergy:
    """One row of ``reaction_energies.csv``: one adduct of one drug at one level.

    Parameters
    ----------
    smiles
        Canonical, of the whole drug.
    model
        ``truncated`` or ``whole``.
    model_smiles
        What was computed as the drug.
    level, geometry
        Method of the energy and of the geometry, in words.
    delta_g_kcal_per_mol
        Free energy of drug + thiol -> adduct in water, 1 M, 298.15 K.
    conformer_uncertainty_kcal_per_mol
        See ``energetics.Addition``.
    lumo_ev, thiolate_addition_kcal_per_mol, proton_transfer_kcal_per_mol
        Indices of the drug at GFN2-xTB; blank where the anion is no minimum.
    lactone_hydrolysis_kcal_per_mol
        Free energy of the step that locks a lactone; blank for other drugs.
    date, source
        When and by what the row was made.
    """

    ligand: str
    smiles: str
    model: str
    model_smiles: str
    thiol: str
    level: str
    geometry: str
    adduct: str
    delta_g_kcal_per_mol: float
    conformer_uncertainty_kcal_per_mol: float
    lumo_ev: float | None
    thiolate_addition_kcal_per_mol: float | None
    proton_transfer_kcal_per_mol: float | None
    lactone_hydrolysis_kcal_per_mol: float | None
    date: str
    source: str


@cache
def reaction_energies() -> tuple[ReactionEnergy, ...]:
    """Return the shipped reaction energies, in the table's order."""
    return read_table("reaction_energies.csv", ReactionEnergy)
