"""The report: one HTML file that opens from disk, without a network."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from workbench.report import summary
from workbench.report.figures import adduct_svg, drug_svg, still_of
from workbench.report.scene import build_scene, scene_json
from workbench.report.templating import (
    SCRIPTS,
    content_policy,
    environment,
    provenance_rows,
    template_text,
)
from workbench.results import AdductRecord, DockingResult

SOURCES = (
    ("RDKit (chemistry)", "10.5281/zenodo.591637"),
    ("OpenMM 8 (minimisation)", "10.1021/acs.jpcb.3c06662"),
    ("AutoDock Vina 1.2 (encounter docking)", "10.1021/acs.jcim.1c00203"),
    ("the Vina scoring function", "10.1002/jcc.21334"),
    ("MMFF94s (force field)", "10.1002/(SICI)1096-987X(199905)20:7<720::AID-JCC7>3.0.CO;2-X"),
)
AMBER = (
    ("ff14SB (force field, protein)", "10.1021/acs.jctc.5b00255"),
    ("GAFF (force field, drug)", "10.1002/jcc.20035"),
    ("AM1-BCC (charges of the drug)", "10.1002/jcc.10128"),
    ("OBC2 (implicit water)", "10.1002/prot.20033"),
)
ALPHAFOLD = (
    ("AlphaFold (receptor model)", "10.1038/s41586-021-03819-2"),
    ("AlphaFold Protein Structure Database, CC-BY 4.0", "10.1093/nar/gkab1061"),
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
    scene = build_scene(result)
    scripts = [template_text(name) for name in SCRIPTS]
    return (
        environment()
        .get_template("page.html")
        .render(
            policy=content_policy(scripts),
            style=Markup(template_text("style.css")),
            scripts=[Markup(text) for text in scripts],
            result=result,
            summary=summary,
            target=summary.nucleophile(result),
            tone=_tone(result),
            drug=Markup(drug_svg(result)),
            adducts=[_adduct_part(adduct) for adduct in result.adducts],
            scene=scene,
            what="The ligand in the groove",
            has_bonds=bool(result.adducts),
            reference_spread=summary.number(
                (result.reference or {}).get("uncertainty_angstrom"), 1
            ),
            scene_json=Markup(scene_json(scene)) if scene else "",
            still=Markup(still_of(scene, str(result.ligand.get("name", "")))) if scene else "",
            shown=scene["poses"][scene["first"]]["id"] if scene and scene["poses"] else "",
            viewable={pose["id"] for pose in scene["poses"]} if scene else set(),
            sources=_sources(result),
            provenance=provenance_rows(result.provenance),
        )
    )


def notebook_html(result: DockingResult) -> str:
    """Return a short summary for a notebook cell: verdict, drawing, the best pose of each kind.

    It holds no script, and every text of the result is escaped.
    """
    rows = [(adduct, summary.best_of(adduct)) for adduct in result.adducts]
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


def _adduct_part(adduct: AdductRecord) -> dict[str, Any]:
    """Return what the template needs for one diastereomer."""
    terms = list(dict.fromkeys(name for pose in adduct.poses for name in pose.score_terms))
    return {
        "record": adduct,
        "terms": terms,
        "drawing": Markup(adduct_svg(adduct)),
        "best": summary.best_of(adduct),
        "centres": ", ".join(
            f"drug atom {centre.get('atom_index')}: {centre.get('cip')}"
            for centre in adduct.stereocentres
        ),
    }


def _tone(result: DockingResult) -> str:
    best = summary.best_pose(result)
    if result.verdict != "adduct":
        return "plain"
    return "good" if best is not None and best[1].valid else "bad"


def _sources(result: DockingResult) -> list[tuple[str, str]]:
    source = str(result.receptor.get("source", ""))
    model = "AF-" in source or "AlphaFold" in source or result.receptor["name"] == "human-groove"
    amber = result.provenance["force_field"] == "amber"
    return [*SOURCES, *(AMBER if amber else ()), *(ALPHAFOLD if model else ())]
