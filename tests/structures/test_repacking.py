"""Mutants of the shipped groove and of the yeast entries: packing, reversal, numbering."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers
from scipy.spatial import cKDTree
from structure_cases import as_entry, heavy_positions, rdkit_mol

from workbench.errors import MutationError
from workbench.geometry import dihedral
from workbench.settings import PreparationSettings
from workbench.structures.loading import load_receptor
from workbench.structures.mutation import differences_from_human, mutated, present_residues
from workbench.structures.numbering import reference_sequence
from workbench.structures.packing import contact_energies, packing_atoms, repacked
from workbench.structures.preparation import prepare_receptor
from workbench.structures.receptor import Receptor, Residue
from workbench.structures.segments import segments_of
from workbench.structures.side_chains import renamed, with_side_chain
from workbench.structures.topology import clashing_pairs, missing_atoms

BACKBONE = ("N", "CA", "C", "O")


@cache
def human() -> Receptor:
    return load_receptor("human-groove")


@cache
def mutant_of(mutation: str) -> Receptor:
    return mutated(human(), (mutation,))


def _closest_unbonded(receptor: Receptor, number: int) -> float:
    """Shortest distance of a residue's side chain to heavy atoms over three bonds away."""
    atoms = receptor.atoms
    heavy = {i for i, a in enumerate(atoms) if a.element != "H"}
    bonded: dict[int, set[int]] = {i: set() for i in heavy}
    for i, j, _ in receptor.bonds.tolist():
        if i in heavy and j in heavy:
            bonded[i].add(j)
            bonded[j].add(i)
    shortest = np.inf
    for i in heavy:
        if atoms[i].residue_number != number or atoms[i].name in BACKBONE:
            continue
        related = {i}
        for _ in range(3):
            related |= {k for j in related for k in bonded[j]}
        others = receptor.coordinates[sorted(heavy - related)]
        distances = np.linalg.norm(others - receptor.coordinates[i], axis=1)
        shortest = min(shortest, float(distances.min()))
    return shortest


def _side_chain_rmsd(one: Receptor, other: Receptor, number: int) -> float:
    """Over the side chains with an atom within 6 angstrom of a residue, its own included."""
    before, after = heavy_positions(one), heavy_positions(other)
    centre = cKDTree([p for key, p in before.items() if key[0] == number])
    near = {key[0] for key, p in before.items() if centre.query(p)[0] < 6.0}
    keys = [k for k in before if k[0] in near and k[2] not in BACKBONE and k in after]
    squares = [float(np.sum((before[k] - after[k]) ** 2)) for k in keys]
    assert len(keys) > 15
    return float(np.sqrt(np.mean(squares)))


@pytest.mark.parametrize("mutation", ["C528S", "C528W", "C528R", "E571K", "K568M"])
def test_mutant_fits_and_the_reverse_restores_the_wild_type(mutation: str) -> None:
    number = int(mutation[1:-1])
    mutant = mutant_of(mutation)
    assert _closest_unbonded(mutant, number) > 2.5
    assert len(clashing_pairs(mutant.atoms, mutant.coordinates, mutant.bonds)) == 0
    back = mutated(mutant, (f"{mutation[-1]}{mutation[1:-1]}{mutation[0]}",))
    assert _side_chain_rmsd(human(), back, number) < 0.7
    assert back.verdict == "thiol" and back.reactive_address() == "A:528:SG"
    assert [a.residue_name for a in back.atoms] == [a.residue_name for a in human().atoms]


def test_several_mutations_are_made_at_once() -> None:
    mutant = mutated(human(), ("C528S", "E571K", "K568A"))
    names = present_residues(mutant)
    assert (names[528], names[571], names[568]) == ("SER", "LYS", "ALA")
    assert mutant.mutations == ("C528S", "E571K", "K568A") and mutant.verdict == "no_thiol"
    assert len(clashing_pairs(mutant.atoms, mutant.coordinates, mutant.bonds)) == 0
    mol = rdkit_mol(mutant)
    Chem.SanitizeMol(mol)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol)


@pytest.fixture(scope="module")
def yeast_like(tmp_path_factory: pytest.TempPathFactory) -> Receptor:
    """The human groove with yeast numbers and yeast's Thr539, as another entry would have it."""
    path = tmp_path_factory.mktemp("entry") / "yeast.pdb"
    path.write_text(as_entry(mutant_of("C528T"), chain="C", shift=11))
    return prepare_receptor(path, PreparationSettings(shell_angstrom=4.0))


@pytest.mark.parametrize("mutation", ["T539C", "T528C", "t539c"])
def test_either_numbering_names_the_residue(yeast_like: Receptor, mutation: str) -> None:
    assert yeast_like.verdict == "no_thiol"
    made = mutated(yeast_like, (mutation,))
    assert made.verdict == "thiol" and made.reactive_address() == "A:528:SG"
    assert made.mutations == ("T528C",)
    told = any("T528C in human numbering" in change for change in made.changes)
    assert told == mutation.upper().startswith("T539")
    assert any("C:539 of the entry" in change for change in made.changes)


