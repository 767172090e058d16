"""Docking-ready files of receptors and ligands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rdkit.Chem import rdMolDescriptors

from workbench.docking.box import docking_box
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed_drug
from workbench.ligands.molecules import Ligand
from workbench.ligands.pdbqt import ligand_pdbqt
from workbench.ligands.writing import sdf_block
from workbench.report.files import prepare_output_folder, write_texts
from workbench.report.groove_page import groove_html
from workbench.report.groove_scene import view_groove
from workbench.structures.facts import groove_facts
from workbench.structures.mmcif import receptor_mmcif
from workbench.structures.pdbqt import receptor_pdbqt
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_json, receptor_pdb


def write_receptor(receptor: Receptor, folder: Path) -> list[Path]:
    """Write ``receptor.cif``, ``.pdb``, ``.pdbqt``, ``.json``, ``.html`` and ``box.json``.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    WorkbenchError
        When the folder cannot be written to, or the receptor does not fit a format.
    """
    target = prepare_output_folder(folder)
    pdb, record = receptor_pdb(receptor), receptor_json(receptor)
    texts = {
        "receptor.cif": receptor_mmcif(receptor),
        "receptor.pdb": pdb,
        "receptor.pdbqt": receptor_pdbqt(receptor),
        "box.json": _json(docking_box(receptor).to_dict()),
        "receptor.html": groove_html(pdb, record, _bounds()),
        "receptor.json": _json(record),
    }
    return write_texts(target, texts)


def view_receptor(receptor: Receptor) -> Any:
    """Return a py3Dmol view of a receptor's groove with its pockets, for notebooks.

    The lining's side chains are sticks, and each pocket is a labelled ball as large as fits.
    """
    return view_groove(receptor_pdb(receptor), receptor_json(receptor))


def _bounds() -> dict[str, float]:
    facts = groove_facts()
    return {
        "closed_below_angstrom": facts.closed_below_angstrom,
        "open_from_angstrom": facts.open_from_angstrom,
        "occupied_from_contacts": facts.occupied_from_contacts,
        "contact_angstrom": facts.contact_angstrom,
    }


def write_ligands(ligands: Sequence[Ligand], folder: Path, seed: int) -> list[Path]:
    """Write one SDF and one PDBQT per ligand, and ``ligands.json``.

    Files are named by the ligand's place in the list and its InChIKey, never by its own name;
    ``ligands.json`` says which is which.

    Raises
    ------
    WorkbenchError
        When the folder cannot be written to, or a ligand cannot be embedded.
    """
    target = prepare_output_folder(folder)
    texts: dict[str, str] = {}
    summaries = []
    for place, ligand in enumerate(ligands, start=1):
        stem = f"ligand_{place:03d}_{ligand.inchikey}"
        placed = embed_drug(ligand, seed)
        texts[f"{stem}.sdf"] = sdf_block(placed, ligand.name, {"smiles": ligand.smiles})
        texts[f"{stem}.pdbqt"] = ligand_pdbqt(ligand, placed)[0]
        summaries.append(_summary(ligand) | {"files": [f"{stem}.sdf", f"{stem}.pdbqt"]})
    texts["ligands.json"] = _json(summaries)
    return write_texts(target, texts)


def _summary(ligand: Ligand) -> dict[str, Any]:
    warhead = ligand.warhead
    adducts = enumerate_adducts(ligand) if warhead else ()
    notes = [ligand.warhead_problem] if ligand.warhead_problem else []
    return {
        "name": ligand.name,
        "smiles": ligand.smiles,
        "inchikey": ligand.inchikey,
        "formula": ligand.formula,
        "charge": ligand.charge,
        "warhead": warhead.name if warhead else None,
        "reactive_atom_index": warhead.reactive_atom_index if warhead else None,
        "adducts": [{"label": a.label, "smiles": a.smiles} for a in adducts],
        "properties": {
            "molecular_weight_g_per_mol": round(rdMolDescriptors._CalcMolWt(ligand.mol), 3),
            "tpsa_angstrom2": round(rdMolDescriptors.CalcTPSA(ligand.mol), 2),
            "hydrogen_bond_donors": rdMolDescriptors.CalcNumHBD(ligand.mol),
            "hydrogen_bond_acceptors": rdMolDescriptors.CalcNumHBA(ligand.mol),
        },
        "warnings": [*ligand.warnings, *notes],
    }


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, sort_keys=False, ensure_ascii=False) + "\n"
