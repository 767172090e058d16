"""Look-up of the catalogue's compounds by name, registry number or skeleton."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from workbench.errors import LigandError
from workbench.ligands.names import quoted
from workbench.tables import Compound, compounds

_FILLERS = re.compile(r"[\s_\-]+")


def name_key(text: str) -> str:
    """Return the form under which names are compared: no case, blanks, hyphens or underscores."""
    return _FILLERS.sub("", text).casefold()


def compound_names(compound: Compound) -> tuple[str, ...]:
    """Return every name of a compound; a CAS number counts with and without its prefix."""
    names = (compound.name, *compound.synonyms, *compound.unverified_synonyms)
    bare = tuple(name.removeprefix("CAS ") for name in names if name.startswith("CAS "))
    return names + bare


@cache
def _by_key() -> dict[str, Compound]:
    """Return the catalogue by comparison key (it is only read)."""
    return {name_key(name): c for c in compounds() for name in compound_names(c)}


def find_compound(text: str) -> Compound | None:
    """Return the compound of that name or synonym in any case, ``None`` when there is none."""
    return _by_key().get(name_key(text))


def drug_named(text: str) -> Compound | None:
    """Return the drug of that name, ``None`` when the catalogue has none.

    Raises
    ------
    LigandError
        When the name is that of a crystal component in its bound form, which is not a drug.
    """
    compound = find_compound(text)
    if compound is not None and compound.kind == "bound_form":
        raise LigandError(
            f"{compound.name} is a crystal component as deposited, not a drug: "
            f"ask for {compound.parent}"
        )
    return compound


def name_warnings(compound: Compound, text: str) -> tuple[str, ...]:
    """Return what the catalogue says against a structure that was asked for by name."""
    warnings = []
    if name_key(text) in {
        name_key(name)
        for synonym in compound.unverified_synonyms
        for name in (synonym, synonym.removeprefix("CAS "))
    }:
        warnings.append(f"{quoted(text)} as an identifier of {compound.name} is unverified")
    if compound.confidence != "high" and not compound.confidence.startswith("high (structure)"):
        warnings.append(f"catalogue structure of {compound.name}: confidence {compound.confidence}")
    if "STEREO" in compound.source:
        warnings.append(f"catalogue structure of {compound.name}: {compound.source}")
    if compound.note:
        warnings.append(f"catalogue note on {compound.name}: {compound.note}")
    return tuple(warnings)


def nearest_names(text: str) -> tuple[str, ...]:
    """Return up to three drugs whose names look like a text, the nearest first."""
    drugs = {key: c.name for key, c in _by_key().items() if c.kind != "bound_form"}
    keys = get_close_matches(name_key(text)[:100], list(drugs), n=3, cutoff=0.6)
    return tuple(dict.fromkeys(drugs[key] for key in keys))


def drug_of_skeleton(inchikey: str) -> Compound | None:
    """Return the drug with the same connectivity (first block of the InChIKey), any stereo."""
    block = inchikey.split("-", 1)[0]
    for compound in compounds():
        if compound.kind != "bound_form" and compound.inchikey.split("-")[0] == block:
            return compound
    return None
