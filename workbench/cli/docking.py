"""``workbench dock`` and ``compare``: one drug or several on the reactive cysteine."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    EXIT_SOME_FAILED,
    WRITING,
    Verbs,
    add_choice,
    add_force_field,
    add_ligands,
    add_receptor,
    add_search,
    exit_code,
    ligand_settings,
    read_ligands,
    read_receptor,
    search_options,
    tell,
)
from workbench.errors import LigandError, WorkbenchError
from workbench.files.writing import prepare_output_folder

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand
    from workbench.records.comparison import Comparison, Quantity
    from workbench.records.docking import DockingResult
    from workbench.structures.receptor import Receptor


def add_dock(verbs: Verbs) -> None:
    """Add the verb ``dock``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "dock",
        help="dock ligands onto the reactive cysteine: encounter, adducts, complexes, page",
        description="Encounter complex, every adduct diastereomer, minimised bonded complexes, "
        "checks and one page per ligand.",
        epilog='example: workbench dock selinexor "CC(C)OC(=O)/C=C\\n1cncn1" --out results/',
    )
    add_ligands(parser)
    add_receptor(parser)
    add_force_field(parser)
    form = (
        "the adduct as it first forms, or after the step that follows: hydrolysed for the opened "
        "lactone of leptomycin B"
    )
    add_choice(parser, "--form", "adduct", "hydrolysed", "oxidised", what=form)
    also = "also check every pose with PoseBusters (extra: checks), 2 s per pose"
    parser.add_argument("--posebusters", action="store_true", help=also)
    add_search(parser, 10, "workbench-dock")
    parser.set_defaults(run=run_dock)


def run_dock(arguments: argparse.Namespace) -> int:
    """Dock each ligand and write its folder; return the exit code."""
    readable, unread = read_ligands(arguments.ligands, ligand_settings(arguments))
    ligands = list(readable)
    alone = len(ligands) == 1 and not unread
    if alone:
        _refuse_without_warhead(ligands[0])
    receptor = read_receptor(arguments)
    folder = prepare_output_folder(arguments.out)
    if alone:
        _dock_one(arguments, ligands[0], receptor, folder)
        return 0
    failures: list[tuple[str, str]] = []
    for k, ligand in enumerate(ligands, start=1):
        try:
            _refuse_without_warhead(ligand)
            own = prepare_output_folder(folder / f"{k:03d}_{ligand.inchikey}")
            _dock_one(arguments, ligand, receptor, own)
        except WorkbenchError as error:
            failures.append((ligand.name, str(error)))
    for name, reason in failures:
        tell(f"{name} failed: {reason}")
    return exit_code(bool(failures or unread), len(failures) < len(ligands))


def _refuse_without_warhead(ligand: Ligand) -> None:
    """Raise LigandError, with the warhead table's reason, when no bond can form."""
    if ligand.warhead is None:
        kind = ligand.warhead_verdict.replace("_", " ")
        raise LigandError(f"{kind} in {ligand.name}: {ligand.warhead_problem}")


def _dock_one(
    arguments: argparse.Namespace, ligand: Ligand, receptor: Receptor, folder: Path
) -> None:
    from workbench.pipeline.docking import dock
    from workbench.report.docking_page import write_docking

    result = dock(
        ligand,
        receptor,
        force_field=arguments.force_field,
        form=arguments.form,
        posebusters=arguments.posebusters,
        **search_options(arguments),
    )
    with WRITING:
        write_docking(result, folder)
    print(dock_summary(result))
    print(f"written to {folder}: report.html, result.json, poses.csv, poses.sdf, complexes")


def dock_summary(result: DockingResult) -> str:
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


