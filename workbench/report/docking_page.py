"""The page of a docking run: the verdict in words, tables, drawings and the 3D view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from workbench.files.docking import write_docking_result
from workbench.records.docking import AdductRecord, DockingResult, PoseRecord, best_of, best_pose
from workbench.report.drawings import adduct_svg, drug_svg, still_of
from workbench.report.poses import address_of
from workbench.report.scene import build_scene, session_view
from workbench.report.templating import (
    AMBER,
    SOURCES,
    model_sources,
    number,
    page_parts,
    render,
    sentence,
)

LIMITS = (
    "A docking score is not an affinity and does not rank SINE drugs against each other: they "
    "share the aryl-triazole that makes most of the score. Compare scores only between poses of "
    "one drug in one receptor.",
    "No reaction energy is in the score or in the minimised energy: neither says how readily the "
    "bond forms nor how long it lasts.",
    "In the search the receptor is rigid but for the side chains listed with each pose; the "
    "residues around the ligand move in the minimisation that follows.",
    "The spread is that of the search over seeds. It says how well the search repeats itself, not "
    "how far the score is from the truth.",
    "Encounter and adduct are docked apart, with the side chains where each finds them: a path "
    "says that two poses lie near each other, not that the reaction was followed.",
    "Crystal reference poses are estimates: measured ligand coordinates moved into this "
    "receptor's frame, good to about 1.3-1.5 \u00c5. Differences in RMSD below that are no result.",
    "Water, protein motion, cargo and the rest of the export machinery are not in the model.",
)


def nucleophile(result: DockingResult) -> str:
    """Return the reactive residue in words, e.g. ``"Cys528"``; the field's word when unknown."""
    address = address_of(result.receptor)
    if address is not None:
        return f"{'Cys' if address[2] == 'SG' else 'residue '}{address[1]}"
    if result.receptor.get("numbering") == "human":
        # without a thiol the residue may be anything: C528S leaves a serine there
        return "residue 528" if result.verdict == "no_thiol" else "Cys528"
    return "the reactive cysteine"


def headline(result: DockingResult) -> str:
    """Return the verdict as one short sentence."""
    name, target = str(result.ligand.get("name", "The ligand")), nucleophile(result)
    if result.verdict == "no_thiol":
        return f"{name} cannot bond here: this receptor has no free thiol at {target}."
    if result.verdict == "no_warhead":
        return f"{name} has no warhead that the workbench knows: no bond to {target} was built."
    if result.verdict == "unsupported_warhead":
        return f"{name} carries a warhead whose chemistry is not supported: no bond was built."
    best = best_pose(result)
    if best is None:
        return f"{name} could be bonded to {target} on paper, but no pose was found in the groove."
    if not best[1].valid:
        return f"No pose of {name} bonded to {target} passed every check: trust none of them."
    return f"{name} fits into the groove bonded to {target}, in this model."


def details(result: DockingResult) -> list[str]:
    """Return the sentences under the headline: reason, counts, and what the score can tell."""
    best = best_pose(result)
    if best is None:
        return [sentence(result.reason)] if result.reason else []
    adduct, pose = best
    sentences = []
    total = sum(len(adduct.poses) for adduct in result.adducts)
    valid = sum(pose.valid for adduct in result.adducts for pose in adduct.poses)
    sentences.append(
        f"{_count(len(result.adducts), 'diastereomer')} and {_count(total, 'pose')} were built; "
        f"{valid} of them {'passes' if valid == 1 else 'pass'} every check."
    )
    sentences.append(
        f"The pose shown first is {adduct.label or 'the adduct'}, number {pose.rank}: score "
        f"{number(pose.score_kcal_per_mol, 2)} kcal/mol, S\u2013C "
        f"{number(pose.sg_c_distance_angstrom, 2)} \u00c5"
        + ("." if pose.valid else f"; it fails: {', '.join(pose.failed_checks)}.")
    )
    words = str((result.ranking or {}).get("words", ""))
    if adduct.form != "adduct":
        sentences.append(f"The adduct is shown in its {adduct.form} form.")
    return [*sentences, *([sentence(words)] if words else []), *_path_sentences(result, pose)]


def _path_sentences(result: DockingResult, pose: PoseRecord) -> list[str]:
    """Say from which encounter pose the pose shown first is near, and what none leads to."""
    if not result.encounter:
        return []
    sentences = []
    if pose.encounter_rank is not None:
        sentences.append(
            f"It lies {number(pose.encounter_rmsd_angstrom, 1)} \u00c5 from encounter pose "
            f"{pose.encounter_rank}, which is ready to attack and leads to it."
        )
    orphans = [a.label for a in result.adducts if a.poses and not has_path(a)]
    if orphans:
        sentences.append(
            f"No encounter pose that is ready to attack leads to {', '.join(orphans)}."
        )
    return sentences


def has_path(adduct: AdductRecord) -> bool:
    """Return whether an encounter pose leads to this diastereomer."""
    return any(pose.encounter_rank is not None for pose in adduct.poses)


def seed_scores(adduct: AdductRecord) -> str:
    """Return the best scores of the search by seed with their mean and range."""
    scores = ", ".join(number(score, 2) for score in adduct.seed_scores_kcal_per_mol)
    if adduct.score_spread_kcal_per_mol is None:
        return scores
    return (
        f"{scores} kcal/mol: mean {number(adduct.score_mean_kcal_per_mol, 2)}, spread "
        f"{number(adduct.score_spread_kcal_per_mol, 2)}"
    )


