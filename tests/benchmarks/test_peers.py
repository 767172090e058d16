"""What the peers are given: every atom once, branches that turn real bonds, and they read it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from peer_inputs import PeerInput, drug_coordinates, peer_input
from peers import missing_programs, run_autodock, run_vina

from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor


@pytest.fixture(scope="module")
def groove() -> Receptor:
    return load_receptor("human-groove")


@pytest.fixture(scope="module")
def given(groove: Receptor) -> PeerInput:
    adduct = next(a for a in enumerate_adducts(load_ligand("selinexor")) if a.label == "bS")
    return peer_input(groove, adduct, (529, 537), 1)


def atoms(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("ATOM")]


def kinds(lines: list[str]) -> Counter[str]:
    return Counter(line[77:].strip() for line in lines)


def place(line: str) -> np.ndarray:
    return np.array([float(line[k : k + 8]) for k in (30, 38, 46)])


def blocks(given: PeerInput) -> dict[str, str]:
    parts = given.flexible.split("BEGIN_RES ")[1:]
    return {" ".join(part.splitlines()[0].split()): part for part in parts}


def test_each_residue_that_turns_is_a_block(given: PeerInput) -> None:
    found = blocks(given)
    assert list(found) == ["CYS A 528", "GLU A 529", "LYS A 537"]
    # selinexor's C17 N7 O F6 with S, CB and CA: 34 heavy atoms; N-H twice
    cysteine = kinds(atoms(found["CYS A 528"]))
    assert cysteine.pop("HD") == 2
    # aryl and pyrazine rings 10, triazole 2; CF3 2, the former alkene and C=O 3, CB and CA 2
    assert (cysteine["A"], cysteine["C"], cysteine["F"], cysteine["SA"]) == (12, 7, 6, 1)
    assert cysteine["N"] + cysteine["NA"] == 7
    # pyrazine two, triazole's bare nitrogens two
    assert cysteine["NA"] == 4
    assert kinds(atoms(found["GLU A 529"])) == {"C": 4, "OA": 2}
    assert kinds(atoms(found["LYS A 537"])) == {"C": 5, "N": 1, "HD": 3}


def test_branches_nest_and_turn_real_bonds(given: PeerInput) -> None:
    turns = 0
    for part in blocks(given).values():
        serials = {int(line[6:11]): line for line in atoms(part)}
        opened: list[str] = []
        lines = part.splitlines()
        for number, line in enumerate(lines):
            if line.startswith("BRANCH"):
                start, end = map(int, line.split()[1:])
                gap = np.linalg.norm(place(serials[start]) - place(serials[end]))
                assert 1.3 < gap < 1.9
                assert int(lines[number + 1][6:11]) == end
                opened.append(line.removeprefix("BRANCH"))
                turns += 1
            elif line.startswith("ENDBRANCH"):
                assert opened.pop() == line.removeprefix("ENDBRANCH")
        assert opened == []
    # Glu turns about three bonds, Lys about four, the adduct about the rest
    assert turns == given.n_torsions
    assert given.n_torsions > 7 + 8


def test_rigid_and_flexible_share_no_atom_and_miss_none(given: PeerInput, groove: Receptor) -> None:
    rigid = atoms(given.rigid)
    for number in (528, 529, 537):
        names = {line[12:16].strip() for line in rigid if int(line[22:26]) == number}
        assert names == {"N", "H", "C", "O"}
    heavy = sum(atom.element != "H" for atom in groove.atoms)
    # CA, CB and SG come with the adduct, Glu has six and Lys six atoms from CA on
    assert len(rigid) - kinds(rigid)["HD"] == heavy - 3 - 6 - 6
    anchor = next(line for line in atoms(given.flexible))
    np.testing.assert_allclose(place(anchor), groove.coordinates[groove.find(528, "CA")], atol=1e-3)


def test_the_drug_is_read_back(given: PeerInput) -> None:
    drug = drug_coordinates(given.adduct, given.flexible.splitlines())
    for bond in given.adduct.remnant().GetBonds():
        gap = np.linalg.norm(drug[bond.GetBeginAtomIdx()] - drug[bond.GetEndAtomIdx()])
        assert 1.15 < gap < 1.65
    with pytest.raises(ValueError, match="lacks atoms"):
        drug_coordinates(given.adduct, given.flexible.splitlines()[:12])


NO_AUTODOCK = pytest.mark.skipif(bool(missing_programs()), reason=missing_programs() or "-")
PEERS = {
    "vina": lambda given, folder: run_vina(given, folder, 1, 1),
    "autodock": lambda given, folder: run_autodock(given, folder, 1, 2, 2000),
}


@pytest.mark.parametrize("peer", ["vina", pytest.param("autodock", marks=NO_AUTODOCK)])
def test_a_peer_docks_a_flexible_residue(peer: str, groove: Receptor, tmp_path: Path) -> None:
    """The bond to the sulphur turns on CB: the carbon stays at its two-bond reach of CB."""
    given = peer_input(groove, enumerate_adducts(load_ligand("C=CC(=O)NC"))[0], (), 1)
    run = PEERS[peer](given, tmp_path)
    energies = [pose.energy_kcal_per_mol for pose in run.poses]
    assert energies == sorted(energies) and energies[0] < 0
    for pose in run.poses:
        gap = np.linalg.norm(pose.drug[given.adduct.reactive_atom_index] - given.centre)
        assert 2.5 < gap < 3.0
