"""The drug before the bond forms: its atoms, its System, and how often it is ready to attack."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from physics_cases import capped_cysteine_complex, small_encounter
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.reading import load_ligand
from workbench.physics.assembly import place
from workbench.physics.audit import audit
from workbench.physics.complex import EncounterComplex, complex_texts
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser, minimise
from workbench.physics.mmff import build_mmff
from workbench.settings import MinimizationSettings


@pytest.fixture(scope="module")
def start() -> EncounterComplex:
    return small_encounter()


@pytest.fixture(scope="module")
def minimised(start: EncounterComplex) -> MinimisedComplex[EncounterComplex]:
    return minimise(start, MinimizationSettings(platform="Reference"), threads=1)


def test_nothing_leaves_and_nothing_bonds(start: EncounterComplex) -> None:
    """Ac-Cys-NHMe is C6H12N2O2S, N-methylacrylamide C4H7NO: both whole, in two pieces."""
    counts = Counter(atom.element for atom in start.atoms)
    assert counts == Counter({"C": 10, "H": 19, "N": 3, "O": 3, "S": 1})
    assert len(Chem.GetMolFrags(start.mol)) == 2
    assert not start.bonded
    assert capped_cysteine_complex().bonded
    names = {n.GetSymbol() for n in start.mol.GetAtomWithIdx(start.sg).GetNeighbors()}
    assert names == {"C", "H"}
    pdb, cif = complex_texts(start)
    assert "LINK" not in pdb and "covale" not in cif


def test_the_thiol_stays_a_van_der_waals_distance_away(
    minimised: MinimisedComplex[EncounterComplex],
) -> None:
    """Bondi radii of S and C sum to 3.5 angstrom; the soft force field lets 0.5 of it go."""
    points = minimised.bonded.coordinates
    bonded = minimised.bonded
    apart = float(np.linalg.norm(points[bonded.sg] - points[bonded.reactive_carbon]))
    assert 3.0 < apart < 6.0
    assert minimised.converged


def test_its_system_is_audited(start: EncounterComplex) -> None:
    system = build_mmff(start.mol).system
    audit(system, start)
    torsion = next(f for f in system.getForces() if f.getName() == "torsion")
    for index in range(torsion.getNumTorsions()):
        *atoms, values = torsion.getTorsionParameters(index)
        if {start.sg, start.cb} == set(atoms[1:3]):
            torsion.setTorsionParameters(index, *atoms, [0.0] * len(values))
    with pytest.raises(PhysicsError, match="no torsion about 528:SG - 528:CB"):
        audit(system, start)


def test_what_does_not_fit_is_refused(start: EncounterComplex) -> None:
    receptor, drug = start.receptor, start.drug
    points = start.heavy_coordinates()
    with pytest.raises(PhysicsError, match="needs 6 finite positions"):
        place(receptor, drug, points[:-1])
    with pytest.raises(PhysicsError, match="no warhead"):
        place(receptor, load_ligand("CCO"), points[:3])
    with pytest.raises(PhysicsError, match="has no thiol"):
        place(replace(receptor, reactive_atom=None, verdict="no_thiol"), drug, points)
    bonded = capped_cysteine_complex()
    flat = place(receptor, drug, points)
    with pytest.raises(PhysicsError, match="does not fit the System"):
        PocketMinimiser([flat], threads=1).minimise(bonded)
