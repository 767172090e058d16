"""What entries are, against what their depositors say of them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from structure_cases import as_entry

from workbench.errors import ReceptorError
from workbench.structures.description import describe_entry
from workbench.structures.groove import chain_pockets, receptor_pockets
from workbench.structures.loading import load_receptor
from workbench.structures.numbering import SPECIES, find_xpo1, groove_facts, reference_sequence
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import read_structure

PAIRS = {528: 539, 568: 579, 571: 582, 537: 548, 532: 543}
"""Human and yeast numbers."""

PKI_CONTACTS = {518, 521, 525, 528, 538, 541, 544, 545, 554, 561, 565, 572, 580}
"""Within 5 angstrom of the PKI NES in 3NBY."""

ENTRIES = [
    # file, chain, residue, state, verdict, nearest wild type, its mutations
    ("4hb2_pdbredo.pdb", "C", "C:CYS:539", "closed", "thiol", "yeast", ["T539C", "Y1022C"]),
    ("3m1i.pdb", "C", "C:THR:539", "closed", "no_thiol", "yeast", []),
    ("3nc1_pdbredo.pdb", "A", "A:CYS:528", "open", "thiol", "mouse", []),
    ("3gjx_stripped.pdb", "D", "D:CYS:528", "occupied", "thiol", "mouse", []),
    ("AF-O14980-F1_human_xpo1.pdb", "A", "A:CYS:528", "open", "thiol", "human", []),
    ("5dif_groove_495-650.pdb", "C", "C:CYS:539", "occupied", "thiol", "yeast",
     ["D537G", "T539C", "V540E", "K541Q"]),
]  # fmt: skip

OTHERS = [
    ("6lu7.pdb", "A:CYS:145:SG", "C:PJE:5:C20", 1.76, "record"),
    ("5HG8.pdb", "X:CYS:797:SG", "X:634:9001:C21", 1.80, "distance"),
    ("5UG8.pdb", "X:CYS:797:SG", "X:8BP:9001:C29", 1.81, "distance"),
    ("1vsn.pdb", "A:CYS:25:SG", "A:NFT:283:C44", 1.73, "record"),
    ("4i39.cif", "A:CYS:69:SG", "A:HC4:201:C1", 1.98, "record"),
]


@pytest.mark.parametrize(
    ("file", "chain", "residue", "state", "verdict", "species", "mutations"), ENTRIES
)
def test_entry_is_understood_in_time(
    shared_structures: Path,
    file: str,
    chain: str,
    residue: str,
    state: str,
    verdict: str,
    species: str,
    mutations: list[str],
) -> None:
    start = time.perf_counter()
    found = describe_entry(shared_structures / "receptors" / file)
    assert time.perf_counter() - start < 5.0
    xpo1 = found.xpo1
    assert xpo1 is not None
    assert (xpo1["chain"], xpo1["entry_residue"]) == (chain, residue)
    assert (xpo1["groove_state"], xpo1["verdict"]) == (state, verdict)
    assert xpo1["reference"]["species"] == species
    assert xpo1["reference"]["mutations"] == mutations
    for human, yeast in PAIRS.items():
        number = yeast if species == "yeast" else human
        assert xpo1["residue_map"][str(human)] == f"{chain}:{number}"


@pytest.mark.parametrize(("file", "sulphur", "carbon", "distance", "known_from"), OTHERS)
def test_other_protein_is_named_with_its_bond(
    shared_structures: Path, file: str, sulphur: str, carbon: str, distance: float, known_from: str
) -> None:
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
    human, yeast = reference_sequence("human"), reference_sequence("yeast")
    assert {species: len(reference_sequence(species)) for species in SPECIES} == {
        "human": 1071,
        "mouse": 1071,
        "yeast": 1084,
    }
    assert reference_sequence("mouse")[499:600] == human[499:600]
    assert human[527] == "C" and yeast[538] == "T"
    for number, other in PAIRS.items():
        if number != 528:
            assert human[number - 1] == yeast[other - 1]


def test_pockets_of_the_shipped_grooves() -> None:
    for name in ("human-groove", "human-groove-3nc1"):
        found = receptor_pockets(load_receptor(name))
        assert found is not None
        assert [pocket.name for pocket in found.pockets] == ["P0", "P1", "P2", "P3", "P4"]
        # an open groove has room for a methyl group (2 angstrom) beside each carbon (1.7)
        assert all(pocket.room_angstrom > 3.4 for pocket in found.pockets)
        assert len(PKI_CONTACTS - set(found.lining)) <= 1
        third = found.pockets[3]
        assert {528, 568} <= set(third.residues)
    assert len(set(groove_facts().lining) - set(found.lining)) <= 3


def test_pockets_of_another_protein_are_not_invented(tmp_path: Path) -> None:
    receptor = load_receptor("human-groove")
    few = tuple(n for n in groove_facts().lining if n != 528)[:12]
    path = tmp_path / "part.pdb"
    path.write_text(as_entry(receptor, chain="A", shift=0, leave_out=few))
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
        centroid = residue.coordinates[side].mean(axis=0)
        pocket = next(p for p in found.pockets if p.name == name)
        assert np.linalg.norm(centroid - np.array(pocket.centre_angstrom)) < limit


@pytest.mark.parametrize(
    ("file", "least"),
    [("3m1i.pdb", 2.5), ("4hb2_pdbredo.pdb", 2.8)],
)
def test_closed_groove_has_less_room(shared_structures: Path, file: str, least: float) -> None:
    found = chain_pockets(find_xpo1(read_structure(shared_structures / "receptors" / file))[0])
    assert found is not None
    assert min(pocket.room_angstrom for pocket in found.pockets) < least
    assert found.fit_rmsd_angstrom > 0.7


def test_human_model_is_prepared_in_time(shared_structures: Path) -> None:
    start = time.perf_counter()
    prepare_receptor(shared_structures / "receptors" / "AF-O14980-F1_human_xpo1.pdb")
    assert time.perf_counter() - start < 60.0


def test_pka_of_the_thiol_is_told_with_its_uncertainty(shared_structures: Path) -> None:
    path = shared_structures / "receptors" / "5dif_groove_495-650.pdb"
    receptor = load_receptor(path, pka=True)
    groups = {(g["residue_name"], g["residue_number"]): g for g in receptor.titration}
    thiol = groups["CYS", 528]
    assert 6.0 < thiol["pka"] < 13.0 and thiol["uncertainty"] >= 3.0
    assert groups["LYS", 568]["charged_at_ph"] and groups["GLU", 571]["charged_at_ph"]
    assert any("PROPKA: pKa of CYS 528" in change for change in receptor.changes)


def test_embedded_receptor_has_no_chain_for_pka() -> None:
    with pytest.raises(ReceptorError, match="whole chain"):
        load_receptor("human-groove", pka=True)


def test_alternate_locations_at_the_site_are_listed(shared_structures: Path) -> None:
    receptor = prepare_receptor(shared_structures / "receptors" / "4hb2_pdbredo.pdb")
    (line,) = [c for c in receptor.changes if c.startswith("alternate locations kept")]
    assert "C:" in line and " A" in line
