"""Results in a notebook: what a cell shows, a 3D view, a figure."""

from __future__ import annotations

import html
from collections.abc import Callable
from itertools import cycle
from typing import TYPE_CHECKING, Any

import py3Dmol

from workbench.errors import OutputError, UsageError
from workbench.ligands.depiction import drug_svg
from workbench.ligands.molecules import Ligand
from workbench.records.comparison import Comparison
from workbench.records.docking import DockingResult, best_pose
from workbench.records.dynamics import DynamicsResult
from workbench.records.reaction import Reactions
from workbench.records.scan import WILD_TYPE, ScanResult
from workbench.records.screen import ScreenResult
from workbench.records.simulation import SimulationResult
from workbench.report import (
    comparison_page,
    docking_page,
    dynamics_page,
    reaction_page,
    scan_page,
    screen_page,
    simulation_page,
)
from workbench.report.charts import simulation_figure
from workbench.report.groove_page import build_groove_scene
from workbench.report.landmarks import ball_radius
from workbench.report.poses import NEAR_ANGSTROM, address_of, read_structure
from workbench.report.scan_page import SITE, build_scan_scene
from workbench.report.scene import build_scene, focus_of, residue_numbers
from workbench.report.still import draw_still
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_json, receptor_pdb

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 720, 480
OFFLINE = "A still picture. With a network the model can be turned here: 3Dmol.js is loaded then."
MUTANT_COLOURS = ("#be1886", "#c86a14", "#6b4fb3", "#1e6ec8")

CELLS: dict[type, Callable[[Any], str]] = {
    Ligand: drug_svg,
    Comparison: comparison_page.notebook_html,
    DockingResult: docking_page.notebook_html,
    DynamicsResult: dynamics_page.notebook_html,
    Reactions: reaction_page.notebook_html,
    ScanResult: scan_page.notebook_html,
    ScreenResult: screen_page.notebook_html,
    SimulationResult: simulation_page.notebook_html,
}


class NotebookView(py3Dmol.view):
    """A py3Dmol view over a still picture of the same scene (SVG).

    3Dmol.js comes from the network. Its opaque canvas covers the picture once it is there;
    until then, or without a network, the picture is what is seen.
    """

    def __init__(self, still: str) -> None:
        super().__init__(width=WIDTH, height=HEIGHT)
        self.still = still

    def _make_html(self) -> str:
        """Return the view's HTML; py3Dmol shows, writes and updates what this returns."""
        head, opening, rest = super()._make_html().partition("<script>")
        script, closing, tail = rest.rpartition("</script>")
        # a molecule's name is text of the script: it must not end it
        script = script.replace("</", "<\\/").replace("<!--", "<\\!--")
        view = "".join((head, opening, script, closing, tail))
        return (
            f'<div style="position:relative;width:{WIDTH}px;max-width:100%;height:{HEIGHT}px">'
            f'<div style="position:absolute;inset:0;overflow:hidden;background:#fff;'
            f'color:#17202d">{self.still}<p style="position:absolute;bottom:0;margin:0;'
            f'padding:2px 6px;background:#fff"><small>{html.escape(OFFLINE)}</small></p></div>'
            f"{view}</div>"
        )

    def _repr_html_(self) -> str:
        """Show the view once, where py3Dmol would publish it and leave its own name below."""
        return self._make_html()


def cell_html(result: object) -> str:
    """Return what a notebook's cell shows of a result: no script, every text escaped."""
    return CELLS[type(result)](result)


def view(result: DockingResult | Comparison | ScanResult | Receptor) -> Any:
    """Return a py3Dmol view: the poses of a result in the groove, or a receptor with its pockets.

    py3Dmol loads its script from the network; without one the view is a still picture.

    Raises
    ------
    UsageError
        When there is no view of such a result.
    OutputError
        When the result holds no structure.
    """
    if type(result) not in VIEWS:
        raise UsageError(f"there is no 3D view of a {type(result).__name__}")
    return VIEWS[type(result)](result)


def plot(*results: SimulationResult) -> Figure:
    """Return a matplotlib figure of simulations, their courses over each other.

    Raises
    ------
    UsageError
        When something else is given.
    """
    other = next((r for r in results if not isinstance(r, SimulationResult)), None)
    if not results or other is not None:
        raise UsageError(f"there is no figure of {type(other).__name__ if results else 'nothing'}")
    return simulation_figure(results)


