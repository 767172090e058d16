"""Look-up of the catalogue's compounds by name, registry number or skeleton."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from workbench.ligands.identity import skeleton_of
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


def component_named(text: str) -> Compound | None:
    """Return the bound form of that name or PDB component code (``V6A``), in any case."""
    wanted = text.strip().casefold()
    for compound in compounds():
        if compound.kind == "bound_form" and wanted in (
            compound.name.casefold(),
            compound.pdb_ligand.casefold(),
        ):
            return compound
    return None


def drug_named(text: str) -> Compound | None:
    """Return the drug of that name, ``None`` when the catalogue has none.

    The name or code of a crystal component in its bound form stands for the drug that it came
    from; ``name_warnings`` then says so.
    """
    compound = find_compound(text)
    if compound is not None and compound.kind != "bound_form":
        return compound
    component = component_named(text)
    return None if component is None else parent_of(component)


def parent_of(component: Compound) -> Compound:
    """Return the drug of a bound form."""
    return next(compound for compound in compounds() if compound.name == component.parent)


def component_warning(component: Compound) -> str:
    """Return what is said when a bound form was given and its drug taken."""
    note = f" ({component.note})" if component.note else ""
    return (
        f"PDB component {component.pdb_ligand} is a crystal ligand as deposited{note}, not the "
        f"drug: {component.parent} was taken, bonds and stereo from the catalogue"
    )


def name_warnings(compound: Compound, text: str) -> tuple[str, ...]:
    """Return what the catalogue says against a structure that was asked for by a name."""
    component = component_named(text)
    warnings = [] if component is None else [component_warning(component)]
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
    block = skeleton_of(inchikey)
    for compound in compounds():
        if compound.kind != "bound_form" and skeleton_of(compound.inchikey) == block:
            return compound
    return None
