"""Amber's energy against topologies that tleap built (``make_amber_reference.py``)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from physics_cases import capped_cysteine_complex, context_of
from rdkit import Chem

from workbench.ligands.reading import load_ligand
from workbench.physics.amber_system import amber_parameters, amber_system
from workbench.physics.amber_tables import placed, shipped_molecules, shipped_terms
from workbench.physics.force_fields import force_field

REFERENCE = json.loads(Path(__file__).with_name("amber_reference.json").read_text("utf-8"))
TOLERANCE = 1e-3
AMBER = force_field("amber")


def test_an_intact_drug_has_tleaps_energies() -> None:
    molecule = next(m for m in shipped_molecules() if (m.name, m.form) == ("selinexor", "drug"))
    mol = Chem.AddHs(load_ligand("selinexor").mol)
    edges = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]
    places = placed(molecule, [a.GetSymbol() for a in mol.GetAtoms()], edges, None)
    assert places is not None
    found = amber_parameters(mol, (), places, molecule, shipped_terms(), sulphur=None)
    masses = np.array([atom.GetMass() for atom in mol.GetAtoms()])
    system = amber_system(found, masses, edges, np.ones(len(masses), bool), None)
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
