"""Reactions that ``workbench react --json`` printed, read for a comparison."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.ligands.catalogue import name_key
from workbench.ligands.molecules import Ligand
from workbench.records.reaction import AdductEnergy, Reaction

LARGEST_BYTES = 10_000_000


def reactions_from(path: Path) -> Callable[[Ligand], Reaction | None]:
    """Return what looks up a drug's reaction, by name, in a file.

    Parameters
    ----------
    path
        A JSON list as ``workbench react --json`` prints it.

    Raises
    ------
    UsageError
        When the file cannot be read, or holds something else.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UsageError(f"'{path.name}' is too large to be a list of reactions")
        rows = json.loads(path.read_text(encoding="utf-8"))
        known = {name_key(str(row["ligand"])): _reaction(row) for row in rows}
    except OSError as error:
        raise UsageError(
            f"'{path.name}' cannot be read: {error.strerror}; write it with workbench react --json"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"'{path.name}' is no list of reactions ({type(error).__name__}): write it with "
            "workbench react --json"
        ) from error
    return lambda ligand: known.get(name_key(ligand.name))


def _reaction(row: dict[str, Any]) -> Reaction:
    return Reaction(
        ligand=str(row["ligand"]),
        level=str(row["level"]),
        model=row["model"],
        adducts=tuple(
            AdductEnergy(
                label=str(adduct["label"]),
                delta_g_kcal_per_mol=_finite(adduct["delta_g_kcal_per_mol"]),
                relative_to_selinexor_kcal_per_mol=_finite(
                    adduct["relative_to_selinexor_kcal_per_mol"]
                ),
                uncertainty_kcal_per_mol=None
                if adduct["uncertainty_kcal_per_mol"] is None
                else _finite(adduct["uncertainty_kcal_per_mol"]),
            )
            for adduct in row["adducts"]
        ),
    )


def _finite(value: object) -> float:
    number = float(value) if isinstance(value, (int, float)) else math.nan
    if not math.isfinite(number):
        raise ValueError("an energy is not a number")
    return number
