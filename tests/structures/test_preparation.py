"""Receptors prepared from entries: sound molecules whose atoms lie where the entry has them."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import openmm
import pytest
from openmm import app, unit
from rdkit import Chem
from scipy.spatial import cKDTree
from structure_cases import (
    ADDUCTS,
    MODEL,
    as_entry,
    bond_lengths,
    check_is_sound,
    check_is_whole,
    edited,
    heavy_positions,
    human_entry,
    prepared_from,
    rdkit_mol,
)

from workbench.errors import ReceptorError
from workbench.geometry import dihedral
from workbench.settings import PreparationSettings
from workbench.structures.loading import load_receptor
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import embedded_names, read_embedded, read_structure
from workbench.structures.receptor import Receptor
from workbench.structures.writing import embedded_files, pdb_text

QUICK = PreparationSettings(shell_angstrom=1.0)
"""The lining residues and what fills single gaps: enough where only one residue is looked at."""


@pytest.fixture(scope="module")
def prepared(human_groove: Receptor, tmp_path_factory: pytest.TempPathFactory) -> Receptor:
    """The embedded groove taken through the whole preparation again, from heavy atoms only."""
    path = tmp_path_factory.mktemp("entry") / "entry.pdb"
    path.write_text(as_entry(human_groove, chain="C", shift=11))
    return prepare_receptor(path)


@pytest.fixture(params=["embedded", "prepared"])
def receptor(
    request: pytest.FixtureRequest, human_groove: Receptor, prepared: Receptor
) -> Receptor:
    return human_groove if request.param == "embedded" else prepared


def prepared_text(text: str, folder: Path, settings: PreparationSettings = QUICK) -> Receptor:
    path = folder / "entry.pdb"
    path.write_text(text)
    return prepare_receptor(path, settings)


def test_receptor_is_a_sound_protein(receptor: Receptor) -> None:
    check_is_sound(receptor)
    names = [(a.residue_name, a.name) for a in receptor.atoms]
    acids = sum(name in (("ASP", "OD2"), ("GLU", "OE2")) for name in names)
    bases = sum(name in (("LYS", "NZ"), ("ARG", "CZ")) for name in names)
    assert Chem.GetFormalCharge(rdkit_mol(receptor)) == bases - acids
    for number in {a.residue_number for a in receptor.atoms if a.residue_name == "HIS"}:
        protons = {a.name for a in receptor.atoms if a.residue_number == number}
        assert len(protons & {"HD1", "HE2"}) == 1
    lengths = bond_lengths(receptor)
    for pair, low, high in (
        ("CH", 1.05, 1.13),
        ("NH", 0.97, 1.06),
        ("OH", 0.93, 1.02),
        ("SH", 1.30, 1.38),
        ("CN", 1.24, 1.56),
        ("CO", 1.18, 1.46),
        ("CS", 1.72, 1.88),
    ):
        found = lengths[frozenset(pair)]
        assert low < min(found) and max(found) < high, pair
    assert max(lengths[frozenset("C")]) < 1.62


def test_every_residue_is_l(receptor: Receptor) -> None:
    positions = heavy_positions(receptor)
    residues = {(number, name) for number, name, atom in positions if atom == "CB"}
    assert len(residues) > 90
    for residue in residues:
        n, ca, c, cb = (positions[(*residue, atom)] for atom in ("N", "CA", "C", "CB"))
        # looking from H to CA, CO, R and N run clockwise in an L-amino acid
        assert np.dot(np.cross(n - ca, c - ca), cb - ca) > 0, residue


def test_peptides_are_planar_and_caps_fit(receptor: Receptor) -> None:
    positions, atoms = heavy_positions(receptor), receptor.atoms
    joints = [
        (atoms[i], atoms[j])
        for i, j, _ in receptor.bonds.tolist()
        if (atoms[i].name, atoms[j].name) == ("C", "N")
        and (atoms[i].residue_number, atoms[i].residue_name)
        != (atoms[j].residue_number, atoms[j].residue_name)
    ]
    caps = [{a.residue_name for a in joint} for joint in joints]
    assert sum("ACE" in names for names in caps) == sum("NME" in names for names in caps) >= 15
    assert len(joints) > 115
    for left, right in joints:
        before = (left.residue_number, left.residue_name)
        after = (right.residue_number, right.residue_name)
        torsion = dihedral(
            positions[(*before, "CH3" if left.residue_name == "ACE" else "CA")],
            positions[(*before, "C")],
            positions[(*after, "N")],
            positions[(*after, "C" if right.residue_name == "NME" else "CA")],
        )
        assert abs(torsion) > 155 or abs(torsion) < 25, (left, right)


def test_reactive_cysteine_is_a_thiol(receptor: Receptor) -> None:
    assert (receptor.verdict, receptor.reactive_address()) == ("thiol", "A:528:SG")
    assert receptor.reactive_residue_number == 528
    bonds = [pair for pair in receptor.bonds[:, :2].tolist() if receptor.reactive_atom in pair]
    assert {receptor.atoms[i].name for pair in bonds for i in pair} == {"CB", "SG", "HG"}


def test_heavy_atoms_stay_and_numbers_are_human(human_groove: Receptor, prepared: Receptor) -> None:
    before, after = heavy_positions(human_groove), heavy_positions(prepared)
    shared = [key for key in after if key in before and key[1] not in ("ACE", "NME")]
    assert len(shared) > 900
    shifts = [float(np.linalg.norm(before[key] - after[key])) for key in shared]
    assert max(shifts) <= 0.5 and np.median(shifts) < 0.001
    assert prepared.entry_residue == "C:CYS:539" and prepared.numbering == "human"
    assert prepared.residue_map[571] == "C:582"


@pytest.mark.parametrize(("ph", "charged"), [(2.0, {"LYS", "HIS"}), (13.5, {"ASP", "GLU"})])
def test_protonation_follows_ph(tmp_path: Path, ph: float, charged: set[str]) -> None:
    settings = PreparationSettings(ph=ph, shell_angstrom=5.0)
    receptor = prepared_text(human_entry(), tmp_path, settings)
    check_is_sound(receptor)
    found = {a.residue_name: a.formal_charge for a in receptor.atoms if a.formal_charge}
    assert found.pop("ARG") == 1  # a guanidinium stays one at any pH that water allows
    assert set(found) == charged
    assert set(found.values()) == ({1} if ph < 7 else {-1})
    assert receptor.verdict == "thiol" and receptor.find(528, "HG")


def test_missing_side_chain_is_built_and_the_same_each_time(tmp_path: Path) -> None:
    lost = ("CG", "CD", "CE", "NZ")
    text = edited(lambda x: None if x[17:26] == "LYS A 568" and x[12:16].strip() in lost else x)
    receptor = prepared_text(text, tmp_path)
    assert any("LYS 568 lacked CG CD CE NZ" in change for change in receptor.changes)
    check_is_sound(receptor)
    ends = receptor.coordinates[[receptor.find(568, name) for name in ("NZ", "CA")]]
    assert 3.0 < np.linalg.norm(ends[0] - ends[1]) < 6.6
    again = prepared_text(text, tmp_path)
    np.testing.assert_array_equal(again.coordinates, receptor.coordinates)


@pytest.mark.parametrize(
    ("name", "extra", "verdict"),
    [("CSO", "OD", "oxidised"), ("CYS", "OD", "oxidised"), ("CME", "SD", "bonded")],
)
def test_modified_cysteine_cannot_react(
    human_groove: Receptor, tmp_path: Path, name: str, extra: str, verdict: str
) -> None:
    x, y, z = human_groove.coordinates[human_groove.find(528, "SG")] + np.array([0.0, 0.0, 1.7])

    def modified(line: str) -> str:
        changed = line.replace("CYS A 528", f"{name} A 528")
        if line[12:26] != " SG  CYS A 528":
            return changed
        place = f"{x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00           {extra[0]}"
        return f"{changed}\nHETATM 9999  {extra:<3} {name} A 528    {place}"

    receptor = prepared_text(edited(modified), tmp_path)
    assert receptor.verdict == verdict
    assert receptor.reactive_atom is None and receptor.reactive_address() == ""
    assert any("cannot react" in change for change in receptor.changes)


def test_disulfide_cannot_react(human_groove: Receptor, tmp_path: Path) -> None:
    """Another chain's cysteine 2.05 angstrom away: a bond that no preparation may cut."""
    x, y, z = human_groove.coordinates[human_groove.find(528, "SG")]
    offsets = {"SG": 2.05, "CB": 3.6, "CA": 5.0, "N": 5.8, "C": 6.3, "O": 7.2}
    extra = [
        f"ATOM  {9000 + i:5d}  {name:<3} CYS B   1    {x:8.3f}{y:8.3f}{z + dz:8.3f}  1.00  0.00"
        f"           {name[0]}"
        for i, (name, dz) in enumerate(offsets.items())
    ]
    text = human_entry().replace("END", "   ") + "\n".join(extra)
    receptor = prepared_text(text, tmp_path)
    assert receptor.verdict == "bonded"
    (bond,) = receptor.covalent_bonds
    assert bond["atom_2"] == "B:CYS:1:SG" and bond["distance_angstrom"] == 2.05


