"""What adding a thiol to a drug costs or yields: the object that its files and pages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

Model = Literal["truncated", "whole"]


@dataclass(frozen=True)
class AdductEnergy:
    """Free energy of addition of the thiol to one diastereomer (or enantiomer) of the adduct.

    Parameters
    ----------
    label
        As docking writes it: ``bR``, ``bS_aS``.
    delta_g_kcal_per_mol
        Drug + thiol -> adduct, at the level that the reaction names. Never an affinity.
    relative_to_selinexor_kcal_per_mol
        The same less selinexor's most stable adduct; positive lets go more easily.
    uncertainty_kcal_per_mol
        Of the relative value, from conformers and levels; ``None`` where only one was computed.
    """

    label: str
    delta_g_kcal_per_mol: float
    relative_to_selinexor_kcal_per_mol: float
    uncertainty_kcal_per_mol: float | None


@dataclass(frozen=True)
class Reaction:
    """Thiol addition to one drug, at one level.

    Parameters
    ----------
    level
        Method in words, such as ``GFN2-xTB/ALPB(water)``.
    model
        The whole drug, or the drug cut back around its warhead.
    index
        Reactivity indices by name with the unit in the name (``lumo_ev``,
        ``thiolate_addition_kcal_per_mol``).
    """

    ligand: str
    level: str
    model: Model
    adducts: tuple[AdductEnergy, ...]
    index: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def best(self) -> AdductEnergy:
        """The adduct with the most favourable addition."""
        return min(self.adducts, key=lambda adduct: adduct.delta_g_kcal_per_mol)

    def to_dict(self) -> dict[str, Any]:
        """Return the form that ``react --json`` writes."""
        return asdict(self)


class Reactions(list[Reaction]):
    """The reactions of several drugs: a list with a table."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per drug and adduct: the content of ``reactions.csv``."""
        return pd.DataFrame(reaction_rows(self))


def reaction_rows(reactions: Sequence[Reaction]) -> list[dict[str, Any]]:
    """Return what the table says, one row per drug and adduct."""
    return [
        {
            "ligand": one.ligand,
            "level": one.level,
            "model": one.model,
            "adduct": adduct.label,
            "delta_g_kcal_per_mol": adduct.delta_g_kcal_per_mol,
            "relative_to_selinexor_kcal_per_mol": adduct.relative_to_selinexor_kcal_per_mol,
            "uncertainty_kcal_per_mol": adduct.uncertainty_kcal_per_mol,
            **one.index,
        }
        for one in reactions
        for adduct in one.adducts
    ]
