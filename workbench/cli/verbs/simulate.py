"""``workbench simulate``: a treatment against time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from workbench.cli.options import Json, Ligand, OutOnRequest, option
from workbench.cli.terminal import WRITING, command_line
from workbench.files.writing import prepare_output_folder
from workbench.provenance import public_command, versions
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.records.simulation import SimulationResult

EXAMPLES = (
    "workbench simulate selinexor --out sim",
    'workbench simulate selinexor --regimen "100 mg weekly for 4 weeks then 80 mg weekly" '
    "--days 56 --out sim",
    'workbench simulate selinexor --against-regimen "100 mg weekly" --mutant-fraction 0.5 '
    "--out sim",
)


class Treatment(Settings):
    """What is given, to whom, and the rates: keywords of ``simulate``."""

    days: float = Field(14.0, description="of the treatment")
    k_on_per_molar_per_s: float | None = Field(None, description="binding, per M per s")
    k_off_per_s: float | None = Field(None, description="leaving the encounter complex, per s")
    k_inact_per_s: float | None = Field(None, description="forming the bond, per s")
    k_rev_per_s: float | None = Field(None, description="opening the bond, per s")
    apparent_kd_nm: float | None = Field(
        None,
        description="over both steps, in nM: sets k_rev from the other rates (selinexor: 5.29 by "
        "BLI)",
    )
    k_lock_per_s: float = Field(0.0, description="a step after which the bond stays, per s")
    k_loss_per_s: float = Field(0.0, description="loss of bonded XPO1, per s")
    target_half_life_h: float = Field(math.inf, description="of XPO1 in the cell")
    mutant_fraction: float = Field(
        0.0, description="share of XPO1 without a thiol: 0.5 in a heterozygous C528S cell"
    )
    weight_kg: float | None = Field(None, description="for a dose in mg/kg")
    free_fraction: float | None = Field(None, description="unbound in plasma")
    brain: bool = Field(False, description="XPO1 in the brain")
    brain_factor: float | None = Field(None, description="free concentration, brain over plasma")
    pharmacokinetics: str | None = Field(
        None, description="borrow this drug's; only selinexor's are known"
    )


def run(
    treatment: Annotated[
        Treatment,
        "--days --k-on=k_on_per_molar_per_s --k-off=k_off_per_s --k-inact=k_inact_per_s "
        "--k-rev=k_rev_per_s --apparent-kd=apparent_kd_nm --k-lock=k_lock_per_s "
        "--k-loss=k_loss_per_s --target-half-life-h --mutant-fraction --weight-kg "
        "--free-fraction --brain --brain-factor --pk-of=pharmacokinetics",
    ],
    ligand: Ligand = "selinexor",
    regimen: str | None = option(
        None,
        "TEXT",
        'as "80 mg days 1,3 weekly" (default for selinexor), "40 mg daily", "80 mg days 1,3 '
        'weekly for 3 weeks, 1 week off", "100 mg weekly, missed dose 2"',
    ),
    against: str | None = option(None, "LIGAND", "show this drug beside it"),
    against_regimen: str | None = option(None, "TEXT", "show this regimen beside it"),
    out: OutOnRequest = None,
    as_json: Json = False,
) -> int:
    """Simulate a treatment: concentration, occupancy and export capacity against time.

    Doses by mouth, free concentration, the two steps of binding to XPO1 and what is left to
    export. No rate of any SINE could be verified: those not given are assumed and swept over a
    range, which the band shows.
    """
    from workbench.files.exports import json_text
    from workbench.mechanism.simulation import simulate

    folder = prepare_output_folder(out) if out else None
    rates = treatment.model_dump()
    results = [simulate(ligand, regimen=regimen, **rates)]
    if against is not None or against_regimen is not None:
        other = ligand if against is None else against
        results.append(simulate(other, regimen=against_regimen or regimen, **rates))
    if folder is not None:
        _write(results, folder)
    if as_json:
        record = results[0].to_dict()
        if len(results) > 1:
            record["against"] = results[1].to_dict()
        print(json_text(record), end="")
        return 0
    print("\n\n".join(summary(result) for result in results))
    if folder is not None:
        print(f"written to {folder}: simulation.html, simulation.json, simulation.csv")
    return 0


def _write(results: list[SimulationResult], folder: Path) -> None:
    from workbench.report.simulation_page import write_simulation

    provenance = {
        "command": public_command(command_line()),
        "versions": {name: versions()[name] for name in ("workbench", "python", "numpy")},
    }
    with WRITING:
        write_simulation(results, folder, provenance)


def summary(result: SimulationResult) -> str:
    """Return the outcome in a few lines for the terminal."""
    lines = [
        f"{result.ligand}, {result.regimen}, days: {result.days:g}, doses: {len(result.doses)}",
        f"first dose: Cmax {result.cmax_ng_per_ml:.0f} ng/mL at {result.tmax_h:.1f} h, area "
        f"{result.auc_ng_h_per_ml:.0f} ng h/mL, half-life {result.half_life_h:.1f} h",
    ]
    low, high = (min(result.courses[f"export_capacity_{end}"]) for end in ("low", "high"))
    lines.append(
        f"export capacity: lowest {result.lowest_export_capacity:.2f}, mean "
        f"{result.mean_export_capacity:.2f} of untreated"
        + (f"; lowest over the assumed ranges {low:.2g} to {high:.2g}" if low != high else "")
    )
    assumed = [p.name for p in result.parameters if p.low is not None]
    if assumed:
        lines.append(f"assumed, not measured: {', '.join(assumed)}")
    return "\n".join(lines + [f"warning: {text}" for text in result.warnings])
