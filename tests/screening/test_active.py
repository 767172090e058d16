"""Active learning: what is chosen, when it ends, and that a run that goes on chooses the same."""

from __future__ import annotations

import itertools
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rdkit import Chem
from screening_cases import NOWHERE, SETTINGS, chunk_files, driver, rows, run, wait_for

from workbench.cli import main
from workbench.screening.active import (
    PROPERTIES,
    Batch,
    described,
    next_batch,
    predict,
    rounds,
)
from workbench.settings import ActiveSettings, ClusterSettings

GROUPS = ("H", "F", "Cl", "C", "OC", "C(F)(F)F", "N", "C#N")


def rings() -> list[str]:
    """Return the benzenes with three of eight groups, 8 * 8 * 8 drawn places."""
    drawn = (f"[H]c1c([{a}])" if a == "H" else f"[H]c1c({a})" for a in GROUPS)
    starts = list(drawn)
    texts = [
        f"{start}cc({b if b != 'H' else '[H]'})c({c if c != 'H' else '[H]'})c1"
        for start, b, c in itertools.product(starts, GROUPS, GROUPS)
    ]
    return sorted({Chem.CanonSmiles(text) for text in texts})


SMILES = rings()
LIBRARY = described({"smiles": text} for text in SMILES)
COUNTS = LIBRARY.counts
SCORES = -np.array([2.0 * text.count("F") + text.count("N") + 0.01 * len(text) for text in SMILES])


def replay(settings: ActiveSettings, seed: int = 1) -> tuple[set[int], list[dict[str, Any]]]:
    """Return what was docked of the rings, and the rounds."""
    docked: set[int] = set()

    def dock(chosen: np.ndarray) -> np.ndarray:
        assert not docked & set(chosen.tolist())
        docked.update(chosen.tolist())
        return SCORES[chosen]

    return docked, list(rounds(LIBRARY, settings, seed, dock))


def top_found(docked: set[int], fraction: float = 0.02) -> float:
    best = set(np.argsort(SCORES)[: round(fraction * len(SCORES))].tolist())
    return len(best & docked) / len(best)


def test_counts_are_those_of_the_toolkit() -> None:
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    generator = GetMorganGenerator(radius=1, fpSize=512)
    expected = generator.GetCountFingerprint(Chem.MolFromSmiles(SMILES[7])).GetNonzeroElements()
    found = {int(k): int(COUNTS[7, k]) for k in np.flatnonzero(COUNTS[7])}
    assert found == expected and max(found.values()) > 1


def test_the_model_learns_what_a_group_adds() -> None:
    known = np.arange(0, len(SMILES), 3)
    mean, deviation = predict(LIBRARY, known, SCORES[known])
    other = np.setdiff1d(np.arange(len(SMILES)), known)
    assert np.corrcoef(mean[other], SCORES[other])[0, 1] > 0.85
    assert deviation[other].mean() > deviation[known].mean() > 0


def test_properties_stand_in_for_fragments_that_were_not_seen_yet() -> None:
    # chains of one fragment after another: only their size tells of a score
    smiles = ["C" * n for n in range(3, 40)]
    library = described({"smiles": text, "heavy_atoms": len(text)} for text in smiles)
    sizes = np.array([len(text) for text in smiles])
    assert library.properties.shape == (37, len(PROPERTIES))
    place = PROPERTIES.index("heavy_atoms")
    expected = (sizes - sizes.mean()) / sizes.std()
    assert np.allclose(library.properties[:, place], expected, atol=1e-6)
    # what is not known, or the same for all, says nothing
    assert not np.delete(library.properties, place, axis=1).any()
    odd = np.array([f"C{'N' * (k % 2)}" for k in range(40)])
    alone = described({"smiles": text, "clogp": float(k)} for k, text in enumerate(odd))
    known = np.arange(0, 12)
    mean, _ = predict(alone, known, -known.astype(float))
    assert np.corrcoef(mean[12:], np.arange(12, 40))[0, 1] < -0.99


def test_a_model_finds_what_chance_does_not() -> None:
    few = {"budget": 0.15, "rounds": 6}
    found = {
        how: np.mean(
            [
                top_found(replay(ActiveSettings(acquisition=how, **few), seed)[0])  # type: ignore[arg-type]
                for seed in (1, 2)
            ]
        )
        for how in ("ucb", "greedy", "random")
    }
    assert min(found["ucb"], found["greedy"]) >= 0.7
    assert found["random"] < 0.4


def test_the_budget_is_kept_and_the_seed_decides() -> None:
    settings = ActiveSettings(budget=0.1, rounds=7, stop_below=0.0)
    docked, steps = replay(settings)
    assert len(docked) == int(np.ceil(0.1 * len(SMILES)))
    assert steps[-1]["stopped"] == "the budget is used up"
    assert [s["docked"] for s in steps[:-1]] == sorted(s["docked"] for s in steps[:-1])
    assert replay(settings)[0] == docked != replay(settings, seed=2)[0]