def test_broken_geometry_and_unknown_force_field_are_refused(tmp_path: Path) -> None:
    zero = f"{0:8.3f}{0:8.3f}{0:8.3f}"
    broken = edited(lambda x: f"{x[:30]}{zero}{x[54:]}" if x[12:26] == " CD1 PHE A 572" else x)
    with pytest.raises(ReceptorError, match="PHE 572"):
        prepared_text(broken, tmp_path)
    with pytest.raises(ReceptorError, match="force field"):
        prepared_text(human_entry(), tmp_path, PreparationSettings(force_field="no/such.xml"))


def test_atom_without_a_place_in_the_residue_is_told(tmp_path: Path) -> None:
    def doubled(line: str) -> str:
        if line[12:26] != " CB  ALA A 541":
            return line
        return f"{line}\n{line[:12]} CX {line[16:30]}{float(line[30:38]) + 1.4:8.3f}{line[38:]}"

    receptor = prepared_text(edited(doubled), tmp_path)
    assert any("A:ALA:541; left out of it: CX" in change for change in receptor.changes)


@pytest.mark.parametrize(
    "file",
    ["3nc1_pdbredo.pdb", "4hb2_pdbredo.pdb", "5dif_groove_495-650.pdb", "3m1i.pdb", MODEL],
)
def test_crystal_grooves_are_prepared(shared_structures: Path, file: str) -> None:
    path = shared_structures / "receptors" / file
    receptor = prepared_from(path)
    check_is_sound(receptor)
    wild_type_yeast = file == "3m1i.pdb"
    assert receptor.reactive_address() == ("" if wild_type_yeast else "A:528:SG")
    entry = {residue.key: residue for residue in read_structure(path).residues}
    there = heavy_positions(receptor)
    residues = {(n, name) for n, name, _ in there if name not in ("ACE", "NME")}
    shifts = []
    for number, name in residues:
        source = entry[receptor.residue_map[number]]
        for atom in source.atom_names:
            place = there[number, name, atom]  # no atom of a kept residue is lost
            shifts.append(float(np.linalg.norm(place - source.position(atom))))
    assert np.median(shifts) < 0.001 and max(shifts) <= 0.5
    if wild_type_yeast:
        assert (receptor.verdict, receptor.entry_residue) == ("no_thiol", "C:THR:539")
        assert (receptor.groove_state, receptor.organism) == ("closed", "Saccharomyces cerevisiae")
        assert any(name.startswith("chain A") for name in receptor.partners)
    if file.startswith("4hb2"):
        assert any(c.startswith("alternate locations kept") for c in receptor.changes)


