"""Amber's energy: the shipped files and what OpenMM makes of them, against tleap's topologies."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openmm
import pytest
from openmm import app
from physics_cases import capped_cysteine_complex, context_of
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import conformers
from workbench.ligands.reading import load_ligand
from workbench.physics import amber
from workbench.physics.amber_molecules import PROTEIN_FILE, drug_part, ligand_force_field
from workbench.physics.assembly import ligand_names, ligand_records, place, topology_of
from workbench.physics.complex import Complex, complex_texts, mobile_atoms
from workbench.physics.force_fields import force_field
from workbench.physics.mmff import group_energy
from workbench.physics.mmff_parameters import edges_of
from workbench.structures.receptor import Receptor

DRUGS = ("selinexor", "eltanexor", "KPT-185", "KPT-276", "KPT-251", "verdinexor")
REFERENCE = json.loads(Path(__file__).with_name("amber_reference.json").read_text("utf-8"))
TOLERANCE = 1e-3
AMBER = force_field("amber")
KINDS = {
    "bond": openmm.HarmonicBondForce,
    "angle": openmm.HarmonicAngleForce,
    "torsion": openmm.PeriodicTorsionForce,
    "nonbonded": openmm.NonbondedForce,
}


def text_of(drug: str) -> str:
    return files("workbench").joinpath("data", "ffxml", f"{drug}.xml").read_text(encoding="utf-8")


def templates(drug: str) -> dict[str, ElementTree.Element]:
    return {
        row.attrib["name"]: row for row in ElementTree.fromstring(text_of(drug)).iter("Residue")
    }


def plain(text: str, topology: app.Topology, chosen: dict | None = None) -> openmm.System:
    """Return what OpenMM makes of a file without the workbench, a force group per kind of term."""
    field = app.ForceField(PROTEIN_FILE, io.StringIO(text))
    system = field.createSystem(topology, removeCMMotion=False, residueTemplates=chosen or {})
    for force in system.getForces():
        force.setForceGroup(list(KINDS.values()).index(type(force)))
    return system


def by_kind(system: openmm.System, points: np.ndarray) -> dict[str, float]:
    context = context_of(system, points)
    return {name: group_energy(context, group) for group, name in enumerate(KINDS)}


def summed(terms: dict[str, float]) -> dict[str, float]:
    pairs = terms["van_der_waals"] + terms["electrostatic"]
    return {name: terms[name] for name in ("bond", "angle", "torsion")} | {"nonbonded": pairs}


def test_an_intact_drug_has_tleaps_energies() -> None:
    mol = Chem.AddHs(load_ligand("selinexor").mol)
    topology = topology_of(ligand_records(mol, range(mol.GetNumAtoms())), edges_of(mol))
    points = np.array(REFERENCE["intact"]["coordinates"])
    found = by_kind(plain(text_of("selinexor"), topology), points)
    assert found == pytest.approx(summed(REFERENCE["intact"]["energies"]), abs=TOLERANCE)


def test_a_bonded_drug_has_tleaps_energies() -> None:
    bonded = capped_cysteine_complex("selinexor")
    points = np.array(REFERENCE["adduct"]["coordinates"])
    everything = np.ones(len(bonded.atoms), bool)
    built = AMBER.build(bonded, everything, cutoff_angstrom=None, solvent="none")
    found = AMBER.energy_by_term(context_of(built.system, points))
    assert found == pytest.approx(REFERENCE["adduct"]["energies"], abs=TOLERANCE)


def test_openmm_makes_the_same_of_a_written_complex(selinexor: Complex) -> None:
    """Atoms by their names in the file, where the workbench goes by its own bonds."""
    read = app.PDBFile(io.StringIO(complex_texts(selinexor)[0]))
    residue = list(read.topology.atoms())[selinexor.sg].residue
    theirs = plain(text_of("selinexor"), read.topology, {residue: "selinexor-adduct-CYS"})
    everything = np.ones(len(selinexor.atoms), bool)
    ours = AMBER.build(selinexor, everything, cutoff_angstrom=None, solvent="none").system
    found = summed(AMBER.energy_by_term(context_of(ours, selinexor.coordinates)))
    assert found == pytest.approx(by_kind(theirs, selinexor.coordinates), abs=TOLERANCE)


def test_one_residue_has_the_energy_of_two() -> None:
    bonded = capped_cysteine_complex("selinexor")
    places = ("ACE", "CYS", "LIG", "NME")
    order = sorted(
        range(len(bonded.atoms)), key=lambda i: (places.index(bonded.atoms[i].residue_name), i)
    )
    atoms = [bonded.atoms[i] for i in order]
    cysteine = next(atom for atom in atoms if atom.residue_name == "CYS")
    where = {"residue_name": "CYS", "residue_number": 528, "chain": cysteine.chain}
    atoms = [replace(a, **where) if a.residue_name == "LIG" else a for a in atoms]
    new = {old: k for k, old in enumerate(order)}
    topology = topology_of(atoms, [(new[i], new[j]) for i, j in edges_of(bonded.mol)])
    points = np.array(REFERENCE["adduct"]["coordinates"])[order]
    found = by_kind(plain(text_of("selinexor"), topology), points)
    assert found == pytest.approx(summed(REFERENCE["adduct"]["energies"]), abs=TOLERANCE)


@pytest.mark.parametrize("drug", DRUGS)
def test_a_file_holds_the_drug_and_the_cysteine_without_its_thiol_hydrogen(drug: str) -> None:
    ligand = load_ligand(drug)
    adduct = enumerate_adducts(ligand)[0]
    whole = Chem.AddHs(adduct.mol)
    part = drug_part(whole, adduct)
    found = templates(drug)
    names = {k: [a.get("name") for a in r.iter("Atom")] for k, r in found.items()}
    ends = {k: [b.get("atomName") for b in r.iter("ExternalBond")] for k, r in found.items()}
    stem = f"{drug}-adduct"
    own = ligand_names(whole.GetAtomWithIdx(i).GetSymbol() for i in part)
    cysteine = ["N", "H", "CA", "HA", "CB", "HB2", "HB3", "SG", "C", "O"]
    free = ligand_names(a.GetSymbol() for a in Chem.AddHs(ligand.mol).GetAtoms())
    assert names == {
        f"{drug}-drug": free,
        stem: cysteine + own,
        f"{stem}-CYS": cysteine,
        f"{stem}-LIG": own,
    }
    attacked = own[adduct.reactive_atom_index]
    assert ends == {
        f"{drug}-drug": [], stem: ["N", "C"], f"{stem}-CYS": ["N", "C", "SG"],
        f"{stem}-LIG": [attacked],
    }  # fmt: skip
    pairs = {frozenset((b.get("atomName1"), b.get("atomName2"))) for b in found[stem].iter("Bond")}
    assert frozenset(("SG", attacked)) in pairs
    assert len(pairs) == len(cysteine) - 1 + 1 + sum(
        {b.GetBeginAtomIdx(), b.GetEndAtomIdx()} <= set(part) for b in whole.GetBonds()
    )


@pytest.mark.parametrize("drug", DRUGS)
def test_charges_of_a_file_are_whole(drug: str) -> None:
    """The backbone is ff14SB's, which has 0.0051 e in a cysteine; the rest balances it."""
    charges = {
        name: np.array([float(a.attrib["charge"]) for a in row.iter("Atom")])
        for name, row in templates(drug).items()
    }
    assert charges[f"{drug}-drug"].sum() == pytest.approx(0, abs=1e-4)
    assert charges[f"{drug}-adduct"].sum() == pytest.approx(0, abs=1e-4)
    parts = [charges[f"{drug}-adduct-{part}"] for part in ("CYS", "LIG")]
    assert np.concatenate(parts).tolist() == charges[f"{drug}-adduct"].tolist()


