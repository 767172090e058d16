"""The minimised complex: geometry, convergence, energies, determinism and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from physics_cases import (
    angle_degree,
    context_of,
    cut_out,
    gradient_of,
    rdkit_energy,
    reference_bonded,
)

from workbench.errors import PhysicsError
from workbench.physics.assembly import bond, with_conformer
from workbench.physics.complex import (
    Complex,
    closest_contact,
    inverted_centres,
    ligand_mask,
    mobile_atoms,
)
from workbench.physics.minimization import Descent, MinimisedComplex, PocketMinimiser, minimise
from workbench.physics.mmff import TERMS, build_mmff, interaction_by_residue, interaction_terms
from workbench.settings import MinimizationSettings
from workbench.structures.receptor import Receptor


def moved(bonded: Complex, shift: float, seed: int) -> Complex:
    """Return a complex whose ligand atoms are shaken by some angstrom."""
    points = bonded.coordinates.copy()
    ligand = ligand_mask(bonded)
    points[ligand] += np.random.default_rng(seed).normal(0, shift, (int(ligand.sum()), 3))
    return replace(bonded, coordinates=points)


def test_it_stops_at_the_asked_gradient(
    selinexor: Complex, selinexor_minimised: MinimisedComplex
) -> None:
    """The gradient that it states, computed anew in double precision."""
    found = selinexor_minimised
    assert found.converged
    assert found.rms_gradient_kcal_per_mol_angstrom <= 0.3
    system = build_mmff(selinexor.mol, mobile=found.mobile, cutoff_angstrom=10.0).system
    gradient = gradient_of(context_of(system, found.bonded.coordinates))[found.mobile]
    rms = float(np.sqrt((gradient**2).mean()))
    assert rms == pytest.approx(found.rms_gradient_kcal_per_mol_angstrom, abs=0.01)


def test_only_the_mobile_region_moves(
    selinexor: Complex, selinexor_minimised: MinimisedComplex
) -> None:
    off = np.linalg.norm(selinexor_minimised.bonded.coordinates - selinexor.coordinates, axis=1)
    mobile = selinexor_minimised.mobile
    assert (off[~mobile] == 0).all()
    assert (off[mobile] > 0).all()
    assert 150 < mobile.sum() < 600


def test_energies_fall_and_add_up(selinexor_minimised: MinimisedComplex) -> None:
    found = selinexor_minimised
    assert set(found.energy_terms) == set(TERMS)
    assert sum(found.energy_terms.values()) == pytest.approx(found.energy_kcal_per_mol)
    assert found.energy_kcal_per_mol < found.energy_before_kcal_per_mol - 50
    assert found.iterations == len(found.energy_trace)
    assert found.energy_trace[-1] == pytest.approx(found.energy_kcal_per_mol, abs=0.1)


def test_the_crystal_pose_of_kpt_185_stays(groove: Receptor) -> None:
    """Placed from its crystal structure: it moves 0.6 angstrom at most, and nothing comes near."""
    found = minimise(bond(groove, reference_bonded(groove, "KPT-185", "bR")), threads=1)
    assert found.ligand_moved_angstrom <= 0.6
    assert closest_contact(found.bonded)[0] >= 2.9
    points, bonded = found.bonded.coordinates, found.bonded
    length = float(np.linalg.norm(points[bonded.sg] - points[bonded.reactive_carbon]))
    assert 1.80 <= length <= 1.85
    assert 98 <= angle_degree(bonded, bonded.cb, bonded.sg, bonded.reactive_carbon) <= 109
    assert found.problems == ()


def test_one_thread_repeats_bit_by_bit(
    selinexor: Complex, selinexor_pocket: PocketMinimiser, selinexor_minimised: MinimisedComplex
) -> None:
    """In a System of its own, and again in the old one after another pose."""
    fresh = minimise(selinexor, threads=1)
    assert (fresh.bonded.coordinates == selinexor_minimised.bonded.coordinates).all()
    selinexor_pocket.minimise(moved(selinexor, 0.05, 1))
    again = selinexor_pocket.minimise(selinexor)
    assert (again.bonded.coordinates == selinexor_minimised.bonded.coordinates).all()


def test_a_crowded_start_is_softened_and_resolved(
    selinexor: Complex, selinexor_pocket: PocketMinimiser
) -> None:
    start = moved(selinexor, 0.4, 3)
    found = selinexor_pocket.minimise(start)
    assert found.softened
    assert closest_contact(found.bonded) > closest_contact(start)
    assert found.energy_kcal_per_mol < found.energy_before_kcal_per_mol


def test_what_a_minimiser_could_not_mend_is_reported(
    monkeypatch: pytest.MonkeyPatch, selinexor: Complex, selinexor_pocket: PocketMinimiser
) -> None:
    """A ligand left in the helix, a stretched bond and a turned centre must each be said."""
    monkeypatch.setattr(Descent, "descend", lambda self, goal, most: [])
    clash = replace(selinexor, coordinates=selinexor.coordinates.copy())
    helix = selinexor.coordinates[selinexor.receptor.find(544, "CA")]
    clash.coordinates[selinexor.drug_atoms[-1]] = helix + 0.5
    problems = selinexor_pocket.minimise(clash).problems
    assert any("angstrom apart" in p for p in problems)
    assert any("angstrom off its length" in p for p in problems)
    assert any("rms gradient" in p for p in problems)


def test_turned_centres_are_seen(selinexor: Complex) -> None:
    """Put HA of one residue on the other side of the plane N, C, CB."""
    mobile = mobile_atoms([selinexor], 5.0)
    assert inverted_centres(selinexor, mobile, selinexor.coordinates) == []
    where = {
        a.name: i
        for i, a in enumerate(selinexor.atoms)
        if a.residue_number == 528 and a.residue_name == "CYS"
    }
    mirrored = selinexor.coordinates.copy()
    ring = mirrored[[where["N"], where["C"], where["CB"]]]
    normal = np.cross(ring[1] - ring[0], ring[2] - ring[0])
    normal /= np.linalg.norm(normal)
    for name in ("CA", "HA"):
        offset = (mirrored[where[name]] - ring[0]) @ normal
        mirrored[where[name]] -= 2 * offset * normal
    assert inverted_centres(selinexor, mobile, mirrored) == ["528:CA"]


def test_an_iteration_limit_is_kept_and_said(selinexor: Complex) -> None:
    found = minimise(selinexor, MinimizationSettings(max_iterations=5), threads=1)
    assert found.iterations == 5
    assert not found.converged
    assert "rms gradient" in found.problems[0]


def test_interactions_sum_to_rdkits_cross_terms(selinexor_minimised: MinimisedComplex) -> None:
    """Push the ligand 500 angstrom away: what RDKit's energy loses is the interaction."""
    bonded = cut_out(selinexor_minimised.bonded, 4.0)
    apart = bonded.coordinates.copy()
    apart[ligand_mask(bonded)] += [500.0, 0.0, 0.0]
    for term, found in zip(
        ("van_der_waals", "electrostatic"), interaction_terms(bonded), strict=True
    ):
        near, far = (
            rdkit_energy(with_conformer(bonded.mol, points), "distance", term)[0]
            for points in (bonded.coordinates, apart)
        )
        assert found.sum() == pytest.approx(near - far, abs=0.01)


