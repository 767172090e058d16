"""What entries are, against what their depositors say: chain, numbers, groove, bonds, pockets."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from structure_cases import ADDUCTS, as_entry, edited, human_entry

from workbench.errors import ReceptorError
from workbench.structures.description import describe_entry
from workbench.structures.groove import (
    SPECIES,
    chain_pockets,
    find_xpo1,
    groove_facts,
    groove_state,
    receptor_pockets,
    reference_sequence,
)
from workbench.structures.loading import load_receptor
from workbench.structures.reading import read_structure
from workbench.structures.receptor import Receptor
from workbench.structures.sites import named_site

PAIRS = {528: 539, 568: 579, 571: 582, 537: 548, 532: 543}
"""Human and yeast numbers."""

HUMAN_510_599 = (
    "EEDEKRFLVTVIKDLLGLCEQKRGKDNKAIIASNIMYIVGQYPRFLRAHWKFLKTVVNKLFEFMHETHDGVQDMACDTFIKIAQKCRRHF"
)
PKI_CONTACTS = {518, 521, 525, 528, 538, 541, 544, 545, 554, 561, 565, 572, 580}
"""Within 5 angstrom of the PKI NES in 3NBY."""

ENTRIES = [
    # file, id, residue, identity, state, verdict, nearest wild type, its mutations
    ("4hb2_pdbredo.pdb", "4HB2", "C:CYS:539", 0.49, "closed", "thiol", "yeast",
     ["T539C", "Y1022C"]),
    ("3m1i.pdb", "3M1I", "C:THR:539", 0.49, "closed", "no_thiol", "yeast", []),
    ("3nc1_pdbredo.pdb", "3NC1", "A:CYS:528", 0.98, "open", "thiol", "mouse", []),
    ("3gjx_stripped.pdb", "3GJX", "D:CYS:528", 0.98, "occupied", "thiol", "mouse", []),
    ("AF-O14980-F1_human_xpo1.pdb", "AF-O14980-F1", "A:CYS:528", 1.0, "open", "thiol", "human", []),
    ("5dif_groove_495-650.pdb", "5DIF", "C:CYS:539", 0.73, "occupied", "thiol", "yeast",
     ["D537G", "T539C", "V540E", "K541Q"]),
]  # fmt: skip


@pytest.mark.parametrize("case", ENTRIES, ids=[case[1] for case in ENTRIES])
def test_entry_is_understood(
    shared_structures: Path, case: tuple[str, str, str, float, str, str, str, list[str]]
) -> None:
    file, entry, residue, identity, state, verdict, species, mutations = case
    xpo1 = describe_entry(shared_structures / "receptors" / file).xpo1
    assert xpo1 is not None
    assert (xpo1["chain"], xpo1["entry_residue"]) == (residue[0], residue)
    assert (xpo1["groove_state"], xpo1["verdict"]) == (state, verdict)
    assert xpo1["identity_to_human"] == pytest.approx(identity, abs=0.015)
    assert (xpo1["reference"]["species"], xpo1["reference"]["mutations"]) == (species, mutations)
    for human, yeast in PAIRS.items():
        number = yeast if species == "yeast" else human
        assert xpo1["residue_map"][str(human)] == f"{residue[0]}:{number}"
    table = json.loads(files("workbench").joinpath("data/groove.json").read_text("utf-8"))
    widths = {row["entry"]: row["mean_width_angstrom"] for row in table["width"]["calibration"]}
    measures = xpo1["groove_measures"]
    assert measures["mean_width_angstrom"] == pytest.approx(widths[entry], abs=0.006)
    if entry == "3GJX":
        assert xpo1["groove_occupant"] == "chain E"
        assert measures["lining_residues_touched"] >= 13


@pytest.mark.parametrize("case", ADDUCTS, ids=[case[0] for case in ADDUCTS])
def test_other_protein_is_named_with_its_bond(
    shared_structures: Path, case: tuple[str, str, str, str, float, str]
) -> None:
    file, _, sulphur, carbon, distance, known_from = case
    path = shared_structures / "adducts" / file
    found = describe_entry(path)
    assert found.xpo1 is None and "no XPO1 here" in found.notes
    (bond,) = found.covalent_bonds
    assert (bond["atom_1"], bond["atom_2"], bond["from"]) == (sulphur, carbon, known_from)
    assert bond["distance_angstrom"] == pytest.approx(distance, abs=0.01)
    with pytest.raises(ReceptorError, match="no XPO1 here") as caught:
        load_receptor(path)
    assert carbon in str(caught.value) and f"{bond['distance_angstrom']:.2f}" in str(caught.value)


def test_references_differ_where_the_literature_says() -> None:
    human, mouse, yeast = (reference_sequence(species) for species in SPECIES)
    assert (len(human), len(mouse), len(yeast)) == (1071, 1071, 1084)
    assert human[509:599] == HUMAN_510_599 and mouse[499:600] == human[499:600]
    assert human[527] == "C" and yeast[538] == "T"
    for number, other in PAIRS.items():
        assert number == 528 or human[number - 1] == yeast[other - 1]
    lining = groove_facts().lining
    assert len(lining) == 20
    assert all(human[number - 1] == name for number, name in lining.items())


def test_letter_and_numbers_of_an_entry_do_not_matter(
    human_groove: Receptor, tmp_path: Path
) -> None:
    path = tmp_path / "moved.pdb"
    path.write_text(as_entry(human_groove, chain="Q", shift=11))
    xpo1, copies = find_xpo1(read_structure(path))
    assert xpo1.chain == "Q" and copies == () and xpo1.identity == 1.0
    assert {n: entry for n, entry in xpo1.residue_map.items() if entry != f"Q:{n + 11}"} == {}


def test_copy_with_the_more_complete_groove_is_chosen(
    human_groove: Receptor, tmp_path: Path
) -> None:
    poor = human_entry((521, 525, 568))
    path = tmp_path / "two.pdb"
    path.write_text(poor.replace("END", "   ") + as_entry(human_groove, chain="B", shift=0))
    xpo1, copies = find_xpo1(read_structure(path))
    assert xpo1.chain == "B" and copies == ("A",)


def narrowed(by_angstrom: float) -> str:
    """Move helix H12A (residues 555 to 590) towards H11A."""

    def place(line: str) -> np.ndarray:
        return np.array([float(line[i : i + 8]) for i in (30, 38, 46)])

    lines = human_entry().splitlines()
    ca = {int(line[22:26]): place(line) for line in lines if line[12:16] == " CA "}
    towards = np.mean([ca[n] for n in (521, 525, 528)], axis=0)
    towards = towards - np.mean([ca[n] for n in (565, 568, 572)], axis=0)
    step = by_angstrom * towards / np.linalg.norm(towards)

    def moved(line: str) -> str:
        if not 555 <= int(line[22:26]) <= 590:
            return line
        return line[:30] + "".join(f"{x:8.3f}" for x in place(line) + step) + line[54:]

    return edited(moved)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (lambda: narrowed(0.0), "open"),
        (lambda: narrowed(1.0), "intermediate"),
        (lambda: narrowed(2.5), "closed"),
        (lambda: human_entry((565, 568, 572)), "unknown"),
    ],
)
def test_state_follows_the_width(tmp_path: Path, text: object, state: str) -> None:
    path = tmp_path / "groove.pdb"
    path.write_text(text())  # type: ignore[operator]
    structure = read_structure(path)
    found = groove_state(structure, find_xpo1(structure)[0])
    assert found.state == state
    assert ("mean_width_angstrom" in found.measures) is (state != "unknown")


@pytest.mark.parametrize(("nucleophile", "state"), [("C:539:SG", "closed"), ("C:648", "unknown")])
def test_the_groove_is_judged_in_the_entrys_numbering_too(
    shared_structures: Path, nucleophile: str, state: str
) -> None:
    """Cys539 of yeast is human 528; another cysteine of the chain does not lie in the groove."""
    structure = read_structure(shared_structures / "receptors" / "4hb2_pdbredo.pdb")
    site = named_site(structure, nucleophile)
    assert (site.numbering, site.groove.state) == ("entry", state)


def test_pockets_of_the_shipped_grooves() -> None:
    for name in ("human-groove", "human-groove-3nc1"):
        found = receptor_pockets(load_receptor(name))
        assert found is not None
        assert [pocket.name for pocket in found.pockets] == ["P0", "P1", "P2", "P3", "P4"]
        # an open groove has room for a methyl group (2 angstrom) beside each carbon (1.7)
        assert all(pocket.room_angstrom > 3.4 for pocket in found.pockets)
        assert len(PKI_CONTACTS - set(found.lining)) <= 1
        assert {528, 568} <= set(found.pockets[3].residues)
    assert len(set(groove_facts().lining) - set(found.lining)) <= 3


def test_pockets_of_half_a_groove_are_not_invented(tmp_path: Path) -> None:
    path = tmp_path / "part.pdb"
    path.write_text(human_entry(tuple(n for n in groove_facts().lining if n != 528)[:12]))
    assert chain_pockets(find_xpo1(read_structure(path))[0]) is None


CPEB4 = [("P3", 383, 1.5), ("P2", 386, 1.5), ("P1", 390, 1.5), ("P0", 393, 2.6)]


def test_pockets_hold_the_side_chains_of_a_nes_that_did_not_define_them(
    shared_structures: Path,
) -> None:
    """The CPEB4 NES of 5DIF runs the other way, and its Phi residues fill the same pockets."""
    structure = read_structure(shared_structures / "receptors" / "5dif_groove_495-650.pdb")
    found = chain_pockets(find_xpo1(structure)[0])
    assert found is not None
    peptide = {r.number: r for r in structure.residues if r.chain == "D"}
    for name, number, limit in CPEB4:
        residue = peptide[number]
        side = [i for i, x in enumerate(residue.atom_names) if x not in ("N", "CA", "C", "O")]
        pocket = next(p for p in found.pockets if p.name == name)
        centroid = residue.coordinates[side].mean(axis=0)
        assert np.linalg.norm(centroid - np.array(pocket.centre_angstrom)) < limit


@pytest.mark.parametrize(("file", "least"), [("3m1i.pdb", 2.5), ("4hb2_pdbredo.pdb", 2.8)])
def test_closed_groove_has_less_room(shared_structures: Path, file: str, least: float) -> None:
    found = chain_pockets(find_xpo1(read_structure(shared_structures / "receptors" / file))[0])
    assert found is not None
    assert min(pocket.room_angstrom for pocket in found.pockets) < least
    assert found.fit_rmsd_angstrom > 0.7
