"""Shapes: chirality by signed volume, alkenes by torsion, cis and trans forms, determinism."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import openmm
import pytest
from rdkit import Chem
from rdkit.Chem import rdMolAlign

from workbench.errors import LigandError
from workbench.geometry import dihedral, signed_volume
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import (
    ConformerSet,
    conformers,
    embed,
    embed_drug,
    held_bonds,
    rotatable_bonds,
    two_form_bonds,
)
from workbench.ligands.geometry import distinct, flat_aromatic_rings, stereo_is_right
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_pose
from workbench.physics.mmff import build_mmff
from workbench.settings import ConformerSettings


def torsion(xyz: np.ndarray, atoms: tuple[int, ...]) -> float:
    """Return a torsion without its sign."""
    return abs(float(dihedral(*(xyz[index] for index in atoms))))


def closest_pair(found: ConformerSet) -> float:
    """Return the lowest RMSD of two conformers, fluorines left out, by RDKit."""
    core = Chem.DeleteSubstructs(Chem.RemoveHs(found.mol), Chem.MolFromSmarts("F"))
    pairs = combinations(range(core.GetNumConformers()), 2)
    return min(rdMolAlign.GetBestRMS(Chem.Mol(core), Chem.Mol(core), *pair) for pair in pairs)


@pytest.mark.parametrize("name", ["selinexor", "eltanexor", "KPT-185", "KPT-251", "KPT-276"])
def test_an_adduct_has_the_asked_chirality_and_sane_bonds(name: str) -> None:
    for adduct in enumerate_adducts(load_ligand(name)):
        shapes = embed(adduct, 3, seed=1)
        assert 1 <= len(shapes) <= 3
        assert shapes.shape[1:] == (adduct.mol.GetNumAtoms(), 3)
        beta = adduct.ligand.warhead.reactive_atom_index
        alpha = adduct.ligand.warhead.partner_atom_index
        around = adduct.mol.GetAtomWithIdx(beta).GetNeighbors()
        (nitrogen,) = (a.GetIdx() for a in around if a.GetSymbol() == "N")
        lengths = [
            (beta, adduct.sg_index, 1.83),
            (adduct.cb_index, adduct.sg_index, 1.82),
            (adduct.ca_index, adduct.cb_index, 1.52),
            (beta, alpha, 1.53),
        ]
        for xyz in shapes:
            # priorities by hand: S > N > C > H; R is negative
            volume = signed_volume(xyz[beta], xyz[adduct.sg_index], xyz[nitrogen], xyz[alpha])
            assert (volume < -0.4) if adduct.label.startswith("bR") else (volume > 0.4)
            for first, second, length in lengths:
                gap = np.linalg.norm(xyz[first] - xyz[second])
                assert gap == pytest.approx(length, abs=0.04)
            if name == "eltanexor":
                # priorities by hand: C(S,N,H) > C(O,O,N) > C(C,C,C) > H
                others = adduct.mol.GetAtomWithIdx(alpha).GetNeighbors()
                by_kind = {a.GetIsAromatic(): a.GetIdx() for a in others if a.GetIdx() != beta}
                ends = (beta, by_kind[False], by_kind[True])
                volume = signed_volume(xyz[alpha], *(xyz[index] for index in ends))
                assert (volume < -0.4) if adduct.label.endswith("aR") else (volume > 0.4)


@pytest.mark.parametrize(
    ("smiles", "right"),
    [
        ("O=C(/C=C\\n1cnc(-c2ccccc2)n1)OC", 0.0),
        ("O=C(/C=C/n1cnc(-c2ccccc2)n1)OC", 180.0),
        ("NC(=O)/C(=C/n1cnc(-c2ccccc2)n1)c1cncnc1", 180.0),
    ],
)
def test_the_intact_drug_has_the_alkene_of_its_smiles(smiles: str, right: float) -> None:
    ligand = load_ligand(smiles)
    placed = embed_drug(ligand, seed=1)
    numbers = [a.GetAtomicNum() for a in placed.GetAtoms()]
    n = ligand.mol.GetNumAtoms()
    assert numbers[:n] == [a.GetAtomicNum() for a in ligand.mol.GetAtoms()]
    assert set(numbers[n:]) == {1}
    atoms = ligand.mol.GetSubstructMatch(Chem.MolFromSmarts("nC=C[CX3]=O"))[:4]
    assert abs(torsion(placed.GetConformer().GetPositions(), atoms) - right) < 20


def test_a_hydrazide_is_offered_cis_and_trans_an_ester_trans_only() -> None:
    forms = {}
    for name in ("selinexor", "KPT-185"):
        adduct = enumerate_adducts(load_ligand(name))[1]
        (quartet,) = held_bonds(adduct.mol)
        forms[name] = [torsion(xyz, quartet) for xyz in embed(adduct, 8, seed=1)]
    assert {angle < 90 for angle in forms["selinexor"]} == {True, False}
    assert {angle < 90 for angle in forms["KPT-185"]} == {False}
    # selinexor is cis at its hydrazide in the crystal, and a conformer matches
    (quartet,) = held_bonds(load_ligand("selinexor").mol)
    crystal = torsion(reference_pose("selinexor").coordinates, quartet)
    assert crystal < 20
    assert min(abs(angle - crystal) for angle in forms["selinexor"]) < 25


def test_which_bonds_come_cis_and_trans() -> None:
    both = ("CC(=O)NNC", "CC(=O)NOC", "CC(=O)N(C)CC")
    one = ("CC(=O)NC", "CC(=O)OC", "CC(=O)N", "O=C1NCCC1")
    counts = [len(two_form_bonds(Chem.MolFromSmiles(smiles))) for smiles in (*both, *one)]
    assert counts == [1] * 3 + [0] * 4


def test_conformers_are_distinct_sorted_flat_and_repeatable() -> None:
    mol = enumerate_adducts(load_ligand("KPT-276"))[0].mol
    first, again, other = (conformers(mol, 12, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first.coordinates, again.coordinates)
    assert not np.allclose(first.coordinates[0], other.coordinates[0])
    assert (np.diff(first.energies) >= 0).all()
    assert closest_pair(first) >= 0.49
    for xyz in first.coordinates:
        assert flat_aromatic_rings(first.mol, xyz)
        assert stereo_is_right(first.mol, xyz)


def test_energies_are_the_force_fields() -> None:
    found = conformers(load_ligand("KPT-251").mol, 10, seed=1)
    # the same force field, written out term by term with a dielectric of 4 r
    system = build_mmff(found.mol, dielectric="distance").system
    platform = openmm.Platform.getPlatformByName("Reference")
    context = openmm.Context(system, openmm.VerletIntegrator(0.001), platform)
    context.setPositions(found.coordinates[0] / 10)
    state = context.getState(getEnergy=True, getForces=True)
    kcal = openmm.unit.kilocalorie_per_mole
    energy = state.getPotentialEnergy().value_in_unit(kcal)
    assert energy == pytest.approx(found.energies[0], abs=1e-3)
    forces = state.getForces(asNumpy=True).value_in_unit(kcal / openmm.unit.angstrom)
    assert np.sqrt((np.asarray(forces) ** 2).mean()) < 0.5


def test_the_wrong_hand_and_the_wrong_alkene_are_seen() -> None:
    found = conformers(enumerate_adducts(load_ligand("KPT-185"))[0].mol, 2, seed=1)
    mirrored = found.coordinates[0] * np.array([-1.0, 1.0, 1.0])
    assert stereo_is_right(found.mol, found.coordinates[0])
    assert not stereo_is_right(found.mol, mirrored)
    z = embed_drug(load_ligand("CC(=O)/C=C\\n1cncn1"), seed=1)
    e = Chem.AddHs(load_ligand("CC(=O)/C=C/n1cncn1").mol)
    assert not stereo_is_right(e, z.GetConformer().GetPositions())


def test_a_ring_flip_is_no_new_conformer() -> None:
    placed = embed_drug(load_ligand("Cc1ccccc1"), seed=1)
    xyz = placed.GetConformer().GetPositions()[:7]
    swapped = xyz[[0, 1, 6, 5, 4, 3, 2]]
    assert distinct(Chem.MolFromSmiles("Cc1ccccc1"), np.array([xyz, swapped])) == [0]


@pytest.mark.parametrize(
    ("smiles", "n", "part"),
    [
        *(("CCO", n, "conformers") for n in (0, -1, 100_000)),
        # norbornane with its bridgeheads bridged from opposite sides does not exist
        ("C1C[C@H]2CC[C@H]1C2", 2, "no three-dimensional shape"),
    ],
)
def test_senseless_numbers_and_impossible_shapes_are_refused(
    smiles: str, n: int, part: str
) -> None:
    with pytest.raises(LigandError, match=part):
        conformers(Chem.MolFromSmiles(smiles), n, seed=1)


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("CCCC", 1),
        ("CC(=O)NC", 0),
        ("CC(=O)OCC", 1),
        ("CC(=O)NNc1ccccc1", 2),
        ("c1ccccc1-c1ccccc1", 1),
        ("C1CCCCC1", 0),
        ("CCC#N", 0),
        ("CCCC#N", 1),
        ("FC(F)(F)c1ccccc1", 1),
        ("C=CC=C", 1),
        # aryl-triazole, two CF3, triazole-vinyl, vinyl-acyl, N-N, N-pyrazine
        ("O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1", 7),
    ],
)
def test_rotatable_bonds(smiles: str, count: int) -> None:
    assert len(rotatable_bonds(Chem.MolFromSmiles(smiles))) == count


# aglycone of erythromycin A, C21H38O8: a lactone ring of 14 with ten stereocentres
ERYTHRONOLIDE_A = (
    "CC[C@H]1OC(=O)[C@H](C)[C@@H](O)[C@H](C)[C@@H](O)[C@](C)(O)C[C@@H](C)C(=O)[C@H](C)"
    "[C@@H](O)[C@]1(C)O"
)


def test_a_macrocycle_gets_distinct_shapes_with_its_ten_stereocentres() -> None:
    mol = Chem.MolFromSmiles(ERYTHRONOLIDE_A)
    first = conformers(mol, 8, seed=1)
    assert len(first.energies) >= 4
    for xyz in first.coordinates:
        built = Chem.Mol(first.mol, confId=0)
        built.GetConformer().SetPositions(np.ascontiguousarray(xyz))
        Chem.AssignStereochemistryFrom3D(built)
        assert Chem.MolToSmiles(Chem.RemoveHs(built)) == Chem.MolToSmiles(mol)


@pytest.mark.parametrize(
    ("ring", "right"),
    [
        # an ester in a small ring is cis, in a ring of 14 trans (Huisgen 1959 Tetrahedron 6:253)
        ("O=C1CCCCO1", 0.0),
        ("O=C1CCCCCCCCCCCCO1", 180.0),
    ],
)
def test_the_ester_of_a_small_lactone_is_cis_of_a_large_one_trans(ring: str, right: float) -> None:
    found = conformers(Chem.MolFromSmiles(ring), 12, seed=1)
    carbon, carbonyl, _, oxygen, other = found.mol.GetSubstructMatch(
        Chem.MolFromSmarts("[CX4][CX3](=O)[OX2][CX4]")
    )
    assert abs(torsion(found.coordinates[0], (carbon, carbonyl, oxygen, other)) - right) < 35


def test_cyclohexane_is_a_chair_and_its_methyl_group_equatorial() -> None:
    xyz = conformers(Chem.MolFromSmiles("CC1CCCCC1"), 10, seed=1).coordinates[0]
    ring = [1, 2, 3, 4, 5, 6, 1, 2, 3]
    turns = [torsion(xyz, tuple(ring[k : k + 4])) for k in range(6)]
    assert turns == pytest.approx([55.0] * 6, abs=4)
    assert torsion(xyz, (0, 1, 2, 3)) > 165


def test_the_window_the_threshold_and_the_steps_are_settings() -> None:
    mol = enumerate_adducts(load_ligand("selinexor"))[0].mol

    def with_settings(**settings: float) -> ConformerSet:
        return conformers(mol, 10, seed=1, settings=ConformerSettings(**settings))

    wide, narrow = with_settings(), with_settings(window_kcal_per_mol=3.0)
    assert np.ptp(wide.energies) > 3.0 >= np.ptp(narrow.energies)
    inside = int((wide.energies <= wide.energies[0] + 3.0).sum())
    assert np.array_equal(narrow.energies, wide.energies[:inside])
    coarse = with_settings(distinct_angstrom=2.0)
    assert len(coarse.energies) < len(wide.energies)
    assert closest_pair(coarse) >= 1.99
    assert wide.energies[0] < with_settings(max_steps=3).energies[0] - 1.0