@pytest.mark.parametrize(
    ("mutations", "message"),
    [
        (("S528C",), "528 of .* is THR.*, not SER"),
        (("W539C",), "539, .*|is ILE"),
        (("T539C", "T528S"), "twice"),
        (("C1539S",), "not among"),
    ],
)
def test_neither_numbering_fits(
    yeast_like: Receptor, mutations: tuple[str, ...], message: str
) -> None:
    with pytest.raises(MutationError, match=message):
        mutated(yeast_like, mutations)


def test_humanised_groove_is_the_human_sequence(yeast_like: Receptor) -> None:
    assert [m.label for m in differences_from_human(yeast_like)] == ["T528C"]
    with_another = mutated(yeast_like, ("E571K",))
    assert [m.label for m in differences_from_human(with_another)] == ["T528C", "K571E"]


def test_yeast_wild_type_becomes_a_human_groove(shared_structures: Path) -> None:
    path = shared_structures / "receptors" / "3m1i.pdb"
    receptor = prepare_receptor(path, humanise=True)
    assert receptor.verdict == "thiol" and len(receptor.mutations) == 25
    assert {"T528C", "V529E", "D526G", "K530Q"} <= set(receptor.mutations)
    for number, name in present_residues(receptor).items():
        if 480 <= number <= 640:
            assert name == _three(reference_sequence()[number - 1])
    lines = [c for c in receptor.changes if "of the entry)" in c]
    assert len(lines) == 25 and any("T528C (C:539 of the entry)" in c for c in lines)
    assert any("outside 480 to 640 stay: I440V, I477T" in c for c in receptor.changes)
    assert len(clashing_pairs(receptor.atoms, receptor.coordinates, receptor.bonds)) == 0


def _three(letter: str) -> str:
    mol = Chem.MolFromSequence(letter)
    return str(mol.GetAtomWithIdx(0).GetPDBResidueInfo().GetResidueName())


def test_predicted_cysteine_lies_where_the_crystal_of_the_mutant_has_it(
    shared_structures: Path,
) -> None:
    """T539C of 3M1I against 4HB2, the crystal structure of that very mutant."""
    folder = shared_structures / "receptors"
    made = prepare_receptor(folder / "3m1i.pdb", mutations=("T539C",))
    crystal = prepare_receptor(folder / "4hb2_pdbredo.pdb")
    first, second = (
        dihedral(*(_residue(r, 528).position(x) for x in ("N", "CA", "CB", "SG")))
        for r in (made, crystal)
    )
    assert abs((first - second + 180) % 360 - 180) < 20


@pytest.mark.parametrize("name", ["ILE", "LYS", "TRP", "PHE", "ASP"])
def test_built_side_chain_has_ideal_geometry(name: str) -> None:
    residue = _residue(human(), 528)
    built = with_side_chain(renamed(residue, name))
    assert not missing_atoms(built)
    np.testing.assert_array_equal(built.position("CA"), residue.position("CA"))
    steps = {"CB": "CA", "CG": "CB", "CG1": "CB"}
    for end, start in steps.items():
        if end in built.atom_names:
            length = np.linalg.norm(built.position(end) - built.position(start))
            assert length == pytest.approx(1.53, abs=0.04)
    n, ca, c, cb = (built.position(x) for x in ("N", "CA", "C", "CB"))
    assert np.dot(np.cross(n - ca, c - ca), cb - ca) > 0


def _residue(receptor: Receptor, number: int) -> Residue:
    return next(
        residue
        for segment in segments_of(receptor.atoms, receptor.coordinates)
        for residue in segment
        if residue.number == number and residue.name not in ("ACE", "NME")
    )


def test_packing_finds_the_side_chains_that_the_model_has() -> None:
    """Buried side chains of the groove, taken off and packed again, all at once."""
    numbers = (521, 525, 544, 561, 565, 569, 572)
    residues = [r for segment in segments_of(human().atoms, human().coordinates) for r in segment]
    new = [i for i, r in enumerate(residues) if r.number in numbers]
    bare = [with_side_chain(renamed(r, r.name)) if i in new else r for i, r in enumerate(residues)]
    packed = repacked(bare, new)
    right = 0
    for i in new:
        angles = [
            dihedral(*(r.position(x) for x in ("N", "CA", "CB", _gamma(r))))
            for r in (residues[i], packed.residues[i])
        ]
        right += abs((angles[0] - angles[1] + 180) % 360 - 180) < 40
    # backbone-independent rotamers recover chi1 of about four in five buried side chains
    assert right >= 5
    assert repacked(bare, new).energy_kcal_per_mol == packed.energy_kcal_per_mol


def _gamma(residue: Residue) -> str:
    return "CG1" if "CG1" in residue.atom_names else "CG"


def test_contact_energy_has_its_minimum_where_the_radii_say() -> None:
    carbon = Residue("ALA", 1, ("CB",), np.zeros((1, 3)))
    atoms = packing_atoms([carbon])
    distances = np.linspace(2.0, 8.0, 601)
    other = np.zeros((601, 1, 3))
    other[:, 0, 0] = distances
    energies = contact_energies(np.zeros((1, 1, 3)), atoms, other, atoms)[0]
    assert distances[int(np.argmin(energies))] == pytest.approx(3.7, abs=0.011)
    assert energies.min() == pytest.approx(-0.15, abs=1e-4)
