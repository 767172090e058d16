"""What a simulation runs on: the drug's model, its scales and rates, each with its source."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

from workbench.errors import MechanismError
from workbench.ligands.catalogue import drug_named, drug_of_skeleton
from workbench.ligands.molecules import Ligand
from workbench.ligands.properties import drug_properties
from workbench.mechanism.kinetics import Rates
from workbench.mechanism.pharmacokinetics import (
    PERIPHERAL_SHARE,
    SELINEXOR,
    OralModel,
    figure,
    selinexor_model,
)
from workbench.records.simulation import Parameter, Status
from workbench.tables import read_table
from workbench.text import quoted

RATE_FIELDS = {
    "k_on": "k_on_per_molar_per_s",
    "k_off": "k_off_per_s",
    "k_inact": "k_inact_per_s",
    "k_rev": "k_rev_per_s",
}
MODEL_NAMES = {
    "absorption_per_h": ("absorption", "per h"),
    "clearance_l_per_h": ("clearance", "L/h"),
    "central_volume_l": ("central_volume", "L"),
    "exchange_l_per_h": ("exchange", "L/h"),
    "peripheral_volume_l": ("peripheral_volume", "L"),
}
GIVEN = "given by the user"


@dataclass(frozen=True)
class AssumedRate:
    """One row of ``rate_assumptions.csv``: a rate that nobody measured, with a range to sweep."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    reason: str


@cache
def assumed_rates() -> tuple[AssumedRate, ...]:
    """Return the rates that are assumed, in the table's order."""
    return read_table("rate_assumptions.csv", AssumedRate)


def identified(drug: Ligand) -> Ligand:
    """Return the drug named as its structure is in the catalogue: a file may call it anything."""
    compound = drug_of_skeleton(drug.inchikey)
    if compound is not None and compound.inchikey == drug.inchikey:
        return replace(drug, name=compound.name)
    if drug_named(drug.name) is not None:
        return replace(drug, name=f"{drug.name} (another structure)")
    return drug


def oral_model(
    drug: Ligand, asked: str | OralModel | None
) -> tuple[OralModel, str, list[Parameter]]:
    """Return the model, the drug that its figures belong to, and its parameters."""
    if isinstance(asked, OralModel):
        return asked, "", _model_parameters(asked, "given", GIVEN)
    compound = drug_named(asked) if asked else None
    name = compound.name if compound else (asked or drug.name)
    if name != SELINEXOR:
        who = drug.name if not asked else quoted(name)
        raise MechanismError(
            f"no pharmacokinetics of {who} could be verified: give --pk-of selinexor to borrow "
            "selinexor's, or a model of your own from Python"
        )
    model = selinexor_model()
    source = "fitted to the published Tmax, half-life, Cmax, AUC and V/F of selinexor"
    if drug.name != SELINEXOR:
        source += f", borrowed for {drug.name}"
    rows = _model_parameters(model, "assumed", source)
    share = f"{PERIPHERAL_SHARE:g} times the central volume, a guess; the others are fitted to it"
    rows[-1] = replace(rows[-1], source=share)
    return model, SELINEXOR, rows


def _model_parameters(model: OralModel, status: Status, source: str) -> list[Parameter]:
    return [
        Parameter(name, getattr(model, field), unit, status, source)
        for field, (name, unit) in MODEL_NAMES.items()
    ]


def exposure_scales(
    drug: Ligand,
    source_drug: str,
    free_fraction: float | None,
    brain: bool,
    brain_factor: float | None,
) -> list[Parameter]:
    """Return molar mass, free fraction and the factor of the site."""
    compound = drug_named(drug.name)
    if compound is not None and compound.mw is not None:
        mass = Parameter("molar_mass", compound.mw, "g/mol", "published", compound.source)
    else:
        weight = drug_properties(drug.mol).molecular_weight_g_per_mol
        mass = Parameter("molar_mass", weight, "g/mol", "given", f"of {drug.smiles}")
    rows = [mass, _free_fraction(drug, source_drug, free_fraction)]
    if not brain and brain_factor is not None:
        raise MechanismError("a brain factor is given without the brain: ask for it, or leave it")
    if not brain:
        reason = "XPO1 outside the brain is taken to meet plasma's free concentration"
        return [*rows, Parameter("site_factor", 1.0, "", "assumed", reason)]
    return [*rows, _brain_factor(drug, brain_factor)]


