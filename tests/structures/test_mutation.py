from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers
from structure_cases import rdkit_mol

from workbench.errors import MutationError
from workbench.geometry import dihedral, placed_atom, rotated_about
from workbench.structures.loading import load_receptor
from workbench.structures.mutation import parse_mutation
from workbench.structures.receptor import Receptor
from workbench.structures.topology import clashing_pairs

# heavy side-chain atoms of the mutant, and the change of the receptor's charge
MUTANTS = [
    ("C528S", {"CB", "OG"}, 0),
    ("C528W", {"CB", "CG", "CD1", "CD2", "NE1", "CE2", "CE3", "CZ2", "CZ3", "CH2"}, 0),
    ("C528G", set(), 0),
    ("C528T", {"CB", "OG1", "CG2"}, 0),
    ("E571K", {"CB", "CG", "CD", "CE", "NZ"}, 2),
]

BAD_MUTATIONS = [
    (("C528",), "is no mutation"),
    (("528S",), "is no mutation"),
    (("",), "is no mutation"),
    (("C528SX",), "is no mutation"),
    (("C528S; rm -r",), "is no mutation"),
    (("C-528S",), "is no mutation"),
    (("B528C",), "twenty"),
    (("C528Z",), "twenty"),
    (("C528C",), "changes nothing"),
    (("S528C",), "CYS, not SER"),
    (("L1A",), "not among"),
    (("C9999S",), "not among"),
    (("C528S", "C528W"), "twice"),
]


@cache
def mutant_of(mutation: str) -> Receptor:
    return load_receptor("human-groove", mutations=(mutation,))


@pytest.fixture(scope="module")
def wild_type() -> Receptor:
    return load_receptor("human-groove")


@pytest.mark.parametrize(("mutation", "side_chain", "charge"), MUTANTS)
def test_mutant_is_a_sound_molecule(
    wild_type: Receptor, mutation: str, side_chain: set[str], charge: int
) -> None:
    mutant = mutant_of(mutation)
    number = int(mutation[1:-1])
    names = {
        atom.name for atom in mutant.atoms if atom.residue_number == number and atom.element != "H"
    }
    assert names == {"N", "CA", "C", "O"} | side_chain
    assert mutant.mutations == (mutation,)
    mol = rdkit_mol(mutant)
    Chem.SanitizeMol(mol)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol)
    assert Chem.GetFormalCharge(mol) - Chem.GetFormalCharge(rdkit_mol(wild_type)) == charge
    assert len(clashing_pairs(mutant.atoms, mutant.coordinates, mutant.bonds)) == 0


@pytest.mark.parametrize("mutation", ["C528S", "C528W"])
def test_without_the_cysteine_there_is_no_thiol(mutation: str) -> None:
    mutant = mutant_of(mutation)
    assert mutant.verdict == "no_thiol"
    assert mutant.reactive_atom is None and mutant.reactive_address() == ""


def test_mutation_elsewhere_keeps_the_thiol_and_all_other_atoms(wild_type: Receptor) -> None:
    mutant = mutant_of("E571K")
    assert mutant.verdict == "thiol" and mutant.reactive_address() == "A:528:SG"
    assert mutant.atoms[mutant.reactive_atom or 0].name == "SG"
    kept = [
        [p for a, p in zip(r.atoms, r.coordinates, strict=True) if a.residue_number != 571]
        for r in (wild_type, mutant)
    ]
    np.testing.assert_allclose(kept[0], kept[1], atol=0.5)


def test_lysine_reaches_into_the_solvent_as_a_whole_chain() -> None:
    """A built side chain has the bond lengths and angles of lysine, not of a squeezed one."""
    mutant = mutant_of("E571K")
    chain = [mutant.coordinates[mutant.find(571, x)] for x in ("CA", "CB", "CG", "CD", "CE", "NZ")]
    steps = np.diff(np.array(chain), axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    np.testing.assert_allclose(lengths, [1.53, 1.53, 1.53, 1.53, 1.48], atol=0.04)
    cosines = -np.sum(steps[:-1] * steps[1:], axis=1) / lengths[:-1] / lengths[1:]
    np.testing.assert_allclose(np.degrees(np.arccos(cosines)), 112.0, atol=6.0)


def test_serine_takes_up_the_rotamer_space_of_its_backbone() -> None:
    mutant = mutant_of("C528S")
    n, ca, cb, og = (mutant.coordinates[mutant.find(528, x)] for x in ("N", "CA", "CB", "OG"))
    chi = dihedral(n, ca, cb, og)
    assert min(abs(abs(chi) - target) for target in (60, 180)) < 25
    assert np.linalg.norm(og - cb) == pytest.approx(1.42, abs=0.03)


def test_threonine_and_isoleucine_have_the_natural_chirality() -> None:
    """2S,3R threonine and 2S,3S isoleucine, by RDKit's CIP labels from coordinates."""
    mutant = load_receptor("human-groove", mutations=("C528T", "A541I"))
    mol = rdkit_mol(mutant)
    Chem.SanitizeMol(mol)
    Chem.AssignStereochemistryFrom3D(mol)
    labels = [
        mol.GetAtomWithIdx(mutant.find(number, name)).GetProp("_CIPCode")
        for number in (528, 541)
        for name in ("CA", "CB")
    ]
    assert labels == ["S", "R", "S", "S"]


def test_small_letters_and_spaces_are_understood() -> None:
    assert parse_mutation(" c528s ") == parse_mutation("C528S")
    assert parse_mutation("E571K").mutant == "LYS"


def test_a_number_of_yeast_is_pointed_out() -> None:
    """Cys539 of the engineered yeast structures is human Cys528, E582 human E571."""
    for yeast, human in (("C539S", "C528S"), ("E582K", "E571K")):
        with pytest.raises(MutationError, match=f"number is yeast's, give {human}"):
            load_receptor("human-groove", mutations=(yeast,))


@pytest.mark.parametrize(("mutations", "message"), BAD_MUTATIONS)
def test_bad_mutation_is_refused(mutations: tuple[str, ...], message: str) -> None:
    with pytest.raises(MutationError, match=message):
        load_receptor("human-groove", mutations=mutations)


def test_placed_atom_has_the_internal_coordinates_asked_for() -> None:
    a, b, c = np.array([1.0, 2.0, 0.5]), np.array([0.3, 0.1, 0.0]), np.array([1.2, -0.9, 0.4])
    d = placed_atom(a, b, c, bond_angstrom=1.335, angle_degree=121.7, torsion_degree=-65.0)
    assert np.linalg.norm(d - c) == pytest.approx(1.335)
    cosine = np.dot(b - c, d - c) / np.linalg.norm(b - c) / np.linalg.norm(d - c)
    assert np.degrees(np.arccos(cosine)) == pytest.approx(121.7)
    assert dihedral(a, b, c, d) == pytest.approx(-65.0)
    turned = rotated_about(d[None, :], b, c, 40.0)[0]
    assert dihedral(a, b, c, turned) == pytest.approx(-25.0)
