"""XPO1 workbench: how a SINE drug binds Cys528 of XPO1, and lets go again."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from workbench.ligands.reading import load_ligand
    from workbench.mechanism.reactivity import react
    from workbench.mechanism.simulation import simulate
    from workbench.pipeline.comparing import compare
    from workbench.pipeline.docking import dock
    from workbench.report.notebook import plot, view
    from workbench.report.tour import tour
    from workbench.resistance import scan
    from workbench.screening.run import screen
    from workbench.structures.loading import load_receptor

_EXPORTS = {
    "compare": "workbench.pipeline.comparing",
    "dock": "workbench.pipeline.docking",
    "load_ligand": "workbench.ligands.reading",
    "load_receptor": "workbench.structures.loading",
    "plot": "workbench.report.notebook",
    "react": "workbench.mechanism.reactivity",
    "scan": "workbench.resistance",
    "screen": "workbench.screening.run",
    "simulate": "workbench.mechanism.simulation",
    "tour": "workbench.report.tour",
    "view": "workbench.report.notebook",
}

_SHOWN_IN_NOTEBOOKS = (
    ("records.comparison", "Comparison"),
    ("records.docking", "DockingResult"),
    ("records.dynamics", "DynamicsResult"),
    ("records.reaction", "Reactions"),
    ("records.scan", "ScanResult"),
    ("records.screen", "ScreenResult"),
    ("records.simulation", "SimulationResult"),
    ("ligands.molecules", "Ligand"),
)

__all__ = [
    "__version__",
    "compare",
    "dock",
    "load_ligand",
    "load_receptor",
    "plot",
    "react",
    "scan",
    "screen",
    "simulate",
    "tour",
    "view",
]


def __getattr__(name: str) -> Any:
    """Import the public functions on first use, so that ``import workbench`` stays instant."""
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def _cell_html(result: object) -> str:
    from workbench.report.notebook import cell_html

    return cell_html(result)


def _register_with_ipython() -> None:
    """Tell a running IPython how to show results; nothing is imported until one is shown."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        formatter = shell.display_formatter.formatters["text/html"]
        for module, name in _SHOWN_IN_NOTEBOOKS:
            formatter.for_type_by_name(f"workbench.{module}", name, _cell_html)


_register_with_ipython()
