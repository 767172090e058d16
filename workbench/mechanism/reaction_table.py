"""Tables of reaction energies: those computed beforehand, and equilibria that were measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from rdkit import Chem

from workbench.ligands.molecules import pattern
from workbench.mechanism.thermochemistry import GAS_KCAL, RT
from workbench.tables import ionisable_centres, read_table


@dataclass(frozen=True)
class ReactionEnergy:
    """One row of ``reaction_energies.csv``: one adduct of one drug at one level.

    Parameters
    ----------
    model, model_smiles
        ``truncated`` or ``whole``, and what was computed as the drug.
    level, geometry
        Method of the energy and of the geometry, in words.
    delta_g_kcal_per_mol
        Free energy of drug + thiol -> adduct in water, 1 M, 298.15 K.
    lumo_ev, thiolate_addition_kcal_per_mol, proton_transfer_kcal_per_mol
        Indices of the drug at GFN2-xTB; blank where the anion is no minimum.
    lactone_hydrolysis_kcal_per_mol, lactone_hydrolysis_at_ph_7_4_kcal_per_mol
        Of the step that locks a lactone, to the acid and with its ionisation; blank otherwise.
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
    lactone_hydrolysis_at_ph_7_4_kcal_per_mol: float | None
    date: str
    source: str


@cache
def reaction_energies() -> tuple[ReactionEnergy, ...]:
    """Return the shipped reaction energies, in the table's order."""
    return read_table("reaction_energies.csv", ReactionEnergy)


REFERENCE = "selinexor"


def rows_of(smiles: str, *, model: str, thiol: str, level: str) -> tuple[ReactionEnergy, ...]:
    """Return the shipped rows of a drug, one per adduct; empty where it was not computed."""
    return tuple(
        row
        for row in reaction_energies()
        if (row.smiles, row.model, row.thiol, row.level) == (smiles, model, thiol, level)
    )


def best_by_ligand(level: str) -> dict[str, float]:
    """Return the most favourable addition of each shipped drug at a level, kcal/mol."""
    best: dict[str, float] = {}
    for row in reaction_energies():
        if row.level == level:
            best[row.ligand] = min(
                row.delta_g_kcal_per_mol, best.get(row.ligand, row.delta_g_kcal_per_mol)
            )
    return best


def level_spread(first: str, second: str, ligand: str = "") -> float | None:
    """Return by how much two levels disagree about differences to selinexor, kcal/mol.

    Of one drug where both levels have it, otherwise the root mean square over all shipped drugs
    that have both; ``None`` where no drug but selinexor has.
    """
    one, other = best_by_ligand(first), best_by_ligand(second)
    if REFERENCE not in one or REFERENCE not in other:
        return None
    gaps = {
        name: (one[name] - one[REFERENCE]) - (other[name] - other[REFERENCE])
        for name in one
        if name in other and name != REFERENCE
    }
    if ligand in gaps:
        return abs(gaps[ligand])
    if not gaps:
        return None
    return math.sqrt(sum(gap**2 for gap in gaps.values()) / len(gaps))


@dataclass(frozen=True)
class MeasuredLactone:
    """One row of ``lactone_hydrolysis.csv``: acid over lactone in water, SMILES of both sides."""

    name: str
    lactone: str
    acid: str
    equilibrium_constant: float
    temperature_k: float
    source: str

    @property
    def free_energy(self) -> float:
        """Of opening it in water, kcal/mol."""
        return -GAS_KCAL * self.temperature_k * math.log(self.equilibrium_constant)


@cache
def measured_lactones() -> tuple[MeasuredLactone, ...]:
    """Return the lactones whose hydrolysis was measured."""
    return read_table("lactone_hydrolysis.csv", MeasuredLactone)


def ionisation_energy(mol: Chem.Mol, ph: float) -> float:
    """Return what a molecule's acids gain by ionising at a pH, kcal/mol, zero or below.

    By the pKa of the parent compound (``ionisable_centres.csv``), each acid on its own.
    """
    gained, taken = 0.0, set[int]()
    for centre in ionisable_centres():
        for atoms in mol.GetSubstructMatches(pattern(centre.smarts)):
            if atoms[0] not in taken:
                taken.add(atoms[0])
                if centre.kind == "acid":
                    gained -= RT * math.log1p(10 ** (ph - centre.pka))
    return gained
