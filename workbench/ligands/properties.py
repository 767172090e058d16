"""Properties of a drug, structural alerts, whether it would reach the brain; a ligand's record."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from rdkit import Chem
from rdkit.Chem import QED
from rdkit.Chem import rdMolDescriptors as Descriptors
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

from workbench.ligands.adducts import later_forms, paper_adducts, what_may_follow
from workbench.ligands.catalogue import drug_of_skeleton
from workbench.ligands.molecules import Ligand, WarheadMatch, pattern
from workbench.ligands.standardise import neutral
from workbench.tables import BrainFinding, IonisableCentre, brain_findings, ionisable_centres

FILTERS = ("PAINS", "BRENK", "NIH")
"""RDKit's filters: Baell and Holloway 2010, 10.1021/jm901137j; Brenk 2008,
10.1002/cmdc.200700139; Jadhav 2010, 10.1021/jm901070c, and Doveston 2015, 10.1039/c4ob02287d."""

PH = 7.4
_WARHEAD_KEYS = ("warhead", "reactive_atom_index", "reversibility")
LOG_BB_ERROR = 0.35
"""How well linear models of this kind predict log BB: Platts 2001, Eur J Med Chem 36:719."""


@dataclass(frozen=True)
class Properties:
    """What the structure of a drug says; nothing here was measured.

    All but the molecular weight are of the neutral form (charges that a proton can settle are).
    Acceptors are RDKit's: amide and pyrrole-type nitrogens are none; ``polar_hydrogens`` are those
    of the donors, N and O. Rotatable bonds are RDKit's strict ones (docking turns others, see
    ``conformers.rotatable_bonds``).

    References
    ----------
    clogp (log10; stands in for BioByte's ClogP): Wildman and Crippen 1999, 10.1021/ci990307l
    Polar surface of N and O: Ertl 2000, 10.1021/jm000942e
    Fraction of sp3 carbons: Lovering 2009, 10.1021/jm901241e
    qed, drug-likeness from 0 to 1: Bickerton 2012, 10.1038/nchem.1243
    """

    molecular_weight_g_per_mol: float
    heavy_atoms: int
    clogp: float
    tpsa_angstrom2: float
    hydrogen_bond_donors: int
    polar_hydrogens: int
    hydrogen_bond_acceptors: int
    rotatable_bonds: int
    fraction_sp3: float
    qed: float


@dataclass(frozen=True)
class Alert:
    """One filter's pattern in a drug, by the atoms of its first match.

    ``on_warhead``: it shares a bond with the warhead, so it names what makes the drug covalent.
    """

    filter_set: str
    name: str
    atom_indices: tuple[int, ...]
    on_warhead: bool


@dataclass(frozen=True)
class BrainEstimate:
    """What the structure says about the brain; every number is an estimate.

    ``log_bb`` is log10 of brain to blood, ``log_d`` of octanol to water at pH 7.4; ``cns_mpo`` is 0
    to 6 (74 % of marketed CNS drugs reach 4, Wager 2010); the base is the strongest of the table of
    parents.
    """

    log_bb: float
    cns_mpo: float
    basic_centre: str
    basic_pka: float | None
    log_d: float


def drug_properties(mol: Chem.Mol) -> Properties:
    """Return the computed properties of a molecule with heavy atoms only."""
    form, _ = neutral(mol)
    return Properties(
        molecular_weight_g_per_mol=round(Descriptors._CalcMolWt(mol), 3),
        heavy_atoms=mol.GetNumHeavyAtoms(),
        clogp=round(Descriptors.CalcCrippenDescriptors(form)[0], 2),
        tpsa_angstrom2=round(Descriptors.CalcTPSA(form), 2),
        hydrogen_bond_donors=Descriptors.CalcNumHBD(form),
        polar_hydrogens=sum(
            atom.GetTotalNumHs() for atom in form.GetAtoms() if atom.GetAtomicNum() in (7, 8)
        ),
        hydrogen_bond_acceptors=Descriptors.CalcNumHBA(form),
        rotatable_bonds=Descriptors.CalcNumRotatableBonds(form),
        fraction_sp3=round(Descriptors.CalcFractionCSP3(form), 3),
        qed=round(QED.qed(form), 3),
    )


def structural_alerts(mol: Chem.Mol, warhead_atoms: Collection[int] = ()) -> tuple[Alert, ...]:
    """Return the alerts that a molecule raises, filter by filter, in the filter's order.

    An alert is a question, not a verdict: the filters were made for screening collections, and
    most covalent drugs raise one.
    """
    alerts = []
    for filter_set in FILTERS:
        for entry in _catalogue(filter_set).GetMatches(mol):
            found = entry.GetFilterMatches(mol)[0].atomPairs
            atoms = tuple(sorted(index for _, index in found))
            on_warhead = len({*warhead_atoms} & {*atoms}) > 1
            alerts.append(Alert(filter_set, entry.GetDescription(), atoms, on_warhead))
    return tuple(alerts)


@cache
def _catalogue(filter_set: str) -> FilterCatalog:
    """Return one of RDKit's filter catalogues (it is only read)."""
    parameters = FilterCatalogParams()
    parameters.AddCatalog(getattr(FilterCatalogParams.FilterCatalogs, filter_set))
    return FilterCatalog(parameters)


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

    Fitted to 55 compounds. Both inputs are stand-ins here: Crippen's logP for ClogP, topological
    for three-dimensional surface.

    Reference: Clark 1999 J Pharm Sci 88:815, 10.1021/js980402t.
    """
    return 0.152 * clogp - 0.0148 * tpsa_angstrom2 + 0.139


def cns_mpo(properties: Properties, log_d: float, basic_pka: float | None) -> float:
    """Return the CNS multiparameter score, 0 (poor) to 6, with log D at pH 7.4.

    Hydrogen-bond donors are counted as atoms; counting an NH2 group twice takes away one third.

    Reference: Wager 2010 ACS Chem Neurosci 1:435, 10.1021/cn100008c.
    """
    tpsa = properties.tpsa_angstrom2
    return (
        _falling(properties.clogp, 3.0, 5.0)
        + _falling(log_d, 2.0, 4.0)
        + _falling(properties.molecular_weight_g_per_mol, 360.0, 500.0)
        + min(1.0 - _falling(tpsa, 20.0, 40.0), _falling(tpsa, 90.0, 120.0))
        + _falling(properties.hydrogen_bond_donors, 0.5, 3.5)
        + _falling(-math.inf if basic_pka is None else basic_pka, 8.0, 10.0)
    )


def distribution(clogp: float, basic_pka: float | None, acidic_pka: float | None) -> float:
    """Return log10 of the distribution between octanol and water at pH 7.4, ions in water only."""
    ionised = 10.0 ** (basic_pka - PH) if basic_pka is not None else 0.0
    ionised += 10.0 ** (PH - acidic_pka) if acidic_pka is not None else 0.0
    return clogp - math.log10(1.0 + ionised)


def measured_brain(compound: str) -> tuple[BrainFinding, ...]:
    """Return what was measured about a compound of the catalogue, by its name there."""
    return tuple(row for row in brain_findings() if row.compound == compound)


def told_apart(first: BrainEstimate, second: BrainEstimate) -> bool:
    """Return whether the estimated log BB of two drugs differ by more than the model's error."""
    return abs(first.log_bb - second.log_bb) > LOG_BB_ERROR


def comparison(reference: str, first: BrainEstimate, second: BrainEstimate) -> str:
    """Return in one sentence whether the estimates tell a drug from the named reference."""
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
    choose = max if kind == "base" else min
    return choose(centres.values(), key=lambda row: row.pka, default=None)


def ligand_summary(ligand: Ligand) -> dict[str, Any]:
    """Return a ligand's record, ready for JSON; what is not known is ``None`` or empty.

    ``properties``, ``brain.estimated`` and ``alerts`` are computed from the structure;
    ``brain.measured`` holds what the package's table knows of the catalogue drug with exactly
    this InChIKey.
    """
    warhead = ligand.warhead
    adducts, problem = paper_adducts(ligand)
    reacting = (warhead,) if warhead else ()
    atoms = {i for match in (*reacting, *ligand.other_warheads) for i in match.atom_indices}
    notes = [text for text in (ligand.warhead_problem, problem) if text]
    return {
        "name": ligand.name,
        "smiles": ligand.smiles,
        "inchikey": ligand.inchikey,
        "formula": ligand.formula,
        "charge": ligand.charge,
        **(_warhead_row(warhead) if warhead else dict.fromkeys(_WARHEAD_KEYS)),
        "follow_up": list(what_may_follow(adducts[0])) if adducts else [],
        "other_warheads": [_warhead_row(match) for match in ligand.other_warheads],
        "adducts": [
            {
                "label": adduct.label,
                "smiles": adduct.smiles,
                "afterwards": [
                    {"form": later.form, "label": later.label, "smiles": later.smiles}
                    for later in later_forms(adduct)
                ],
            }
            for adduct in adducts
        ],
        "properties": asdict(drug_properties(ligand.mol)),
        "brain": {
            "estimated": asdict(brain_estimate(ligand.mol)),
            "measured": [asdict(row) for row in measured_of(ligand)],
        },
        "alerts": [
            {**asdict(alert), "atom_indices": list(alert.atom_indices)}
            for alert in structural_alerts(ligand.mol, atoms)
        ],
        "warnings": [*ligand.warnings, *notes],
    }


def _warhead_row(match: WarheadMatch) -> dict[str, Any]:
    values = (match.name, match.reactive_atom_index, match.warhead.reversibility)
    return dict(zip(_WARHEAD_KEYS, values, strict=True))


def measured_of(ligand: Ligand) -> tuple[BrainFinding, ...]:
    """Return what was measured about the catalogue's drug of the same stereo."""
    known = drug_of_skeleton(ligand.inchikey)
    same = known is not None and known.inchikey == ligand.inchikey
    return measured_brain(known.name) if known is not None and same else ()
