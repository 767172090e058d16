"""``workbench dock``: drugs on the reactive cysteine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.cli.inputs import (
    ReceptorOptions,
    SearchOptions,
    read_ligands,
    read_receptor,
    search_options,
)
from workbench.cli.options import ForceField, Ligands, Out, Receptor, choice, flag
from workbench.cli.terminal import WRITING, exit_code, tell
from workbench.errors import LigandError, WorkbenchError
from workbench.files.writing import prepare_output_folder
from workbench.settings import LigandSettings

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand
    from workbench.records.docking import DockingResult

EXAMPLES = (
    "workbench dock selinexor --out selinexor/",
    r'workbench dock selinexor "CC(C)OC(=O)/C=C\n1cncn1" --out results/',
)


def run(
    ligands: Ligands,
    *,
    about: LigandSettings,
    receptor: Receptor = "human-groove",
    prepared: ReceptorOptions,
    search: SearchOptions,
    force_field: ForceField = "mmff94s",
    form: Literal["adduct", "hydrolysed", "oxidised"] = choice(
        "adduct",
        "the adduct as it first forms, or after the step that follows: hydrolysed for "
        "the opened lactone of leptomycin B",
    ),
    posebusters: bool = flag(
        "--posebusters", "also check each pose with PoseBusters (extra: checks), 2 s a pose"
    ),
    out: Out = Path("workbench-dock"),
) -> int:
    """Dock ligands onto the reactive cysteine: encounter, adducts, complexes, page.

    Encounter complex, every adduct diastereomer, minimised bonded complexes, checks and one page
    per ligand.
    """
    readable, unread = read_ligands(ligands, about)
    drugs = list(readable)
    alone = len(drugs) == 1 and not unread
    if alone:
        _refuse_without_warhead(drugs[0])
    asked = {
        "receptor": read_receptor(receptor, prepared),
        "force_field": force_field,
        "form": form,
        "posebusters": posebusters,
        **search_options(search),
    }
    folder = prepare_output_folder(out)
    if alone:
        _dock_one(drugs[0], folder, asked)
        return 0
    failures: list[tuple[str, str]] = []
    for k, ligand in enumerate(drugs, start=1):
        try:
            _refuse_without_warhead(ligand)
            own = prepare_output_folder(folder / f"{k:03d}_{ligand.inchikey}")
            _dock_one(ligand, own, asked)
        except WorkbenchError as error:
            failures.append((ligand.name, str(error)))
    for name, reason in failures:
        tell(f"{name} failed: {reason}")
    return exit_code(bool(failures or unread), len(failures) < len(drugs))


def _refuse_without_warhead(ligand: Ligand) -> None:
    """Raise LigandError, with the warhead table's reason, when no bond can form."""
    if ligand.warhead is None:
        kind = ligand.warhead_verdict.replace("_", " ")
        raise LigandError(f"{kind} in {ligand.name}: {ligand.warhead_problem}")


def _dock_one(ligand: Ligand, folder: Path, asked: dict[str, Any]) -> None:
    from workbench.pipeline.docking import dock
    from workbench.report.docking_page import write_docking

    result = dock(ligand, **asked)
    with WRITING:
        write_docking(result, folder)
    print(summary(result))
    print(f"written to {folder}: report.html, result.json, poses.csv, poses.sdf, complexes")


def summary(result: DockingResult) -> str:
    """Return the outcome in a few lines for the terminal."""
    lines = [f"verdict: {result.verdict} - {result.reason}", f"seed: {result.provenance['seed']}"]
    if result.encounter:
        best = result.encounter[0]
        distance = best.sg_c_distance_angstrom
        apart = "" if distance is None else f", S...C {distance:.1f} A"
        face = "" if best.face is None else f", {best.face} face"
        lines.append(f"encounter: best score {best.score_kcal_per_mol:.2f} kcal/mol{apart}{face}")
    for adduct in result.adducts:
        if not adduct.poses:
            continue
        pose = adduct.poses[0]
        reference = pose.rmsd_to_reference_angstrom
        parts = [
            f"score {pose.score_kcal_per_mol:.2f} kcal/mol",
            f"strain {pose.strain_kcal_per_mol:.1f} kcal/mol",
            f"S-C {pose.sg_c_distance_angstrom:.2f} A",
            "valid" if pose.valid else f"NOT valid: {', '.join(pose.failed_checks)}",
        ]
        if reference is not None:
            parts.append(f"{reference:.2f} A from the reference estimate")
        if pose.encounter_rank is None:
            parts.append("no encounter pose that is ready leads here")
        else:
            apart = f"{pose.encounter_rmsd_angstrom:.1f} A"
            parts.append(f"{apart} from encounter pose {pose.encounter_rank}, which leads here")
        form = "" if adduct.form == "adduct" else f", {adduct.form}"
        lines.append(f"{adduct.label} ({adduct.formula}{form}): " + ", ".join(parts))
    lines += [f"warning: {text}" for text in result.warnings]
    return "\n".join(lines)
