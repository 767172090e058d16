"""Dynamics: statistical mechanics of a small complex, and runs that are stopped and go on."""

from __future__ import annotations

import errno
import math
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import openmm
import pytest
from filelock import FileLock
from physics_cases import capped_cysteine_complex, context_of
from pydantic import ValidationError

from workbench.errors import OutputError, PhysicsError
from workbench.physics.complex import Complex
from workbench.physics.dynamics import Dynamics, run
from workbench.physics.energy_conservation import energy_drift
from workbench.physics.implicit_solvent import SolvationModel, born_atoms
from workbench.physics.mmff import build_mmff, group_energy
from workbench.physics.moving_pocket import MovingPocket
from workbench.report import trajectory
from workbench.report.trajectory import CHECKPOINT_FILE, DCD_FILE, LOG_FILE, Trajectory
from workbench.report.trajectory_reading import read_frames, read_log
from workbench.settings import DynamicsSettings

KT = 0.0019872 * 300
MDYNE = 143.9325
SHORT = DynamicsSettings(
    length_ps=0.2, report_interval_ps=0.02, equilibration_ps=0, platform="Reference"
)


@pytest.fixture(scope="module")
def small() -> Complex:
    return capped_cysteine_complex()


@pytest.fixture(scope="module")
def warm(small: Complex, tmp_path_factory: pytest.TempPathFactory) -> Dynamics:
    """Three picoseconds with much friction: about thirty independent kinetic energies."""
    settings = DynamicsSettings(
        length_ps=3,
        report_interval_ps=0.02,
        equilibration_ps=0.5,
        friction_per_ps=20,
        platform="Reference",
    )
    return run(small, tmp_path_factory.mktemp("warm") / "run", settings, threads=1)


