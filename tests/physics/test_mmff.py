"""MMFF94s in OpenMM against RDKit, term by term, and against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from physics_cases import (
    RDKIT_TERM,
    SELINEXOR_ADDUCT,
    context_of,
    cut_out,
    gradient_of,
    rdkit_energy,
    shaken,
)
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.assembly import with_conformer
from workbench.physics.complex import Complex
from workbench.physics.mmff import (
    FORCE_GROUPS,
    NONBONDED,
    TERMS,
    build_mmff,
    energy_by_term,
    group_energy,
)
from workbench.physics.mmff_parameters import mmff_parameters

MOLECULES = {
    "selinexor adduct": SELINEXOR_ADDUCT,
    "KPT-251 adduct, oxadiazole": ("FC(F)(F)c1cc(cc(c1)C(F)(F)F)-c1ncn([C@@H](SCC)Cc2nnco2)n1"),
    "sulfone": "CCS(=O)(=O)CC",
    "nitrile": "CCC#N",
    "alkyne": "CC#CC",
    "allene": "C=C=CC",
    "azide": "CN=[N+]=[N-]",
    "charged amine": "CC[NH2+]C",
    "carboxylate": "CCC(=O)[O-]",
    "guanidinium": "CNC(=[NH2+])N",
    "imidazole": "Cc1c[nH]cn1",
    "imidazolium": "Cc1[nH+]c[nH]c1",
    "thiophene": "Cc1cccs1",
    "furan": "c1cocc1",
    "phosphate ester": "CP(=O)([O-])OC",
    "small rings": "C1CC1C(F)C1CCO1",
    "bicyclic amine": "C1CC2CCC1N2",
    "water": "O",
    "selinexor": r"O=C(/C=C\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1",
    "acrylamide": "C=CC(=O)NC",
    "thioamide": "CC(=S)N",
    "sulfonamide": "CS(=O)(=O)NC",
    "disulfide": "CSSC",
    "aryl chloride": "Cc1ccc(Cl)cc1",
    "aryl bromide": "Brc1ccccc1",
    "alkyl iodide": "CCI",
    "nitro compound": "C[N+](=O)[O-]",
    "N-oxide": "C[n+]1ccccc1",
    "lactone": "O=C1CC=CCO1",
    "quinoline": "c1ccc2ncccc2c1",
    "silane": "C[SiH](C)C",
}


@pytest.mark.parametrize("dielectric", ["constant", "distance"])
@pytest.mark.parametrize("smiles", MOLECULES.values(), ids=MOLECULES.keys())
def test_every_term_is_rdkits(smiles: str, dielectric: str) -> None:
    mol = shaken(smiles)
    points = mol.GetConformer().GetPositions()
    context = context_of(build_mmff(mol, dielectric=dielectric).system, points)
    found = energy_by_term(context)
    total, gradient = rdkit_energy(mol, dielectric)
    assert set(found) == set(RDKIT_TERM) == set(TERMS)
    for term, energy in found.items():
        assert energy == pytest.approx(rdkit_energy(mol, dielectric, term)[0], abs=1e-5), term
    assert sum(found.values()) == pytest.approx(total, abs=1e-5)
    assert np.abs(gradient_of(context) - gradient).max() < 1e-5
    # A test on a relaxed molecule would compare zeros with zeros.
    assert np.abs(gradient).max() > 10


def test_forces_are_the_slope_of_the_energy() -> None:
    mol = shaken("CCC(=O)NC#N")
    points = mol.GetConformer().GetPositions()
    context = context_of(build_mmff(mol).system, points)
    gradient = gradient_of(context)
    step = 1e-4
    for atom in range(mol.GetNumAtoms()):
        for axis in range(3):
            ends = []
            for sign in (1, -1):
                moved = points.copy()
                moved[atom, axis] += sign * step
                context.setPositions(moved / 10)
                ends.append(group_energy(context))
            slope = (ends[0] - ends[1]) / (2 * step)
            assert gradient[atom, axis] == pytest.approx(slope, abs=2e-4)


@pytest.fixture(scope="module")
def pocket(selinexor: Complex) -> Complex:
    return cut_out(selinexor, 5.0)


def test_a_pocket_with_the_adduct_is_rdkits(selinexor: Complex) -> None:
    """A thousand atoms, every term to 0.001 kcal/mol, every force to 0.001 kcal/mol/angstrom."""
    large = cut_out(selinexor, 9.0)
    assert 1000 <= len(large.atoms) < 2000
    context = context_of(build_mmff(large.mol, dielectric="constant").system, large.coordinates)
    found = energy_by_term(context)
    mol = with_conformer(large.mol, large.coordinates)
    for term, energy in found.items():
        assert energy == pytest.approx(rdkit_energy(mol, "constant", term)[0], abs=1e-3), term
    gradient = rdkit_energy(mol, "constant")[1]
    assert np.abs(gradient_of(context) - gradient).max() < 1e-3


def test_frozen_atoms_change_no_force_on_the_mobile_ones(pocket: Complex) -> None:
    mol, points = pocket.mol, pocket.coordinates
    mobile = np.linalg.norm(points - points.mean(axis=0), axis=1) < 7.0
    assert 50 < mobile.sum() < len(mobile) - 50
    whole = gradient_of(context_of(build_mmff(mol).system, points))
    frozen = gradient_of(context_of(build_mmff(mol, mobile=mobile).system, points))
    assert np.abs(whole[mobile] - frozen[mobile]).max() < 1e-6
    system = build_mmff(mol, mobile=mobile).system
    masses = [system.getParticleMass(i)._value for i in range(system.getNumParticles())]
    assert [m > 0 for m in masses] == mobile.tolist()


def test_the_cut_off_is_smooth_and_ends() -> None:
    """Two methane molecules: beyond the cut-off nothing, just inside no jump."""
    methane = Chem.AddHs(Chem.MolFromSmiles("C.C"))
    single = shaken("C", amplitude=0.0).GetConformer().GetPositions()
    built = build_mmff(methane, cutoff_angstrom=6.0)
    order = [a.GetIdx() for a in methane.GetAtoms()]
    parts = Chem.GetMolFrags(methane)
    points = np.zeros((len(order), 3))
    for shift, part in zip((0.0, 1.0), parts, strict=True):
        points[list(part)] = single + np.array([shift, 0.0, 0.0])
    context = context_of(built.system, points)
    group = FORCE_GROUPS.index(NONBONDED)

    def energy(distance: float) -> float:
        moved = points.copy()
        moved[list(parts[1])] += [distance - 1.0, 0.0, 0.0]
        context.setPositions(moved / 10)
        return group_energy(context, group)

    assert energy(4.0) < -0.1
    assert energy(8.5) == 0.0
    scan = np.array([energy(d) for d in np.arange(4.5, 9.0, 0.01)])
    # One C-C pair alone would jump by 0.008 kcal/mol at a sharp cut of 6 angstrom.
    assert np.abs(np.diff(scan)).max() < 0.005


def test_unknown_chemistry_is_refused() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("C[Se]C"))
    with pytest.raises(PhysicsError, match=r"no atom type.*Se"):
        build_mmff(mol)


def test_every_term_is_counted_once() -> None:
    """Benzene: 12 bonds, 18 angles, 24 torsions, 18 Wilson angles, 66 pairs of atoms."""
    parameters = mmff_parameters(Chem.AddHs(Chem.MolFromSmiles("c1ccccc1")))
    counts = (parameters.bonds, parameters.angles, parameters.torsions, parameters.out_of_planes)
    assert [len(terms.atoms) for terms in counts] == [12, 18, 24, 18]
    # 12 pairs are bonded, 18 share a neighbour, 21 are three bonds apart, 15 farther.
    assert (len(parameters.excluded), len(parameters.one_four)) == (30, 21)
