"""Compilation of the inner loops, kept on disk where the machine lets us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import config, njit

# straight-line code, such as the weighing of a spline's rows, becomes vectors only with this
_settings: Any = config
_settings.SLP_VECTORIZE = 1

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(*, nogil: bool = False) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function with numba.

    The machine code is cached beside the source or in the user's cache folder. Where neither can
    be written (a system-wide install run without a home), numba refuses to cache at all: the
    function is then compiled anew in each process, about ten seconds in all.

    Rounding is left as written (no fast mathematics): a function is compiled once on its own and
    once inside each caller, and with freedom of rounding the copies differ in the last bits, so
    that a search went another way in the process that compiled than in those that loaded.
    """

    def decorate(function: Function) -> Function:
        options: dict[str, Any] = {"nogil": nogil, "error_model": "numpy"}
        try:
            ready = njit(cache=True, **options)(function)
        except RuntimeError:
            ready = njit(**options)(function)
        return cast(Function, ready)

    return decorate
