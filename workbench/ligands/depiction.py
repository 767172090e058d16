"""Flat drawings as SVG: the drug with its warhead, the adduct with its new stereocentres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.ligands.molecules import Adduct, Ligand

Colour = tuple[float, float, float]

WARHEAD_COLOUR = (1.0, 0.86, 0.55)
ATTACKED_COLOUR = (0.94, 0.45, 0.35)
CYSTEINE_COLOUR = (0.99, 0.93, 0.60)


def drug_svg(ligand: Ligand, width: int = 460, height: int = 320) -> str:
    """Return the drug as an SVG element, its warhead tinted and the attacked carbon marked."""
    mol = Chem.Mol(ligand.mol)
    if ligand.warhead is None:
        return _svg(mol, {}, {}, width, height)
    warhead = ligand.warhead
    tints = dict.fromkeys(warhead.atom_indices, WARHEAD_COLOUR)
    tints[warhead.reactive_atom_index] = ATTACKED_COLOUR
    mol.GetAtomWithIdx(warhead.reactive_atom_index).SetProp("atomNote", "Cys S")
    bonds = _bonds_within(mol, warhead.atom_indices, WARHEAD_COLOUR)
    return _svg(mol, tints, bonds, width, height)


def adduct_svg(adduct: Adduct, width: int = 460, height: int = 320) -> str:
    """Return the adduct as an SVG element, the cysteine tinted and each new centre labelled."""
    mol = Chem.Mol(adduct.mol)
    cysteine = (adduct.sg_index, adduct.cb_index, adduct.ca_index)
    tints = dict.fromkeys(cysteine, CYSTEINE_COLOUR)
    for centre in adduct.stereocentres:
        tints[centre.atom_index] = ATTACKED_COLOUR
        mol.GetAtomWithIdx(centre.atom_index).SetProp("atomNote", centre.cip)
    for index, label in zip(cysteine[1:], ("CB", "CA"), strict=True):
        mol.GetAtomWithIdx(index).SetProp("atomNote", label)
    joined = (adduct.reactive_atom_index, *cysteine)
    return _svg(mol, tints, _bonds_within(mol, joined, CYSTEINE_COLOUR), width, height)


def _bonds_within(mol: Chem.Mol, atoms: Sequence[int], colour: Colour) -> dict[int, Colour]:
    """Return a tint for each bond between some atoms."""
    within = set(atoms)
    return {
        bond.GetIdx(): colour
        for bond in mol.GetBonds()
        if {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()} <= within
    }


def _svg(
    mol: Chem.Mol,
    tints: Mapping[int, Colour],
    bond_tints: Mapping[int, Colour],
    width: int,
    height: int,
) -> str:
    """Return an SVG element for embedding in a page."""
    rdDepictor.Compute2DCoords(mol)
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    options.annotationFontScale = 0.7
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawer,
        mol,
        highlightAtoms=list(tints),
        highlightAtomColors=dict(tints),
        highlightBonds=list(bond_tints),
        highlightBondColors=dict(bond_tints),
    )
    drawer.FinishDrawing()
    text: str = drawer.GetDrawingText()
    # the XML prolog is not allowed inside a page
    return text[text.index("<svg") :]
