from __future__ import annotations

from pathlib import Path

import pytest
from structure_cases import as_entry

from workbench.errors import ReceptorError
from workbench.structures.loading import load_receptor
from workbench.structures.numbering import find_xpo1, groove_facts, reference_sequence
from workbench.structures.reading import read_structure

HUMAN_510_599 = (
    "EEDEKRFLVTVIKDLLGLCEQKRGKDNKAIIASNIMYIVGQYPRFLRAHWKFLKTVVNKLFEFMHETHDGVQDMACDTFIKIAQKCRRHF"
)
YEAST_PAIRS = {528: 539, 568: 579, 571: 582, 537: 548, 532: 543}


def test_shipped_sequence_is_human_xpo1() -> None:
    assert len(reference_sequence()) == 1071
    assert reference_sequence()[509:599] == HUMAN_510_599
    assert reference_sequence()[527] == "C"


def test_lining_names_agree_with_the_sequence() -> None:
    lining = groove_facts().lining
    assert len(lining) == 20
    for number, name in lining.items():
        assert reference_sequence()[number - 1] == name


@pytest.mark.parametrize(
    ("file", "chain", "identity"),
    [
        ("3m1i.pdb", "C", 0.49),
        ("4hb2_pdbredo.pdb", "C", 0.49),
        ("5dif_groove_495-650.pdb", "C", 0.73),
    ],
)
def test_yeast_numbers(shared_structures: Path, file: str, chain: str, identity: float) -> None:
    xpo1, _ = find_xpo1(read_structure(shared_structures / "receptors" / file))
    assert xpo1.chain == chain
    assert xpo1.identity == pytest.approx(identity, abs=0.01)
    for human, yeast in YEAST_PAIRS.items():
        assert xpo1.residue_map[human] == f"{chain}:{yeast}"


@pytest.mark.parametrize(("file", "chain"), [("3gjx_stripped.pdb", "D"), ("3nc1_pdbredo.pdb", "A")])
def test_mouse_has_human_numbers(shared_structures: Path, file: str, chain: str) -> None:
    xpo1, _ = find_xpo1(read_structure(shared_structures / "receptors" / file))
    assert xpo1.chain == chain
    assert xpo1.identity > 0.97
    for human in (*YEAST_PAIRS, *groove_facts().lining):
        assert xpo1.residue_map[human] == f"{chain}:{human}"


@pytest.mark.parametrize("file", ["6lu7.pdb", "5HG8.pdb", "5UG8.pdb", "1vsn.pdb", "4i39.cif"])
def test_other_proteins_are_not_xpo1(shared_structures: Path, file: str) -> None:
    with pytest.raises(ReceptorError, match="no chain"):
        find_xpo1(read_structure(shared_structures / "adducts" / file))


def test_letter_and_numbers_of_an_entry_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "moved.pdb"
    path.write_text(as_entry(load_receptor("human-groove"), chain="Q", shift=11))
    xpo1, copies = find_xpo1(read_structure(path))
    assert xpo1.chain == "Q" and copies == ()
    assert xpo1.identity == 1.0
    assert {n: entry for n, entry in xpo1.residue_map.items() if entry != f"Q:{n + 11}"} == {}


def test_copy_with_the_more_complete_groove_is_chosen(tmp_path: Path) -> None:
    receptor = load_receptor("human-groove")
    poor = as_entry(receptor, chain="A", shift=0, leave_out=(521, 525, 568))
    rich = as_entry(receptor, chain="B", shift=0)
    path = tmp_path / "two.pdb"
    path.write_text(poor.replace("END", "   ") + rich)
    xpo1, copies = find_xpo1(read_structure(path))
    assert xpo1.chain == "B" and copies == ("A",)


def test_groove_without_its_cysteine_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gap.pdb"
    path.write_text(as_entry(load_receptor("human-groove"), chain="A", shift=0, leave_out=(528,)))
    with pytest.raises(ReceptorError, match="528"):
        find_xpo1(read_structure(path))
