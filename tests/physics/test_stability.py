"""Stability of a pose, from frames made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from workbench.physics.complex import Complex
from workbench.physics.pocket import ligand_mask
from workbench.physics.stability import stability, temperature


def test_a_shift_is_its_rmsd_and_stretches_the_tether(selinexor: Complex) -> None:
    points = selinexor.coordinates
    shifted = points.copy()
    along = points[selinexor.reactive_carbon] - points[selinexor.sg]
    length = np.linalg.norm(along)
    shifted[ligand_mask(selinexor)] += 0.8 * along / length
    found = stability(selinexor, np.stack([points, shifted]))
    assert found.drug_rmsd_angstrom == pytest.approx([0.0, 0.8], abs=1e-9)
    assert found.sg_c_angstrom == pytest.approx([length, length + 0.8])


def test_a_flipped_ring_is_the_same_pose(selinexor: Complex) -> None:
    """Let the two CF3 and ortho positions of selinexor's aryl ring change places."""
    ring = Chem.MolFromSmarts("[cH]1c(C(F)(F)F)[cH]c(C(F)(F)F)[cH]c1-c")
    (match,) = selinexor.adduct.mol.GetSubstructMatches(ring)
    aryl = selinexor.drug_atoms[list(match)]
    frame = selinexor.coordinates.copy()
    for one, two in ((0, 12), (1, 7), (2, 8)):
        frame[aryl[[one, two]]] = frame[aryl[[two, one]]]
    moved = np.sqrt(((frame - selinexor.coordinates)[selinexor.drug_atoms] ** 2).sum(1).mean())
    assert moved > 1
    assert stability(selinexor, frame[None]).drug_rmsd_angstrom[0] == pytest.approx(0, abs=1e-9)


def test_contacts_of_the_groove_are_counted(selinexor: Complex) -> None:
    """Half of the frames have the drug, half have it 40 angstrom away."""
    away = selinexor.coordinates.copy()
    away[ligand_mask(selinexor)] += [0.0, 0.0, 400.0]
    found = stability(selinexor, np.stack([selinexor.coordinates, away]))
    assert {"PHE572", "MET545", "LYS568"} <= found.contacts.keys()
    assert "CYS528" not in found.contacts and found.new_contacts == {}
    assert set(found.contacts.values()) == {0.5}
    assert found.kept_contacts == 0.5
    assert found.summary()["kept_contacts"] == 0.5


def test_the_error_of_a_mean_temperature_is_that_of_blocks() -> None:
    """Independent numbers: the error of their mean is their deviation over sqrt(n)."""
    values = np.random.default_rng(3).normal(300, 20, 4000)
    found = temperature(values)
    assert found.error_k is not None
    assert found.mean_k == pytest.approx(300, abs=1.5)
    assert 0.05 < found.error_k < 1.0
    assert found.standard_deviation_k == pytest.approx(20, rel=0.05)
    assert temperature(values[:5]).error_k is None
