"""Shapes: chirality by signed volume, alkenes by torsion, cis and trans forms, determinism."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import openmm
import pytest
from rdkit import Chem
from rdkit.Chem import rdMolAlign

from workbench.errors import LigandError
from workbench.geometry import signed_volume
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import (
    conformers,
    embed,
    embed_drug,
    held_bonds,
    rotatable_bonds,
    two_form_bonds,
)
from workbench.ligands.geometry import distinct, flat_aromatic_rings, stereo_is_right
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_pose
from workbench.physics.mmff import build_mmff
from workbench.settings import ConformerSettings

SINES = ["selinexor", "eltanexor", "KPT-185", "KPT-251", "KPT-276"]
ALL = [(name, i) for name in SINES for i in range(4 if name == "eltanexor" else 2)]


def torsion(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> float:
    u, v, w = b - a, c - b, d - c
    n, m = np.cross(u, v), np.cross(v, w)
    return float(np.degrees(np.arctan2(np.linalg.norm(v) * (u @ m), n @ m)))


def one_neighbour(mol: Chem.Mol, centre: int, number: int, leave_out: int = -1) -> int:
    found = [
        a.GetIdx()
        for a in mol.GetAtomWithIdx(centre).GetNeighbors()
        if a.GetAtomicNum() == number and a.GetIdx() != leave_out
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(("name", "which"), ALL)
def test_the_beta_carbon_has_the_asked_chirality_and_sane_bonds(name: str, which: int) -> None:
    adduct = enumerate_adducts(load_ligand(name))[which]
    shapes = embed(adduct, 4, seed=1)
    assert 1 <= len(shapes) <= 4
    assert shapes.shape[1:] == (adduct.mol.GetNumAtoms(), 3)
    warhead = adduct.ligand.warhead
    assert warhead is not None
    beta, alpha = warhead.reactive_atom_index, warhead.partner_atom_index
    nitrogen = one_neighbour(adduct.mol, beta, 7)
    for xyz in shapes:
        # priorities by hand: S > N > C > H; R is negative
        volume = signed_volume(xyz[beta], xyz[adduct.sg_index], xyz[nitrogen], xyz[alpha])
        assert (volume < -0.4) if adduct.label.startswith("bR") else (volume > 0.4)
        assert np.linalg.norm(xyz[beta] - xyz[adduct.sg_index]) == pytest.approx(1.83, abs=0.04)
        assert np.linalg.norm(xyz[adduct.cb_index] - xyz[adduct.sg_index]) == pytest.approx(
            1.82, abs=0.04
        )
        assert np.linalg.norm(xyz[adduct.ca_index] - xyz[adduct.cb_index]) == pytest.approx(
            1.52, abs=0.04
        )
        assert np.linalg.norm(xyz[beta] - xyz[alpha]) == pytest.approx(1.53, abs=0.04)


@pytest.mark.parametrize("which", range(4))
def test_the_alpha_carbon_of_eltanexor_has_the_asked_chirality(which: int) -> None:
    adduct = enumerate_adducts(load_ligand("eltanexor"))[which]
    alpha, beta = alpha_and_beta(adduct)
    amide, aryl = amide_and_aryl(adduct, alpha, beta)
    for xyz in embed(adduct, 3, seed=2):
        # priorities by hand: C(S,N,H) > C(O,O,N) > C(C,C,C) > H
        volume = signed_volume(xyz[alpha], xyz[beta], xyz[amide], xyz[aryl])
        assert (volume < -0.4) if adduct.label.endswith("aR") else (volume > 0.4)


def alpha_and_beta(adduct: Adduct) -> tuple[int, int]:
    assert adduct.ligand.warhead is not None
    return adduct.ligand.warhead.partner_atom_index, adduct.ligand.warhead.reactive_atom_index


def amide_and_aryl(adduct: Adduct, alpha: int, beta: int) -> tuple[int, int]:
    others = [a for a in adduct.mol.GetAtomWithIdx(alpha).GetNeighbors() if a.GetIdx() != beta]
    aryl = next(a.GetIdx() for a in others if a.GetIsAromatic())
    amide = next(a.GetIdx() for a in others if not a.GetIsAromatic())
    return amide, aryl


def test_the_label_of_the_alpha_carbon_flips_when_the_sulphur_is_left_out() -> None:
    # component 6L8 is drawn without sulphur and called R where the adduct's carbon is S
    for adduct in enumerate_adducts(load_ligand("eltanexor")):
        alpha, _ = alpha_and_beta(adduct)
        xyz = embed(adduct, 1, seed=3)[0]
        mol = Chem.RWMol(adduct.mol)
        for index in (adduct.ca_index, adduct.cb_index, adduct.sg_index):
            mol.RemoveAtom(index)
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(np.ascontiguousarray(xyz[: mol.GetNumAtoms()]))
        mol.AddConformer(conformer)
        Chem.SanitizeMol(mol)
        Chem.AssignStereochemistryFrom3D(mol)
        without = mol.GetAtomWithIdx(alpha).GetProp("_CIPCode")
        assert {without, adduct.label[-1]} == {"R", "S"}


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
    assert placed.GetNumConformers() == 1
    numbers = [a.GetAtomicNum() for a in placed.GetAtoms()]
    n = ligand.mol.GetNumAtoms()
    assert numbers[:n] == [a.GetAtomicNum() for a in ligand.mol.GetAtoms()]
    assert set(numbers[n:]) == {1}
    match = ligand.warhead
    assert match is not None
    nitrogen = match.atom_indices[1]
    carbonyl = next(
        a.GetIdx()
        for a in ligand.mol.GetAtomWithIdx(match.partner_atom_index).GetNeighbors()
        if any(
            b.GetBondTypeAsDouble() == 2 and b.GetOtherAtom(a).GetAtomicNum() == 8
            for b in a.GetBonds()
        )
    )
    xyz = placed.GetConformer().GetPositions()
    angle = torsion(
        *(xyz[i] for i in (nitrogen, match.reactive_atom_index, match.partner_atom_index, carbonyl))
    )
    assert abs(abs(angle) - right) < 20


def test_a_hydrazide_is_offered_cis_and_trans_an_ester_trans_only() -> None:
    forms = {}
    for name in ("selinexor", "KPT-185"):
        adduct = enumerate_adducts(load_ligand(name))[1]
        (quartet,) = held_bonds(adduct.mol)
        shapes = embed(adduct, 8, seed=1)
        forms[name] = {abs(torsion(*(xyz[i] for i in quartet))) < 90 for xyz in shapes}
    assert forms == {"selinexor": {True, False}, "KPT-185": {False}}


def test_selinexor_is_cis_at_its_hydrazide_in_the_crystal_and_a_conformer_matches() -> None:
    pose = reference_pose("selinexor")
    assert pose is not None
    ligand = load_ligand("selinexor")
    (quartet,) = held_bonds(ligand.mol)
    crystal = abs(torsion(*(pose.coordinates[i] for i in quartet)))
    assert crystal < 20
    shapes = embed(enumerate_adducts(ligand)[1], 8, seed=1)
    built = [abs(torsion(*(xyz[i] for i in quartet))) for xyz in shapes]
    assert min(abs(angle - crystal) for angle in built) < 25


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("CC(=O)NNC", 1),
        ("CC(=O)NOC", 1),
        ("CC(=O)N(C)CC", 1),
        ("CC(=O)NC", 0),
        ("CC(=O)OC", 0),
        ("CC(=O)N", 0),
        ("O=C1NCCC1", 0),
    ],
)
def test_which_bonds_come_cis_and_trans(smiles: str, count: int) -> None:
    assert len(two_form_bonds(Chem.MolFromSmiles(smiles))) == count


def test_conformers_are_distinct_sorted_flat_and_repeatable() -> None:
    adduct = enumerate_adducts(load_ligand("KPT-276"))[0]
    first = conformers(adduct.mol, 12, seed=5)
    again = conformers(adduct.mol, 12, seed=5)
    other = conformers(adduct.mol, 12, seed=6)
    assert np.array_equal(first.coordinates, again.coordinates)
    assert not np.allclose(first.coordinates[0], other.coordinates[0])
    assert (np.diff(first.energies) >= 0).all()
    heavy = Chem.RemoveHs(first.mol)
    core = Chem.DeleteSubstructs(heavy, Chem.MolFromSmarts("F"))
    for i, j in combinations(range(core.GetNumConformers()), 2):
        assert rdMolAlign.GetBestRMS(Chem.Mol(core), Chem.Mol(core), i, j) >= 0.49
    for xyz in first.coordinates:
        assert flat_aromatic_rings(first.mol, xyz)
        assert stereo_is_right(first.mol, xyz)


def test_energies_are_the_force_fields_and_the_minimum_is_the_lowest() -> None:
    ligand = load_ligand("KPT-251")
    found = conformers(ligand.mol, 10, seed=1)
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
    adduct = enumerate_adducts(load_ligand("KPT-185"))[0]
    found = conformers(adduct.mol, 2, seed=1)
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


@pytest.mark.parametrize("n", [0, -1, 100_000])
def test_a_senseless_number_of_conformers_is_refused(n: int) -> None:
    with pytest.raises(LigandError, match="conformers"):
        conformers(Chem.MolFromSmiles("CCO"), n, seed=1)


def test_an_impossible_shape_is_a_clear_error() -> None:
    # norbornane with its bridgeheads bridged from opposite sides does not exist
    possible = Chem.MolFromSmiles("C1C[C@H]2CC[C@@H]1C2")
    impossible = Chem.MolFromSmiles("C1C[C@H]2CC[C@H]1C2")
    assert len(conformers(possible, 2, seed=1).energies) >= 1
    with pytest.raises(LigandError, match="no three-dimensional shape"):
        conformers(impossible, 2, seed=1)


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("CCCC", 1),
        ("CC(=O)NC", 0),
        ("CC(=O)OCC", 1),
        ("CC(=O)NNc1ccccc1", 2),
        ("c1ccccc1-c1ccccc1", 1),
        ("C1CCCCC1", 0),
        ("CC#N", 0),
        ("CCC#N", 0),
        ("CCCC#N", 1),
        ("FC(F)(F)c1ccccc1", 1),
        ("C=CC=C", 1),
        ("CC(=O)O", 0),
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
    assert sorted(len(ring) for ring in mol.GetRingInfo().AtomRings()) == [14]
    assert len(Chem.FindMolChiralCenters(mol, useLegacyImplementation=False)) == 10
    first = conformers(mol, 8, seed=1)
    assert len(first.energies) >= 4
    assert np.array_equal(first.coordinates, conformers(mol, 8, seed=1).coordinates)
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
    pattern = Chem.MolFromSmarts("[CX4][CX3](=O)[OX2][CX4]")
    carbon, carbonyl, _, oxygen, other = found.mol.GetSubstructMatch(pattern)
    angle = torsion(*(found.coordinates[0][i] for i in (carbon, carbonyl, oxygen, other)))
    assert abs(abs(angle) - right) < 35


def test_cyclohexane_is_a_chair_and_its_methyl_group_equatorial() -> None:
    found = conformers(Chem.MolFromSmiles("CC1CCCCC1"), 10, seed=1)
    xyz = found.coordinates[0]
    ring = [1, 2, 3, 4, 5, 6]
    turns = [torsion(*(xyz[ring[(k + i) % 6]] for i in range(4))) for k in range(6)]
    assert [abs(turn) for turn in turns] == pytest.approx([55.0] * 6, abs=4)
    assert abs(torsion(xyz[0], xyz[1], xyz[2], xyz[3])) > 165


def test_the_window_and_the_threshold_are_settings() -> None:
    mol = enumerate_adducts(load_ligand("selinexor"))[0].mol
    wide = conformers(mol, 10, seed=1)
    narrow = conformers(mol, 10, seed=1, settings=ConformerSettings(window_kcal_per_mol=3.0))
    assert np.ptp(wide.energies) > 3.0 >= np.ptp(narrow.energies)
    inside = int((wide.energies <= wide.energies[0] + 3.0).sum())
    assert np.array_equal(narrow.energies, wide.energies[:inside])
    coarse = conformers(mol, 10, seed=1, settings=ConformerSettings(distinct_angstrom=2.0))
    assert 1 <= len(coarse.energies) < len(wide.energies)
    core = Chem.DeleteSubstructs(Chem.RemoveHs(coarse.mol), Chem.MolFromSmarts("F"))
    for i, j in combinations(range(core.GetNumConformers()), 2):
        assert rdMolAlign.GetBestRMS(Chem.Mol(core), Chem.Mol(core), i, j) >= 1.99


def test_more_steps_lead_to_lower_energies() -> None:
    ligand = load_ligand("KPT-185")
    short = conformers(ligand.mol, 1, seed=1, settings=ConformerSettings(max_steps=3))
    full = conformers(ligand.mol, 1, seed=1)
    assert full.energies[0] < short.energies[0] - 1.0
