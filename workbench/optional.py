"""Optional packages, taken in where they are needed."""

from __future__ import annotations

from typing import Any

from workbench.errors import WorkbenchError


def mdanalysis_package(what: str, error: type[WorkbenchError]) -> Any:
    """Return MDAnalysis.

    Parameters
    ----------
    what
        Needs MDAnalysis, for the error.
    error
        Raised, with the extra to install, when MDAnalysis is missing.
    """
    try:
        import MDAnalysis.lib.distances
    except ImportError as missing:
        raise error(
            f"{what} needs MDAnalysis: install the extra, pip install 'xpo1-workbench[dynamics]'"
        ) from missing
    return MDAnalysis
