"""The tour: one page that leads from nuclear export to the bond and to the mutant C528S."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from workbench.files.writing import prepare_output_folder, write_texts
from workbench.records.docking import DockingResult
from workbench.report.still import draw_still
from workbench.report.summary import number
from workbench.report.templating import ALPHAFOLD, SOURCES, environment, page_parts
from workbench.report.tour_scene import ADDUCT, build_tour_scene, read_tour_poses
from workbench.report.tour_text import STATUSES, Step, read_steps

PAGE = "tour.html"
SCRIPT = "tour.js"
KNOWN = ("measured", "model", "unknown")


def tour(out: str | Path = PAGE) -> Path:
    """Write the tour for students: one page that opens without a network.

    From nuclear export over the groove, the export signal and the drug to the bond, its
    reversal and the mutant C528S; text at two levels, questions with answers, 3D scenes.

    Parameters
    ----------
    out
        The file; its folder has to exist.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        When it cannot be written.

    Examples
    --------
    >>> workbench.tour("tour.html")  # doctest: +SKIP
    """
    path = Path(out)
    if path.is_dir():
        path = path / PAGE
    folder = prepare_output_folder(path.parent)
    return write_texts(folder, {path.name: tour_html()})[0]


def tour_html() -> str:
    """Return the page.

    Raises
    ------
    OutputError
        When the shipped poses, tables and texts do not fit together.
    """
    wild_type, mutant = read_tour_poses()
    scene = build_tour_scene(wild_type, mutant)
    steps = read_steps(computed(wild_type, mutant))
    ids = [pose["id"] for pose in scene["poses"]]
    still = {**scene, "first": ids.index(ADDUCT)}
    uncertainty = number((wild_type.reference or {}).get("uncertainty_angstrom"), 1)
    parts = page_parts(scene, wild_type.provenance, (*SOURCES, *ALPHAFOLD), (SCRIPT,))
    return (
        environment()
        .get_template("tour.html")
        .render(
            **parts | {"references": f"estimate \u00b1{uncertainty} \u00c5", "has_bonds": True},
            steps=steps,
            statuses=STATUSES,
            known=[(status, of_status(steps, status)) for status in KNOWN],
            still=Markup(draw_still(still, "Selinexor bonded to Cys528")),
            what="The groove of XPO1, as the step of the tour shows it",
        )
    )


def computed(wild_type: DockingResult, mutant: DockingResult) -> dict[str, dict[str, Any]]:
    """Return the numbers of the shipped poses that the text may quote, by pose."""
    encounter, adduct = wild_type.encounter[0], wild_type.adducts[0]
    pose = adduct.poses[0]
    source = "this workbench, docked and minimised: a model"
    return {
        "encounter": {
            "distance": number(encounter.sg_c_distance_angstrom, 1),
            "angle": number(encounter.attack_angle_degree, 0),
            "face": encounter.face,
            "score": number(encounter.score_kcal_per_mol, 1),
            "mutant_score": number(mutant.encounter[0].score_kcal_per_mol, 1),
            "leads_to": ", ".join(encounter.leads_to),
            "source": source,
        },
        "adduct": {
            "distance": number(pose.sg_c_distance_angstrom, 2),
            "angle": number(pose.c_s_c_angle_degree, 0),
            "label": adduct.label,
            "source": source,
        },
    }


def of_status(steps: tuple[Step, ...], status: str) -> list[tuple[str, str]]:
    """Return step and text of the course's statements of one status."""
    return [
        (step.title, statement.text)
        for step in steps
        for statement in step.statements
        if statement.status == status and statement.level == "course"
    ]