def test_a_whole_library_can_be_docked() -> None:
    few = described({"smiles": text} for text in SMILES[:20])
    settings = ActiveSettings(budget=1.0, rounds=3, stop_below=0.0)
    steps = list(rounds(few, settings, 1, lambda chosen: SCORES[chosen]))
    assert [step.get("docked") for step in steps] == [7, 14, 20, None]
    assert steps[-1]["stopped"] == "all are docked"


def test_it_ends_when_the_rest_cannot_be_better() -> None:
    # scores that one fragment decides: the model is sure of the rest
    flag = COUNTS > 0
    bit = int(np.argmin(np.abs(flag.mean(axis=0) - 0.1)))
    scores = np.where(flag[:, bit], -9.0, -1.0)
    settings = ActiveSettings(budget=0.9, rounds=6, top_fraction=0.03, stop_below=0.5)
    steps = list(rounds(LIBRARY, settings, 1, lambda chosen: scores[chosen]))
    assert steps[-1]["stopped"] == "no new compound is expected among the best"
    assert steps[-1]["expected_new"] < 0.5
    assert steps[-2]["docked"] < 0.9 * len(flag)


def test_compounds_that_failed_are_neither_learned_from_nor_tried_again() -> None:
    tried = np.zeros(len(SMILES), dtype=bool)
    scores = np.full(len(SMILES), np.nan)
    tried[:30] = True
    settings = ActiveSettings(budget=0.5, rounds=4)
    batch: Batch = next_batch(LIBRARY, tried, scores, settings, 1)
    assert batch.expected_new is None and batch.chosen.min() >= 30
    scores[:20] = SCORES[:20]
    batch = next_batch(LIBRARY, tried, scores, settings, 1)
    assert batch.chosen.min() >= 30 and len(batch.chosen) > 0


@pytest.mark.skipif(os.name != "posix", reason="signals and file systems of POSIX")
def test_a_screen_docks_its_budget_and_goes_on_with_the_same(
    tmp_path: Path, cluster: ClusterSettings
) -> None:
    file = tmp_path / "rings.smi"
    file.write_text("".join(f"{s} fluorine{k}\n" for k, s in enumerate(SMILES)))
    active = ActiveSettings(budget=0.2, rounds=4, stop_below=0.0)
    settings = SETTINGS.model_copy(update={"active": active, "chunk_size": 20})
    result = run(file, tmp_path / "out", cluster, settings)
    budget = int(np.ceil(0.2 * len(SMILES)))
    assert result.counts == {"done": budget, "undocked": len(SMILES) - budget}
    assert result.manifest["active"][-1]["stopped"] == "the budget is used up"
    assert (tmp_path / "out" / "screen.html").is_file()
    most = max(text.count("F") for text in SMILES)
    assert result.top[0]["score_kcal_per_mol"] == -most
    expected = rows(tmp_path / "out")
    for name in chunk_files(tmp_path / "out", "search")[-2:]:
        (tmp_path / "out" / "chunks" / name).unlink()
    (tmp_path / "out" / "results.parquet").unlink()
    run(file, tmp_path / "out", cluster, settings)
    assert rows(tmp_path / "out") == expected
    # nothing is missing now: no cluster is needed
    run(file, tmp_path / "out", NOWHERE, settings)
    assert rows(tmp_path / "out") == expected


@pytest.mark.skipif(os.name != "posix", reason="signals and file systems of POSIX")
def test_a_driver_killed_in_a_round_goes_on_to_the_same_end(
    tmp_path: Path, cluster: ClusterSettings
) -> None:
    file = tmp_path / "rings.smi"
    file.write_text("".join(f"{s} slow{k}\n" for k, s in enumerate(SMILES[:60])))
    active = ActiveSettings(budget=0.3, rounds=3, stop_below=0.0)
    settings = SETTINGS.model_copy(update={"active": active, "chunk_size": 2})
    whole = run(file, tmp_path / "whole", cluster, settings)
    rounds_of = whole.manifest["active"]
    per_round = rounds_of[0]["docked"] // 2
    out = tmp_path / "out"
    process = driver(file, out, cluster.scheduler, settings)
    # one chunk into the second round
    wait_for(lambda: len(chunk_files(out, "search")) > per_round, 300)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = chunk_files(out, "search")
    assert per_round < len(done) < len(chunk_files(tmp_path / "whole", "search"))
    assert not (out / "results.parquet").exists()
    kept = {name: (out / "chunks" / name).stat().st_ino for name in done}
    result = run(file, out, cluster, settings)
    assert {name: (out / "chunks" / name).stat().st_ino for name in done} == kept
    assert result.manifest["active"] == rounds_of
    assert rows(out) == rows(tmp_path / "whole")
    page = (out / "screen.html").read_text()
    assert ">Rounds of active learning</h2>" in page and "the budget is used up" in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--budget", "0.2"], "--budget belongs to active learning"),
        (["--acquisition", "random"], "--acquisition belongs to active learning"),
        (["--active", "--budget", "0"], "budget cannot be '0.0'"),
    ],
)
def test_what_is_refused(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.smi").write_text("C methane\n")
    assert main(["screen", "x.smi", "--out", "out", *words]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