@pytest.mark.parametrize("case", ADDUCTS, ids=[case[0] for case in ADDUCTS])
def test_bound_drug_is_taken_off_another_protein(
    shared_structures: Path, case: tuple[str, str, str, str, float, str]
) -> None:
    file, nucleophile, _, atom, _, known_from = case
    receptor = prepared_from(shared_structures / "adducts" / file, nucleophile)
    assert receptor.numbering == "entry" and receptor.verdict == "thiol"
    number = receptor.reactive_residue_number
    assert receptor.reactive_address() == f"{nucleophile[0]}:{number}:SG"
    (bond,) = receptor.covalent_bonds
    assert bond["atom_2"] == atom and bond["from"] == known_from
    assert any("taken off" in change for change in receptor.changes)
    check_is_whole(receptor)


@pytest.mark.parametrize(
    ("nucleophile", "message"),
    [
        ("", "names no atom"),
        ("A:25:SG; rm", "names no atom"),
        ("A:25:N", "no cysteine sulphur"),
        ("A:24:SG", "no cysteine"),
        ("B:25:SG", "no residue"),
        ("A:SER:25:SG", "no residue"),
        ("A:9999:SG", "no residue"),
    ],
)
def test_wrong_nucleophile_is_refused(
    shared_structures: Path, nucleophile: str, message: str
) -> None:
    with pytest.raises(ReceptorError, match=message):
        prepare_receptor(shared_structures / "adducts" / "1vsn.pdb", nucleophile=nucleophile)


