"""The drug before the bond forms: its atoms, its System, and how often it is ready to attack."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from physics_cases import capped_cysteine_complex, small_encounter
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.physics.audit import audit
from workbench.physics.complex import EncounterComplex
from workbench.physics.complex_files import complex_texts
from workbench.physics.encounter_complex import place
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser, minimise
from workbench.physics.mmff import build_mmff
from workbench.physics.readiness import readiness
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
    assert audit(system, start).net_charge == 0
    torsion = next(f for f in system.getForces() if f.getName() == "torsion")
    for index in range(torsion.getNumTorsions()):
        *atoms, values = torsion.getTorsionParameters(index)
        if {start.sg, start.cb} == set(atoms[1:3]):
            torsion.setTorsionParameters(index, *atoms, [0.0] * len(values))
    with pytest.raises(PhysicsError, match="no torsion about 528:SG - 528:CB"):
        audit(system, start)


def frame_with(start: EncounterComplex, distance: float, angle_degree: float) -> np.ndarray:
    """Put SG at a distance and S...C=C angle, above the plane of the alkene."""
    points = start.coordinates.copy()
    warhead = start.drug.warhead
    assert warhead is not None
    carbon = points[start.drug_atoms[warhead.reactive_atom_index]]
    partner = points[start.drug_atoms[warhead.partner_atom_index]]
    axis = (partner - carbon) / np.linalg.norm(partner - carbon)
    end = next(
        n.GetIdx()
        for n in start.mol.GetAtomWithIdx(
            int(start.drug_atoms[warhead.reactive_atom_index])
        ).GetNeighbors()
        if n.GetSymbol() == "H"
    )
    normal = np.cross(axis, points[end] - carbon)
    normal /= np.linalg.norm(normal)
    angle = np.radians(angle_degree)
    points[start.sg] = carbon + distance * (np.cos(angle) * axis + np.sin(angle) * normal)
    return points


def test_the_attack_is_measured_frame_by_frame(start: EncounterComplex) -> None:
    """Near and along Buergi and Dunitz; too far; along the bond; beside the plane."""
    frames = np.stack(
        [
            frame_with(start, 3.4, 107.0),
            frame_with(start, 5.0, 107.0),
            frame_with(start, 3.4, 170.0),
        ]
    )
    found = readiness(start, frames, enumerate_adducts(start.drug))
    assert found.distance_angstrom == pytest.approx([3.4, 5.0, 3.4], abs=1e-6)
    assert found.angle_degree == pytest.approx([107.0, 107.0, 170.0], abs=1e-4)
    assert found.ready.tolist() == [True, False, False]
    assert found.share == pytest.approx(1 / 3)
    assert found.leads_to == {"single": pytest.approx(1 / 3)}
    with pytest.raises(PhysicsError, match="no frame"):
        readiness(start, frames[:0])


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