def add_compare(verbs: Verbs) -> None:
    """Add the verb ``compare``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "compare",
        help="several drugs side by side: one table, one page, a folder for each",
        description="Docks every drug as `workbench dock` does and writes one table and one page: "
        "recognition, strain, reaction, reversibility, geometry, contacts and brain, each with its "
        "spread, and what differs from a reference compound. A run that was interrupted goes on "
        "where it was: finished folders with the same settings are taken over.",
        epilog="examples: workbench compare selinexor eltanexor --out pair; workbench compare "
        "selinexor mine.csv --reference selinexor --weights recognition=1,strain=0.5 --out mine",
    )
    add_ligands(parser)
    add_receptor(parser)
    against = "the ligand that differences are to (default: the first)"
    parser.add_argument("--reference", metavar="NAME", help=against)
    parser.add_argument(
        "--reactions",
        type=Path,
        metavar="FILE",
        help="fill the reaction column from what `workbench react --json` printed (default: from "
        "the table that ships; a drug that is not in it stays blank)",
    )
    parser.add_argument(
        "--weights",
        type=weights,
        default={},
        metavar="NAME=W,...",
        help="add a column: the sum of weight times difference to the reference, of recognition "
        "(adduct score), encounter, strain, reaction, novelty (default: nothing is weighed)",
    )
    add_search(parser, 3, "workbench-compare")
    parser.set_defaults(run=run_compare)


def weights(text: str) -> dict[str, float]:
    """Read ``recognition=1,strain=0.5``; which names there are is checked where they are used."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        try:
            weight = float(value)
        except ValueError:
            weight = math.nan
        if not sign or not math.isfinite(weight) or name.strip() in found:
            raise argparse.ArgumentTypeError(f"{part!r} is not NAME=NUMBER, each name once")
        found[name.strip()] = weight
    return found


def run_compare(arguments: argparse.Namespace) -> int:
    """Compare the ligands and write what was found; return the exit code."""
    from workbench.pipeline.comparing import compare, reactions_from, shipped_reaction
    from workbench.report.comparison_page import write_comparison

    reaction_of = reactions_from(arguments.reactions) if arguments.reactions else shipped_reaction
    readable, unread = read_ligands(arguments.ligands, ligand_settings(arguments))
    ligands = list(readable)
    comparison = compare(
        ligands,
        read_receptor(arguments),
        reference=arguments.reference,
        out=arguments.out,
        weights=arguments.weights,
        reaction_of=reaction_of,
        **search_options(arguments),
    )
    with WRITING:
        write_comparison(comparison, arguments.out)
    print(compare_summary(comparison))
    print(f"written to {arguments.out}: comparison.html, .csv, .sdf, .json, a folder for each drug")
    for failure in comparison.failures:
        tell(f"{failure['name']} failed: {failure['reason']}")
    return EXIT_SOME_FAILED if comparison.failures or unread else 0


def compare_summary(comparison: Comparison) -> str:
    """Return the table in short for the terminal."""
    lines = [f"beside {comparison.reference}, on {comparison.receptor}; kcal/mol"]
    for drug in comparison.drugs:
        if drug.rank is None:
            lines.append(f"{drug.name}: {drug.verdict} - {drug.reason}")
            continue
        parts = [
            f"adduct {_number(drug.adduct_score)}",
            f"encounter {_number(drug.encounter_score)}",
            f"strain {_number(drug.strain)}",
            f"reaction {_number(drug.reaction)}",
        ]
        if drug.novelty:
            parts.append(f"novelty of contacts {_number(drug.novelty.share)}")
        if drug.core:
            parts.append(f"core {drug.core.in_place_angstrom:.1f} A from the reference's")
        if drug.weighted is not None:
            parts.append(f"weighted {drug.weighted:+.2f}")
        valid = "" if drug.valid else ", NOT valid"
        lines.append(f"{drug.name} ({drug.diastereomer}{valid}): {', '.join(parts)}")
    return "\n".join(lines)


def _number(quantity: Quantity) -> str:
    if quantity.value is None:
        return quantity.basis or "-"
    spread = "" if quantity.spread is None else f" +-{quantity.spread:.2f}"
    return f"{quantity.value:.2f}{spread}"
