"""Compilation of the inner loops, kept on disk where the machine lets us."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

from workbench.structures.fetch import cache_root

# straight-line code, such as the weighing of a spline's rows, becomes vectors only with this
_settings: Any = config
_settings.SLP_VECTORIZE = 1

Function = TypeVar("Function", bound=Callable[..., Any])

_FOLDER = Path(__file__).parent
_SOURCES = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(_FOLDER.glob("*.py"))))


def compiled(*, nogil: bool = False) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function with numba.

    The machine code is kept in the user's cache folder, never beside the source, under a name that
    changes with any file of this folder: numba itself looks at the file of a function alone, not at
    what the function calls nor at the options here. Where that folder cannot be written, the
    function is compiled anew in each process, about ten seconds in all.

    Rounding is left as written (no fast mathematics): a function is compiled once on its own and
    once inside each caller, and with freedom of rounding the copies differ in the last bits, so
    that a search went another way in the process that compiled than in those that loaded.
    """

    def decorate(function: Function) -> Function:
        options: dict[str, Any] = {"nogil": nogil, "error_model": "numpy"}
        try:
            with _cache_of_these_sources():
                ready = njit(cache=True, **options)(function)
        except RuntimeError:
            ready = njit(**options)(function)
        return cast(Function, ready)

    return decorate


@contextmanager
def _cache_of_these_sources() -> Iterator[None]:
    """Point numba to a cache folder of these sources; it chooses one while it decorates."""
    chosen = _settings.CACHE_DIR
    base = Path(chosen) if chosen else cache_root()
    _settings.CACHE_DIR = str(base / f"kernels-{_SOURCES.hexdigest()[:16]}")
    try:
        yield
    finally:
        _settings.CACHE_DIR = chosen
