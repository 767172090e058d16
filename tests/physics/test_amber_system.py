"""Amber's energy against topologies that tleap built (``make_amber_reference.py``)."""

from __future__ import annotations

import io
import json
from pathlib import Path

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
from workbench.physics.amber_molecules import described
from workbench.physics.amber_protein import PROTEIN_FILE, protein_terms
from workbench.physics.amber_system import amber_parameters, amber_system
from workbench.physics.amber_tables import (
    AmberMolecule,
    AmberTerms,
    placed,
    shipped_molecule,
    shipped_molecules,
    shipped_terms,
)
from workbench.physics.assembly import molecule, place
from workbench.physics.complex import mobile_atoms
from workbench.physics.force_fields import force_field
from workbench.physics.mmff import group_energy
from workbench.physics.mmff_parameters import edges_of
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_pdb

DRUGS = ("selinexor", "eltanexor", "KPT-185", "KPT-276", "KPT-251", "verdinexor")
REFERENCE = json.loads(Path(__file__).with_name("amber_reference.json").read_text("utf-8"))
TOLERANCE = 1e-3
AMBER = force_field("amber")


def test_an_intact_drug_has_tleaps_energies() -> None:
    drug = next(m for m in shipped_molecules() if (m.name, m.form) == ("selinexor", "drug"))
    mol = Chem.AddHs(load_ligand("selinexor").mol)
    places = placed(drug, [a.GetSymbol() for a in mol.GetAtoms()], edges_of(mol), None)
    assert places is not None
    found = amber_parameters(mol, (), places, drug, shipped_terms(), sulphur=None)
    system = amber_system(found, mol, np.ones(mol.GetNumAtoms(), bool), None)
    context = context_of(system, np.array(REFERENCE["intact"]["coordinates"]))
    assert AMBER.energy_by_term(context) == pytest.approx(
        REFERENCE["intact"]["energies"], abs=TOLERANCE
    )


def test_a_bonded_drug_has_tleaps_energies() -> None:
    bonded = capped_cysteine_complex("selinexor")
    points = np.array(REFERENCE["adduct"]["coordinates"])
    everything = np.ones(len(bonded.atoms), bool)
    built = AMBER.build(bonded, everything, cutoff_angstrom=None, solvent="none")
    found = AMBER.energy_by_term(context_of(built.system, points))
    assert found == pytest.approx(REFERENCE["adduct"]["energies"], abs=TOLERANCE)


def test_the_receptor_has_the_energies_of_openmms_own_ff14sb(groove: Receptor) -> None:
    """Read from a PDB file, by names, where the workbench goes by its own bonds."""
    pdb = app.PDBFile(io.StringIO(receptor_pdb(groove)))
    theirs = app.ForceField(PROTEIN_FILE).createSystem(pdb.topology, nonbondedMethod=app.NoCutoff)
    mol = molecule(groove.atoms, groove.bonds.tolist())
    found = protein_terms(groove.atoms, edges_of(mol))
    ours = amber_system(found, mol, np.ones(len(groove.atoms), bool), None)
    expected = {
        name: group_energy(context_of(one, groove.coordinates))
        for name, one in by_kind(theirs).items()
    }
    terms = AMBER.energy_by_term(context_of(ours, groove.coordinates))
    terms["nonbonded"] = terms.pop("van_der_waals") + terms.pop("electrostatic")
    assert terms == pytest.approx(expected, abs=TOLERANCE)


def by_kind(system: openmm.System) -> dict[str, openmm.System]:
    """Return a System per kind of force, with that force alone."""
    kinds = {
        "bond": openmm.HarmonicBondForce,
        "angle": openmm.HarmonicAngleForce,
        "torsion": openmm.PeriodicTorsionForce,
        "nonbonded": openmm.NonbondedForce,
    }
    found = {}
    for name, kind in kinds.items():
        alone = openmm.XmlSerializer.clone(system)
        for index in reversed(range(alone.getNumForces())):
            if type(alone.getForce(index)) is not kind:
                alone.removeForce(index)
        found[name] = alone
    return found


@pytest.mark.parametrize("molecule", shipped_molecules(), ids=lambda m: f"{m.name} {m.form}")
def test_charges_of_a_shipped_molecule_are_whole(molecule: AmberMolecule) -> None:
    """The backbone of ff14SB's cysteine has 0.0051 e in all, the rest balances it."""
    backbone = -0.4157 + 0.2719 + 0.0429 + 0.0766 + 0.5973 - 0.5679
    total = molecule.charges.sum() + sum(molecule.side_chain.values())
    assert total + (backbone if molecule.side_chain else 0.0) == pytest.approx(0, abs=1e-4)
    assert abs(molecule.spread) < 1e-3


@pytest.mark.parametrize("drug", DRUGS)
def test_every_term_of_a_shipped_drug_is_there(drug: str) -> None:
    """Both the drug and each diastereomer of its adduct, on their own."""
    ligand = load_ligand(drug)
    for adduct in enumerate_adducts(ligand):
        mol = Chem.AddHs(adduct.mol)
        system = AMBER.free_system(adduct, mol, np.ones(mol.GetNumAtoms(), bool))
        assert system.getNumParticles() == mol.GetNumAtoms()
    mol = Chem.AddHs(ligand.mol)
    found = shipped_molecule([a.GetSymbol() for a in mol.GetAtoms()], edges_of(mol), None)
    assert found is not None
    terms = amber_parameters(mol, (), found[1], found[0], shipped_terms(), sulphur=None)
    assert len(terms.bonds.atoms) == mol.GetNumBonds()


def test_a_missing_parameter_is_named() -> None:
    bonded = capped_cysteine_complex("selinexor")
    molecule, terms, places = described(bonded)
    poorer = AmberTerms()
    poorer.merge([terms])
    poorer.bonds = {k: v for k, v in terms.bonds.items() if set(k) != {"c3*", "ss"}}
    with pytest.raises(PhysicsError, match=r"bond SG - C3 \(ss-c3\*\) of selinexor"):
        amber_parameters(bonded.mol, bonded.atoms, places, molecule, poorer, sulphur=bonded.sg)


def test_another_ligand_needs_ambers_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_AMBER_BIN", raising=False)
    monkeypatch.setenv("PATH", "")
    bonded = capped_cysteine_complex()
    message = "no table for this ligand.*antechamber, parmchk2, sqm.*install.*mmff94s"
    with pytest.raises(PhysicsError, match=message):
        described(bonded)


def test_the_encounter_complex_is_one_system_too(groove: Receptor) -> None:
    """The intact drug beside the free thiol; nothing of it hangs on the sulphur."""
    drug = load_ligand("KPT-185")
    shape = conformers(drug.mol, 1, 1).coordinates[0][: drug.mol.GetNumAtoms()]
    start = place(groove, drug, shape + groove.coordinates.max(axis=0) + 5)
    built = AMBER.build(start, mobile_atoms([start], 5.0), cutoff_angstrom=12.0)
    mine = [start.atoms[i].residue_name == "LIG" for i in built.bond_atoms[:, 0]]
    assert sum(mine) == Chem.AddHs(drug.mol).GetNumBonds()
    assert [start.sg, start.reactive_carbon] not in np.sort(built.bond_atoms).tolist()
