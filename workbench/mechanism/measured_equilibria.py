"""Equilibria that were measured: thiols with acceptors, a lactone with water; and ionisation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from rdkit import Chem

from workbench.ligands.molecules import pattern
from workbench.mechanism.thermochemistry import GAS_KCAL, RT
from workbench.tables import ionisable_centres, read_table

_SECONDS_PER_DAY = 86400.0


@dataclass(frozen=True)
class MeasuredLactone:
    """One row of ``lactone_hydrolysis.csv``: a lactone whose equilibrium with water is known.

    Parameters
    ----------
    lactone, acid
        SMILES of both sides, the acid neutral.
    equilibrium_constant
        Acid over lactone in water.
    """

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


@dataclass(frozen=True)
class MeasuredAddition:
    """One row of ``thiol_equilibria.csv``: a thiol's addition measured in both directions.

    Parameters
    ----------
    forward_per_molar_per_s
        Rate constant of the addition.
    reverse_half_life_days
        Of the adduct in water.
    """

    name: str
    smiles: str
    thiol: str
    forward_per_molar_per_s: float
    reverse_half_life_days: float
    source: str

    @property
    def free_energy(self) -> float:
        """Of the addition at 1 M, from the ratio of the rate constants, kcal/mol."""
        reverse = math.log(2) / (self.reverse_half_life_days * _SECONDS_PER_DAY)
        return -RT * math.log(self.forward_per_molar_per_s / reverse)


@cache
def measured_additions() -> tuple[MeasuredAddition, ...]:
    """Return the additions of thiols that were measured in both directions."""
    return read_table("thiol_equilibria.csv", MeasuredAddition)


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
