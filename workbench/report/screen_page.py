"""The page of a screen: what came in, what fell out and why, the best with drawings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.errors import LigandError
from workbench.ligands.building import build_ligands
from workbench.ligands.depiction import drug_svg
from workbench.ligands.reading import mol_from_smiles
from workbench.records.screen import MEASURES, Enrichment, Measured, ScreenResult
from workbench.report.charts import histogram, svg
from workbench.report.templating import SOURCES, page_parts, render
from workbench.settings import LigandSettings

STAGE_WORDS = {
    "read": "read and filtered",
    "search": "covalent search",
    "minimise": "minimisation of the best",
    "react": "reaction energetics of the best",
}
LIMITS = (
    "The score ranks poses and analogs in one receptor; it is no affinity, and its errors are "
    "larger than most differences between close analogs.",
    "One short search for each diastereomer: the intact drug is not docked, and the spread over "
    "seeds is not measured. Dock the few that matter with workbench dock.",
    "Every electrophile with a known cysteine adduct is taken to react; how fast, and whether it "
    "stays, the score does not say.",
)
_DRAWING = (240, 150)


def screen_html(result: ScreenResult) -> str:
    """Return the page of a finished screen; it opens without a network."""
    manifest = result.manifest
    settings = LigandSettings.model_validate(manifest["settings"]["ligand"])
    return render(
        "screen.html",
        **page_parts(None, _provenance(manifest), [*SOURCES[:2], *SOURCES[3:]]),
        result=result,
        total=sum(result.counts.values()),
        stages=_stages(result),
        chart=_chart(result),
        top=[(row, Markup(drawing(row, settings))) for row in result.top],
        scaffolds=[(row, Markup(flat_svg(row["scaffold"]))) for row in result.scaffolds[:12]],
        enrichment=_measures(result.enrichment),
        limits=LIMITS,
    )


def _stages(result: ScreenResult) -> list[dict[str, Any]]:
    taken = (stage for stage in result.stages if stage["taken"])
    return [{**stage, "words": STAGE_WORDS[stage["name"]]} for stage in taken]


def _provenance(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the manifest the page shows."""
    names = ("command", "input", "receptor", "settings", "functions", "versions", "fingerprint")
    return {name: manifest[name] for name in names}


def _measures(found: Enrichment | None) -> list[tuple[str, Measured, Measured]]:
    """Return each measure of enrichment in words, its value and what chance gives."""
    if found is None:
        return []
    return [(words, found.measures[name], found.chance[name]) for name, words in MEASURES.items()]


def notebook_html(result: ScreenResult) -> str:
    """Return the funnel, the scores and the best for a notebook cell."""
    return render(
        "screen_notebook.html",
        result=result,
        total=sum(result.counts.values()),
        stages=_stages(result),
        chart=_chart(result),
    )


def _chart(result: ScreenResult) -> Markup:
    """Return the distribution of the scores; blank when nothing was docked."""
    counts = result.scores["counts"]
    if not counts:
        return Markup("")
    chart = histogram(
        result.scores["edges_kcal_per_mol"],
        counts,
        x_label="best score, kcal/mol (lower is better)",
    )
    return Markup(svg(chart, "Ligands by best score"))


def drawing(row: Mapping[str, Any], settings: LigandSettings) -> str:
    """Return the drawing of a result's drug, its warhead marked."""
    name = str(row["name"])
    try:
        ligand = build_ligands(mol_from_smiles(row["smiles"], name), name, name, settings)[0]
    except LigandError:
        return ""  # a table of another version: the row is shown all the same
    return drug_svg(ligand, *_DRAWING)


def flat_svg(smiles: str | None) -> str:
    """Return a plain drawing of a scaffold; blank for a molecule without rings."""
    mol = Chem.MolFromSmiles(smiles) if smiles else None
    if mol is None or not mol.GetNumAtoms():
        return ""
    drawer = rdMolDraw2D.MolDraw2DSVG(*_DRAWING)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    drawer.DrawMolecule(mol)
    drawer.FinishDrawing()
    text = str(drawer.GetDrawingText())
    return text[text.index("<svg") :]
