"""Results in a notebook: what a cell shows, a 3D view, a figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.ligands.depiction import drug_svg
from workbench.ligands.molecules import Ligand
from workbench.records.comparison import Comparison
from workbench.records.docking import DockingResult
from workbench.records.dynamics import DynamicsResult
from workbench.records.reaction import Reactions
from workbench.records.scan import ScanResult
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
from workbench.report.comparison_scene import view_comparison
from workbench.report.plots import simulation_figure
from workbench.report.scan_scene import view_scan
from workbench.report.scene import view_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
VIEWS: dict[type, Callable[[Any], Any]] = {
    Comparison: view_comparison,
    DockingResult: view_of,
    ScanResult: view_scan,
}


def cell_html(result: object) -> str:
    """Return what a notebook's cell shows of a result: no script, every text escaped."""
    return CELLS[type(result)](result)


def view(result: DockingResult | Comparison | ScanResult) -> Any:
    """Return a py3Dmol view of a result's poses in the groove.

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
        When something else is given, or matplotlib is not installed.
    """
    other = next((r for r in results if not isinstance(r, SimulationResult)), None)
    if not results or other is not None:
        raise UsageError(f"there is no figure of {type(other).__name__ if results else 'nothing'}")
    return simulation_figure(results)
