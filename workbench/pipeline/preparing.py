"""Docking-ready files of receptors and ligands."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workbench.docking.encounter import docking_box
from workbench.errors import LigandError, WorkbenchError
from workbench.files.writing import growing_text, prepare_output_folder, write_texts
from workbench.ligands.adducts import later_forms, paper_adducts
from workbench.ligands.conformers import embed_drug
from workbench.ligands.depiction import adduct_svg, drug_svg
from workbench.ligands.isomers import open_elements
from workbench.ligands.molecules import Ligand
from workbench.ligands.properties import ligand_summary
from workbench.ligands.reading import LigandFailure
from workbench.ligands.writing import ligand_pdbqt, sdf_block
from workbench.physics.amber_molecules import ligand_force_field
from workbench.progress import Progress, silent
from workbench.report.groove_page import groove_html
from workbench.structures.groove import groove_facts
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_json, receptor_mmcif, receptor_pdb, receptor_pdbqt

OPEN_STEREO = (
    "the coordinates hold an arbitrary choice of the undefined stereo: draw it, or enumerate it "
    "with --max-stereoisomers"
)


def write_receptor(receptor: Receptor, folder: Path) -> list[Path]:
    """Write ``receptor.cif``, ``.pdb``, ``.pdbqt``, ``.json``, ``.html`` and ``box.json``.

    Raises
    ------
    WorkbenchError
        When the folder cannot be written to, or the receptor does not fit a format.
    """
    target = prepare_output_folder(folder)
    pdb, record, facts = receptor_pdb(receptor), receptor_json(receptor), groove_facts()
    bounds = {
        "closed_below_angstrom": facts.closed_below_angstrom,
        "open_from_angstrom": facts.open_from_angstrom,
        "occupied_from_contacts": facts.occupied_from_contacts,
        "contact_angstrom": facts.contact_angstrom,
    }
    texts = {
        "receptor.cif": receptor_mmcif(receptor),
        "receptor.pdb": pdb,
        "receptor.pdbqt": receptor_pdbqt(receptor),
        "box.json": _json(docking_box(receptor).to_dict()),
        "receptor.html": groove_html(pdb, record, bounds),
        "receptor.json": _json(record),
    }
    return write_texts(target, texts)


def write_ligands(
    ligands: Iterable[Ligand],
    folder: Path,
    seed: int,
    progress: Progress = silent,
    *,
    amber: bool = False,
) -> Iterator[Path | LigandFailure]:
    """Write the files of each ligand as it comes, and ``ligands.json`` at the end.

    Per ligand: one SDF and one PDBQT with hydrogens and coordinates, and SVG drawings of the
    drug, of each adduct and of what may follow; with ``amber`` also an OpenMM ForceField file of
    drug and adduct. Files are named by the ligand's place in the
    list and its InChIKey, never by its own name; ``ligands.json`` says which is which. Nothing
    is written before the result is iterated, and only one ligand is held at a time.

    Yields
    ------
    Path or LigandFailure
        Each file once it is complete; a failure for a ligand without coordinates, PDBQT or
        ForceField file, which is in ``ligands.json`` with its drawings and the reason.

    Raises
    ------
    WorkbenchError
        When the folder cannot be written to.
    """
    target = prepare_output_folder(folder)
    place = 0
    with growing_text(target, "ligands.json") as append:
        for place, ligand in enumerate(ligands, start=1):
            progress(f"ligand {place} {ligand.inchikey}", 1, 1)
            stem = f"ligand_{place:03d}_{ligand.inchikey}"
            record = ligand_summary(ligand)
            texts = {}
            try:
                texts = _placed(ligand, stem, seed)
            except LigandError as error:
                record["warnings"].append(f"no SDF and PDBQT: {error}")
                yield LigandFailure(f"ligand {place}", ligand.name, str(error))
            if texts and open_elements(ligand.mol):
                record["warnings"].append(OPEN_STEREO)
            if amber:
                try:
                    texts[f"{stem}.xml"] = ligand_force_field(ligand)
                except WorkbenchError as error:
                    record["warnings"].append(f"no ForceField file: {error}")
                    yield LigandFailure(f"ligand {place}", ligand.name, str(error))
            texts[f"{stem}.svg"] = drug_svg(ligand)
            texts |= _adduct_drawings(ligand, stem)
            yield from write_texts(target, texts)
            record["files"] = list(texts)
            entry = textwrap.indent(_json(record).rstrip("\n"), "  ")
            append(("[\n" if place == 1 else ",\n") + entry)
        append("\n]\n" if place else "[]\n")
    yield target / "ligands.json"


def _placed(ligand: Ligand, stem: str, seed: int) -> dict[str, str]:
    """Return the files with coordinates."""
    placed = embed_drug(ligand, seed)
    return {
        f"{stem}.sdf": sdf_block(placed, ligand.name, {"smiles": ligand.smiles}),
        f"{stem}.pdbqt": ligand_pdbqt(ligand, placed)[0],
    }


def _adduct_drawings(ligand: Ligand, stem: str) -> dict[str, str]:
    """Return a drawing of each adduct and of what it may become, numbered: labels may repeat."""
    drawings = {}
    for number, adduct in enumerate(paper_adducts(ligand)[0], start=1):
        for form in (adduct, *later_forms(adduct)):
            drawings[f"{stem}_{form.form}_{number}_{form.label}.svg"] = adduct_svg(form)
    return drawings


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, sort_keys=False, ensure_ascii=False) + "\n"
