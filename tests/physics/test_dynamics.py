"""Dynamics: statistical mechanics of a small complex, and runs that are stopped and go on."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock
from MDAnalysis.lib.formats.libdcd import DCDFile
from physics_cases import capped_cysteine_complex

from workbench.analysis.trajectory import stability
from workbench.errors import OutputError, PhysicsError
from workbench.physics.complex import Complex, ligand_mask
from workbench.physics.dynamics import CHECKPOINT_FILE, DCD_FILE, LOG_FILE, moving_system
from workbench.physics.mmff import build_mmff
from workbench.pipeline.dynamics import propagate
from workbench.settings import DynamicsSettings

KT = 0.0019872 * 300
MDYNE = 143.9325
SHORT = DynamicsSettings(length_ps=1.5, platform="CPU")


def run(start: Complex, folder: Path, settings: DynamicsSettings, **more: Any) -> list[Path]:
    result = propagate(start, folder, settings, at_rest_in="mmff94s", **more)
    return [folder / replica.folder for replica in result.replicas]


@pytest.fixture(scope="module")
def small() -> Complex:
    return capped_cysteine_complex()


@pytest.fixture(scope="module")
def warm(small: Complex, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-five picoseconds: about thirty independent kinetic energies."""
    settings = DynamicsSettings(length_ps=25, platform="CPU")
    return run(small, tmp_path_factory.mktemp("warm"), settings)[0]


