"""Facts about XPO1 that the package ships: the human sequence and the groove's lining."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

REACTIVE_RESIDUE = 528
"""Cys528 of human XPO1 (UniProt O14980), the residue that the drugs bind."""

ORGANISM = "Homo sapiens"


@dataclass(frozen=True)
class GrooveFacts:
    """The groove in human numbering.

    Parameters
    ----------
    lining
        Residue number -> one-letter name in human.
    width_pairs
        Pairs of residues whose CA atoms face each other across the groove.
    closed_below_angstrom, open_from_angstrom
        Bounds on the mean distance of those pairs.
    occupied_from_contacts
        Lining residues that one partner must touch to fill the groove.
    contact_angstrom
        What counts as touching.
    helices
        Name, first and last residue of the helices that form the groove.
    """

    lining: dict[int, str]
    width_pairs: tuple[tuple[int, int], ...]
    closed_below_angstrom: float
    open_from_angstrom: float
    occupied_from_contacts: int
    contact_angstrom: float
    helices: tuple[tuple[str, int, int], ...]


SPECIES = {"human": ORGANISM, "mouse": "Mus musculus", "yeast": "Saccharomyces cerevisiae"}
"""Of the XPO1 sequences that the package ships."""


def human_sequence() -> str:
    """Return the sequence of human XPO1, 1071 residues (UniProt O14980)."""
    return reference_sequence("human")


@cache
def reference_sequence(species: str) -> str:
    """Return the sequence of wild-type XPO1 of one of the ``SPECIES``."""
    text = files("workbench").joinpath(f"data/xpo1_{species}.fasta").read_text(encoding="ascii")
    return "".join(line.strip() for line in text.splitlines() if not line.startswith(">"))


@cache
def groove_facts() -> GrooveFacts:
    """Return the shipped table of the groove."""
    text = files("workbench").joinpath("data/groove.json").read_text(encoding="utf-8")
    table = json.loads(text)
    width = table["width"]
    return GrooveFacts(
        lining={int(row["residue"]): row["name"] for row in table["lining"]},
        width_pairs=tuple((int(a), int(b)) for a, b in width["pairs"]),
        closed_below_angstrom=float(width["closed_below_angstrom"]),
        open_from_angstrom=float(width["open_from_angstrom"]),
        occupied_from_contacts=int(table["occupied"]["from_contacts"]),
        contact_angstrom=float(table["occupied"]["contact_angstrom"]),
        helices=tuple((str(n), int(a), int(b)) for n, a, b in table["helices"]["ranges"]),
    )
