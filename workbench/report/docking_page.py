"""The report: one HTML file that opens from disk, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from workbench.files.docking import write_docking_result
from workbench.records.docking import AdductRecord, DockingResult, best_of, best_pose
from workbench.report import summary
from workbench.report.figures import adduct_svg, drug_svg, still_of
from workbench.report.interaction_map import interaction_map
from workbench.report.scene import build_scene, session_view
from workbench.report.templating import ALPHAFOLD, AMBER, SOURCES, environment, page_parts


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
    spread = summary.number(reference.get("uncertainty_angstrom"), 1)
    parts = page_parts(scene, result.provenance, _sources(result)) | {
        "quick": quick_views(result, scene),
        "references": f"estimate \u00b1{spread} \u00c5" if scene and scene["reference"] else "",
        "has_bonds": bool(result.adducts),
    }
    return (
        environment()
        .get_template("page.html")
        .render(
            **parts,
            result=result,
            summary=summary,
            target=summary.nucleophile(result),
            tone=_tone(result),
            drug=Markup(drug_svg(result)),
            adducts=[_adduct_part(result, adduct) for adduct in result.adducts],
            what="The ligand in the groove",
            still=Markup(still_of(scene, str(result.ligand.get("name", "")))) if scene else "",
        )
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
    return (
        environment()
        .get_template("notebook.html")
        .render(
            result=result,
            summary=summary,
            drug=Markup(drug_svg(result)),
            rows=[(adduct, pose) for adduct, pose in rows if pose is not None],
        )
    )


def _adduct_part(result: DockingResult, adduct: AdductRecord) -> dict[str, Any]:
    """Return what the template needs for one diastereomer."""
    best = best_of(adduct)
    terms = list(dict.fromkeys(name for pose in adduct.poses for name in pose.score_terms))
    return {
        "record": adduct,
        "terms": terms,
        "drawing": Markup(adduct_svg(result, adduct)),
        "best": best,
        "map": Markup(interaction_map(best, f"Contacts of {adduct.label} pose {best.rank}"))
        if best is not None and best.drug_sdf
        else "",
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
    source = str(result.receptor.get("source", ""))
    model = "AF-" in source or "AlphaFold" in source or result.receptor["name"] == "human-groove"
    amber = result.provenance["force_field"] == "amber"
    return [*SOURCES, *(AMBER if amber else ()), *(ALPHAFOLD if model else ())]
