"""Optional packages, taken in where they are needed."""

from __future__ import annotations

import os
from typing import Any

from workbench.errors import WorkbenchError

_THREADS = "OMP_NUM_THREADS"


def tblite_interface(what: str, error: type[WorkbenchError]) -> Any:
    """Return tblite's Python interface, on one thread unless ``OMP_NUM_THREADS`` says otherwise.

    On molecules of this size further threads wait for each other: they cost several times the
    processor time and save none by the clock.

    Parameters
    ----------
    what
        Needs tblite, for the error.
    error
        Raised, with the extra to install, when tblite is missing.
    """
    asked = os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")  # read once, when the package's libraries are loaded
    try:
        from tblite import interface
    except ImportError as missing:
        raise error(
            f"{what} need tblite: install the extra, pip install 'xpo1-workbench[react]'"
        ) from missing
    finally:
        if asked is None:
            del os.environ[_THREADS]
    return interface


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