def _free_fraction(drug: Ligand, source_drug: str, given: float | None) -> Parameter:
    if given is not None:
        if not 0 < given <= 1:
            raise MechanismError(f"free_fraction is {given!r}: give more than 0 and at most 1")
        return Parameter("free_fraction", given, "", "given", GIVEN)
    bound = figure(source_drug, "protein binding")
    if bound is None:
        raise MechanismError(f"the free fraction of {drug.name} is not known: give it")
    own = drug.name == source_drug
    return Parameter(
        "free_fraction",
        round(1 - bound.middle / 100, 6),
        "",
        "published" if own else "assumed",
        bound.source if own else f"that of {source_drug}, borrowed",
    )


def _brain_factor(drug: Ligand, given: float | None) -> Parameter:
    if given is not None:
        if not 0 < given < math.inf:
            raise MechanismError(f"brain_factor is {given!r}: give a number above 0")
        return Parameter("site_factor", given, "", "given", GIVEN)
    found = figure(drug.name, "brain penetration")
    if found is None:
        raise MechanismError(
            f"no number for {drug.name} in the brain could be verified: give one with "
            "--brain-factor"
        )
    return Parameter(
        "site_factor",
        found.middle / 100,
        "",
        "assumed",
        f"middle of {found.low:g} to {found.high:g} percent ({found.context}; {found.source}), "
        "taken as a ratio of free concentrations, which the source does not say",
    )


def binding_rates(
    drug: Ligand,
    given: dict[str, float | None],
    k_lock_per_s: float,
    k_loss_per_s: float,
    target_half_life_h: float,
) -> tuple[Rates, list[Parameter], list[str]]:
    """Return the rates, what each rests on, and what is to be said about them."""
    rows, warnings = [], []
    reactive = drug.warhead is not None
    permanent = drug.warhead is not None and not drug.warhead.warhead.reversible
    if not reactive:
        warnings.append(f"{drug.name} has no warhead that bonds: k_inact and k_rev are 0")
    if drug.warhead is not None and drug.warhead.warhead.reversibility == "locked":
        warnings.append("its adduct locks in a second step of unknown rate: give it with --k-lock")
    if drug.name != SELINEXOR and None in given.values():
        warnings.append(
            f"nothing is known of the rates of {drug.name}: the assumed ones are the same for "
            "every drug, and tell none from another"
        )
    for rate in assumed_rates():
        value = given[rate.name]
        off = (not reactive and rate.name in ("k_inact", "k_rev")) or (
            permanent and rate.name == "k_rev"
        )
        if value is not None:
            row = Parameter(rate.name, value, rate.unit, "given", GIVEN)
        elif off:
            reason = "no warhead" if not reactive else "its class of warhead is irreversible"
            row = Parameter(rate.name, 0.0, rate.unit, "assumed", reason)
        else:
            swept = (rate.low, rate.high)
            row = Parameter(rate.name, rate.value, rate.unit, "assumed", rate.reason, *swept)
        rows.append(row)
    rates = Rates(
        **{RATE_FIELDS[row.name]: row.value for row in rows},
        k_lock_per_s=k_lock_per_s,
        k_loss_per_s=k_loss_per_s,
        target_half_life_h=target_half_life_h,
    )
    for name, value in (("k_lock", k_lock_per_s), ("k_loss", k_loss_per_s)):
        if value:
            rows.append(Parameter(name, value, "per s", "given", GIVEN))
    if math.isfinite(target_half_life_h):
        rows.append(Parameter("target_half_life", target_half_life_h, "h", "given", GIVEN))
    return rates, rows, warnings