@pytest.fixture(scope="module")
def whole(small: Complex, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short run that nobody stopped."""
    return run(small, tmp_path_factory.mktemp("whole"), SHORT, threads=1).replicas[0].folder


def test_the_temperature_is_right(warm: Dynamics) -> None:
    """Three degrees of freedom per mobile atom; its spread is T sqrt(2/f)."""
    assert warm.degrees_of_freedom == 3 * int(warm.mobile.sum()) == 72
    found = warm.replicas[0].temperature
    spread = 300 * math.sqrt(2 / 72)
    assert found.mean_k == pytest.approx(300, abs=4 * spread / math.sqrt(30))
    assert found.standard_deviation_k == pytest.approx(spread, rel=0.35)
    assert found.error_k is not None and 1 < found.error_k < 30


def test_the_tether_vibrates_as_its_force_constant_says(small: Complex, warm: Dynamics) -> None:
    """Equipartition of a stiff bond: its length spreads by sqrt(kT/k)."""
    lengths = warm.replicas[0].stability.sg_c_angstrom
    terms = build_mmff(small.mol).parameters.bonds
    row = next(
        values
        for atoms, values in zip(terms.atoms.tolist(), terms.values, strict=True)
        if set(atoms) == {small.sg, small.reactive_carbon}
    )
    assert lengths.std() == pytest.approx(math.sqrt(KT / (MDYNE * row[0])), rel=0.35)
    at_minimum = np.linalg.norm(
        small.coordinates[small.sg] - small.coordinates[small.reactive_carbon]
    )
    assert lengths.mean() == pytest.approx(at_minimum, abs=0.03)


def test_frozen_atoms_stay(small: Complex, warm: Dynamics) -> None:
    frames = warm.replicas[0].frames()
    off = np.abs(frames - small.coordinates)
    assert off[:, ~warm.mobile].max() < 1e-5
    assert (off[-1, warm.mobile].max(axis=1) > 1e-3).all()
    assert off[0].max() < 1e-5


def test_frames_follow_each_other_in_time(whole: Path) -> None:
    log = read_log(whole / LOG_FILE)
    assert log["frame"].tolist() == list(range(11))
    assert log["step"].tolist() == list(range(0, 201, 20))
    assert log["time_ps"] == pytest.approx(np.arange(11) * 0.02)
    frames = read_frames(whole / DCD_FILE)
    assert len(frames) == 11
    moved = np.linalg.norm(np.diff(frames, axis=0), axis=2).max(axis=1)
    # 0.02 ps at thermal speed: a hydrogen goes 27 angstrom per ps.
    assert (moved > 0.01).all() and (moved < 3).all()


def test_replicas_differ_and_repeat(small: Complex, whole: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    settings = SHORT.model_copy(update={"length_ps": 0.04})
    found = run(
        small, tmp_path, settings, replicas=2, threads=1, progress=lambda *a: seen.append(a)
    )
    assert [r.folder.name for r in found.replicas] == ["replica_1", "replica_2"]
    first, second = (r.frames() for r in found.replicas)
    assert (first == read_frames(whole / DCD_FILE)[:3]).all()
    assert np.abs(first[1] - second[1]).max() > 0.01
    assert seen[-1] == ("dynamics, seed 2", 2, 2)


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from test_dynamics import SHORT, run
from physics_cases import capped_cysteine_complex
def stop(stage, done, total):
    if done == 5:
        os.kill(os.getpid(), signal.SIGKILL)
run(capped_cysteine_complex(), {folder!r}, SHORT, threads=1, progress=stop)
"""


def same_files(folder: Path, other: Path) -> bool:
    """Compare two runs; a DCD file's second title line holds the time of its making."""
    a, b = ((f / DCD_FILE).read_bytes() for f in (folder, other))
    title = slice(180, 264)
    assert len(a[title]) == 84 and b"CORD" in a[: title.start]
    same = a[: title.start] + a[title.stop :] == b[: title.start] + b[title.stop :]
    return same and (folder / LOG_FILE).read_bytes() == (other / LOG_FILE).read_bytes()


def test_a_killed_run_goes_on(small: Complex, whole: Path, tmp_path: Path) -> None:
    script = KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    own = tmp_path / "replica_1"
    assert len(read_frames(own / DCD_FILE)) == 6
    run(small, tmp_path, SHORT, threads=1)
    assert same_files(own, whole)


@pytest.mark.parametrize("written", ["nothing", "half a frame", "the frame", "frame and log"])
def test_what_the_checkpoint_does_not_know_is_written_again(
    small: Complex, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """Stop between the writes of frame 4, and once in the midst of one."""
    real = Trajectory.write

    def broken(self: Trajectory, frame: trajectory.Frame, state: bytes) -> None:
        if frame.step < 80:
            return real(self, frame, state)
        if written != "nothing":
            monkeypatch.setattr(Trajectory, "_save", lambda self, checkpoint: None)
            before = (self.folder / LOG_FILE).read_bytes()
            real(self, frame, state)
            if written != "frame and log":
                (self.folder / LOG_FILE).write_bytes(before)
            if written == "half a frame":
                os.truncate(self.folder / DCD_FILE, (self.folder / DCD_FILE).stat().st_size - 99)
        raise KeyboardInterrupt

    monkeypatch.setattr(Trajectory, "write", broken)
    with pytest.raises(KeyboardInterrupt):
        run(small, tmp_path, SHORT, threads=1)
    monkeypatch.undo()
    run(small, tmp_path, SHORT, threads=1)
    assert same_files(tmp_path / "replica_1", whole)


def test_a_finished_run_is_lengthened(small: Complex, whole: Path, tmp_path: Path) -> None:
    run(small, tmp_path, SHORT.model_copy(update={"length_ps": 0.1}), threads=1)
    run(small, tmp_path, SHORT, threads=1)
    assert same_files(tmp_path / "replica_1", whole)


@contextmanager
def file_size_limit(n_bytes: int) -> Iterator[None]:
    """Let the operating system refuse files that grow beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_refused_write_is_one_sentence_and_the_run_goes_on(
    small: Complex, whole: Path, tmp_path: Path
) -> None:
    room = (whole / DCD_FILE).stat().st_size // 2
    with (
        file_size_limit(max(room, (whole / CHECKPOINT_FILE).stat().st_size + 100)),
        pytest.raises(OutputError, match=r"cannot be written in 'replica_1': File too large"),
    ):
        run(small, tmp_path, SHORT.model_copy(update={"length_ps": 2.0}), threads=1)
    run(small, tmp_path, SHORT, threads=1)
    log = read_log(tmp_path / "replica_1" / LOG_FILE)
    assert np.diff(log["frame"]) == pytest.approx(1)
    assert len(read_frames(tmp_path / "replica_1" / DCD_FILE)) == len(log["frame"])


def test_a_full_disk_is_said(
    small: Complex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(trajectory.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device; free some space and run again"):
        run(small, tmp_path, SHORT, threads=1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("name", [DCD_FILE, LOG_FILE])
def test_a_device_without_space_is_one_sentence(small: Complex, tmp_path: Path, name: str) -> None:
    (tmp_path / "replica_1").mkdir()
    (tmp_path / "replica_1" / name).symlink_to("/dev/full")
    with pytest.raises(OutputError, match=rf"^{name} cannot be written in 'replica_1': No space"):
        run(small, tmp_path, SHORT, threads=1)


@pytest.mark.parametrize("platform", ["CPU", "Reference"])
def test_replicas_at_a_time_are_those_one_after_the_other(
    small: Complex, tmp_path: Path, platform: str
) -> None:
    """OpenMM's Reference platform has one stream of random numbers for the whole process."""
    settings = SHORT.model_copy(update={"platform": platform, "length_ps": 0.1})
    for jobs in (1, 2):
        found = run(small, tmp_path / f"{jobs}", settings, replicas=2, jobs=jobs, threads=1)
        assert [r.seed for r in found.replicas] == [1, 2]
    for name in ("replica_1", "replica_2"):
        assert same_files(tmp_path / "1" / name, tmp_path / "2" / name)


def test_a_start_that_blows_up_is_one_sentence(small: Complex, tmp_path: Path) -> None:
    """One ligand atom on top of another, and the longest time step."""
    points = small.coordinates.copy()
    points[small.drug_atoms[0]] = points[small.drug_atoms[-1]] + 1e-4
    settings = SHORT.model_copy(update={"timestep_fs": 4.0})
    with pytest.raises(PhysicsError, match=r"broke down at .* ps .*shorter than 4 fs"):
        run(replace(small, coordinates=points), tmp_path, settings, threads=1)
    points[0] = np.nan
    with pytest.raises(PhysicsError, match="not finite"):
        run(replace(small, coordinates=points), tmp_path, settings, threads=1)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / CHECKPOINT_FILE).write_bytes(b"PK\x03\x04 nothing"), "damaged"),
        (lambda f: (f / CHECKPOINT_FILE).write_bytes(b""), "damaged"),
        (lambda f: np.savez(f / CHECKPOINT_FILE, frames=1), "damaged"),
        (lambda f: np.savez(f / CHECKPOINT_FILE, fingerprint="other", frames=3, step=1,
                            sizes=[1, 2], state=np.zeros(3, np.uint8)), "has other settings"),
        (lambda f: os.truncate(f / DCD_FILE, 1000), "shorter than its checkpoint"),
        (lambda f: (f / LOG_FILE).unlink(), "shorter than its checkpoint"),
    ],
)  # fmt: skip
def test_a_damaged_folder_is_refused_and_can_be_begun_anew(
    small: Complex, whole: Path, tmp_path: Path, spoil: object, message: str
) -> None:
    settings = SHORT.model_copy(update={"length_ps": 0.04})
    run(small, tmp_path, settings, threads=1)
    spoil(tmp_path / "replica_1")  # type: ignore[operator]
    with pytest.raises(PhysicsError, match=message):
        run(small, tmp_path, settings, threads=1)
    run(small, tmp_path, settings, resume=False, threads=1)
    found = read_frames(tmp_path / "replica_1" / DCD_FILE)
    assert (found == read_frames(whole / DCD_FILE)[:3]).all()


