"""Drawings of the drug, its adducts and the contacts of a pose, in the ink of the page."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.errors import LigandError, OutputError
from workbench.ligands import depiction
from workbench.ligands.adducts import enumerate_adducts, later_forms
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.warheads import find_warheads
from workbench.records.docking import AdductRecord, DockingResult, PoseRecord
from workbench.report.scene import build_scene
from workbench.report.still import draw_still

# The drawing's ink follows the text around it; the hetero atoms keep a colour that a style
# sheet may set and that stands alone without one.
INKS = {
    "#000000": "currentColor",
    "#3F3F3F": "currentColor",
    "#0000FF": "var(--atom-n,#2b4fd8)",
    "#FF0000": "var(--atom-o,#c9261c)",
    "#33CCCC": "var(--atom-f,#1f7a3d)",
    "#CCCC00": "var(--atom-s,#8a6a00)",
    "#00CC00": "var(--atom-f,#1f7a3d)",
}
TINTS = {
    "warhead": depiction.WARHEAD_COLOUR,
    "attacked": depiction.ATTACKED_COLOUR,
    "other-warhead": depiction.OTHER_WARHEAD_COLOUR,
    "other-attacked": depiction.OTHER_ATTACKED_COLOUR,
    "leaving": depiction.LEAVING_COLOUR,
    "cysteine": depiction.CYSTEINE_COLOUR,
    "water": depiction.WATER_COLOUR,
    "put-in": depiction.PUT_IN_COLOUR,
    "turned": depiction.TURNED_COLOUR,
}
"""By the name that a style sheet may set, as ``--tint-warhead``."""


def drug_svg(result: DockingResult) -> str:
    """Draw the drug as :func:`workbench.ligands.depiction.drug_svg` does, in the page's ink.

    ``result.ligand["warhead"]["reactive_atom_index"]`` counts the atoms of
    ``result.ligand["smiles"]`` in the order in which RDKit reads them; the pipeline guarantees
    it. Without a warhead nothing is marked.

    Raises
    ------
    OutputError
        When the SMILES cannot be read, or the index points to no atom that a thiol attacks.
    """
    ligand = drug_of(result)
    title = f"Structure of {ligand.name}"
    if ligand.warhead is not None:
        title += "; the carbon that sulphur attacks is marked SG"
    return inked(depiction.drug_svg(ligand), title)


def adduct_svg(result: DockingResult, record: AdductRecord) -> str:
    """Draw one diastereomer bonded to the cysteine, its new stereocentres marked.

    Raises
    ------
    OutputError
        When the drug has no adduct of that SMILES, or the label says another configuration.
    """
    for formed in _adducts(drug_of(result), record.label):
        for adduct in (formed, *later_forms(formed)):
            if Chem.CanonSmiles(adduct.smiles) == _canonical(record):
                if record.label and adduct.label[:2] != record.label[:2]:
                    raise OutputError(
                        f"adduct {record.label} cannot be drawn: its SMILES is that of "
                        f"{adduct.label}"
                    )
                title = f"Structure of adduct {record.label}".strip()
                return inked(depiction.adduct_svg(adduct), title)
    raise OutputError(
        f"adduct {record.label} cannot be drawn: its SMILES is no adduct of the drug's"
    )


def drug_of(result: DockingResult) -> Ligand:
    """Return the drug of a result, its atoms in the order that the result counts in.

    Raises
    ------
    OutputError
        When the SMILES cannot be read, or the index points to no atom that a thiol attacks.
    """
    record = result.ligand
    mol = _molecule(str(record.get("smiles", "")), "the drug")
    found = find_warheads(mol).matches
    index = (record.get("warhead") or {}).get("reactive_atom_index")
    own = next((match for match in found if match.reactive_atom_index == index), None)
    if index is not None and own is None:
        raise OutputError(f"the drug cannot be drawn: no thiol is known to attack its atom {index}")
    return Ligand(
        name=str(record.get("name", "the drug")),
        mol=mol,
        smiles=str(record.get("smiles", "")),
        inchikey=str(record.get("inchikey", "")),
        formula=str(record.get("formula", "")),
        charge=Chem.GetFormalCharge(mol),
        warhead=own,
        other_warheads=tuple(match for match in found if match is not own) if own else (),
    )


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


def _adducts(drug: Ligand, label: str) -> tuple[Adduct, ...]:
    if drug.warhead is None:
        raise OutputError(f"adduct {label} cannot be drawn: the drug has no warhead")
    try:
        return enumerate_adducts(drug)
    except LigandError as error:
        raise OutputError(f"adduct {label} cannot be drawn: {error}") from error


def _canonical(record: AdductRecord) -> str:
    smiles: str = Chem.MolToSmiles(_molecule(record.smiles, f"adduct {record.label}"))
    return smiles


def _molecule(smiles: str, what: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    if mol is None or mol.GetNumAtoms() == 0:
        raise OutputError(f"{what} cannot be drawn: its SMILES is not readable")
    return mol


def inked(svg: str, title: str) -> str:
    """Make a drawing safe to stand inside a page: no declaration, no ids, a title, its ink.

    ``title`` is what is read out in place of the picture; escaped here.
    """
    size = re.search(r"viewBox='([\d. ]+)'", svg)
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r" class='[^']*'", "", body)
    for ink, colour in INKS.items():
        body = body.replace(ink, colour)
    for name, tint in TINTS.items():
        code = "#" + "".join(f"{int(part * 255):02X}" for part in tint)
        body = body.replace(code, f"var(--tint-{name},{code.lower()})")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size[1] if size else ""}" role="img" '
        f"aria-label={quoteattr(title)}><title>{escape(title)}</title>{body.strip()}</svg>"
    )


FloatArray = NDArray[np.float64]

WIDTH, HEIGHT = 760, 540
DRUG_WIDTH, DRUG_HEIGHT = 430, 300
RING_X, RING_Y = 318.0, 214.0
LEAST_GAP = 0.40
ROUNDS = 400
LEGEND_Y = HEIGHT - 14


@dataclass(frozen=True)
class _Style:
    """How one kind of contact is drawn."""

    words: str
    colour: str
    dash: str
    width: float


STYLES = {
    "covalent": _Style("bond", "var(--map-bond,#9a6a00)", "", 4.0),
    "hydrogen_bond": _Style("hydrogen bond", "var(--map-hydrogen,#1257b0)", "7 4", 2.0),
    "salt_bridge": _Style("salt bridge", "var(--map-salt,#8a1f8f)", "7 4", 2.4),
    "halogen_bond": _Style("halogen bond", "var(--map-halogen,#0b6b5c)", "7 4", 2.0),
    "hydrophobic": _Style("hydrophobic", "var(--map-hydrophobic,#5d6b3c)", "2 4", 1.8),
}
OTHER = _Style("", "var(--map-other,#a04a00)", "4 3", 1.8)


def interaction_map(pose: PoseRecord, title: str) -> str:
    """Return the contacts of a pose as one SVG element.

    Each residue stands on a ring around the drug, on the side of the atoms that it touches; a
    line for each kind of contact, with the distance where it is directed.
    ``title`` is what is read out in place of the picture; escaped here.

    Raises
    ------
    OutputError
        When the pose has no readable mol block.
    """
    drawing, places = _drug(pose)
    anchors = _anchors(pose, places)
    angles = _spread([math.atan2(*reversed(_from_middle(a))) for _, a, _ in anchors])
    lines, labels = [], []
    for (residue, _, contacts), angle in zip(anchors, angles, strict=True):
        node = (WIDTH / 2 + RING_X * math.cos(angle), HEIGHT / 2 - 8 + RING_Y * math.sin(angle))
        for contact in contacts:
            lines.append(_line(contact["from"], node, contact))
        labels.append(_label(residue, node, str(contacts[0]["type"])))
    left, top = (WIDTH - DRUG_WIDTH) / 2, (HEIGHT - DRUG_HEIGHT) / 2 - 8
    body = (
        f"{''.join(lines)}<g transform='translate({left:g} {top:g})'>{drawing}</g>"
        f"{''.join(labels)}{_legend([c for _, _, group in anchors for c in group])}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label={quoteattr(title)} font-family="system-ui,sans-serif">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )


def _drug(pose: PoseRecord) -> tuple[str, FloatArray]:
    """Return the drug's drawing and where its atoms are in the map, ``(n, 2)`` pixels."""
    mol = Chem.MolFromMolBlock(pose.drug_sdf)
    if mol is None:
        raise OutputError("the contacts cannot be drawn: the pose has no readable mol block")
    mol.RemoveAllConformers()
    rdDepictor.Compute2DCoords(mol)
    rdDepictor.StraightenDepiction(mol)
    drawer = rdMolDraw2D.MolDraw2DSVG(DRUG_WIDTH, DRUG_HEIGHT)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    options.padding = 0.06
    rdMolDraw2D.PrepareAndDrawMolecule(drawer, mol)
    drawer.FinishDrawing()
    points = [drawer.GetDrawCoords(index) for index in range(mol.GetNumAtoms())]
    offset = [(WIDTH - DRUG_WIDTH) / 2, (HEIGHT - DRUG_HEIGHT) / 2 - 8]
    drawn = inked(drawer.GetDrawingText(), "")
    inside = drawn[drawn.index("</title>") + len("</title>") : drawn.rindex("</svg>")]
    return inside, np.array([[p.x, p.y] for p in points]) + offset


