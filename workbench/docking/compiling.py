"""Compilation of the inner loops, kept on disk where the machine lets us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import config, njit

# straight-line code, such as the weighing of a spline's rows, becomes vectors only with this
_settings: Any = config
_settings.SLP_VECTORIZE = 1

_FAST = {"reassoc", "contract", "arcp", "nsz"}
"""Freedom of rounding alone; infinities and NaN keep their meaning."""

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(*, nogil: bool = False) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function with numba.

    The machine code is cached beside the source or in the user's cache folder. Where neither can
    be written (a system-wide install run without a home), numba refuses to cache at all: the
    function is then compiled anew in each process, about ten seconds in all.
    """

    def decorate(function: Function) -> Function:
        options: dict[str, Any] = {"nogil": nogil, "fastmath": _FAST, "error_model": "numpy"}
        try:
            ready = njit(cache=True, **options)(function)
        except RuntimeError:
            ready = njit(**options)(function)
        return cast(Function, ready)

    return decorate