@pytest.mark.parametrize("drug", DRUGS)
def test_every_term_of_an_adduct_is_there(drug: str) -> None:
    """Each diastereomer on its own: bonds, angles, planes, and pairs across the tether."""
    for adduct in enumerate_adducts(load_ligand(drug)):
        mol = Chem.AddHs(adduct.mol)
        system = AMBER.free_system(adduct, mol, np.ones(mol.GetNumAtoms(), bool))
        bonds, angles, torsions, pairs = (system.getForce(i) for i in range(4))
        assert bonds.getNumBonds() == mol.GetNumBonds()
        degrees = [atom.GetDegree() for atom in mol.GetAtoms()]
        assert angles.getNumAngles() == sum(n * (n - 1) // 2 for n in degrees)
        rows = [torsions.getTorsionParameters(i) for i in range(torsions.getNumTorsions())]
        centres = [
            row[2] for row in rows
            if all(mol.GetBondBetweenAtoms(row[2], i) for i in (row[0], row[1], row[3]))
        ]  # fmt: skip
        flat = [
            a.GetIdx() for a in mol.GetAtoms()
            if a.GetHybridization() == Chem.HybridizationType.SP2 and a.GetDegree() == 3
        ]  # fmt: skip
        assert sorted(centres) == flat
        distance = Chem.GetDistanceMatrix(mol)
        scaled = {
            tuple(sorted(row[:2]))
            for row in map(pairs.getExceptionParameters, range(pairs.getNumExceptions()))
            if row[4]._value
        }
        far = {tuple(pair) for pair in np.argwhere(np.triu(distance == 3)).tolist()}
        assert (adduct.ca_index, adduct.reactive_atom_index) in {p[::-1] for p in far} | far
        without_depth = far - scaled
        assert not {
            p for p in without_depth if not {mol.GetAtomWithIdx(i).GetSymbol() for i in p} & {"H"}
        }
        assert scaled <= far


def test_all_files_go_into_one_force_field() -> None:
    texts = [io.StringIO(text_of(drug)) for drug in DRUGS]
    field = app.ForceField(PROTEIN_FILE, "amber14/tip3p.xml", *texts)
    assert {f"{drug}-adduct" for drug in DRUGS} <= set(field._templates)


def test_a_bond_that_openmm_cannot_look_up_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenMM would leave it out in silence, and the drug would drift away."""
    bonded = capped_cysteine_complex("selinexor")
    root = ElementTree.fromstring(text_of("selinexor"))
    bonds = root.find("HarmonicBondForce")
    assert bonds is not None
    for row in [row for row in bonds if "protein-S" in row.attrib.values()]:
        bonds.remove(row)
    poorer = ElementTree.tostring(root, encoding="unicode")
    monkeypatch.setattr(amber, "force_field_file", lambda *_: (poorer, "selinexor-adduct"))
    with pytest.raises(PhysicsError, match="no parameters for 528:SG - LIG:C3"):
        AMBER.build(bonded, np.ones(len(bonded.atoms), bool), cutoff_angstrom=None)


def test_another_ligand_needs_ambers_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_AMBER_BIN", raising=False)
    monkeypatch.setenv("PATH", "")
    bonded = capped_cysteine_complex()
    message = "no parameters for this ligand.*antechamber, parmchk2, sqm.*install.*mmff94s"
    with pytest.raises(PhysicsError, match=message):
        AMBER.build(bonded, np.ones(len(bonded.atoms), bool), cutoff_angstrom=None)
    with pytest.raises(PhysicsError, match=message):
        ligand_force_field(bonded.ligand)


def test_the_encounter_complex_is_one_system_too(groove: Receptor) -> None:
    """The intact drug beside the free thiol; nothing of it hangs on the sulphur."""
    drug = load_ligand("KPT-185")
    shape = conformers(drug.mol, 1, 1).coordinates[0][: drug.mol.GetNumAtoms()]
    start = place(groove, drug, shape + groove.coordinates.max(axis=0) + 5)
    built = AMBER.build(start, mobile_atoms([start], 5.0), cutoff_angstrom=12.0)
    mine = [start.atoms[i].residue_name == "LIG" for i in built.bond_atoms[:, 0]]
    assert sum(mine) == Chem.AddHs(drug.mol).GetNumBonds()
    assert [start.sg, start.reactive_carbon] not in np.sort(built.bond_atoms).tolist()
