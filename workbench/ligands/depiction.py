"""Flat drawings as SVG: the drug with its warheads, the adduct with its new stereo, a pair.

Nothing that a user typed goes into a drawing: names belong to whatever stands around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.ligands.geometry import CIS, TRANS
from workbench.ligands.isomers import open_elements
from workbench.ligands.matched_pairs import AtomPair, MatchedPair
from workbench.ligands.molecules import Adduct, Ligand, WarheadMatch
from workbench.ligands.warheads import reacted

Colour = tuple[float, float, float]

WARHEAD_COLOUR = (1.0, 0.86, 0.55)
ATTACKED_COLOUR = (0.94, 0.45, 0.35)
OTHER_WARHEAD_COLOUR = (0.80, 0.89, 0.97)
OTHER_ATTACKED_COLOUR = (0.47, 0.71, 0.93)
LEAVING_COLOUR = (0.84, 0.80, 0.92)
CYSTEINE_COLOUR = (0.99, 0.93, 0.60)
WATER_COLOUR = (0.70, 0.89, 0.89)
TAKEN_OUT_COLOUR = (0.97, 0.76, 0.72)
PUT_IN_COLOUR = (0.73, 0.90, 0.74)
TURNED_COLOUR = (0.86, 0.79, 0.95)
NOTE_COLOUR = (0.25, 0.25, 0.25)

_GEOMETRY = dict.fromkeys(TRANS, "E") | dict.fromkeys(CIS, "Z")


class _Picture:
    """A molecule to be drawn: open double bonds are crossed, open centres marked ``?``."""

    def __init__(self, mol: Chem.Mol) -> None:
        self.mol = Chem.Mol(mol)
        self.atoms: dict[int, Colour] = {}
        self.bonds: dict[int, Colour] = {}
        for element in open_elements(self.mol):
            if element.type == Chem.StereoType.Bond_Double:
                self.mol.GetBondWithIdx(element.centeredOn).SetStereo(Chem.BondStereo.STEREOANY)
            else:
                self.note(element.centeredOn, "?")

    def tint(self, atoms: Iterable[int], colour: Colour) -> None:
        """Tint some atoms, and the bonds between them."""
        within = set(atoms)
        self.atoms |= dict.fromkeys(within, colour)
        for bond in self.mol.GetBonds():
            if {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()} <= within:
                self.bonds[bond.GetIdx()] = colour

    def note(self, atom: int, text: str) -> None:
        """Write a short text beside an atom."""
        self.mol.GetAtomWithIdx(atom).SetProp("atomNote", text)

    def mark_geometry(self, ends: Sequence[int], colour: Colour | None) -> None:
        """Write E or Z beside a double bond that has one, and tint the bond."""
        if colour is not None:
            self.tint(ends, colour)
        bond = self.mol.GetBondBetweenAtoms(*ends)
        if bond is not None and bond.GetStereo() in _GEOMETRY:
            bond.SetProp("bondNote", _GEOMETRY[bond.GetStereo()])


def drug_svg(ligand: Ligand, width: int = 460, height: int = 320) -> str:
    """Return the drug as an SVG element.

    The warhead is tinted, the atom that the sulphur attacks is marked ``SG`` and a group that it
    pushes out ``leaves``; further places where a thiol could add are blue, marked ``SG?``.
    Open stereo is a crossed double bond or a ``?``.
    """
    picture = _Picture(ligand.mol)
    for other in reversed(ligand.other_warheads):
        picture.tint(other.atom_indices, OTHER_WARHEAD_COLOUR)
    for other in ligand.other_warheads:
        picture.atoms[other.reactive_atom_index] = OTHER_ATTACKED_COLOUR
        picture.note(other.reactive_atom_index, "SG?")
    if ligand.warhead is not None:
        _mark_warhead(picture, ligand.warhead)
    return _svg([picture], width, height)


def adduct_svg(adduct: Adduct, width: int = 460, height: int = 320) -> str:
    """Return the adduct as an SVG element.

    The cysteine is tinted; each new stereocentre carries its CIP label and each new double bond
    E or Z; an atom that water brought is marked.
    """
    picture = _Picture(adduct.mol)
    cysteine = (adduct.sg_index, adduct.cb_index, adduct.ca_index)
    picture.tint((adduct.reactive_atom_index, *cysteine), CYSTEINE_COLOUR)
    del picture.atoms[adduct.reactive_atom_index]
    for ends in adduct.new_double_bonds:
        picture.mark_geometry(ends, ATTACKED_COLOUR)
    for centre in adduct.stereocentres:
        picture.atoms[centre.atom_index] = ATTACKED_COLOUR
        picture.note(centre.atom_index, f"({centre.cip})")
    for index, drug_atom in enumerate(adduct.drug_atoms):
        if drug_atom < 0:
            picture.tint([index], WATER_COLOUR)
            picture.note(index, "water")
    for index, label in zip(cysteine[1:], ("CB", "CA"), strict=True):
        picture.note(index, label)
    return _svg([picture], width, height)


def pair_svg(pair: MatchedPair, width: int = 920, height: int = 340) -> str:
    """Return the reference (left) and the ligand (right) as one SVG element.

    Both lie the same way round on what they share; what the reference loses is red, what the
    ligand has instead green, and a double bond that is turned over violet.
    """
    left, right = map(_Picture, laid_out_pair(pair))
    left.tint(pair.taken_out, TAKEN_OUT_COLOUR)
    right.tint(pair.put_in, PUT_IN_COLOUR)
    for first, second in pair.turned_bonds:
        left.mark_geometry((first[0], second[0]), TURNED_COLOUR)
        right.mark_geometry((first[1], second[1]), TURNED_COLOUR)
    return _svg([left, right], width, height)


def drug_beside_svg(pair: MatchedPair, width: int = 460, height: int = 320) -> str:
    """Return a drug as an SVG element, laid out as its reference is on what they share.

    What the reference has not is green, a double bond that is turned over violet, and the atom
    that the sulphur attacks is marked ``SG``. The reference beside itself has no tint.
    """
    picture = _Picture(laid_out_pair(pair)[1])
    picture.tint(pair.put_in, PUT_IN_COLOUR)
    for first, second in pair.turned_bonds:
        picture.mark_geometry((first[1], second[1]), TURNED_COLOUR)
    if pair.ligand.warhead is not None:
        attacked = pair.ligand.warhead.reactive_atom_index
        picture.atoms[attacked] = ATTACKED_COLOUR
        picture.note(attacked, "SG")
    return _svg([picture], width, height)


def laid_out_pair(pair: MatchedPair) -> tuple[Chem.Mol, Chem.Mol]:
    """Return reference and ligand with flat coordinates, alike where they can be."""
    reference, ligand = Chem.Mol(pair.reference.mol), Chem.Mol(pair.ligand.mol)
    for mol in (reference, ligand):
        rdDepictor.Compute2DCoords(mol)
    if shared := _drawn_alike(pair):
        rdDepictor.GenerateDepictionMatching2DStructure(ligand, reference, shared)
    return reference, ligand


def _drawn_alike(pair: MatchedPair) -> list[AtomPair]:
    """Return the largest part of the core without double bonds of different geometry."""
    partner = dict(pair.core)
    mol = Chem.RWMol(pair.reference.mol)
    held = {frozenset(a for a, _ in ends) for ends in pair.kept_bonds}
    for bond in pair.reference.mol.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        turns = bond.GetBondType() == Chem.BondType.DOUBLE and not bond.IsInRing()
        bare = any(atom.GetDegree() == 1 for atom in (bond.GetBeginAtom(), bond.GetEndAtom()))
        if not partner.keys() >= {*ends} or (turns and not bare and frozenset(ends) not in held):
            mol.RemoveBond(*ends)
    pieces = [piece for piece in Chem.GetMolFrags(mol) if set(piece) <= partner.keys()]
    largest = max(pieces, key=len, default=())
    return [(index, partner[index]) for index in largest] if len(largest) > 1 else []


def _mark_warhead(picture: _Picture, warhead: WarheadMatch) -> None:
    """Tint the warhead that reacts, its attacked atom and what leaves."""
    mol = picture.mol
    attacked = warhead.reactive_atom_index
    picture.tint(warhead.atom_indices, WARHEAD_COLOUR)
    leaving = leaving_atoms(mol, warhead)
    picture.tint(leaving, LEAVING_COLOUR)
    picture.atoms[attacked] = ATTACKED_COLOUR
    picture.note(attacked, "SG")
    picture.mark_geometry((attacked, warhead.partner_atom_index), None)
    if leaving:
        picture.note(leaving[0], "leaves")


def leaving_atoms(mol: Chem.Mol, warhead: WarheadMatch) -> tuple[int, ...]:
    """Return the drug atoms that the sulphur pushes out, the one that was bonded first."""
    made, _ = reacted(mol, warhead.reaction, warhead.atom_indices)
    kept = next(
        {*piece} for piece in Chem.GetMolFrags(made) if warhead.reactive_atom_index in piece
    )
    gone = [atom for atom in mol.GetAtoms() if atom.GetIdx() not in kept]
    bonded = {a.GetIdx() for a in gone if kept & {b.GetIdx() for b in a.GetNeighbors()}}
    return tuple(sorted((a.GetIdx() for a in gone), key=lambda index: (index not in bonded, index)))


def _svg(pictures: Sequence[_Picture], width: int, height: int) -> str:
    """Return an SVG element for embedding in a page, one panel for each picture."""
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height, width // len(pictures), height)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    options.annotationFontScale = 1.1
    options.setBondNoteColour(NOTE_COLOUR)
    options.setAtomNoteColour(NOTE_COLOUR)
    options.padding = 0.08
    options.prepareMolsBeforeDrawing = False
    prepared = []
    for picture in pictures:
        if not picture.mol.GetNumConformers():
            rdDepictor.Compute2DCoords(picture.mol)
        prepared.append(rdMolDraw2D.PrepareMolForDrawing(picture.mol))
    drawer.DrawMolecules(
        prepared,
        highlightAtoms=[list(picture.atoms) for picture in pictures],
        highlightAtomColors=[picture.atoms for picture in pictures],
        highlightBonds=[list(picture.bonds) for picture in pictures],
        highlightBondColors=[picture.bonds for picture in pictures],
    )
    drawer.FinishDrawing()
    text: str = drawer.GetDrawingText()
    # the XML prolog is not allowed inside a page
    return text[text.index("<svg") :]