def test_another_run_is_not_gone_on_with(small: Complex, tmp_path: Path) -> None:
    short = SHORT.model_copy(update={"length_ps": 0.02})
    run(small, tmp_path, short, threads=1)
    hotter = short.model_copy(update={"temperature_k": 310.0})
    with pytest.raises(PhysicsError, match="other settings"):
        run(small, tmp_path, hotter, threads=1)
    moved = replace(small, coordinates=small.coordinates + 0.1)
    with pytest.raises(PhysicsError, match="another start"):
        run(moved, tmp_path, short, threads=1)
    with (
        FileLock(tmp_path / "replica_1" / ".lock"),
        pytest.raises(OutputError, match="another pro"),
    ):
        run(small, tmp_path, short, threads=1)
    with pytest.raises(OutputError, match="No such file"):
        run(small, tmp_path / "a" / "b", short, threads=1)
    with pytest.raises(PhysicsError, match="number of replicas"):
        run(small, tmp_path, short, replicas=0, threads=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timestep_fs": 0.0},
        {"timestep_fs": float("nan")},
        {"report_interval_ps": 0.0015},
        {"length_ps": 0.7, "report_interval_ps": 0.5},
        {"length_ps": 0.1, "report_interval_ps": 0.5},
        {"temperature_k": -1},
        {"hydrogen_mass_amu": 1.0},
        {"seed": 0},
        {"constraints": "hbonds"},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DynamicsSettings(**wrong)


def test_the_fluctuation_of_the_energy_grows_with_the_square_of_the_time_step(
    small: Complex,
) -> None:
    """Leapfrog's error is of second order; a missing or doubled force would drift."""
    one, two = (
        energy_drift(
            small,
            SHORT.model_copy(update={"timestep_fs": step}),
            length_ps=0.6,
            equilibration_ps=0.3,
            threads=1,
        )
        for step in (0.5, 1.0)
    )
    ratio = two.fluctuation_kcal_per_mol / one.fluctuation_kcal_per_mol
    assert 2.5 < ratio < 6
    for found in (one, two):
        assert abs(found.drift_kt_per_ns) < 4 * found.error_kt_per_ns + 0.5


def test_heavy_hydrogens_take_their_mass_from_their_neighbours(small: Complex) -> None:
    plain = MovingPocket(small, SHORT)
    heavy = MovingPocket(small, SHORT.model_copy(update={"hydrogen_mass_amu": 3.0}))

    def masses(pocket: MovingPocket) -> np.ndarray:
        n_atoms = pocket.system.getNumParticles()
        return np.array([pocket.system.getParticleMass(i)._value for i in range(n_atoms)])

    before, after = masses(plain), masses(heavy)
    hydrogens = np.array([a.element == "H" for a in small.atoms]) & plain.mobile
    assert after[hydrogens] == pytest.approx(3.0)
    assert after.sum() == pytest.approx(before.sum())
    assert (after[~plain.mobile] == 0).all() and (after[plain.mobile] > 1).all()


def test_springs_hold_the_receptor(small: Complex, tmp_path: Path) -> None:
    """Equipartition: with springs alone k/2 <x^2> is kT/2; the molecule's own bonds lower it."""
    k = 200.0
    settings = SHORT.model_copy(
        update={"length_ps": 0.6, "restraint_kcal_per_mol_angstrom2": k, "friction_per_ps": 20.0}
    )
    frames = run(small, tmp_path, settings, threads=1).replicas[0].frames()
    ends = [small.ca, small.cb, small.sg]
    squared = ((frames[5:, ends] - small.coordinates[ends]) ** 2).mean()
    assert 0.05 * KT / k < squared < 1.5 * KT / k


def test_water_adds_its_energy_to_the_constant_dielectric(small: Complex) -> None:
    pocket = MovingPocket(small, SHORT.model_copy(update={"solvent": "obc2"}))
    dry = build_mmff(small.mol, mobile=pocket.mobile, dielectric="constant").system
    expected = group_energy(context_of(dry, small.coordinates))
    expected += SolvationModel(born_atoms(small.mol))(small.coordinates).total
    found = group_energy(pocket.context(openmm.VerletIntegrator(0.001)))
    assert found == pytest.approx(expected, abs=1e-4)
