"""MM/GBSA across the tether: limits, sums and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from physics_cases import capped_cysteine_complex, rdkit_energy, with_positions

from workbench.errors import PhysicsError
from workbench.physics.mmgbsa import MmGbsa
from workbench.physics.pocket import ligand_mask


def test_apart_there_is_nothing_between_them() -> None:
    """5,000 angstrom apart only the far Coulomb term of the two net charges is left."""
    bonded = capped_cysteine_complex()
    apart = bonded.coordinates.copy()
    apart[ligand_mask(bonded)] += [5000.0, 0.0, 0.0]
    found = MmGbsa(bonded).interaction(apart)
    assert found.van_der_waals == pytest.approx(0, abs=1e-6)
    assert found.surface == pytest.approx(0, abs=1e-3)
    assert found.polar_solvation + found.electrostatic == pytest.approx(0, abs=0.05)


def test_the_gas_phase_terms_are_rdkits() -> None:
    """What RDKit's energy loses when the ligand goes far away."""
    bonded = capped_cysteine_complex()
    apart = bonded.coordinates.copy()
    apart[ligand_mask(bonded)] += [5000.0, 0.0, 0.0]
    found = MmGbsa(bonded).interaction()
    for term, value in (
        ("van_der_waals", found.van_der_waals),
        ("electrostatic", found.electrostatic - MmGbsa(bonded).interaction(apart).electrostatic),
    ):
        near, far = (
            rdkit_energy(with_positions(bonded.mol, points), "constant", term)[0]
            for points in (bonded.coordinates, apart)
        )
        assert value == pytest.approx(near - far, abs=0.01)


def test_solvation_parts_sum_to_the_complex() -> None:
    bonded = capped_cysteine_complex()
    model = MmGbsa(bonded)
    found = model.interaction()
    whole, ligand, receptor = model.solvation(bonded.coordinates)
    assert whole.total == pytest.approx(
        ligand.total + receptor.total + found.polar_solvation + found.surface
    )
    assert found.surface < 0, "what is buried between them has lost its surface"
    assert found.total == pytest.approx(sum(list(found.by_term().values())[:-1]))


def test_the_spread_is_that_of_the_frames() -> None:
    bonded = capped_cysteine_complex()
    model = MmGbsa(bonded)
    noise = np.random.default_rng(1).normal(0, 0.05, (3, *bonded.coordinates.shape))
    frames = bonded.coordinates + noise
    totals = np.array([model.interaction(frame).total for frame in frames])
    found = model.over(frames)
    assert set(found) == {"van_der_waals", "electrostatic", "polar_solvation", "surface", "total"}
    assert found["total"].mean == pytest.approx(totals.mean())
    assert found["total"].standard_deviation == pytest.approx(np.std(totals, ddof=1))
    assert (found["total"].lowest, found["total"].highest) == (totals.min(), totals.max())


def test_wrong_coordinates_are_refused() -> None:
    bonded = capped_cysteine_complex()
    model = MmGbsa(bonded)
    broken = np.full_like(bonded.coordinates, np.nan)
    for points in (bonded.coordinates[:5], broken):
        with pytest.raises(PhysicsError, match="finite positions"):
            model.interaction(points)
    with pytest.raises(PhysicsError, match="no frame"):
        model.over(np.empty((0, *bonded.coordinates.shape)))
    with pytest.raises(PhysicsError, match="no frame"):
        MmGbsa(replace(bonded)).over(np.empty((0, 1, 3)))