def _view_docking(result: DockingResult) -> Any:
    """Return the best pose in its groove, or the groove with the first encounter pose."""
    best = best_pose(result)
    pdb = best[1].complex_pdb if best else result.receptor_pdb
    scene = build_scene(result) if pdb else None
    if scene is None:
        raise OutputError("there is no structure to show: the result holds neither pose nor groove")
    view = NotebookView(draw_still(scene, str(result.ligand.get("name", "The drug"))))
    view.addModel(pdb, "pdb")
    view.setStyle({}, {"cartoon": {"color": "#9fb2c4", "opacity": 0.75}})
    drug: dict[str, Any] = {"resn": "LIG"}
    if best is None and result.encounter and result.encounter[0].sdf:
        view.addModel(result.encounter[0].sdf, "mol")
        drug = {"model": 1}
    near = {"within": {"distance": NEAR_ANGSTROM, "sel": drug}, "byres": True}
    view.addStyle(near, {"stick": {"radius": 0.12, "colorscheme": "whiteCarbon"}})
    view.setStyle(drug, {"stick": {"radius": 0.2, "colorscheme": "greenCarbon"}})
    reactive = address_of(result.receptor)
    if reactive is not None:
        where = {"chain": reactive[0], "resi": reactive[1]}
        view.addStyle(where, {"stick": {"radius": 0.18}})
        view.addResLabels(where, {"fontSize": 12, "backgroundOpacity": 0.6})
    view.zoomTo(drug)
    return view


def _view_comparison(comparison: Comparison) -> Any:
    """Return the reference compound in the groove, the others in their colours."""
    names = [drug.name for drug in comparison.drugs]
    index = names.index(comparison.reference)
    view = _view_docking(comparison.results[index])
    colours = cycle(comparison_page.COLOURS)
    for k, result in enumerate(comparison.results):
        best = best_pose(result)
        if k != index and best is not None and best[1].drug_sdf:
            view.addModel(best[1].drug_sdf, "mol")
            view.setStyle({"model": -1}, {"stick": {"radius": 0.14, "color": next(colours)}})
    return view


def _view_scan(result: ScanResult) -> Any:
    """Return the wild type's groove with the first drug, each mutant laid on it in its colour."""
    scene = build_scan_scene(result)
    if scene is None:
        raise OutputError("there is no structure to show: the scan holds no pose in a groove")
    view = NotebookView(draw_still(scene, "The wild type's groove"))
    colours = cycle(MUTANT_COLOURS)
    site = {"resi": list(SITE)}
    for groove in result.grooves:
        wild = groove.mutation == WILD_TYPE
        sticks = (
            {"radius": 0.18, "colorscheme": "whiteCarbon"}
            if wild
            else {"radius": 0.12, "color": next(colours)}
        )
        view.addModel(groove.pdb, "pdb")
        view.setStyle({"model": -1}, {"cartoon": {"color": "#9fb2c4"}} if wild else {})
        view.addStyle({"model": -1, **site}, {"stick": sticks})
        pose = result.pair(groove.mutation, result.ligands[0]).sdf
        if pose:
            view.addModel(pose, "mol")
            view.setStyle(
                {"model": -1},
                {"stick": sticks | {"colorscheme": "greenCarbon"}} if wild else {"stick": sticks},
            )
    view.addResLabels({"model": 0, **site}, {"fontSize": 12, "backgroundOpacity": 0.6})
    view.zoomTo(site)
    return view


def _view_receptor(receptor: Receptor) -> Any:
    """Return the groove: the lining as sticks, each pocket a labelled ball as large as fits."""
    pdb, record = receptor_pdb(receptor), receptor_json(receptor)
    scene = build_groove_scene(pdb, record)
    view = NotebookView(draw_still(scene, f"The groove of {record.get('name', 'the receptor')}"))
    view.addModel(pdb, "pdb")
    view.setStyle({}, {"cartoon": {"color": "#9fb2c4", "opacity": 0.75}})
    numbers = list(residue_numbers(scene))
    view.addStyle({"resi": numbers}, {"stick": {"radius": 0.12, "colorscheme": "whiteCarbon"}})
    for chain, number, _ in focus_of(read_structure(pdb)[0], record):
        where = {"chain": chain, "resi": number}
        view.addStyle(where, {"stick": {"radius": 0.2}})
        view.addResLabels(where, {"fontSize": 12, "backgroundOpacity": 0.6})
    for pocket in record.get("pockets", []):
        x, y, z = pocket["centre_angstrom"]
        place = {"x": x, "y": y, "z": z}
        radius = ball_radius(pocket["room_angstrom"])
        view.addSphere({"center": place, "radius": radius, "color": "#7b52c7", "opacity": 0.5})
        view.addLabel(pocket["name"], {"position": place, "fontSize": 13, "inFront": True})
    view.zoomTo({"resi": numbers} if numbers else {})
    return view


VIEWS: dict[type, Callable[[Any], Any]] = {
    Comparison: _view_comparison,
    DockingResult: _view_docking,
    Receptor: _view_receptor,
    ScanResult: _view_scan,
}
