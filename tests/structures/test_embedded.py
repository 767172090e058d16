from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from structure_cases import heavy_positions

from workbench.errors import ReceptorError
from workbench.structures.embedded import embedded_files, read_embedded
from workbench.structures.loading import available, load_receptor
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import read_structure

MODEL = "AF-O14980-F1_human_xpo1.pdb"


def test_human_groove_loads_fast_and_without_openmm() -> None:
    code = (
        "import sys, time; start = time.perf_counter();"
        "from workbench.structures.loading import load_receptor;"
        "load_receptor('Human-Groove');"
        "print(time.perf_counter() - start, 'openmm' in sys.modules)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert output[1] == "False"
    start = time.perf_counter()
    load_receptor("human-groove")
    assert time.perf_counter() - start < 1.0


def test_human_groove_is_what_it_says() -> None:
    receptor = load_receptor("human-groove")
    assert available()[:2] == ("human-groove", "human-groove-3nc1")
    assert receptor.organism == "Homo sapiens" and receptor.groove_state == "open"
    assert receptor.provenance["licence"] == "CC-BY-4.0"
    assert "AlphaFold" in receptor.provenance["attribution"]
    residues = {a.residue_number for a in receptor.atoms if a.residue_name not in ("ACE", "NME")}
    assert 110 <= len(residues) <= 160
    assert len(receptor.residue_map) == 1071


def test_data_are_small_and_name_no_machine() -> None:
    folder = files("workbench").joinpath("data/receptors")
    sizes = [len(item.read_bytes()) for item in folder.iterdir()]
    assert sum(sizes) < 300_000
    record = folder.joinpath("human_groove.json").read_text(encoding="utf-8")
    assert "/tmp" not in record and "/home" not in record and "/work" not in record


def test_files_of_a_receptor_read_back_as_the_same() -> None:
    receptor = read_embedded("human-groove")
    folder = files("workbench").joinpath("data/receptors")
    written = embedded_files(receptor)
    assert json.loads(written[".json"]) == json.loads(
        folder.joinpath("human_groove.json").read_text(encoding="utf-8")
    )
    assert written[".cif.gz"] == folder.joinpath("human_groove.cif.gz").read_bytes()


def test_unknown_name_is_refused() -> None:
    with pytest.raises(ReceptorError, match="human-groove"):
        read_embedded("yeast-groove")


def test_embedded_receptor_takes_no_other_nucleophile() -> None:
    with pytest.raises(ReceptorError, match="Cys528"):
        load_receptor("human-groove", nucleophile="A:585:SG")


def test_remaking_gives_the_shipped_receptor(shared_structures: Path) -> None:
    path = shared_structures / "receptors" / MODEL
    shipped, remade = load_receptor("human-groove"), prepare_receptor(path)
    assert remade.atoms == shipped.atoms
    np.testing.assert_array_equal(remade.bonds, shipped.bonds)
    np.testing.assert_allclose(remade.coordinates, shipped.coordinates, atol=0.05)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert shipped.provenance["source_sha256"] == digest


def test_no_heavy_atom_left_the_model(shared_structures: Path) -> None:
    model = {r.number: r for r in read_structure(shared_structures / "receptors" / MODEL).residues}
    for (number, name, atom), position in heavy_positions(load_receptor("human-groove")).items():
        # the caps' carbons are the CA of the residues that they replace
        there = {("ACE", "CH3"): "CA", ("NME", "C"): "CA"}.get((name, atom), atom)
        np.testing.assert_allclose(position, model[number].position(there), atol=0.001)


def test_every_reference_ligand_has_its_surroundings(shared_structures: Path) -> None:
    """No heavy atom of the whole model within 8 angstrom of a bound drug is left out."""
    from rdkit import Chem
    from scipy.spatial import cKDTree

    receptor = load_receptor("human-groove")
    model = read_structure(shared_structures / "receptors" / MODEL).residues
    atoms = np.concatenate([residue.coordinates for residue in model])
    kept = cKDTree(receptor.coordinates).query(atoms)[0] < 0.01
    ligands = sorted((shared_structures / "ligands" / "in_human_frame").glob("*.sdf"))
    assert len(ligands) >= 9
    for file in ligands:
        (mol,) = Chem.SDMolSupplier(str(file))
        near = cKDTree(mol.GetConformer().GetPositions()).query(atoms)[0] < 8.0
        assert near.sum() > 100 and kept[near].all(), file.name


def test_crystal_groove_lies_in_the_frame_of_the_reference_poses() -> None:
    model, crystal = load_receptor("human-groove"), load_receptor("human-groove-3nc1")
    assert crystal.organism == "Mus musculus" and crystal.groove_state == "open"
    assert crystal.provenance["licence"] == "CC0-1.0"
    assert "3NC1" in crystal.provenance["attribution"]
    one, other = heavy_positions(model), heavy_positions(crystal)
    # keys hold the residue's name: a groove that differed would share fewer
    shared = [k for k in one if k in other and k[2] == "CA" and 489 <= k[0] <= 599]
    assert len(shared) >= 95
    steps = np.array([one[k] - other[k] for k in shared])
    rmsd = float(np.sqrt((steps**2).sum(axis=1).mean()))
    assert rmsd < 0.6 and f"rmsd {rmsd:.2f} angstrom" in crystal.provenance["frame"]
    assert np.linalg.norm(steps.mean(axis=0)) < 0.01


def test_remaking_the_crystal_groove_gives_the_shipped_one(shared_structures: Path) -> None:
    path = shared_structures / "receptors" / "3nc1_pdbredo.pdb"
    shipped, remade = load_receptor("human-groove-3nc1"), prepare_receptor(path)
    assert remade.atoms == shipped.atoms
    inside = [np.linalg.norm(r.coordinates - r.coordinates[0], axis=1) for r in (shipped, remade)]
    np.testing.assert_allclose(inside[0], inside[1], atol=0.1)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert shipped.provenance["source_sha256"] == digest
