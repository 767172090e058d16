"""Flat pictures: the drug and its adducts as drawings, the best pose as a still."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler, rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.errors import OutputError
from workbench.report.scene import build_scene
from workbench.report.still import draw_still
from workbench.results import AdductRecord, DockingResult

WIDTH, HEIGHT = 420, 260
REACTIVE = (0.98, 0.76, 0.22)
CYSTEINE_LINK = "[#6:1]-[SX2:2]-[CH2]-[CX4]([#7])-[CX3](=[OX1])[OX1,OX2]"

# The drawing's ink follows the text around it; the hetero atoms keep a colour that a style
# sheet may set and that stands alone without one.
INKS = {
    "#000000": "currentColor",
    "#0000FF": "var(--atom-n,#2b4fd8)",
    "#FF0000": "var(--atom-o,#c9261c)",
    "#33CCCC": "var(--atom-f,#1f7a3d)",
    "#CCCC00": "var(--atom-s,#8a6a00)",
    "#00CC00": "var(--atom-f,#1f7a3d)",
}


def drug_svg(result: DockingResult) -> str:
    """Draw the drug, its warhead outlined and the attacked carbon highlighted.

    ``result.ligand["warhead"]["reactive_atom_index"]`` counts the atoms of
    ``result.ligand["smiles"]`` in the order in which RDKit reads them; the pipeline guarantees
    it. Without a warhead nothing is highlighted.

    Raises
    ------
    OutputError
        When the SMILES cannot be read, or the index points to no carbon of it.
    """
    mol = _molecule(str(result.ligand.get("smiles", "")), "the drug")
    warhead = result.ligand.get("warhead") or {}
    index = warhead.get("reactive_atom_index")
    title = f"Structure of {result.ligand.get('name', 'the drug')}"
    if index is None:
        return _draw(mol, [], [], title)
    if not 0 <= index < mol.GetNumAtoms() or mol.GetAtomWithIdx(index).GetSymbol() != "C":
        raise OutputError(f"the drug cannot be drawn: its reactive atom {index} is not a carbon")
    bonds = [
        bond.GetIdx()
        for bond in mol.GetAtomWithIdx(index).GetBonds()
        if bond.GetBondType() == Chem.BondType.DOUBLE and not bond.GetIsAromatic()
    ]
    return _draw(mol, [index], bonds, f"{title}; the carbon that sulphur attacks is highlighted")


def adduct_svg(adduct: AdductRecord) -> str:
    """Draw one diastereomer bonded to L-cysteine, the S-C bond highlighted.

    Raises
    ------
    OutputError
        When the SMILES cannot be read, has no carbon on a cysteine's sulphur, or shows another
        configuration there than the label says.
    """
    mol = _molecule(adduct.smiles, f"adduct {adduct.label}")
    found = {
        (match[0], match[1]) for match in mol.GetSubstructMatches(Chem.MolFromSmarts(CYSTEINE_LINK))
    }
    title = f"Structure of adduct {adduct.label}".strip()
    if not found:
        raise OutputError(
            f"adduct {adduct.label} cannot be drawn: its SMILES holds no carbon on a cysteine's "
            "sulphur"
        )
    if len(found) > 1:
        # a drug with an amino acid of its own: which sulphur is meant cannot be told here
        return _draw(mol, [], [], title)
    carbon, sulphur = found.pop()
    _check_label(mol, carbon, adduct.label)
    bond = mol.GetBondBetweenAtoms(carbon, sulphur).GetIdx()
    return _draw(mol, [carbon, sulphur], [bond], title)


def still_svg(result: DockingResult) -> str:
    """Draw the best pose in its groove: a picture that needs no script.

    Raises
    ------
    OutputError
        When the result holds no structure.
    """
    scene = build_scene(result)
    if scene is None:
        raise OutputError("there is nothing to draw: the result holds neither pose nor groove")
    return still_of(scene, str(result.ligand.get("name", "")))


def still_of(scene: dict[str, Any], name: str) -> str:
    """Draw the first pose of a scene that :func:`workbench.report.scene.build_scene` made."""
    pose = scene["poses"][scene["first"]] if scene["poses"] else None
    what = f"{name}: {pose['title']}" if pose else "The groove without a ligand"
    return draw_still(scene, what)


def _molecule(smiles: str, what: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    if mol is None or mol.GetNumAtoms() == 0:
        raise OutputError(f"{what} cannot be drawn: its SMILES is not readable")
    return mol


def _check_label(mol: Chem.Mol, carbon: int, label: str) -> None:
    """Refuse a drawing that contradicts its caption: label ``bS`` over an R carbon."""
    asked = re.match(r"b([RS])", label)
    codes = set()
    for assign in (Chem.AssignStereochemistry, rdCIPLabeler.AssignCIPLabels):
        # the two algorithms differ on rare centres, and either may have made the label
        copy = Chem.Mol(mol)
        assign(copy)
        atom = copy.GetAtomWithIdx(carbon)
        if atom.HasProp("_CIPCode"):
            codes.add(atom.GetProp("_CIPCode"))
    if asked and codes and asked.group(1) not in codes:
        raise OutputError(
            f"adduct {label} cannot be drawn: its SMILES is {'/'.join(sorted(codes))} at the "
            "carbon on sulphur"
        )


def _draw(mol: Chem.Mol, atoms: list[int], bonds: list[int], title: str) -> str:
    rdCIPLabeler.AssignCIPLabels(mol)
    rdDepictor.SetPreferCoordGen(False)
    rdDepictor.Compute2DCoords(mol)
    rdDepictor.StraightenDepiction(mol)
    drawer = rdMolDraw2D.MolDraw2DSVG(WIDTH, HEIGHT)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    options.bondLineWidth = 1.6
    options.padding = 0.04
    options.addStereoAnnotation = True
    options.annotationFontScale = 0.75
    options.highlightRadius = 0.36
    options.setAnnotationColour((0, 0, 0))
    colours = dict.fromkeys(atoms, REACTIVE)
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawer,
        mol,
        highlightAtoms=atoms,
        highlightBonds=bonds,
        highlightAtomColors=colours,
        highlightBondColors=dict.fromkeys(bonds, REACTIVE),
    )
    drawer.FinishDrawing()
    return _inline(drawer.GetDrawingText(), title)


def _inline(svg: str, title: str) -> str:
    """Make an RDKit drawing safe to stand inside a page: no declaration, no ids, a title."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r" class='[^']*'", "", body)
    for ink, colour in INKS.items():
        body = body.replace(ink, colour)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f"aria-label={quoteattr(title)}><title>{escape(title)}</title>{body.strip()}</svg>"
    )
