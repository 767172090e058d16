"""The catalogue's compounds by name or skeleton, and the bound forms seen in crystals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from rdkit import Chem, rdBase

from workbench.ligands.molecules import pattern
from workbench.tables import Compound, compounds
from workbench.text import quoted

SATURATED = (
    "it looks like the bound form of a SINE as a crystal shows it (azole-CH2-CH2-acceptor), which "
    "no catalogue drug has: draw the drug's C=C with its geometry; none was made up"
)
_FILLERS = re.compile(r"[\s_\-]+")
_WORDS = re.compile(r"[A-Za-z0-9]+")
# an N-linked azole with CH2-CH2 (or CH2-CH aryl) to a carbonyl or an azole's carbon
_SATURATED = "n(:[#6,#7])-!@[CH2]-!@[CH2,$([CH]-c)]-!@[$([CX3]=[OX1]),$(c1nnco1)]"


def inchikey_of(mol: Chem.Mol) -> str:
    """Return the standard InChIKey."""
    with rdBase.BlockLogs():
        return str(Chem.MolToInchiKey(mol))


def skeleton_of(inchikey: str) -> str:
    """Return the first block of an InChIKey: connectivity, without stereo and protonation."""
    return inchikey.split("-", 1)[0]


def name_key(text: str) -> str:
    """Return the form under which names are compared: no case, blanks, hyphens or underscores."""
    return _FILLERS.sub("", text).casefold()


def compound_names(compound: Compound) -> tuple[str, ...]:
    """Return every name of a compound; a CAS number counts with and without its prefix."""
    names = (compound.name, *compound.synonyms, *compound.unverified_synonyms)
    return names + _bare_numbers(names)


def _bare_numbers(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.removeprefix("CAS ") for name in names if name.startswith("CAS "))


@cache
def _by_key() -> dict[str, Compound]:
    """Return the catalogue by comparison key (it is only read)."""
    return {name_key(name): c for c in compounds() for name in compound_names(c)}


def find_compound(text: str) -> Compound | None:
    """Return the compound of that name or synonym in any case, ``None`` when there is none."""
    return _by_key().get(name_key(text))


def _component_named(text: str) -> Compound | None:
    """Return the bound form of that name or PDB component code (``V6A``), in any case."""
    wanted = text.strip().casefold()
    forms = (compound for compound in compounds() if compound.kind == "bound_form")
    return next((c for c in forms if wanted in (c.name.casefold(), c.pdb_ligand.casefold())), None)


def drug_named(text: str) -> Compound | None:
    """Return the drug of that name, ``None`` when the catalogue has none.

    The name or code of a crystal component in its bound form stands for the drug that it came
    from; ``name_warnings`` then says so.
    """
    compound = find_compound(text)
    if compound is not None and compound.kind != "bound_form":
        return compound
    component = _component_named(text)
    return None if component is None else find_compound(component.parent)


def _component_warning(component: Compound) -> str:
    """Return what is said when a bound form was given and its drug taken."""
    note = f" ({component.note})" if component.note else ""
    return (
        f"PDB component {component.pdb_ligand} is a crystal ligand as deposited{note}, not the "
        f"drug: {component.parent} was taken, bonds and stereo from the catalogue"
    )


def name_warnings(compound: Compound, text: str) -> tuple[str, ...]:
    """Return what the catalogue says against a structure that was asked for by a name."""
    component = _component_named(text)
    warnings = [] if component is None else [_component_warning(component)]
    unverified = compound.unverified_synonyms
    if name_key(text) in {name_key(name) for name in unverified + _bare_numbers(unverified)}:
        warnings.append(f"{quoted(text)} as an identifier of {compound.name} is unverified")
    if compound.confidence != "high" and not compound.confidence.startswith("high (structure)"):
        warnings.append(f"catalogue structure of {compound.name}: confidence {compound.confidence}")
    if "stereo" in compound.source.casefold():
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
    return next(_of_skeleton(inchikey, bound=False), None)


def _of_skeleton(inchikey: str, *, bound: bool) -> Iterator[Compound]:
    for compound in compounds():
        same = skeleton_of(compound.inchikey) == skeleton_of(inchikey)
        if same and (compound.kind == "bound_form") == bound:
            yield compound


class DrugOfComponent(NamedTuple):
    """The drug that a component stands for: its molecule, what to call it, and what to warn of."""

    mol: Chem.Mol
    name: str
    warnings: tuple[str, ...]


def drug_of_component(key: str, name: str) -> DrugOfComponent | None:
    """Return the catalogue's drug of a known bound form by InChIKey, ``None`` if it is none.

    Where a component kept the drug's skeleton and draws its alkene another way (K76), the input's
    name has to be blank or the component's: the other geometry may be meant as drawn.
    """
    same_as_drug = drug_of_skeleton(key) is not None
    for component in _of_skeleton(key, bound=True):
        named = _names(component, name)
        if same_as_drug and not named:
            continue
        drug = _by_key()[name_key(component.parent)]
        return DrugOfComponent(
            mol=Chem.MolFromSmiles(drug.smiles),
            name=drug.name if named or not name.strip() else name,
            warnings=(_component_warning(component), *name_warnings(drug, drug.name)),
        )
    return None


def misdrawn_component(key: str) -> str:
    """Return a warning when an InChIKey is that of an isomer which a component stands for."""
    drug, component = drug_of_skeleton(key), next(_of_skeleton(key, bound=True), None)
    if drug is None or drug.inchikey == key or component is None:
        return ""
    return (
        f"PDB component {component.pdb_ligand} is drawn like this ({component.note}); "
        f"whoever means the crystal's ligand asks for {component.parent}"
    )


def looks_saturated(mol: Chem.Mol) -> bool:
    """Return whether a molecule could be a SINE analog in its bound form (drug + 2 H)."""
    return bool(mol.HasSubstructMatch(pattern(_SATURATED)))


def _names(component: Compound, name: str) -> bool:
    """Return whether a name is the component's or holds its code as a word (``4WVF_K76``)."""
    words = {word.casefold() for word in _WORDS.findall(name.replace("_", " "))}
    return component.pdb_ligand.casefold() in words or name_key(name) == name_key(component.name)
