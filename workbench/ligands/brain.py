"""Would it reach the brain: two published estimates, beside what was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rdkit import Chem

from workbench.ligands.charges import neutral
from workbench.ligands.patterns import pattern
from workbench.ligands.properties import Properties, drug_properties
from workbench.tables import BrainFinding, IonisableCentre, brain_findings, ionisable_centres

PH = 7.4
LOG_BB_ERROR = 0.35
"""How well linear models of this kind predict log BB: Platts 2001, Eur J Med Chem 36:719."""


@dataclass(frozen=True)
class BrainEstimate:
    """What the structure says about the brain; every number is an estimate.

    Parameters
    ----------
    log_bb
        log10 of the concentration ratio brain to blood, by Clark's equation.
    cns_mpo
        0 to 6; 74 % of marketed CNS drugs reach 4 (Wager 2010).
    basic_centre, basic_pka
        The strongest base of the table of parent compounds; blank and ``None`` without one.
    log_d
        log10 of the octanol-water distribution at pH 7.4, from clogP and the strongest acid and
        base of the table; clogP itself for a drug that stays neutral.
    """

    log_bb: float
    cns_mpo: float
    basic_centre: str
    basic_pka: float | None
    log_d: float


def brain_estimate(mol: Chem.Mol) -> BrainEstimate:
    """Return the estimates for a molecule with heavy atoms only."""
    properties = drug_properties(mol)
    form, _ = neutral(mol)
    base, acid = _strongest(form, "base"), _strongest(form, "acid")
    pka = base.pka if base else None
    log_d = distribution(properties.clogp, pka, acid.pka if acid else None)
    return BrainEstimate(
        log_bb=round(clark_log_bb(properties.clogp, properties.tpsa_angstrom2), 2),
        cns_mpo=round(cns_mpo(properties, log_d, pka), 2),
        basic_centre=base.name if base else "",
        basic_pka=pka,
        log_d=round(log_d, 2),
    )


def clark_log_bb(clogp: float, tpsa_angstrom2: float) -> float:
    """Return log10 of the ratio brain to blood at equilibrium, by passive partition alone.

    Fitted to 55 compounds. It knows no efflux, no active uptake and no binding. Both inputs are
    stand-ins here: Crippen's logP for ClogP, topological for three-dimensional surface.

    Reference: Clark 1999 J Pharm Sci 88:815, 10.1021/js980402t.
    """
    return 0.152 * clogp - 0.0148 * tpsa_angstrom2 + 0.139


def cns_mpo(properties: Properties, log_d: float, basic_pka: float | None) -> float:
    """Return the CNS multiparameter score, 0 (poor) to 6.

    Parameters
    ----------
    log_d
        At pH 7.4.
    basic_pka
        Of the strongest base; without one its term is 1, as for any pKa up to 8.

    Notes
    -----
    Hydrogen-bond donors are counted as atoms; counting an NH2 group twice takes away one third.

    Reference: Wager 2010 ACS Chem Neurosci 1:435, 10.1021/cn100008c.
    """
    tpsa = properties.tpsa_angstrom2
    return sum(
        (
            _falling(properties.clogp, 3.0, 5.0),
            _falling(log_d, 2.0, 4.0),
            _falling(properties.molecular_weight_g_per_mol, 360.0, 500.0),
            min(1.0 - _falling(tpsa, 20.0, 40.0), _falling(tpsa, 90.0, 120.0)),
            _falling(properties.hydrogen_bond_donors, 0.5, 3.5),
            _falling(-math.inf if basic_pka is None else basic_pka, 8.0, 10.0),
        )
    )


def distribution(clogp: float, basic_pka: float | None, acidic_pka: float | None) -> float:
    """Return log10 of the distribution between octanol and water at pH 7.4, ions in water only."""
    ionised = 0.0
    if basic_pka is not None:
        ionised += 10.0 ** (basic_pka - PH)
    if acidic_pka is not None:
        ionised += 10.0 ** (PH - acidic_pka)
    return clogp - math.log10(1.0 + ionised)


def measured_brain(compound: str) -> tuple[BrainFinding, ...]:
    """Return what was measured about a compound of the catalogue, by its name there."""
    return tuple(row for row in brain_findings() if row.compound == compound)


def told_apart(first: BrainEstimate, second: BrainEstimate) -> bool:
    """Return whether the estimated log BB of two drugs differ by more than the model's error."""
    return abs(first.log_bb - second.log_bb) > LOG_BB_ERROR


def comparison(reference: str, first: BrainEstimate, second: BrainEstimate) -> str:
    """Return in one sentence whether the estimates tell a drug from a reference.

    Parameters
    ----------
    reference
        The reference's name; ``first`` is its estimate.
    """
    told = "do" if told_apart(first, second) else "do not"
    return (
        f"the estimates {told} tell it from {reference}: log BB {second.log_bb:.2f} against "
        f"{first.log_bb:.2f} (error of such models {LOG_BB_ERROR}), CNS MPO {second.cns_mpo:.2f} "
        f"against {first.cns_mpo:.2f}"
    )


def _falling(value: float, best: float, worst: float) -> float:
    """Return 1 up to ``best``, 0 from ``worst``, a straight line between."""
    return min(1.0, max(0.0, (worst - value) / (worst - best)))


def _strongest(mol: Chem.Mol, kind: str) -> IonisableCentre | None:
    """Return the strongest base or acid of a neutral molecule, each atom by its first row."""
    centres: dict[int, IonisableCentre] = {}
    for row in ionisable_centres():
        if row.kind == kind:
            for match in mol.GetSubstructMatches(pattern(row.smarts), uniquify=False):
                centres.setdefault(match[0], row)
    if not centres:
        return None
    ranked = sorted(centres.values(), key=lambda row: row.pka)
    return ranked[-1] if kind == "base" else ranked[0]
