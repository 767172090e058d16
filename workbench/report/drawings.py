"""Drawings of the drug and its adducts, in the ink of the page."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from rdkit import Chem

from workbench.errors import LigandError, OutputError
from workbench.ligands import depiction
from workbench.ligands.adducts import enumerate_adducts, later_forms
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.warheads import find_warheads
from workbench.records.docking import AdductRecord, DockingResult
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
