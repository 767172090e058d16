"""XPO1 workbench: how a SINE drug binds Cys528 of XPO1, and lets go again."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from workbench.ligands.reading import load_ligand
    from workbench.mechanism.reactivity import react
    from workbench.mechanism.simulation import simulate
    from workbench.pipeline import compare, dock, view_receptor
    from workbench.report.tour_page import tour
    from workbench.resistance import scan
    from workbench.screening.run import screen
    from workbench.structures.loading import load_receptor

_EXPORTS = {
    "compare": "workbench.pipeline",
    "dock": "workbench.pipeline",
    "load_ligand": "workbench.ligands.reading",
    "load_receptor": "workbench.structures.loading",
    "react": "workbench.mechanism.reactivity",
    "scan": "workbench.resistance",
    "screen": "workbench.screening.run",
    "simulate": "workbench.mechanism.simulation",
    "tour": "workbench.report.tour_page",
    "view_receptor": "workbench.pipeline",
}

__all__ = [
    "__version__",
    "compare",
    "dock",
    "load_ligand",
    "load_receptor",
    "react",
    "scan",
    "screen",
    "simulate",
    "tour",
    "view_receptor",
]


def __getattr__(name: str) -> Any:
    """Import the public functions on first use, so that ``import workbench`` stays instant."""
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")