def _anchors(
    pose: PoseRecord, places: FloatArray
) -> list[tuple[str, tuple[float, float], list[dict[str, Any]]]]:
    """Return each residue with the middle of the atoms it touches and its contacts, by angle."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for contact in pose.interactions:
        atoms = [i for i in contact.get("ligand_atoms") or () if 0 <= int(i) < len(places)]
        if atoms:
            own = {"atoms": atoms, "from": tuple(places[atoms].mean(axis=0).tolist())}
            groups.setdefault(str(contact["residue"]), []).append({**contact, **own})
    found = []
    for residue, contacts in groups.items():
        contacts.sort(key=lambda contact: _rank(str(contact["type"])), reverse=True)
        kinds = {str(contact["type"]): contact for contact in contacts}
        atoms = [i for contact in contacts for i in contact["atoms"]]
        x, y = places[atoms].mean(axis=0).tolist()
        found.append((residue, (x, y), list(kinds.values())[::-1]))
    return sorted(found, key=lambda item: math.atan2(*reversed(_from_middle(item[1]))))


def _rank(kind: str) -> int:
    """Return the order in which kinds are named: the bond, directed contacts, others."""
    kinds = [*STYLES][:-1]
    return kinds.index(kind) if kind in kinds else len(kinds) + (kind == "hydrophobic")


def _from_middle(point: tuple[float, float]) -> tuple[float, float]:
    """Return a point about the middle, the ring drawn as a circle."""
    return (point[0] - WIDTH / 2) / RING_X, (point[1] - HEIGHT / 2 + 8) / RING_Y


def _spread(angles: list[float]) -> list[float]:
    """Return sorted angles pushed apart until neighbours have room."""
    n = len(angles)
    if n < 2:
        return angles
    gap = min(LEAST_GAP, 0.97 * 2 * math.pi / n)
    spread = list(angles)
    for _ in range(ROUNDS):
        for k in range(n):
            nxt, turn = (k + 1) % n, 2 * math.pi * (k == n - 1)
            lack = gap - (spread[nxt] + turn - spread[k])
            if lack > 0:
                spread[k] -= lack / 2
                spread[nxt] += lack / 2
    return spread


def _line(start: tuple[float, float], node: tuple[float, float], contact: dict[str, Any]) -> str:
    """Draw one contact, with its distance where it is directed."""
    style = STYLES.get(str(contact["type"]), OTHER)
    dash = f" stroke-dasharray='{style.dash}'" if style.dash else ""
    line = (
        f"<path d='M{start[0]:.1f} {start[1]:.1f}L{node[0]:.1f} {node[1]:.1f}' "
        f"stroke='{style.colour}' stroke-width='{style.width:g}'{dash} fill='none' "
        "stroke-linecap='round'/>"
    )
    distance = contact.get("distance_angstrom")
    if contact["type"] == "hydrophobic" or not isinstance(distance, (int, float)):
        return line
    x, y = (start[0] + 2 * node[0]) / 3, (start[1] + 2 * node[1]) / 3
    return line + (
        f"<text x='{x:.1f}' y='{y + 5:.1f}' fill='{style.colour}' font-size='13' "
        "text-anchor='middle' stroke='var(--card,#fff)' stroke-width='4' paint-order='stroke'>"
        f"{distance:.1f} \u00c5</text>"
    )


def _label(residue: str, node: tuple[float, float], kind: str) -> str:
    style = STYLES.get(kind, OTHER)
    half = 5 + 4.6 * len(residue[:12])
    return (
        f"<rect x='{node[0] - half:.1f}' y='{node[1] - 13:.1f}' width='{2 * half:.1f}' height='26' "
        f"rx='13' fill='var(--card,#fff)' stroke='{style.colour}' stroke-width='2'/>"
        f"<text x='{node[0]:.1f}' y='{node[1] + 5:.1f}' fill='currentColor' font-size='14' "
        f"font-weight='600' text-anchor='middle'>{escape(residue[:12])}</text>"
    )


def _legend(contacts: list[dict[str, Any]]) -> str:
    """Name the kinds that are on the map."""
    parts, x = [], 16.0
    for kind in dict.fromkeys(str(contact["type"]) for contact in contacts):
        style = STYLES.get(kind, OTHER)
        words = (style.words or kind.replace("_", " "))[:24]
        dash = f" stroke-dasharray='{style.dash}'" if style.dash else ""
        parts.append(
            f"<path d='M{x:g} {LEGEND_Y}h26' stroke='{style.colour}' "
            f"stroke-width='{style.width:g}'{dash}/><text x='{x + 32:g}' y='{LEGEND_Y + 4}' "
            f"font-size='13' fill='currentColor'>{escape(words)}</text>"
        )
        x += 56 + 7.2 * len(words)
    return "".join(parts)
