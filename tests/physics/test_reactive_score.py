"""The reaction centre cut from a complex, and what its shape costs by GFN2."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from physics_cases import capped_cysteine_complex
from rdkit import Chem
from scipy.spatial.transform import Rotation

from workbench.errors import PhysicsError
from workbench.mechanism.quantum import Gfn2
from workbench.physics.complex import Complex
from workbench.physics.reactive_score import Held, ReactionReference, reaction_model

pytest.importorskip("tblite", reason="optional extra: react")


@pytest.fixture(scope="module")
def small() -> Complex:
    return capped_cysteine_complex()


def test_the_model_of_selinexor_has_no_aryl_ring(selinexor: Complex) -> None:
    """Triazole, hydrazide and pyrazine stay on an ethyl thioether; the aryl ring becomes H."""
    model = reaction_model(selinexor)
    found = Chem.CanonSmiles(Chem.MolToSmiles(Chem.RemoveHs(model.mol)))
    assert found == Chem.CanonSmiles("CCSC(CC(=O)NNc1cnccn1)n1cncn1")
    assert Chem.GetFormalCharge(model.mol) == 0
    lengths = [
        (
            {e.GetBeginAtom().GetSymbol(), e.GetEndAtom().GetSymbol()},
            np.linalg.norm(
                model.coordinates[e.GetBeginAtomIdx()] - model.coordinates[e.GetEndAtomIdx()]
            ),
        )
        for e in model.mol.GetBonds()
    ]
    assert all(0.9 < length < 1.2 for ends, length in lengths if "H" in ends)


def test_the_springs_are_the_slope_of_their_energy(small: Complex) -> None:
    model = reaction_model(small)
    held = Held(Gfn2(model.elements.tolist(), 0), model)
    points = model.coordinates + np.random.default_rng(1).normal(0, 0.05, model.coordinates.shape)
    gradient = held(points).gradient
    step = 1e-3
    for atom, axis in ((0, 0), (3, 1), (len(points) - 1, 2)):
        ends = []
        for sign in (1, -1):
            moved = points.copy()
            moved[atom, axis] += sign * step
            ends.append(held(moved).energy)
        assert gradient[atom, axis] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=0.02)


def turned(bonded: Complex, degree: float) -> Complex:
    """Turn the drug about the bond from SG to its carbon."""
    points = bonded.coordinates.copy()
    axis = points[bonded.reactive_carbon] - points[bonded.sg]
    turn = Rotation.from_rotvec(np.radians(degree) * axis / np.linalg.norm(axis))
    mine = [i for i, a in enumerate(bonded.atoms) if a.residue_name == "LIG"]
    points[mine] = turn.apply(points[mine] - points[bonded.sg]) + points[bonded.sg]
    return replace(bonded, coordinates=points)


def test_an_eclipsed_thioether_costs_and_a_minimum_does_not(small: Complex) -> None:
    """Turned once round its C-S bond: minima cost little, CC eclipsing CC costs 2 to 8 kcal/mol."""
    reference = ReactionReference(small.adduct, n_conformers=10)
    found = [reference.strain(turned(small, degree)) for degree in range(0, 360, 40)]
    strains = [f.strain_kcal_per_mol for f in found]
    assert found[0].to_local_minimum_kcal_per_mol < 1.0 and strains[0] < 2.0
    assert 2.0 < max(strains) < 8.0
    assert all(f.strain_kcal_per_mol >= f.to_local_minimum_kcal_per_mol - 1e-9 for f in found)


def test_a_drug_without_a_warhead_is_refused(small: Complex) -> None:
    ligand = replace(small.adduct.ligand, warhead=None, warhead_problem="none was found")
    with pytest.raises(PhysicsError, match="no warhead"):
        reaction_model(replace(small, adduct=replace(small.adduct, ligand=ligand)))
