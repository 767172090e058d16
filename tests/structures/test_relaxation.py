"""The short minimisation of a whole receptor, measured with OpenMM's own force field."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import openmm
import pytest
from openmm import app, unit
from scipy.spatial import cKDTree

from workbench.cli.main import main
from workbench.settings import PreparationSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import pdb_text


@pytest.fixture(scope="module")
def crystal() -> Receptor:
    """At 3.35 angstrom, with the strain of its resolution."""
    return load_receptor("human-groove-3nc1")


@pytest.fixture(scope="module")
def relaxed(crystal: Receptor) -> Receptor:
    return load_receptor("human-groove-3nc1", relax=True)


def ways(one: Receptor, other: Receptor) -> np.ndarray:
    heavy = [i for i, atom in enumerate(one.atoms) if atom.element != "H"]
    return np.linalg.norm(one.coordinates[heavy] - other.coordinates[heavy], axis=1)


def vacuum_energy_kcal_per_mol(receptor: Receptor) -> float:
    """Amber ff14SB without cutoff, screening or springs, on the receptor's own PDB text."""
    text = pdb_text(receptor.atoms, receptor.coordinates, bonds=receptor.bonds)
    pieces = text.replace("CONECT", "REMARK")
    topology = app.PDBFile(io.StringIO(pieces)).topology
    joined = {frozenset((bond[0].index, bond[1].index)) for bond in topology.bonds()}
    atoms = list(topology.atoms())
    for i, j, _ in receptor.bonds.tolist():
        if frozenset((i, j)) not in joined:
            topology.addBond(atoms[i], atoms[j])
    system = app.ForceField("amber14/protein.ff14SB.xml").createSystem(
        topology, nonbondedMethod=app.NoCutoff, constraints=None
    )
    platform = openmm.Platform.getPlatformByName("Reference")
    context = openmm.Context(system, openmm.VerletIntegrator(0.001), platform)
    context.setPositions(receptor.coordinates * 0.1)
    energy = context.getState(getEnergy=True).getPotentialEnergy()
    return float(energy.value_in_unit(unit.kilocalorie_per_mole))


def tight_carbons(receptor: Receptor) -> int:
    """Pairs of carbons under 3.3 angstrom (van der Waals: 3.4), two residues apart or more."""
    carbons = [i for i, atom in enumerate(receptor.atoms) if atom.element == "C"]
    numbers = [receptor.atoms[i].residue_number for i in carbons]
    pairs = cKDTree(receptor.coordinates[carbons]).query_pairs(3.3)
    return sum(abs(numbers[i] - numbers[j]) > 1 for i, j in pairs)


def test_energy_and_contacts_improve(crystal: Receptor, relaxed: Receptor) -> None:
    assert vacuum_energy_kcal_per_mol(relaxed) < vacuum_energy_kcal_per_mol(crystal) - 100.0
    assert tight_carbons(relaxed) < tight_carbons(crystal)


def test_heavy_atoms_stay_near_where_they_were(crystal: Receptor, relaxed: Receptor) -> None:
    moved = ways(crystal, relaxed)
    assert 0.05 < moved.max() < 0.5
    assert relaxed.atoms == crystal.atoms and relaxed.name == crystal.name
    assert f"at most {moved.max():.2f} (" in relaxed.changes[-1]
    assert "no heavy atoms moved by more than 0.5 angstrom" in relaxed.changes[-1]
    assert relaxed.changes[:-1] == crystal.changes


def test_atoms_that_went_far_are_counted_and_named(crystal: Receptor) -> None:
    settings = PreparationSettings(relax_spring_kcal_per_mol_angstrom2=1.0)
    soft = load_receptor("human-groove-3nc1", relax=True, settings=settings)
    heavy = [atom for atom in soft.atoms if atom.element != "H"]
    far = [a for a, way in zip(heavy, ways(crystal, soft), strict=True) if way > 0.5]
    assert len(far) > 10
    note = soft.changes[-1]
    assert f"{len(far)} heavy atoms moved by more than 0.5 angstrom: " in note
    told = note.rpartition(": ")[2].split(", ")
    assert sorted(told) == sorted({f"{a.residue_name} {a.residue_number}" for a in far})


def test_the_command_relaxes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["prepare", "receptor", "human-groove-3nc1", "--relax", "--out", str(out)]
    assert main(command) == 0
    assert "all atoms were relaxed" in (out / "receptor.json").read_text()
