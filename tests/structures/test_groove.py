from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from structure_cases import as_entry

from workbench.structures.groove import groove_state
from workbench.structures.loading import load_receptor
from workbench.structures.numbering import find_xpo1
from workbench.structures.reading import read_structure


@pytest.mark.parametrize(
    ("file", "state"),
    [
        ("AF-O14980-F1_human_xpo1.pdb", "open"),
        ("3nc1_pdbredo.pdb", "open"),
        ("3m1i.pdb", "closed"),
        ("4hb2_pdbredo.pdb", "closed"),
        ("3gjx_stripped.pdb", "occupied"),
        ("5dif_groove_495-650.pdb", "occupied"),
    ],
)
def test_known_states(shared_structures: Path, file: str, state: str) -> None:
    structure = read_structure(shared_structures / "receptors" / file)
    xpo1, _ = find_xpo1(structure)
    found = groove_state(structure, xpo1)
    assert found.state == state


def test_cargo_is_named_and_the_groove_below_it_is_wide(shared_structures: Path) -> None:
    structure = read_structure(shared_structures / "receptors" / "3gjx_stripped.pdb")
    found = groove_state(structure, find_xpo1(structure)[0])
    assert found.occupant == "chain E"
    assert found.measures["mean_width_angstrom"] > 13
    assert found.measures["lining_residues_touched"] >= 13


def _shifted(line: str, step: np.ndarray) -> str:
    if not line.startswith("ATOM") or not 555 <= int(line[22:26]) <= 590:
        return line
    x, y, z = np.array([float(line[i : i + 8]) for i in (30, 38, 46)]) + step
    return f"{line[:30]}{x:8.3f}{y:8.3f}{z:8.3f}{line[54:]}"


def _narrowed(text: str, by_angstrom: float) -> str:
    """Move helix H12A (residues 555 to 590) towards H11A."""
    lines = text.splitlines()
    ca = {
        int(line[22:26]): np.array([float(line[i : i + 8]) for i in (30, 38, 46)])
        for line in lines
        if line.startswith("ATOM") and line[12:16] == " CA "
    }
    towards = np.mean([ca[n] for n in (521, 525, 528)], axis=0)
    towards = towards - np.mean([ca[n] for n in (565, 568, 572)], axis=0)
    step = by_angstrom * towards / np.linalg.norm(towards)
    moved = [_shifted(line, step) for line in lines]
    return "\n".join(moved)


@pytest.mark.parametrize(("by", "state"), [(0.0, "open"), (1.0, "intermediate"), (2.5, "closed")])
def test_state_follows_the_width(tmp_path: Path, by: float, state: str) -> None:
    text = as_entry(load_receptor("human-groove"), chain="A", shift=0)
    path = tmp_path / "narrowed.pdb"
    path.write_text(_narrowed(text, by))
    structure = read_structure(path)
    assert groove_state(structure, find_xpo1(structure)[0]).state == state


def test_state_of_a_groove_without_one_wall_is_unknown(tmp_path: Path) -> None:
    text = as_entry(load_receptor("human-groove"), chain="A", shift=0, leave_out=(565, 568, 572))
    path = tmp_path / "half.pdb"
    path.write_text(text)
    structure = read_structure(path)
    found = groove_state(structure, find_xpo1(structure)[0])
    assert found.state == "unknown"
    assert "mean_width_angstrom" not in found.measures


@pytest.mark.parametrize(
    ("file", "entry"),
    [
        ("AF-O14980-F1_human_xpo1.pdb", "AF-O14980-F1"),
        ("3nc1_pdbredo.pdb", "3NC1"),
        ("3m1i.pdb", "3M1I"),
        ("4hb2_pdbredo.pdb", "4HB2"),
        ("3gjx_stripped.pdb", "3GJX"),
        ("5dif_groove_495-650.pdb", "5DIF"),
    ],
)
def test_calibration_of_the_width_is_what_the_entries_show(
    shared_structures: Path, file: str, entry: str
) -> None:
    table = json.loads(files("workbench").joinpath("data/groove.json").read_text("utf-8"))
    widths = {row["entry"]: row["mean_width_angstrom"] for row in table["width"]["calibration"]}
    structure = read_structure(shared_structures / "receptors" / file)
    found = groove_state(structure, find_xpo1(structure)[0])
    assert found.measures["mean_width_angstrom"] == pytest.approx(widths[entry], abs=0.006)
