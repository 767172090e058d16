"""The receptor of a command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.structures.receptor import Receptor


def read_receptor(arguments: argparse.Namespace, **preparation: Any) -> Receptor:
    """Return what --receptor and the options of ``add_receptor_options`` name.

    Parameters
    ----------
    arguments
        Of a verb that took ``add_receptor_options``.
    preparation
        Further arguments of ``load_receptor``.

    Raises
    ------
    WorkbenchError
        As ``load_receptor`` raises.
    """
    from workbench.structures.loading import load_receptor

    return load_receptor(
        arguments.receptor,
        nucleophile=arguments.nucleophile,
        mutations=tuple(arguments.mutate),
        keep_waters=arguments.keep_waters,
        keep_partners=arguments.keep_partners,
        **preparation,
    )
