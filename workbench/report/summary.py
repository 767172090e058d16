"""What a result says, in words: the verdict, the pose to show first, the limits."""

from __future__ import annotations

import math

from workbench.records.docking import AdductRecord, DockingResult, PoseRecord, best_pose

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
    parts = str(result.receptor.get("reactive_atom") or "").split(":")
    if len(parts) == 3 and parts[1].isdigit():
        return f"{'Cys' if parts[2] == 'SG' else 'residue '}{parts[1]}"
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
    sentences = []
    total = sum(len(adduct.poses) for adduct in result.adducts)
    valid = sum(pose.valid for adduct in result.adducts for pose in adduct.poses)
    sentences.append(
        f"{_count(len(result.adducts), 'diastereomer')} and {_count(total, 'pose')} were built; "
        f"{valid} of them {'passes' if valid == 1 else 'pass'} every check."
    )
    adduct, pose = best
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
        f"The receptor as prepared here, from {result.receptor.get('source') or 'its source'}.",
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


def number(value: object, digits: int) -> str:
    """Format a number with a true minus sign; an en dash where there is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return "\u2013"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "\u2212")


def sentence(text: str) -> str:
    """Give a clause a full stop, and a capital unless it starts with a symbol such as bR or pH."""
    first = text.split(" ", 1)[0]
    start = text[:1].upper() if first.islower() else text[:1]
    return start + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _count(amount: int, noun: str) -> str:
    return f"{amount} {noun}{'' if amount == 1 else 's'}"