@pytest.fixture(scope="module")
def whole(small: Complex, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short run that nobody stopped."""
    return run(small, tmp_path_factory.mktemp("whole"), SHORT)[0]


def frames_of(folder: Path) -> np.ndarray:
    with DCDFile(str(folder / DCD_FILE)) as file:
        return file.readframes().xyz


def test_the_temperature_is_right_and_frozen_atoms_stay(small: Complex, warm: Path) -> None:
    """Three degrees of freedom per mobile atom; its spread is T sqrt(2/f)."""
    mobile = moving_system(small, "mmff94s")[1]
    found = pd.read_csv(warm / LOG_FILE)["Temperature (K)"].to_numpy()[5:]
    off = np.abs(frames_of(warm)[-1] - small.coordinates)
    assert off[~mobile].max() < 1e-5 and off[mobile].max(axis=1).min() > 1e-3
    spread = 300 * math.sqrt(2 / (3 * int(mobile.sum())))
    assert found.mean() == pytest.approx(300, abs=4 * spread / math.sqrt(30))
    assert found.std() == pytest.approx(spread, rel=0.4)


def test_the_tether_vibrates_as_its_force_constant_says(small: Complex, warm: Path) -> None:
    """Equipartition of a stiff bond: its length spreads by sqrt(kT/k)."""
    lengths = stability(small, warm / DCD_FILE).sg_c_angstrom[5:]
    terms = build_mmff(small.mol).parameters.bonds
    ends = {small.sg, small.reactive_carbon}
    (row,) = (values for atoms, values in zip(terms.atoms.tolist(), terms.values, strict=True)
              if set(atoms) == ends)  # fmt: skip
    assert lengths.std() == pytest.approx(math.sqrt(KT / (MDYNE * row[0])), rel=0.4)
    at_minimum = np.linalg.norm(np.diff(small.coordinates[list(ends)], axis=0))
    assert lengths.mean() == pytest.approx(at_minimum, abs=0.03)


def test_replicas_differ_and_repeat(small: Complex, whole: Path, tmp_path: Path) -> None:
    folders = run(small, tmp_path, SHORT, replicas=2, jobs=2)
    assert [folder.name for folder in folders] == ["replica_1", "replica_2"]
    first, second = (frames_of(folder) for folder in folders)
    assert np.array_equal(first, frames_of(whole))
    assert len(first) == 3 and np.abs(first[0] - second[0]).max() > 0.01


@pytest.mark.parametrize("torn", ["", "half a frame"])
def test_a_stopped_run_goes_on_as_if_it_had_not(
    small: Complex, whole: Path, tmp_path: Path, torn: str
) -> None:
    """What a kill left behind the last checkpoint is cut off; then every byte is the same."""
    run(small, tmp_path, SHORT.model_copy(update={"length_ps": 0.5}))
    own = tmp_path / "replica_1"
    for name in (DCD_FILE, LOG_FILE):
        with (own / name).open("ab") as file:
            file.write(torn.encode())
    run(small, tmp_path, SHORT, resume=True)
    assert np.array_equal(frames_of(own), frames_of(whole))
    assert (own / LOG_FILE).read_text() == (whole / LOG_FILE).read_text()


def test_a_run_is_measured_and_goes_on(small: Complex, tmp_path: Path) -> None:
    result = propagate(small, tmp_path, SHORT, label="bR 1", at_rest_in="mmff94s")
    (replica,) = result.replicas
    assert replica.courses["time_ps"] == pytest.approx([0.5, 1.0, 1.5])
    assert all(1.6 < d < 2.1 for d in replica.courses["sg_c_distance_angstrom"])
    assert replica.numbers["n_frames"] == 3
    with pytest.raises(OutputError, match=r"holds a run already: .*--resume"):
        propagate(small, tmp_path, SHORT)
    longer = SHORT.model_copy(update={"length_ps": 2.0})
    again = propagate(small, tmp_path, longer, at_rest_in="mmff94s", resume=True).to_frame()
    energies = replica.courses["potential_kcal_per_mol"]
    assert again["potential_kcal_per_mol"].tolist()[:3] == energies and len(again) == 4


def test_another_run_is_not_gone_on_with(small: Complex, whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole.parent, tmp_path / "run")
    other = replace(small, coordinates=small.coordinates + 0.01)
    for start, platform in ((other, "CPU"), (small, "Reference")):
        with pytest.raises(PhysicsError, match="another start"):
            run(start, folder, SHORT.model_copy(update={"platform": platform}), resume=True)
    (folder / "replica_1" / LOG_FILE).write_text("")
    with pytest.raises(PhysicsError, match="shorter than their checkpoint"):
        run(small, folder, SHORT, resume=True)
    (folder / "replica_1" / CHECKPOINT_FILE).write_bytes(b"junk")
    with pytest.raises(PhysicsError, match="damaged"):
        run(small, folder, SHORT, resume=True)
    with FileLock(folder / "replica_1" / ".lock"), pytest.raises(OutputError, match="another"):
        run(small, folder, SHORT, resume=True)


def test_heavy_hydrogens_leave_the_mass_as_it_was(small: Complex) -> None:
    system, mobile = moving_system(small, "mmff94s")
    masses = np.array([system.getParticleMass(i)._value for i in range(36)])
    plain = np.array([atom.GetMass() for atom in small.mol.GetAtoms()])
    hydrogen = np.array([a.GetAtomicNum() == 1 for a in small.mol.GetAtoms()])
    assert masses[mobile & hydrogen] == pytest.approx(3.0)
    assert not masses[~mobile].any()
    # The frozen bearers of mobile hydrogens have no mass to give.
    given = sum(not mobile[small.mol.GetAtomWithIdx(int(i)).GetNeighbors()[0].GetIdx()]
                for i in np.flatnonzero(mobile & hydrogen))  # fmt: skip
    assert masses.sum() == pytest.approx(plain[mobile].sum() + given * (3.0 - 1.008))


def test_a_run_that_breaks_down_is_told(small: Complex, tmp_path: Path) -> None:
    points = small.coordinates.copy()
    points[small.reactive_carbon] = points[small.sg] + 1e-3
    with pytest.raises(PhysicsError, match="broke down"):
        run(replace(small, coordinates=points), tmp_path, SHORT)
    points[0] = np.nan
    with pytest.raises(PhysicsError, match="not finite"):
        run(replace(small, coordinates=points), tmp_path, SHORT)


def written(folder: Path, frames: np.ndarray) -> Path:
    path = folder / "trajectory.dcd"
    with DCDFile(str(path), "w") as file:
        file.write_header("test", frames.shape[1], 0, 1, 1.0, 1)
        for points in frames:
            file.write(points.astype(np.float32), np.zeros(6))
    return path


def test_a_shift_is_measured_in_place(selinexor: Complex, tmp_path: Path) -> None:
    """The drug moved by 1 and by 30 angstrom: its RMSD, and at last no contact."""
    start = selinexor
    shifted = np.repeat(start.coordinates[None], 3, axis=0)
    away = start.coordinates[start.reactive_carbon] - start.coordinates[start.sg]
    away /= np.linalg.norm(away)
    shifted[1, ligand_mask(start)] += away
    shifted[2, ligand_mask(start)] += 30 * away + 100
    found = stability(start, written(tmp_path, shifted))
    assert found.drug_rmsd_angstrom[:2] == pytest.approx([0, 1], abs=1e-4)
    length = np.linalg.norm(np.diff(start.coordinates[[start.sg, start.reactive_carbon]], axis=0))
    assert found.sg_c_angstrom[:2] == pytest.approx([length, length + 1], abs=1e-4)
    contacts = np.array(list(found.contacts.values()))
    assert len(contacts) > 5 and contacts[:, 0].all() and not contacts[:, 2].any()
    assert "CYS528" not in found.contacts
    (tmp_path / "junk.dcd").write_text("junk")
    with pytest.raises(PhysicsError, match="cannot be read"):
        stability(selinexor, tmp_path / "junk.dcd")


def test_a_symmetric_ring_that_turns_over_has_not_moved(selinexor: Complex, tmp_path: Path) -> None:
    """Two ring carbons beside the same neighbour change places, with all that hangs on them."""
    mol = selinexor.adduct.mol
    order = next(m for m in mol.GetSubstructMatches(mol, uniquify=False, maxMatches=1000)
                 if m != tuple(range(mol.GetNumAtoms()))
                 and any(m[i] != i and mol.GetAtomWithIdx(i).IsInRing() for i in m))  # fmt: skip
    points = selinexor.coordinates.copy()
    n_drug = len(selinexor.drug_atoms)
    points[selinexor.drug_atoms] = points[selinexor.drug_atoms[list(order[:n_drug])]]
    found = stability(selinexor, written(tmp_path, points[None]))
    assert found.drug_rmsd_angstrom[0] == pytest.approx(0, abs=1e-4)
