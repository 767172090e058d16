"""Compilation of the inner loops, kept on disk where the machine lets us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(*, nogil: bool = False) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function with numba.

    The machine code is cached beside the source or in the user's cache folder. Where neither can
    be written (a system-wide install run without a home), numba refuses to cache at all: the
    function is then compiled anew in each process, about ten seconds in all.
    """

    def decorate(function: Function) -> Function:
        try:
            ready = njit(cache=True, nogil=nogil)(function)
        except RuntimeError:
            ready = njit(nogil=nogil)(function)
        return cast(Function, ready)

    return decorate
