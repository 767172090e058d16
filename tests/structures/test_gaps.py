"""Gaps beside kept residues: filled from the human model where the anchors fit, else capped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from structure_cases import as_entry, check_is_sound, edited, heavy_positions, human_entry

from workbench.settings import PreparationSettings
from workbench.structures.gaps import ANCHOR_RMSD_ANGSTROM, site_gaps
from workbench.structures.loading import load_receptor
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import read_structure
from workbench.structures.receptor import Structure
from workbench.structures.sites import groove_site, named_site
from workbench.structures.writing import pdb_text

QUICK = PreparationSettings(shell_angstrom=1.0)
LOOP = tuple(range(533, 537))


def structure_of(text: str, folder: Path) -> Structure:
    path = folder / "entry.pdb"
    path.write_text(text)
    return read_structure(path)


def test_a_gap_in_the_model_itself_is_filled_where_it_was(tmp_path: Path) -> None:
    human = load_receptor("human-groove")
    path = tmp_path / "entry.pdb"
    path.write_text(as_entry(human, chain="C", shift=11, leave_out=LOOP))
    filled = prepare_receptor(path, QUICK)
    truth, found = heavy_positions(human), heavy_positions(filled)
    shared = [key for key in found if key in truth and key[1] not in ("ACE", "NME")]
    assert {key[0] for key in shared} >= set(LOOP)
    assert max(np.linalg.norm(found[key] - truth[key]) for key in shared) < 0.6
    assert filled.residue_map[533] == "C:544"
    assert filled.provenance["modelled_residues"] == list(LOOP)
    (line,) = [change for change in filled.changes if "MODELLED" in change]
    assert line.startswith("residues 533-536 are missing in the entry") and "GKDN" in line
    check_is_sound(filled)


@pytest.mark.parametrize(
    "file", ["3nc1_pdbredo.pdb", "4hb2_pdbredo.pdb", "5dif_groove_495-650.pdb"]
)
def test_a_gap_cut_out_of_a_crystal_gets_its_backbone_back(
    shared_structures: Path, tmp_path: Path, file: str
) -> None:
    source = shared_structures / "receptors" / file
    crystal = groove_site(read_structure(source), 1.0)
    gone = {crystal.residue_map[number] for number in LOOP}
    truth = {residue.key: residue for residue in crystal.residues}
    lines = source.read_text().splitlines()
    path = tmp_path / "cut.pdb"
    path.write_text(
        "\n".join(x for x in lines if x[:4] != "ATOM" or f"{x[21]}:{x[22:27].strip()}" not in gone)
    )
    filled = prepare_receptor(path, QUICK)
    deviation = [
        filled.coordinates[filled.find(n, name)] - truth[crystal.residue_map[n]].position(name)
        for n in LOOP
        for name in ("N", "CA", "C")
    ]
    assert np.sqrt(np.mean(np.sum(np.square(deviation), axis=1))) < 1.0
    check_is_sound(filled)


def moved(text: str, from_number: int, shift: np.ndarray) -> str:
    """The same entry with all residues from a number on elsewhere."""
    lines = []
    for line in text.splitlines():
        if line.startswith("ATOM") and int(line[22:26]) >= from_number:
            xyz = np.array([float(line[i : i + 8]) for i in (30, 38, 46)]) + shift
            lines.append(line[:30] + "".join(f"{x:8.3f}" for x in xyz) + line[54:])
        else:
            lines.append(line)
    return "\n".join(lines)


def renumbered() -> str:
    return edited(
        lambda x: (
            None
            if int(x[22:26]) in LOOP
            else f"{x[:22]}{int(x[22:26]) - (int(x[22:26]) > 536):4d}{x[26:]}"
        )
    )


def one_atom_of_534() -> str:
    return edited(
        lambda x: x if int(x[22:26]) not in LOOP or x[12:26] == " CA  LYS A 534" else None
    )


@pytest.mark.parametrize(
    ("text", "longest", "reason"),
    [
        (lambda: human_entry(tuple(range(531, 540))), 8, "9 residues"),
        (lambda: human_entry(LOOP), 3, "no more than 3"),
        (lambda: human_entry((*LOOP, 539, 540)), 8, "whole residues"),
        (lambda: moved(human_entry(LOOP), 533, np.array([2.0, 0.0, 0.0])), 8, "limit 0.5"),
        (renumbered, 8, "leave out 3, human XPO1 has 4"),
        (one_atom_of_534, 8, "A:LYS:534"),
    ],
)
def test_gaps_that_stay_capped_are_told(
    tmp_path: Path, text: object, longest: int, reason: str
) -> None:
    structure = structure_of(text(), tmp_path)  # type: ignore[operator]
    gaps, notes = site_gaps(structure, groove_site(structure, 9.0), longest)
    assert not any({533, 534} & set(gap.numbers) for gap in gaps)
    assert any(reason in note and "capped" in note for note in notes)


def test_only_the_groove_has_a_model(tmp_path: Path) -> None:
    structure = structure_of(human_entry(LOOP), tmp_path)
    gaps, notes = site_gaps(structure, named_site(structure, "A:528:SG"), 8)
    assert gaps == [] and notes and all("capped" in note for note in notes)


def test_a_prepared_receptor_keeps_its_caps(tmp_path: Path) -> None:
    human = load_receptor("human-groove")
    structure = structure_of(pdb_text(human.atoms, human.coordinates, bonds=human.bonds), tmp_path)
    assert site_gaps(structure, groove_site(structure, 9.0), 8) == ([], [])


def test_anchors_are_those_of_the_entry(tmp_path: Path) -> None:
    structure = structure_of(moved(human_entry(LOOP), 533, np.array([0.6, 0.0, 0.0])), tmp_path)
    (gap,) = site_gaps(structure, groove_site(structure, 1.0), 8)[0]
    assert 0.2 < gap.anchor_rmsd_angstrom < ANCHOR_RMSD_ANGSTROM