def test_pka_of_the_thiol_is_told_with_its_uncertainty(shared_structures: Path) -> None:
    path = shared_structures / "receptors" / "5dif_groove_495-650.pdb"
    receptor = load_receptor(path, pka=True)
    groups = {(g["residue_name"], g["residue_number"]): g for g in receptor.titration}
    thiol = groups["CYS", 528]
    assert 6.0 < thiol["pka"] < 13.0 and thiol["uncertainty"] >= 3.0
    assert groups["LYS", 568]["charged_at_ph"] and groups["GLU", 571]["charged_at_ph"]
    assert any("PROPKA: pKa of CYS 528" in change for change in receptor.changes)


def test_embedded_grooves_are_what_they_say(human_groove: Receptor) -> None:
    assert embedded_names() == ("human-groove", "human-groove-3nc1")
    assert human_groove.organism == "Homo sapiens" and human_groove.groove_state == "open"
    assert human_groove.provenance["licence"] == "CC-BY-4.0"
    assert "AlphaFold" in human_groove.provenance["attribution"]
    assert len(human_groove.residue_map) == 1071
    crystal = load_receptor("human-groove-3nc1")
    assert crystal.organism == "Mus musculus" and crystal.groove_state == "open"
    assert crystal.provenance["licence"] == "CC0-1.0"
    one, other = heavy_positions(human_groove), heavy_positions(crystal)
    # keys hold the residue's name: a groove that differed would share fewer
    shared = [k for k in one if k in other and k[2] == "CA" and 489 <= k[0] <= 599]
    steps = np.array([one[k] - other[k] for k in shared])
    assert len(shared) >= 95 and np.linalg.norm(steps.mean(axis=0)) < 0.01
    assert np.sqrt((steps**2).sum(axis=1).mean()) < 0.6


def test_an_embedded_groove_loads_without_openmm() -> None:
    code = (
        "import sys; from workbench.structures.loading import load_receptor;"
        "load_receptor('Human-Groove'); print('openmm' in sys.modules)"
    )
    words = [sys.executable, "-c", code]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "False\n"


