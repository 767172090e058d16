"""Crystal components as deposited: saturated, opened or misdrawn, and the drugs they came from."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from rdkit import Chem

from workbench.ligands.catalogue import (
    component_warning,
    drug_of_skeleton,
    name_key,
    name_warnings,
    parent_of,
)
from workbench.ligands.identity import skeleton_of
from workbench.tables import Compound, compounds

_WORDS = re.compile(r"[A-Za-z0-9]+")

SATURATED = (
    "it looks like the bound form of a SINE as a crystal shows it (azole-CH2-CH2-acceptor), which "
    "no catalogue drug has: draw the drug's C=C with its geometry; none was made up"
)


class DrugOfComponent(NamedTuple):
    """The drug that a component stands for: its molecule, what to call it, and what to warn of."""

    mol: Chem.Mol
    name: str
    warnings: tuple[str, ...]


def drug_of_component(key: str, name: str) -> DrugOfComponent | None:
    """Return the catalogue's drug of a molecule that is a known bound form.

    A bound form is known by its skeleton (first block of the InChIKey). Where a component kept
    the drug's skeleton and draws its alkene another way (K76), the name has to say that the
    component is meant: the other geometry may be meant as drawn.

    Parameters
    ----------
    key
        InChIKey of the molecule.
    name
        As the input gives it, such as the title of a mol block.

    Returns
    -------
    DrugOfComponent or None
        Called by the drug's name when the input has none or the component's. ``None`` when the
        molecule is no bound form that the catalogue knows; nothing is oxidised by analogy.
    """
    component = _component_of(key, name)
    if component is None:
        return None
    drug = parent_of(component)
    unnamed = not name.strip() or _names(component, name)
    return DrugOfComponent(
        mol=Chem.MolFromSmiles(drug.smiles),
        name=drug.name if unnamed else name,
        warnings=(component_warning(component), *name_warnings(drug, drug.name)),
    )


def misdrawn_component(key: str) -> str:
    """Return a warning when an InChIKey is that of an isomer which a component stands for."""
    drug = drug_of_skeleton(key)
    if drug is None or drug.inchikey == key:
        return ""
    for component in _components(key):
        return (
            f"PDB component {component.pdb_ligand} is drawn like this ({component.note}); whoever "
            f"means the crystal's ligand asks for {component.parent}"
        )
    return ""


def looks_saturated(mol: Chem.Mol) -> bool:
    """Return whether a molecule could be a SINE analog in its bound form (drug + 2 H)."""
    return bool(mol.HasSubstructMatch(_saturated_pattern()))


@cache
def _saturated_pattern() -> Chem.Mol:
    """Return an N-linked azole with CH2-CH2 (or CH2-CH aryl) to a carbonyl or an azole's carbon."""
    return Chem.MolFromSmarts("n(:[#6,#7])-!@[CH2]-!@[CH2,$([CH]-c)]-!@[$([CX3]=[OX1]),$(c1nnco1)]")


def _component_of(key: str, name: str) -> Compound | None:
    """Return the bound form that a molecule is."""
    same_as_drug = drug_of_skeleton(key) is not None
    for component in _components(key):
        if not same_as_drug or _names(component, name):
            return component
    return None


def _components(inchikey: str) -> list[Compound]:
    """Return the bound forms of one skeleton."""
    block = skeleton_of(inchikey)
    return [
        compound
        for compound in compounds()
        if compound.kind == "bound_form" and skeleton_of(compound.inchikey) == block
    ]


def _names(component: Compound, name: str) -> bool:
    """Return whether a name is the component's or holds its code as a word (``4WVF_K76``)."""
    words = {word.casefold() for word in _WORDS.findall(name.replace("_", " "))}
    return component.pdb_ligand.casefold() in words or name_key(name) == name_key(component.name)