def test_the_residues_of_the_groove_hold_the_drug(selinexor_minimised: MinimisedComplex) -> None:
    """The aryl pocket (I544 M545 V565 K568 F572) and the tail's neighbours (E529 K537)."""
    bonded = selinexor_minimised.bonded
    found = interaction_by_residue(bonded)
    assert sum(found.values()) == pytest.approx(sum(e.sum() for e in interaction_terms(bonded)))
    best = sorted(found, key=found.__getitem__)[:8]
    assert len({529, 537, 544, 545, 565, 568, 572} & set(best)) >= 4
    assert found[568] < -1.0


def test_poses_that_do_not_belong_are_refused(
    groove: Receptor, selinexor: Complex, selinexor_pocket: PocketMinimiser
) -> None:
    other = bond(groove, reference_bonded(groove, "KPT-276", "bS"))
    with pytest.raises(PhysicsError, match="does not fit the System of selinexor bS"):
        selinexor_pocket.minimise(other)
    shifted = replace(selinexor, coordinates=selinexor.coordinates + 0.5)
    with pytest.raises(PhysicsError, match="other coordinates of the frozen receptor"):
        selinexor_pocket.minimise(shifted)
    broken = selinexor.coordinates.copy()
    broken[selinexor.reactive_carbon] = np.nan
    with pytest.raises(PhysicsError, match="not finite"):
        selinexor_pocket.minimise(replace(selinexor, coordinates=broken))
    with pytest.raises(PhysicsError, match="no complex"):
        PocketMinimiser([])
