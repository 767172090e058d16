"""Waters and partner chains that stay with the site."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from structure_cases import as_entry, check_is_sound, prepared_from

from workbench.cli.main import main
from workbench.settings import PreparationSettings
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import read_structure
from workbench.structures.receptor import Receptor
from workbench.structures.topology import CAPS


def water_lines(positions: Sequence[np.ndarray]) -> str:
    return "".join(
        f"HETATM{9000 + i:5d}  O   HOH S{i:4d}    {x:8.3f}{y:8.3f}{z:8.3f}  1.00 20.00"
        "           O\n"
        for i, (x, y, z) in enumerate(positions, start=1)
    )


@pytest.fixture(scope="module")
def wet_entry(human_groove: Receptor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded groove with waters where a test of geometry alone puts them."""
    heavy = np.array([a.element != "H" for a in human_groove.atoms])
    points = human_groove.coordinates[heavy]
    polar = human_groove.coordinates[
        [a.element in "NO" and a.residue_name not in CAPS for a in human_groove.atoms]
    ]
    lining = human_groove.coordinates[human_groove.find(568, "CE")]
    grid = np.stack(np.meshgrid(*[np.arange(-7, 7.1, 0.7)] * 3), -1).reshape(-1, 3) + lining
    nearest = np.linalg.norm(grid[:, None] - points, axis=2).min(axis=1)
    grid, nearest = (x[np.linalg.norm(grid - lining, axis=1) < 4.9] for x in (grid, nearest))
    contacts = (np.linalg.norm(grid[:, None] - polar, axis=2) < 3.4).sum(axis=1)
    held = grid[(nearest > 2.6) & (contacts >= 2)][0]
    loose = grid[(nearest > 3.6) & (nearest < 4.5)][0]
    inside = points[0] + [0.3, 0.0, 0.0]
    text = as_entry(human_groove, chain="C", shift=11).replace("END", "").rstrip() + "\n"
    path = tmp_path_factory.mktemp("wet") / "wet.pdb"
    path.write_text(text + water_lines([held, loose, inside, lining + 40.0]) + "END\n")
    return path


@pytest.fixture(scope="module")
def wet(wet_entry: Path) -> Receptor:
    return prepare_receptor(wet_entry, keep_waters=True)


def test_only_the_water_that_two_polar_atoms_hold_stays(wet: Receptor, wet_entry: Path) -> None:
    waters = [a for a in wet.atoms if a.residue_name == "HOH"]
    assert sorted(a.name for a in waters) == ["H1", "H2", "O"]
    assert {a.chain for a in waters} == {"W"} and wet.reactive_address() == "A:528:SG"
    assert wet.provenance["kept_beside"] == {f"W:{waters[0].residue_number}": "S:HOH:1"}
    assert "3 waters were left out" in wet.changes
    place = {a.name: wet.coordinates[i] for i, a in enumerate(wet.atoms) if a.chain == "W"}
    arms = [place[name] - place["O"] for name in ("H1", "H2")]
    lengths = [float(np.linalg.norm(arm)) for arm in arms]
    assert lengths == pytest.approx([0.957, 0.957], abs=0.03)
    angle = np.degrees(np.arccos(arms[0] @ arms[1] / np.prod(lengths)))
    assert angle == pytest.approx(104.5, abs=4.0)
    source = next(r for r in read_structure(wet_entry).residues if r.key == "S:1")
    assert place["O"] == pytest.approx(source.coordinates[0], abs=1e-3)
    check_is_sound(wet)


def test_a_partner_with_the_same_number_is_not_the_reactive_residue(
    human_groove: Receptor, tmp_path: Path
) -> None:
    """A short partner that has a cysteine 528 of its own, next to the groove."""
    own = [
        i
        for i, a in enumerate(human_groove.atoms)
        if 526 <= a.residue_number <= 530 and a.residue_name not in CAPS
    ]
    far = float(np.ptp(human_groove.coordinates[:, 2]))
    copy = replace(
        human_groove,
        atoms=tuple(human_groove.atoms[i] for i in own),
        coordinates=human_groove.coordinates[own] + np.array([0.0, 0.0, far + 4.0]),
    )
    texts = [as_entry(copy, chain="A", shift=0), as_entry(human_groove, chain="C", shift=0)]
    path = tmp_path / "pair.pdb"
    path.write_text("\n".join(text.replace("END", "").rstrip() for text in texts) + "\nEND\n")
    settings = PreparationSettings(shell_angstrom=40.0)
    receptor = prepare_receptor(path, settings, keep_partners=True)
    assert receptor.entry_residue == "C:CYS:528"
    assert receptor.reactive_atom == receptor.find(528, "SG")
    # the partner's letter is taken by the receptor's own chain
    assert set(receptor.provenance["kept_beside"]) == {f"B:{6000 + n}" for n in range(526, 531)}
    check_is_sound(receptor)


def test_cargo_stays_in_the_groove(shared_structures: Path) -> None:
    """Snurportin-1 (chain E) on mouse CRM1 (chain D), with Ran (chain A)."""
    path = shared_structures / "receptors" / "3gjx_stripped.pdb"
    receptor = prepare_receptor(path, keep_partners=True)
    assert receptor.reactive_address() == "A:528:SG"
    assert {a.chain for a in receptor.atoms} == {"A", "E"}
    names = receptor.provenance["kept_beside"]
    # the export signal of snurportin-1 is its N-terminus, Met1 to Leu13
    assert {"E:MET:1", "E:LEU:4", "E:LEU:8", "E:PHE:12"} <= set(names.values())
    entry = {residue.address: residue for residue in read_structure(path).residues}
    moved = [
        np.linalg.norm(position - entry[names[f"E:{atom.residue_number}"]].position(atom.name))
        for atom, position in zip(receptor.atoms, receptor.coordinates, strict=True)
        if atom.chain == "E" and atom.element != "H" and atom.residue_name not in CAPS
    ]
    assert len(moved) > 150 and max(moved) < 0.5
    check_is_sound(receptor)
    assert any(a.chain == "E" and a.residue_name in CAPS for a in receptor.atoms)
    assert any("chain A" in line and "was left out" in line for line in receptor.changes)


def test_a_crystal_water_beside_a_thiol_is_kept(shared_structures: Path) -> None:
    receptor = prepared_from(shared_structures / "adducts" / "1vsn.pdb", "A:25:SG")
    assert receptor.provenance["kept_beside"]
    sulphur = receptor.coordinates[receptor.find(25, "SG")]
    for index, atom in enumerate(receptor.atoms):
        if atom.chain == "W" and atom.name == "O":
            assert np.linalg.norm(receptor.coordinates[index] - sulphur) <= 5.0


def test_the_command_keeps_waters_and_gaps_and_relaxes(wet_entry: Path, tmp_path: Path) -> None:
    """Human 533 to 536, which are 544 to 547 of the entry, are cut out."""
    lines = wet_entry.read_text().splitlines()
    cut = [x for x in lines if x[:4] != "ATOM" or not 544 <= int(x[22:26]) <= 547]
    path, out = tmp_path / "cut.pdb", tmp_path / "out"
    path.write_text("\n".join(cut))
    options = ["--keep-waters", "--no-loops", "--relax", "--out", str(out)]
    assert main(["prepare", "receptor", str(path), *options]) == 0
    assert (out / "receptor.pdb").read_text().count(" HOH W") >= 3
    record = json.loads((out / "receptor.json").read_text())
    assert {"kept_beside", "relaxed"} <= set(record["provenance"])
    assert "modelled_residues" not in record["provenance"]
    assert any("broken after residue 532" in change for change in record["changes"])
