"""Mutants of the embedded groove and of the yeast entries: packing, reversal, numbering."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import gemmi
import numpy as np
import pytest
from rdkit import Chem
from scipy.spatial import cKDTree
from structure_cases import as_entry, check_is_sound, heavy_positions, prepared_from, rdkit_mol

from workbench.errors import MutationError
from workbench.geometry import dihedral
from workbench.settings import PreparationSettings
from workbench.structures.groove import reference_sequence
from workbench.structures.loading import load_receptor
from workbench.structures.mutation import (
    differences_from_human,
    mutated,
    parse_mutation,
    present_residues,
)
from workbench.structures.preparation import prepare_receptor
from workbench.structures.receptor import Receptor, Residue
from workbench.structures.segments import segments_of
from workbench.structures.side_chains import (
    contact_energies,
    packing_atoms,
    repacked,
    with_side_chain,
)

BACKBONE = ("N", "CA", "C", "O")

# heavy side-chain atoms of the mutant, the change of the receptor's charge, and the way back
MUTANTS = [
    ("C528S", {"CB", "OG"}, 0, ""),
    ("C528W", {"CB", "CG", "CD1", "CD2", "NE1", "CE2", "CE3", "CZ2", "CZ3", "CH2"}, 0, "W528C"),
    ("C528G", set(), 0, ""),
    ("C528R", {"CB", "CG", "CD", "NE", "CZ", "NH1", "NH2"}, 1, ""),
    ("E571K", {"CB", "CG", "CD", "CE", "NZ"}, 2, "K571E"),
]


@cache
def mutant_of(*mutations: str) -> Receptor:
    return load_receptor("human-groove", mutations=mutations)


def residues_of(receptor: Receptor) -> list[Residue]:
    return [r for piece in segments_of(receptor.atoms, receptor.coordinates) for r in piece]


def residue(receptor: Receptor, number: int) -> Residue:
    here = residues_of(receptor)
    return next(r for r in here if r.number == number and r.name not in ("ACE", "NME"))


@pytest.mark.parametrize(("mutation", "side_chain", "charge", "back"), MUTANTS)
def test_mutant_is_sound_and_the_reverse_restores_the_wild_type(
    human_groove: Receptor, mutation: str, side_chain: set[str], charge: int, back: str
) -> None:
    mutant, number = mutant_of(mutation), int(mutation[1:-1])
    check_is_sound(mutant)
    assert set(residue(mutant, number).atom_names) == set(BACKBONE) | side_chain
    assert mutant.mutations == (mutation,)
    charges = [Chem.GetFormalCharge(rdkit_mol(receptor)) for receptor in (mutant, human_groove)]
    assert charges[0] - charges[1] == charge
    thiol = number != 528
    assert (mutant.verdict == "thiol") is (mutant.reactive_address() == "A:528:SG") is thiol
    if back:
        again = mutated(mutant, (back,))
        assert again.reactive_address() == "A:528:SG"
        assert [a.residue_name for a in again.atoms] == [a.residue_name for a in human_groove.atoms]
        assert _side_chain_rmsd(human_groove, again, number) < 0.7


def _side_chain_rmsd(one: Receptor, other: Receptor, number: int) -> float:
    """Over the side chains with an atom within 6 angstrom of a residue, its own included."""
    before, after = heavy_positions(one), heavy_positions(other)
    centre = cKDTree([p for key, p in before.items() if key[0] == number])
    near = {key[0] for key, p in before.items() if centre.query(p)[0] < 6.0}
    keys = [k for k in before if k[0] in near and k[2] not in BACKBONE and k in after]
    assert len(keys) > 15
    return float(np.sqrt(np.mean([np.sum((before[k] - after[k]) ** 2) for k in keys])))


def test_several_mutations_are_made_at_once() -> None:
    mutant = mutant_of("C528S", "E571K", "K568A")
    names = present_residues(mutant)
    assert (names[528], names[571], names[568]) == ("SER", "LYS", "ALA")
    assert mutant.mutations == ("C528S", "E571K", "K568A") and mutant.verdict == "no_thiol"
    check_is_sound(mutant)


def test_built_side_chains_have_natural_geometry() -> None:
    """Lengths and angles of lysine; 2S,3R threonine and 2S,3S isoleucine by RDKit's CIP labels."""
    chain = residue(mutant_of("E571K"), 571).positions("CA", "CB", "CG", "CD", "CE", "NZ")
    steps = np.diff(chain, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    np.testing.assert_allclose(lengths, [1.53, 1.53, 1.53, 1.53, 1.48], atol=0.04)
    cosines = -np.sum(steps[:-1] * steps[1:], axis=1) / lengths[:-1] / lengths[1:]
    np.testing.assert_allclose(np.degrees(np.arccos(cosines)), 112.0, atol=6.0)
    serine = residue(mutant_of("C528S"), 528)
    chi = float(dihedral(*serine.positions("N", "CA", "CB", "OG")))
    assert min(abs(abs(chi) - target) for target in (60, 180)) < 25
    mutant = mutant_of("C528T", "A541I")
    mol = rdkit_mol(mutant)
    Chem.AssignStereochemistryFrom3D(mol)
    labels = [
        mol.GetAtomWithIdx(mutant.find(number, name)).GetProp("_CIPCode")
        for number in (528, 541)
        for name in ("CA", "CB")
    ]
    assert labels == ["S", "R", "S", "S"]


def test_packing_finds_the_side_chains_that_the_model_has(human_groove: Receptor) -> None:
    """Buried side chains of the groove, taken off and packed again, all at once."""
    residues = residues_of(human_groove)
    numbers = (521, 525, 544, 561, 565, 569, 572)
    new = [i for i, r in enumerate(residues) if r.number in numbers]
    bare = [with_side_chain(r, r.name) if i in new else r for i, r in enumerate(residues)]
    packed = repacked(bare, new)
    right = 0
    for i in new:
        chi = ("N", "CA", "CB", "CG1" if residues[i].has("CG1") else "CG")
        one, other = (
            float(dihedral(*r.positions(*chi))) for r in (residues[i], packed.residues[i])
        )
        right += abs((one - other + 180) % 360 - 180) < 40
    # backbone-independent rotamers recover chi1 of about four in five buried side chains
    assert right >= 5
    assert repacked(bare, new).energy_kcal_per_mol == packed.energy_kcal_per_mol


def test_contact_energy_has_its_minimum_where_the_radii_say() -> None:
    atoms = packing_atoms([Residue("ALA", 1, ("CB",), np.zeros((1, 3)))])
    distances = np.linspace(2.0, 8.0, 601)
    other = np.zeros((601, 1, 3))
    other[:, 0, 0] = distances
    energies = contact_energies(np.zeros((1, 1, 3)), atoms, other, atoms)[0]
    assert distances[int(np.argmin(energies))] == pytest.approx(3.7, abs=0.011)
    assert energies.min() == pytest.approx(-0.15, abs=1e-4)


BAD_MUTATIONS = [
    (("C528",), "is no mutation"),
    (("",), "is no mutation"),
    (("C528S; rm -r",), "is no mutation"),
    (("B528C",), "twenty"),
    (("C528Z",), "twenty"),
    (("C528C",), "changes nothing"),
    (("S528C",), "CYS, not SER"),
    (("C9999S",), "not among"),
    (("C528S", "C528W"), "twice"),
    # Cys539 of the engineered yeast structures is human Cys528, E582 human E571
    (("C539S",), "number is yeast's, give C528S"),
    (("E582K",), "number is yeast's, give E571K"),
]


@pytest.mark.parametrize(("mutations", "message"), BAD_MUTATIONS)
def test_bad_mutation_is_refused(mutations: tuple[str, ...], message: str) -> None:
    assert parse_mutation(" c528s ") == parse_mutation("C528S")
    with pytest.raises(MutationError, match=message):
        load_receptor("human-groove", mutations=mutations)


@pytest.fixture(scope="module")
def yeast_like(tmp_path_factory: pytest.TempPathFactory) -> Receptor:
    """The human groove with yeast numbers and yeast's Thr539, as another entry would have it."""
    path = tmp_path_factory.mktemp("entry") / "yeast.pdb"
    path.write_text(as_entry(mutant_of("C528T"), chain="C", shift=11))
    return prepare_receptor(path, PreparationSettings(shell_angstrom=4.0))


@pytest.mark.parametrize("mutation", ["T539C", "T528C"])
def test_either_numbering_names_the_residue(yeast_like: Receptor, mutation: str) -> None:
    assert yeast_like.verdict == "no_thiol"
    assert [m.label for m in differences_from_human(yeast_like)] == ["T528C"]
    made = mutated(yeast_like, (mutation,))
    assert made.reactive_address() == "A:528:SG" and made.mutations == ("T528C",)
    told = any("T528C in human numbering" in change for change in made.changes)
    assert told == (mutation == "T539C")
    assert any("C:539 of the entry" in change for change in made.changes)


@pytest.mark.parametrize(
    ("mutations", "message"),
    [
        (("S528C",), "528 of .* is THR.*, not SER"),
        (("T539C", "T528S"), "twice"),
        (("C1539S",), "not among"),
    ],
)
def test_neither_numbering_fits(
    yeast_like: Receptor, mutations: tuple[str, ...], message: str
) -> None:
    with pytest.raises(MutationError, match=message):
        mutated(yeast_like, mutations)


@pytest.mark.slow
def test_yeast_wild_type_becomes_a_human_groove(shared_structures: Path) -> None:
    receptor = prepare_receptor(shared_structures / "receptors" / "3m1i.pdb", humanise=True)
    assert receptor.verdict == "thiol" and len(receptor.mutations) == 25
    assert {"T528C", "V529E", "D526G", "K530Q"} <= set(receptor.mutations)
    for number, name in present_residues(receptor).items():
        if 480 <= number <= 640:
            letter = gemmi.find_tabulated_residue(name).one_letter_code
            assert letter == reference_sequence()[number - 1]
    assert sum("of the entry)" in change for change in receptor.changes) == 25
    assert any("outside 480 to 640 stay: I440V, I477T" in c for c in receptor.changes)
    check_is_sound(receptor)


def test_predicted_cysteine_lies_where_the_crystal_of_the_mutant_has_it(
    shared_structures: Path,
) -> None:
    """T539C of 3M1I against 4HB2, the crystal structure of that very mutant."""
    folder = shared_structures / "receptors"
    made = mutated(prepared_from(folder / "3m1i.pdb"), ("T539C",))
    crystal = prepared_from(folder / "4hb2_pdbredo.pdb")
    first, second = (
        float(dihedral(*residue(r, 528).positions("N", "CA", "CB", "SG"))) for r in (made, crystal)
    )
    assert abs((first - second + 180) % 360 - 180) < 20
