"""What a resistance scan found: the object that its files and its page read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

import pandas as pd

WILD_TYPE = "wild type"

ScanVerdict = Literal["adduct", "no_thiol", "blocked", "no_warhead", "unsupported_warhead"]
Confidence = Literal["low", "medium", "high"]
Status = Literal["published", "general knowledge", "computed", "assumed"]

WORDS = {
    "adduct": "the adduct can form",
    "no_thiol": "no adduct: no thiol",
    "blocked": "no adduct: nothing fits",
    "no_warhead": "no adduct: the drug has no warhead",
    "unsupported_warhead": "not modelled: warhead",
}


@dataclass(frozen=True)
class Evidence:
    """One reason for a verdict; ``source`` names a publication, a method or an assumption."""

    text: str
    status: Status
    source: str


@dataclass(frozen=True)
class Difference:
    """A score of the mutant less that of the wild type, in kcal/mol.

    Parameters
    ----------
    spread_kcal_per_mol
        The two ranges over seeds, added in quadrature.
    tells
        Whether it is more than the spread and more than what the score can tell at all.
    """

    kcal_per_mol: float
    spread_kcal_per_mol: float
    tells: bool

    def __str__(self) -> str:
        said = "a difference" if self.tells else "no difference that this can tell"
        return (
            f"{self.kcal_per_mol:+.1f} \u00b1 {self.spread_kcal_per_mol:.1f} kcal/mol "
            f"against the wild type: {said}"
        )


@dataclass(frozen=True)
class Groove:
    """The groove of one mutant.

    Parameters
    ----------
    residue
        What stands at 528, ``C528``.
    contact_angstrom
        Shortest distance between the side chains of 568 and 571.
    clashes
        What the preparation says about clashes; empty when there are none.
    changes
        What was done to make the mutant.
    """

    mutation: str
    residue: str
    has_thiol: bool
    contact_angstrom: float | None
    clashes: tuple[str, ...]
    changes: tuple[str, ...]
    pdb: str = field(repr=False, default="")


@dataclass(frozen=True)
class ScanPair:
    """One mutation and one drug.

    Parameters
    ----------
    encounter_score_kcal_per_mol, adduct_score_kcal_per_mol
        Best over seeds (and diastereomers); ``None`` where it does not apply.
    encounter_difference, adduct_difference
        Against the wild type; ``None`` for the wild type itself, or without a score.
    encounter_spread_kcal_per_mol, adduct_spread_kcal_per_mol
        Range over seeds.
    contacts_lost, contacts_gained
        Residues within 4 angstrom of the encounter complex with every seed in one groove and with
        none in the other, against the wild type.
    sdf
        Mol block of the best encounter pose.
    """

    mutation: str
    ligand: str
    verdict: ScanVerdict
    reason: str
    encounter_score_kcal_per_mol: float | None
    adduct_score_kcal_per_mol: float | None
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    confidence_reason: str
    encounter_spread_kcal_per_mol: float | None = None
    adduct_spread_kcal_per_mol: float | None = None
    encounter_difference: Difference | None = None
    adduct_difference: Difference | None = None
    adduct_label: str = ""
    contacts_lost: tuple[str, ...] = ()
    contacts_gained: tuple[str, ...] = ()
    sdf: str = field(repr=False, default="")

    def to_dict(self) -> dict[str, Any]:
        """Return the element of ``scan.json``."""
        record = asdict(self)
        del record["sdf"]
        return record | {"verdict_words": WORDS[self.verdict]}


@dataclass(frozen=True)
class ScanResult:
    """Every mutation against every drug.

    Parameters
    ----------
    pairs
        The wild type first, then mutation by mutation.
    grooves
        Of the wild type and the mutants.
    outside
        Resistance that the model cannot see: ``what``, ``finding``, ``source``, ``confidence``.
    failures
        ``(mutation, why)`` of mutations that could not be made.
    """

    pairs: tuple[ScanPair, ...]
    grooves: tuple[Groove, ...]
    limits: tuple[str, ...]
    warnings: tuple[str, ...]
    outside: tuple[dict[str, str], ...]
    failures: tuple[tuple[str, str], ...]
    provenance: dict[str, Any]

    @property
    def mutations(self) -> tuple[str, ...]:
        """The wild type and the mutations, in order."""
        return tuple(dict.fromkeys(pair.mutation for pair in self.pairs))

    @property
    def ligands(self) -> tuple[str, ...]:
        """The drugs, in order."""
        return tuple(dict.fromkeys(pair.ligand for pair in self.pairs))

    def pair(self, mutation: str, ligand: str) -> ScanPair:
        """Return one pair.

        Raises
        ------
        KeyError
            When it is not part of the scan.
        """
        for pair in self.pairs:
            if (pair.mutation, pair.ligand) == (mutation, ligand):
                return pair
        raise KeyError(f"{mutation}, {ligand}")

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the content of ``scan.json``: a list, one element per pair."""
        return [pair.to_dict() for pair in self.pairs]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair: the content of ``scan.csv``."""
        return pd.DataFrame([pair_row(pair) for pair in self.pairs])


def pair_row(pair: ScanPair) -> dict[str, Any]:
    """Return a pair as one flat row, evidence and contacts as text."""
    left_out = {"encounter_difference", "adduct_difference", "evidence", "sdf"}
    row = {
        item.name: getattr(pair, item.name) for item in fields(pair) if item.name not in left_out
    }
    for name in ("encounter_difference", "adduct_difference"):
        difference: Difference | None = getattr(pair, name)
        for part in ("kcal_per_mol", "spread_kcal_per_mol"):
            row[f"{name}_{part}"] = getattr(difference, part) if difference else None
    for name in ("contacts_lost", "contacts_gained"):
        row[name] = " ".join(getattr(pair, name))
    row["evidence"] = "; ".join(item.text for item in pair.evidence)
    return row