def knowledge(result: DockingResult) -> dict[str, list[str]]:
    """Return what is measured, calculated and unknown, one list of sentences for each."""
    measured, name = [], str(result.ligand.get("name", "the ligand"))
    if result.reference:
        measured.append(
            f"Ligand coordinates of {result.reference.get('name', 'a crystal entry')}, used as the "
            f"reference (their place in this receptor is an estimate, \u00b1"
            f"{number(result.reference.get('uncertainty_angstrom'), 1)} \u00c5)."
        )
    else:
        measured.append("Nothing on this page: there is no crystal reference for this ligand here.")
    calculated = [
        f"The receptor as prepared here, from {result.receptor.get('source') or 'its source'}."
    ]
    if result.encounter:
        calculated.append("Every pose of the intact drug and its score.")
    if result.adducts:
        calculated += [
            "Every bonded pose: score, minimised geometry, energy, strain and contacts.",
            f"The bond to {nucleophile(result)}: it was built because the chemistry allows it, "
            "not found by the calculation.",
        ]
    unknown = [
        f"How tightly {name} binds, how fast the bond forms and how soon it lets go.",
        "Which diastereomer forms in the protein, unless a crystal structure shows it.",
    ]
    if not result.adducts:
        unknown = [f"Whether {name} binds here at all, and how tightly."]
    return {"Measured": measured, "Calculated": calculated, "Unknown": unknown}


def _count(amount: int, noun: str) -> str:
    return f"{amount} {noun}{'' if amount == 1 else 's'}"


def write_docking(result: DockingResult, folder: str | Path) -> DockingResult:
    """Write a run with its page; see :func:`workbench.files.docking.write_docking_result`.

    Raises
    ------
    OutputError
        When the folder cannot be written to, or the result cannot be turned into files.
    """
    scene = build_scene(result)
    return write_docking_result(
        result, folder, page=lambda named: _html(named, scene), view=session_view(scene)
    )


def report_html(result: DockingResult) -> str:
    """Return the whole report as one page.

    The page asks for nothing from outside: a content policy forbids it, and only the
    scripts written here, known by their hashes, may run.

    Raises
    ------
    OutputError
        When the result contradicts itself so that a picture would be wrong.
    """
    return _html(result, build_scene(result))


def _html(result: DockingResult, scene: dict[str, Any] | None) -> str:
    reference = result.reference or {}
    spread = number(reference.get("uncertainty_angstrom"), 1)
    parts = page_parts(scene, result.provenance, _sources(result)) | {
        "quick": quick_views(result, scene),
        "references": f"estimate \u00b1{spread} \u00c5" if scene and scene["reference"] else "",
        "has_bonds": bool(result.adducts),
    }
    return render(
        "docking.html",
        **parts,
        result=result,
        headline=headline(result),
        details=details(result),
        knowledge=knowledge(result),
        limits=LIMITS,
        target=nucleophile(result),
        tone=_tone(result),
        drug=Markup(drug_svg(result)),
        adducts=[_adduct_part(result, adduct) for adduct in result.adducts],
        what="The ligand in the groove",
        still=Markup(still_of(scene, str(result.ligand.get("name", "")))) if scene else "",
    )


def quick_views(result: DockingResult, scene: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return the poses with a button of their own: each diastereomer's best, and an encounter."""
    drawn = {pose["id"] for pose in scene["poses"]} if scene else set()
    best = ((adduct.label, best_of(adduct)) for adduct in result.adducts)
    views = [(f"{label}-{pose.rank}", label or "adduct") for label, pose in best if pose]
    views += [(f"encounter-{pose.rank}", "encounter") for pose in result.encounter[:1]]
    return [view for view in views if view[0] in drawn]


def notebook_html(result: DockingResult) -> str:
    """Return a short summary for a notebook cell: verdict, drawing, the best pose of each kind.

    It holds no script, and every text of the result is escaped.
    """
    rows = [(adduct, best_of(adduct)) for adduct in result.adducts]
    return render(
        "docking_notebook.html",
        result=result,
        headline=headline(result),
        details=details(result),
        drug=Markup(drug_svg(result)),
        rows=[(adduct, pose) for adduct, pose in rows if pose is not None],
    )


def _adduct_part(result: DockingResult, adduct: AdductRecord) -> dict[str, Any]:
    """Return what the template needs for one diastereomer."""
    best = best_of(adduct)
    terms = list(dict.fromkeys(name for pose in adduct.poses for name in pose.score_terms))
    return {
        "record": adduct,
        "terms": terms,
        "has_path": has_path(adduct),
        "seed_scores": seed_scores(adduct),
        "drawing": Markup(adduct_svg(result, adduct)),
        "best": best,
        "centres": ", ".join(
            f"drug atom {centre.get('atom_index')}: {centre.get('cip')}"
            for centre in adduct.stereocentres
        ),
    }


def _tone(result: DockingResult) -> str:
    best = best_pose(result)
    if result.verdict != "adduct":
        return "plain"
    return "good" if best is not None and best[1].valid else "bad"


def _sources(result: DockingResult) -> list[tuple[str, str]]:
    amber = AMBER if result.provenance["force_field"] == "amber" else ()
    return [*SOURCES, *amber, *model_sources(result.receptor)]
