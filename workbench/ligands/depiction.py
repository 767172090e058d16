"""Flat drawings as SVG: the drug with its warhead, the adduct with its new stereocentres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.ligands.molecules import Adduct, Ligand

WARHEAD_COLOUR = (1.0, 0.86, 0.55)
ATTACKED_COLOUR = (0.94, 0.45, 0.35)
CYSTEINE_COLOUR = (0.99, 0.93, 0.60)


def drug_svg(ligand: Ligand, width: int = 460, height: int = 320) -> str:
    """Return the drug as an SVG element, its warhead tinted and the attacked carbon marked."""
    mol = Chem.Mol(ligand.mol)
    if ligand.warhead is None:
        return _svg(mol, {}, (), width, height)
    warhead = ligand.warhead
    tints = dict.fromkeys(warhead.atom_indices, WARHEAD_COLOUR)
    tints[warhead.reactive_atom_index] = ATTACKED_COLOUR
    mol.GetAtomWithIdx(warhead.reactive_atom_index).SetProp("atomNote", "Cys S")
    return _svg(mol, tints, warhead.atom_indices, width, height)


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
    return _svg(mol, tints, (adduct.reactive_atom_index, *cysteine), width, height)


def _svg(
    mol: Chem.Mol,
    tints: Mapping[int, tuple[float, float, float]],
    joined: Sequence[int],
    width: int,
    height: int,
) -> str:
    """Return an SVG element for embedding; bonds between ``joined`` atoms are tinted too."""
    rdDepictor.Compute2DCoords(mol)
    within = set(joined)
    bonds = {
        bond.GetIdx(): tints[bond.GetBeginAtomIdx()]
        for bond in mol.GetBonds()
        if {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()} <= within
    }
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options = drawer.drawOptions()
    options.clearBackground = False
    options.annotationFontScale = 0.7
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawer,
        mol,
        highlightAtoms=list(tints),
        highlightAtomColors=dict(tints),
        highlightBonds=list(bonds),
        highlightBondColors=bonds,
    )
    drawer.FinishDrawing()
    text: str = drawer.GetDrawingText()
    # the XML prolog is not allowed inside a page
    return text[text.index("<svg") :]
