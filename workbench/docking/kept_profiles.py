"""Torsion profiles kept between processes: the fragments of analogs are mostly the same."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import rdBase

from workbench.settings import ConformerSettings
from workbench.structures.cache import cache_root

FloatArray = NDArray[np.float64]


def kept(fragment: str, length: int, compute: Callable[[], FloatArray]) -> FloatArray:
    """Return the series of a fragment from the user's cache, or compute it and keep it there.

    The kept ones are of this version of RDKit, of the sources that make them and of the settings
    of their conformers. A file that is damaged counts as absent; where the cache cannot be
    written, each process computes its own.

    Parameters
    ----------
    fragment
        SMILES with the torsion's atoms mapped.
    length
        Of the series.

    Returns
    -------
    numpy.ndarray
        ``(length,)``, the same numbers either way.
    """
    path = _folder() / f"{hashlib.sha256(fragment.encode()).hexdigest()[:32]}.json"
    found = _read(path, fragment, length)
    if found is None:
        found = compute()
        with contextlib.suppress(OSError):
            _write(path, fragment, found)
    return found


@cache
def _version() -> str:
    """Return a digest of what the numbers depend on."""
    here = Path(__file__).parent
    sources = [here / "torsion_profiles.py", *sorted((here.parent / "ligands").glob("*.py"))]
    content = b"".join(source.read_bytes() for source in sources)
    settings = ConformerSettings().model_dump_json()
    return hashlib.sha256((rdBase.rdkitVersion + settings).encode() + content).hexdigest()[:16]


def _folder() -> Path:
    return cache_root() / f"torsions-{_version()}"


def _read(path: Path, fragment: str, length: int) -> FloatArray | None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        series = np.array(record["series"], dtype=np.float64)
        whole = record["fragment"] == fragment and series.shape == (length,)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return series if whole and bool(np.isfinite(series).all()) else None


def _write(path: Path, fragment: str, series: FloatArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".arriving-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"fragment": fragment, "series": series.tolist()}, file)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
