from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import gemmi
import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers
from structure_cases import as_entry, bond_lengths, heavy_positions, rdkit_mol

from workbench.cli import main
from workbench.settings import PreparationSettings
from workbench.structures.contacts import clashing_pairs
from workbench.structures.loading import load_receptor
from workbench.structures.loop_checks import loop_faults
from workbench.structures.loop_gaps import loop_gaps
from workbench.structures.loops import site_loops
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import read_structure
from workbench.structures.receptor import Receptor
from workbench.structures.sites import groove_site, named_site
from workbench.structures.source import SourceStructure
from workbench.structures.writing import pdb_text

QUICK = PreparationSettings(shell_angstrom=1.0)
LOOP = tuple(range(533, 537))


@pytest.fixture(scope="session")
def human_groove() -> Receptor:
    return load_receptor("human-groove")


@pytest.fixture(scope="module")
def cut(human_groove: Receptor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped groove in yeast's numbering without the loop 533-536."""
    path = tmp_path_factory.mktemp("entry") / "entry.pdb"
    path.write_text(as_entry(human_groove, chain="C", shift=11, leave_out=LOOP))
    return path


@pytest.fixture(scope="module")
def modelled(cut: Path) -> Receptor:
    return prepare_receptor(cut, QUICK)


def dihedral(*points: np.ndarray) -> float:
    a, b, c, d = (gemmi.Position(*point) for point in points)
    return float(np.degrees(gemmi.calculate_dihedral(a, b, c, d)))


def structure_of(text: str, folder: Path) -> SourceStructure:
    path = folder / "entry.pdb"
    path.write_text(text)
    return read_structure(path)


def test_a_missing_loop_is_modelled_and_told(modelled: Receptor) -> None:
    names = [modelled.atoms[modelled.find(n, "CA")].residue_name for n in LOOP]
    assert names == ["GLY", "LYS", "ASP", "ASN"]
    assert modelled.residue_map[533] == "C:544"
    (line,) = [change for change in modelled.changes if "MODELLED" in change]
    assert line.startswith("residues 533-536 (GKDN) are missing in the entry")
    assert "no experimental position" in line
    assert modelled.provenance["modelled_residues"] == list(LOOP)
    assert not any("broken after residue 532" in change for change in modelled.changes)


def test_a_modelled_loop_is_protein(modelled: Receptor) -> None:
    positions = {key[::2]: xyz for key, xyz in heavy_positions(modelled).items()}
    for n in range(LOOP[0] - 1, LOOP[-1] + 1):
        left = positions[n, "CA"], positions[n, "C"]
        assert abs(dihedral(*left, positions[n + 1, "N"], positions[n + 1, "CA"])) > 150
        joint = np.linalg.norm(positions[n, "C"] - positions[n + 1, "N"])
        assert joint == pytest.approx(1.33, abs=0.05)
    for n in LOOP[1:]:
        # N, C, CB and H run counterclockwise about CA in L: N-C-CB is a right-handed turn
        axes = [positions[n, name] - positions[n, "CA"] for name in ("N", "C", "CB")]
        assert np.linalg.det(axes) > 0
    assert max(bond_lengths(modelled)[frozenset("C")]) < 1.62
    assert len(clashing_pairs(modelled.atoms, modelled.coordinates, modelled.bonds)) == 0
    molecule = rdkit_mol(modelled)
    Chem.SanitizeMol(molecule)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(molecule)


def test_what_the_entry_has_stays(modelled: Receptor, human_groove: Receptor) -> None:
    before, after = heavy_positions(human_groove), heavy_positions(modelled)
    shared = [k for k in after if k in before and k[0] not in LOOP and k[1] not in ("ACE", "NME")]
    shifts = {k: float(np.linalg.norm(before[k] - after[k])) for k in shared}
    assert max(shifts.values()) <= 0.5
    assert {k[0] for k, shift in shifts.items() if shift > 0.01} <= {532, 537}
    assert any("beside modelled loops" in change for change in modelled.changes)


def test_same_gap_gives_the_same_loop(human_groove: Receptor, tmp_path: Path) -> None:
    text = as_entry(human_groove, chain="A", shift=0, leave_out=(534, 535))
    structure = structure_of(text, tmp_path)
    site = groove_site(structure, 9.0)
    one, other = (site_loops(structure, site, 8) for _ in range(2))
    assert one.numbers == (534, 535) and one.notes == other.notes
    for gap, models in one.models.items():
        for a, b in zip(models, other.models[gap], strict=True):
            for left, right in zip(a, b, strict=True):
                np.testing.assert_array_equal(left.coordinates, right.coordinates)


def test_a_loop_in_a_helix_continues_it(human_groove: Receptor, tmp_path: Path) -> None:
    """Residues 515-518 are helical in every XPO1: the models must be, within an angstrom."""
    missing = (515, 516, 517, 518)
    text = as_entry(human_groove, chain="A", shift=0, leave_out=missing)
    structure = structure_of(text, tmp_path)
    loops = site_loops(structure, groove_site(structure, 9.0), 8)
    (best, *_) = loops.models[next(gap for gap in loops.models if gap.numbers == missing)]
    truth = heavy_positions(human_groove)
    deviations = [
        position - truth[residue.number, residue.name, name]
        for residue in best
        for name, position in zip(residue.atom_names[:4], residue.coordinates[:4], strict=True)
    ]
    assert np.sqrt(np.mean(np.sum(np.square(deviations), axis=1))) < 1.0


def test_no_loops_when_told_so(cut: Path, tmp_path: Path) -> None:
    assert main(["prepare", "receptor", str(cut), "--no-loops", "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "receptor.json").read_text())
    assert any("broken after residue 532" in change for change in record["changes"])
    assert not any("modelled" in change.lower() for change in record["changes"])
    assert "CA  GLY A 533" not in (tmp_path / "receptor.pdb").read_text()


@pytest.mark.parametrize(
    ("leave_out", "longest", "reason"),
    [
        (tuple(range(531, 540)), 8, "9 residues, and no more than 8 are modelled"),
        (LOOP, 3, "4 residues, and no more than 3 are modelled"),
        ((*LOOP, 540, 541), 8, "a piece of fewer than 4 residues stands beside it"),
    ],
)
def test_gaps_that_are_not_built_are_told(
    human_groove: Receptor, tmp_path: Path, leave_out: tuple[int, ...], longest: int, reason: str
) -> None:
    text = as_entry(human_groove, chain="A", shift=0, leave_out=leave_out)
    structure = structure_of(text, tmp_path)
    gaps, notes = loop_gaps(structure, groove_site(structure, 9.0), longest)
    assert gaps == []
    (note,) = [n for n in notes if f":{leave_out[0] - 1} and" in n]
    assert reason in note and "capped" in note


def shifted(text: str, from_number: int, shift: np.ndarray) -> str:
    """The same entry with all residues from a number on moved away."""
    lines = []
    for line in text.splitlines():
        if line.startswith("ATOM") and int(line[22:26]) >= from_number:
            xyz = np.array([float(line[i : i + 8]) for i in (30, 38, 46)]) + shift
            lines.append(line[:30] + "".join(f"{x:8.3f}" for x in xyz) + line[54:])
        else:
            lines.append(line)
    return "\n".join(lines)


def test_ends_out_of_reach_are_told(human_groove: Receptor, tmp_path: Path) -> None:
    text = as_entry(human_groove, chain="A", shift=0, leave_out=LOOP)
    structure = structure_of(shifted(text, 533, np.array([40.0, 0.0, 0.0])), tmp_path)
    gaps, notes = loop_gaps(structure, groove_site(structure, 40.0), 8)
    assert gaps == []
    assert any("too far for 4 residues" in note for note in notes)


def test_numbers_that_disagree_with_the_sequence_are_told(
    human_groove: Receptor, tmp_path: Path
) -> None:
    lines = []
    for line in as_entry(human_groove, chain="A", shift=0, leave_out=LOOP).splitlines():
        if line.startswith("ATOM") and int(line[22:26]) > 536:
            lines.append(f"{line[:22]}{int(line[22:26]) - 1:4d}{line[26:]}")
        else:
            lines.append(line)
    structure = structure_of("\n".join(lines), tmp_path)
    gaps, notes = loop_gaps(structure, groove_site(structure, 1.0), 8)
    assert not any(533 in gap.numbers for gap in gaps)
    assert any("leave out 3, the nearest wild type has 4" in note for note in notes)


def test_residues_that_are_there_in_part_are_told(human_groove: Receptor, tmp_path: Path) -> None:
    lines = [
        line
        for line in as_entry(human_groove, chain="A", shift=0).splitlines()
        if not (line.startswith("ATOM") and int(line[22:26]) in LOOP)
        or line[12:26] == " CA  LYS A 534"
    ]
    structure = structure_of("\n".join(lines), tmp_path)
    gaps, notes = loop_gaps(structure, groove_site(structure, 1.0), 8)
    assert gaps == []
    assert any("the entry has a part of them (A:LYS:534)" in note for note in notes)


def test_another_protein_is_left_as_it_is(human_groove: Receptor, tmp_path: Path) -> None:
    text = as_entry(human_groove, chain="A", shift=0, leave_out=LOOP)
    structure = structure_of(text, tmp_path)
    gaps, notes = loop_gaps(structure, named_site(structure, "A:528:SG"), 8)
    assert gaps == []
    (note,) = notes
    assert "the sequence of this protein is not known here" in note


def test_a_prepared_receptor_keeps_its_caps(human_groove: Receptor, tmp_path: Path) -> None:
    text = pdb_text(human_groove.atoms, human_groove.coordinates, bonds=human_groove.bonds)
    structure = structure_of(text, tmp_path)
    assert loop_gaps(structure, groove_site(structure, 9.0), 8) == ([], [])


def test_a_loop_without_room_stays_capped(human_groove: Receptor, tmp_path: Path) -> None:
    """A wall of atoms of another chain stands between the two ends."""
    text = as_entry(human_groove, chain="A", shift=0, leave_out=LOOP)
    structure = structure_of(text, tmp_path)
    n = human_groove.coordinates[human_groove.find(532, "C")]
    grid = np.stack(np.meshgrid(*[np.arange(-8.0, 8.1, 2.0)] * 3), axis=-1).reshape(-1, 3)
    ion = replace(
        structure.residues[0],
        chain="Z",
        kind="other",
        letter="X",
        atom_names=tuple(f"C{i}" for i in range(len(grid))),
        elements=("C",) * len(grid),
        coordinates=grid + n,
    )
    crowded = replace(structure, residues=(*structure.residues, ion))
    loops = site_loops(crowded, groove_site(structure, 1.0), 8)
    assert loops.models == {}
    assert any("no sound loop was found" in note and "533-536" in note for note in loops.notes)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("mirror", "residue 534 is not L"),
        ("cis", "omega"),
        ("stretch", "are bonded at"),
        ("push", "angstrom apart"),
    ],
)
def test_unsound_loops_are_seen(modelled: Receptor, spoil: str, fault: str) -> None:
    assert loop_faults(LOOP, modelled.atoms, modelled.coordinates, modelled.bonds) == []
    xyz = modelled.coordinates.copy()
    place = {name: modelled.find(534, name) for name in ("N", "CA", "C", "O", "CB", "NZ")}
    if spoil == "mirror":
        n, ca, c = (xyz[place[name]] for name in ("N", "CA", "C"))
        normal = np.cross(n - ca, c - ca)
        normal /= np.linalg.norm(normal)
        xyz[place["CB"]] -= 2 * np.dot(xyz[place["CB"]] - ca, normal) * normal
    elif spoil == "cis":
        xyz[modelled.find(535, "CA")] = xyz[place["O"]]
    elif spoil == "stretch":
        xyz[place["CB"]] += xyz[place["CB"]] - xyz[place["CA"]]
    else:
        xyz[place["NZ"]] = xyz[modelled.find(528, "SG")] + np.array([0.0, 0.0, 2.3])
    assert any(fault in found for found in loop_faults(LOOP, modelled.atoms, xyz, modelled.bonds))
