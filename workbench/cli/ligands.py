"""The ligands of a command line, read as far as they can be."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand


def read_ligands(arguments: argparse.Namespace) -> tuple[list[Ligand], int]:
    """Return the ligands that can be read and the number of inputs that cannot.

    The latter are listed on stderr.

    Raises
    ------
    LigandError
        When none can be read.
    """
    from workbench.errors import LigandError
    from workbench.ligands.reading import LigandFailure, each_ligand
    from workbench.settings import LigandSettings

    settings = LigandSettings(
        ph=arguments.ph,
        tautomer=arguments.tautomer,
        max_stereoisomers=arguments.max_stereoisomers,
        warhead=arguments.warhead,
        smiles_column=arguments.smiles_column,
        name_column=arguments.name_column,
    )
    ligands: list[Ligand] = []
    reasons: list[str] = []
    for text in arguments.ligands:
        try:
            for outcome in each_ligand(text, settings=settings):
                if isinstance(outcome, LigandFailure):
                    reasons.append(outcome.reason)
                else:
                    ligands.append(outcome)
        except LigandError as error:
            reasons.append(str(error))
    if not ligands and len(reasons) == 1:
        raise LigandError(reasons[0])
    for reason in reasons:
        print(f"workbench: {reason}", file=sys.stderr)
    if not ligands:
        raise LigandError(f"none of the {len(reasons)} ligands can be read")
    return ligands, len(reasons)
