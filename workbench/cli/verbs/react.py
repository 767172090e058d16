"""``workbench react``: the reaction of a drug with a thiol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workbench.cli.inputs import read_ligands
from workbench.cli.options import Json, Ligands, OutOnRequest, Seed, choice, flag
from workbench.cli.terminal import EXIT_SOME_FAILED, WRITING, aligned, command_line, tell
from workbench.errors import MechanismError, WorkbenchError
from workbench.files.writing import prepare_output_folder
from workbench.progress import to_stream
from workbench.settings import LigandSettings

if TYPE_CHECKING:
    from workbench.records.reaction import Reaction

EXAMPLES = (
    "workbench react selinexor eltanexor",
    r'workbench react "O=C(/C=C\n1cnc(-c2ccccc2)n1)NC" --out reactivity',
)


def run(
    ligands: Ligands,
    about: LigandSettings,
    level: Literal["gfn2", "dft"] = choice(
        "gfn2", "dft: one M06-2X/def2-SVP energy at each minimum of gfn2 (slow)"
    ),
    model: Literal["truncated", "whole"] = choice(
        "truncated", "compute the warhead with what touches it, or the whole drug (slow)"
    ),
    thiol: Literal["methanethiol", "capped cysteine"] = choice("methanethiol", "that is added"),
    live: bool = flag("--live", "compute drugs of the shipped table, too"),
    seed: Seed = 1,
    as_json: Json = False,
    out: OutOnRequest = None,
) -> int:
    """Add a thiol: energies per diastereomer, reversibility against selinexor.

    Free energy of adding a thiol to a drug in water, per diastereomer, by GFN2-xTB over
    conformers, as a difference to selinexor. A higher value lets go more easily. Drugs of the
    shipped table come at once (with --seed 1), others take about a minute. No affinity, no rate.
    """
    from workbench.files.exports import json_text
    from workbench.mechanism.reactivity import ReactionBench
    from workbench.report.reaction_page import write_reactions

    readable, unread = read_ligands(ligands, about)
    folder = prepare_output_folder(out) if out else None
    bench = ReactionBench(level, model, thiol, seed, live, to_stream(), command_line())
    results: list[Reaction] = []
    failures: list[str] = []
    for ligand in readable:
        try:
            results.append(bench.reaction(ligand))
        except WorkbenchError as error:
            failures.append(str(error))
    last = None if results else failures.pop()
    for reason in failures:
        tell(reason)
    if last is not None:
        raise MechanismError(last)
    results.sort(key=lambda one: -one.best.delta_g_kcal_per_mol)
    if folder is not None:
        with WRITING:
            write_reactions(results, folder)
    if as_json:
        print(json_text([result.to_dict() for result in results]), end="")
    else:
        print(summary(results))
        if folder is not None:
            print(f"written to {folder}: reactions.html, reactions.json, reactions.csv")
    return EXIT_SOME_FAILED if failures or unread else 0


def summary(results: list[Reaction]) -> str:
    """Return a table of the adducts, the drug that lets go most easily first."""
    rows = [("drug", "adduct", "dG", "to selinexor", "+-", "thiolate", "LUMO")]
    for result in results:
        thiolate = result.index.get("thiolate_addition_kcal_per_mol")
        for adduct in result.adducts:
            spread = adduct.uncertainty_kcal_per_mol
            rows.append(
                (
                    result.ligand,
                    adduct.label,
                    f"{adduct.delta_g_kcal_per_mol:.1f}",
                    f"{adduct.relative_to_selinexor_kcal_per_mol:+.1f}",
                    "" if spread is None else f"{spread:.1f}",
                    "" if thiolate is None else f"{thiolate:.1f}",
                    f"{result.index['lumo_ev']:.2f}",
                )
            )
    lines = [
        aligned(rows),
        "",
        f"kcal/mol, LUMO in eV; {results[0].level}, {results[0].model} model, water, 1 M, 25 C. "
        "Above selinexor: lets go more easily. thiolate: addition of the deprotonated thiol.",
    ]
    for result in results:
        step = result.index.get("lactone_hydrolysis_at_ph_7_4_kcal_per_mol")
        if step is not None:
            lines.append(
                f"{result.ligand}: opening the adduct's lactone at pH 7.4, {step:.1f} kcal/mol: "
                + ("downhill, the bond is locked" if step < 0 else "not downhill at this level")
            )
    told = dict.fromkeys(text for result in results for text in result.warnings)
    return "\n".join(lines + [f"warning: {text}" for text in told])
