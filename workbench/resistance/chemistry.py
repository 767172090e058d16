"""Chemistry: what stands at 528, whether it can add, and how acid the thiol is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from workbench.records.scan import WILD_TYPE, Evidence, Groove, Status
from workbench.resistance.facts import fact_of, titrated_groups
from workbench.tables import read_table

PH = 7.4
GENERAL: Literal["general knowledge"] = "general knowledge"


@dataclass(frozen=True)
class SideChain:
    """One row of ``side_chains_at_528.csv``: what a residue could do in the cysteine's place.

    Parameters
    ----------
    residue
        One letter.
    adds
        ``yes``, ``no`` or ``unknown``: whether it adds to the drugs.
    """

    residue: str
    group: str
    adds: str
    words: str
    source: str


@cache
def side_chains() -> tuple[SideChain, ...]:
    """Return the side chains that have a row of their own."""
    return read_table("side_chains_at_528.csv", SideChain)


def nucleophile(residue: str) -> Evidence:
    """Return what a residue such as ``S528`` can do, in words."""
    row = next((row for row in side_chains() if row.residue == residue[0]), None)
    if row is None:
        text = f"{residue}: no nucleophile in place of the thiol"
        return Evidence(text, GENERAL, GENERAL)
    status: Status = GENERAL if row.source == GENERAL else "published"
    return Evidence(f"{residue}: {row.words}", status, row.source)


def acidity(groove: Groove) -> tuple[Evidence, ...]:
    """Return the computed pKa of the thiol, and what its uncertainty leaves of it."""
    rows = titrated_groups() if groove.has_thiol else ()
    if not rows:
        return ()
    values = " and ".join(f"{row.pka:.1f}" for row in rows)
    uncertainty = max(row.uncertainty for row in rows)
    ends = [
        100 * thiolate_share(centre, PH)
        for centre in (
            max(row.pka for row in rows) + uncertainty,
            min(row.pka for row in rows) - uncertainty,
        )
    ]
    whose = "" if groove.mutation == WILD_TYPE else " of the wild type (not computed for mutants)"
    text = (
        f"computed pKa of Cys528{whose} {values}, each uncertain by {uncertainty:g}: at pH {PH:g} "
        f"anything from {ends[0]:.1g} to {ends[1]:.0f} % thiolate, so that it decides nothing"
    )
    return (Evidence(text, "computed", "; ".join(dict.fromkeys(r.source for r in rows))),)


def thiolate_share(pka: float, ph: float) -> float:
    """Return the ionised share of an acid (Henderson and Hasselbalch)."""
    return 1 / (1 + 10 ** (pka - ph))


def published(groove: Groove) -> tuple[Evidence, ...]:
    """Return what the table says about each mutation of a groove, with how sure it is."""
    if groove.mutation == WILD_TYPE:
        return ()
    found = []
    for label in groove.mutation.split("+"):
        row = fact_of(label)
        if row is None:
            text = f"{label}: nothing is known from the table of mutations"
            found.append(Evidence(text, "assumed", "workbench table of mutations"))
            continue
        parts = [row.effect, row.evidence, f"confidence: {row.confidence}"]
        text = f"{label}: " + "; ".join(part for part in parts if part)
        found.append(Evidence(text, "published", row.source or "no source"))
    return tuple(found)