def test_files_of_a_receptor_are_the_ones_that_ship(human_groove: Receptor) -> None:
    folder = files("workbench").joinpath("data/receptors")
    assert sum(len(item.read_bytes()) for item in folder.iterdir()) < 300_000
    record = folder.joinpath("human_groove.json").read_text(encoding="utf-8")
    assert not any(place in record for place in ("/tmp", "/home", "/work"))
    assert json.loads(embedded_files(human_groove)[".json"]) == json.loads(record)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nucleophile": "A:585:SG"}, "Cys528"),
        ({"pka": True}, "whole chain"),
        ({"keep_waters": True}, "no waters and no partners"),
        ({"keep_partners": True}, "no waters and no partners"),
    ],
)
def test_what_an_embedded_receptor_cannot_do_is_refused(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(ReceptorError, match=message):
        load_receptor("human-groove", **options)  # type: ignore[arg-type]
    with pytest.raises(ReceptorError, match="human-groove"):
        read_embedded("yeast-groove")


@pytest.mark.parametrize(
    ("name", "file", "tolerance"),
    [("human-groove", MODEL, 0.05), ("human-groove-3nc1", "3nc1_pdbredo.pdb", 0.1)],
)
def test_remaking_gives_the_shipped_receptor(
    shared_structures: Path, name: str, file: str, tolerance: float
) -> None:
    path = shared_structures / "receptors" / file
    shipped, remade = load_receptor(name), prepared_from(path)
    assert remade.atoms == shipped.atoms
    np.testing.assert_array_equal(remade.bonds, shipped.bonds)
    # the crystal's groove was moved rigidly: distances to one atom stay
    inside = [np.linalg.norm(r.coordinates - r.coordinates[0], axis=1) for r in (shipped, remade)]
    np.testing.assert_allclose(inside[0], inside[1], atol=tolerance)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert shipped.provenance["source_sha256"] == digest


def test_every_reference_ligand_has_its_surroundings(
    human_groove: Receptor, shared_structures: Path
) -> None:
    """No heavy atom of the whole model within 8 angstrom of a bound drug is left out."""
    model = read_structure(shared_structures / "receptors" / MODEL).residues
    atoms = np.concatenate([residue.coordinates for residue in model])
    kept = cKDTree(human_groove.coordinates).query(atoms)[0] < 0.01
    ligands = sorted((shared_structures / "ligands" / "in_human_frame").glob("*.sdf"))
    assert len(ligands) >= 9
    for file in ligands:
        (mol,) = Chem.SDMolSupplier(str(file))
        near = cKDTree(mol.GetConformer().GetPositions()).query(atoms)[0] < 8.0
        assert near.sum() > 100 and kept[near].all(), file.name


def vacuum_energy_kcal_per_mol(receptor: Receptor) -> float:
    """Amber ff14SB without cutoff, screening or springs, on the receptor's own PDB text."""
    text = pdb_text(receptor.atoms, receptor.coordinates, bonds=receptor.bonds)
    topology = app.PDBFile(io.StringIO(text)).topology
    system = app.ForceField("amber14/protein.ff14SB.xml").createSystem(
        topology, nonbondedMethod=app.NoCutoff, constraints=None
    )
    platform = openmm.Platform.getPlatformByName("Reference")
    context = openmm.Context(system, openmm.VerletIntegrator(0.001), platform)
    context.setPositions(receptor.coordinates * 0.1)
    energy = context.getState(getEnergy=True).getPotentialEnergy()
    return float(energy.value_in_unit(unit.kilocalorie_per_mole))


@pytest.mark.parametrize(("spring", "farthest"), [(10.0, 0.5), (1.0, 3.0)])
def test_relaxing_lowers_the_energy_and_tells_how_far_atoms_went(
    spring: float, farthest: float
) -> None:
    crystal = load_receptor("human-groove-3nc1")
    settings = PreparationSettings(relax_spring_kcal_per_mol_angstrom2=spring)
    relaxed = load_receptor("human-groove-3nc1", relax=True, settings=settings)
    assert vacuum_energy_kcal_per_mol(relaxed) < vacuum_energy_kcal_per_mol(crystal) - 100.0
    assert relaxed.atoms == crystal.atoms and relaxed.changes[:-1] == crystal.changes
    heavy = [i for i, atom in enumerate(crystal.atoms) if atom.element != "H"]
    moved = np.linalg.norm(relaxed.coordinates[heavy] - crystal.coordinates[heavy], axis=1)
    assert 0.05 < moved.max() < farthest
    far = [crystal.atoms[heavy[k]] for k in np.flatnonzero(moved > 0.5)]
    note = relaxed.changes[-1]
    assert f"at most {moved.max():.2f} (" in note and f"{len(far) or 'no'} heavy atom" in note
    if far:
        told = note.rpartition(": ")[2].split(", ")
        assert sorted(told) == sorted({f"{a.residue_name} {a.residue_number}" for a in far})
