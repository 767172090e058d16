"""A good complex passes; each way to spoil it is caught and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from analysis_toys import (
    adduct_from,
    bonded_complex,
    drug_atoms,
    fragment,
    hydrogen_on,
    moved,
    with_fragment,
)
from rdkit import Chem
from rdkit.Chem import rdCIPLabeler

from workbench import geometry
from workbench.analysis.validity import RECIPE, failed_checks
from workbench.physics.complex import Complex
from workbench.physics.mmff_parameters import edges_of


def beyond(c: Complex, fixed: int, first: int) -> list[int]:
    """Return all atoms on the far side of a bond, hydrogens included."""
    return [first, *geometry.beyond(geometry.joined(edges_of(c.mol)), fixed, first)]


def rotated(c: Complex, atoms: list[int], centre: int, axis: np.ndarray, degree: float) -> Complex:
    x = c.coordinates.copy()
    x[atoms] = (x[atoms] - x[centre]) @ geometry.rotation_about(axis, degree).T + x[centre]
    return replace(c, coordinates=x)


def bent(c: Complex, fixed: int, centre: int, end: int, degree: float) -> Complex:
    """Open the angle fixed-centre-end by turning everything beyond the bond centre-end."""
    x = c.coordinates
    axis = np.cross(x[fixed] - x[centre], x[end] - x[centre])
    return rotated(c, beyond(c, centre, end), centre, axis, degree)


def twisted(c: Complex, a: int, b: int, degree: float) -> Complex:
    return rotated(c, beyond(c, a, b), b, c.coordinates[b] - c.coordinates[a], degree)


def stretched(c: Complex, fixed: int, end: int, by: float) -> Complex:
    x = c.coordinates
    return moved(c, beyond(c, fixed, end), by * geometry.unit(x[end] - x[fixed]))


def no_bond(c: Complex) -> Complex:
    mol = Chem.RWMol(c.mol)
    mol.RemoveBond(c.sg, c.reactive_carbon)
    return replace(c, mol=mol.GetMol())


def thiol_kept(c: Complex) -> Complex:
    """Leave the thiol's hydrogen on the bonded sulphur."""
    mol = Chem.RWMol(c.mol)
    mol.AddBond(c.sg, mol.AddAtom(Chem.Atom("H")), Chem.BondType.SINGLE)
    mol.GetAtomWithIdx(c.sg).SetFormalCharge(1)
    Chem.SanitizeMol(mol)
    atoms = (*c.atoms, replace(c.atoms[c.sg], name="HG", element="H"))
    x = np.vstack([c.coordinates, c.coordinates[c.sg] + 0.8])
    return replace(c, mol=mol.GetMol(), atoms=atoms, coordinates=x)


def alkene_drawn(c: Complex) -> Complex:
    mol = Chem.RWMol(c.mol)
    alpha, beta = drug_atoms(c, "[CH2]([CX4]S)C=O")[:2]
    mol.GetBondBetweenAtoms(alpha, beta).SetBondType(Chem.BondType.DOUBLE)
    return replace(c, mol=mol.GetMol())


def alkene_built(c: Complex) -> Complex:
    alpha, beta = drug_atoms(c, "[CH2]([CX4]S)C=O")[:2]
    return stretched(c, beta, alpha, -0.19)


def ring_bent(c: Complex) -> Complex:
    ring = drug_atoms(c, "[n;R]1cnc(-c)n1")
    normal = geometry.plane_normal(c.coordinates[[*ring[:4], ring[5]]])
    return moved(c, ring[1], 0.4 * normal)


def pyramidal(c: Complex) -> Complex:
    carbon, oxygen, nitrogen = drug_atoms(c, "C(=O)N")
    x = c.coordinates
    normal = np.cross(x[oxygen] - x[carbon], x[nitrogen] - x[carbon])
    return moved(c, oxygen, 0.6 * geometry.unit(normal))


def mirrored(c: Complex) -> Complex:
    return replace(c, coordinates=c.coordinates * [1, 1, -1])


def fluorine_on_oxygen(c: Complex) -> Complex:
    oxygen, fluorine = drug_atoms(c, "O=C")[0], drug_atoms(c, "FC")[0]
    return moved(c, fluorine, c.coordinates[oxygen] + [0, 0, 1.6] - c.coordinates[fluorine])


def outward(c: Complex, atom: int) -> np.ndarray:
    """Return the direction in which the most room is left around an atom."""
    rng = np.random.default_rng(0)
    directions = geometry.unit(rng.normal(size=(500, 3)))
    spots = c.coordinates[atom] + 3.0 * directions
    others = np.delete(c.coordinates, atom, axis=0)
    return directions[geometry.distance(spots[:, None], others[None]).min(axis=1).argmax()]


def carbon_near_fluorine(c: Complex, distance: float) -> Complex:
    fluorine = drug_atoms(c, "FC")[0]
    methane, way = fragment("ALA", "C", "CB"), outward(c, fluorine)
    x = methane.coordinates
    to = c.coordinates[fluorine] + distance * way
    return with_fragment(c, methane, x[0], x[1] - x[0], to, way)


def aryl_ring(c: Complex) -> tuple[int, ...]:
    return drug_atoms(c, "c1:c:c:c:c:c:1")


def threaded(c: Complex) -> Complex:
    points = c.coordinates[list(aryl_ring(c))]
    ethane = fragment("ALA", "CC", "CA CB")
    first, then = ethane.coordinates[:2]
    normal = geometry.plane_normal(points)
    return with_fragment(c, ethane, (first + then) / 2, then - first, points.mean(axis=0), normal)


def peptide_torn(c: Complex) -> Complex:
    carbon, oxygen = c.mol.GetSubstructMatch(Chem.MolFromSmarts("C(=O)N[CH3]"))[:2]
    return moved(c, oxygen, 1.2 * geometry.unit(c.coordinates[oxygen] - c.coordinates[carbon]))


def fluorine_bent(c: Complex) -> Complex:
    fluorine, carbon, ring = drug_atoms(c, "FCc")
    return bent(c, ring, carbon, fluorine, 40)


SPOILED: list[tuple[str, Callable[[Complex], Complex]]] = [
    ("finite_coordinates", lambda c: moved(c, 5, np.array([np.nan, 0, 0]))),
    ("covalent_link", no_bond),
    ("covalent_link", thiol_kept),
    ("sg_c_distance", lambda c: stretched(c, c.sg, c.reactive_carbon, 0.10)),
    ("sg_c_distance", lambda c: stretched(c, c.sg, c.reactive_carbon, -0.10)),
    ("cb_sg_c_angle", lambda c: bent(c, c.cb, c.sg, c.reactive_carbon, 16)),
    ("cb_sg_c_angle", lambda c: bent(c, c.cb, c.sg, c.reactive_carbon, -16)),
    ("ca_cb_sg_angle", lambda c: bent(c, c.ca, c.cb, c.sg, 14)),
    ("bond_lengths", lambda c: stretched(c, *drug_atoms(c, "CF"), 0.3)),
    ("bond_lengths", lambda c: stretched(c, *drug_atoms(c, "C(=O)N")[::2], -0.25)),
    ("bond_lengths", lambda c: stretched(c, *drug_atoms(c, "N[H]"), 0.8)),
    ("bond_angles", fluorine_bent),
    ("alkene_absent", alkene_drawn),
    ("alkene_absent", alkene_built),
    ("ring_planarity", ring_bent),
    ("trigonal_planarity", pyramidal),
    ("amide_planarity", lambda c: twisted(c, *drug_atoms(c, "C(=O)N")[::2], 60)),
    ("new_stereocentres", mirrored),
    ("receptor_chirality", mirrored),
    ("receptor_contacts", lambda c: carbon_near_fluorine(c, 2.8)),
    ("internal_clashes", fluorine_on_oxygen),
    ("ring_piercing", threaded),
    ("receptor_bonds", peptide_torn),
]


@pytest.mark.parametrize(("name", "spoil"), SPOILED)
def test_spoiled_complex_fails_its_check(selinexor_complex, name, spoil):
    assert name in failed_checks(spoil(selinexor_complex))


def test_every_check_of_the_recipe_has_a_complex_that_fails_it() -> None:
    tested = {name for name, _ in SPOILED} | {"kept_stereocentres", "double_bond_stereo"}
    assert {"finite_coordinates", *(check.__name__ for check in RECIPE)} == tested


def test_a_good_complex_passes_wherever_it_lies(selinexor_complex):
    assert failed_checks(selinexor_complex) == ()
    turn = geometry.rotation_about([1, -2, 0.5], 117)
    there = replace(selinexor_complex, coordinates=selinexor_complex.coordinates @ turn.T + 40)
    assert failed_checks(there) == ()


def group_near_carbonyl(c: Complex, distance: float, smiles: str, names: str) -> Complex:
    """Place a group's first atom at a distance from the drug's carbonyl oxygen, H inwards."""
    oxygen = drug_atoms(c, "[OX1]=C")[0]
    group, way = fragment("LYS", smiles, names), outward(c, oxygen)
    x = group.coordinates
    inward = x[hydrogen_on(group.mol, 0)] - x[0] if "+" in smiles else x[0] - x[1]
    return with_fragment(c, group, x[0], inward, c.coordinates[oxygen] + distance * way, -way)


@pytest.mark.parametrize(
    ("smiles", "names", "distance", "valid"),
    [
        ("[NH3+]C", "NZ CE", 2.7, True),
        ("[NH3+]C", "NZ CE", 2.4, False),
        # no hydrogen to share: oxygen to oxygen is a clash
        ("O=C", "OD1 CG", 2.7, False),
    ],
)
def test_hydrogen_bonds_may_be_short(selinexor_complex, smiles, names, distance, valid):
    failed = failed_checks(group_near_carbonyl(selinexor_complex, distance, smiles, names))
    assert ("receptor_contacts" in failed) != valid


def test_other_contacts_may_come_to_2_9_angstrom(selinexor_complex):
    assert failed_checks(carbon_near_fluorine(selinexor_complex, 2.95)) == ()
    assert failed_checks(carbon_near_fluorine(selinexor_complex, 2.85)) == ("receptor_contacts",)


def test_bond_beside_a_ring_does_not_pierce_it(selinexor_complex):
    c = threaded(selinexor_complex)
    aryl = c.coordinates[list(aryl_ring(c)[:2])]
    last = range(len(selinexor_complex.atoms), len(c.atoms))
    aside = moved(c, list(last), 8 * geometry.unit(np.diff(aryl, axis=0)[0]))
    assert "ring_piercing" not in failed_checks(aside)


def with_asked(c: Complex, mol: Chem.Mol) -> Complex:
    return replace(c, adduct=replace(c.adduct, mol=mol))


@pytest.mark.parametrize(
    ("smiles", "other", "centre", "check"),
    [
        ("C[C@@H](F)NC(=O)", "C[C@H](F)NC(=O)", 7, "kept_stereocentres"),
        ("C/C=C/C(=O)", r"C/C=C\C(=O)", 6, "double_bond_stereo"),
    ],
)
def test_stereo_that_the_drug_had_must_be_kept(smiles, other, centre, check):
    built, asked = (adduct_from(f"{t}C[C@H](SCC)n1cncn1", centre) for t in (smiles, other))
    complex_ = bonded_complex(built)
    assert failed_checks(complex_) == ()
    assert failed_checks(with_asked(complex_, asked.mol)) == (check,)


def test_drawing_without_configuration_is_not_valid(selinexor_complex):
    flat = Chem.Mol(selinexor_complex.adduct.mol)
    flat.GetAtomWithIdx(3).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    assert failed_checks(with_asked(selinexor_complex, flat)) == ("new_stereocentres",)


def test_handedness_is_geometry_and_agrees_with_cip_where_the_label_is_fair():
    """S-bearing carbon of either hand: the volume of (S, N, C alpha) is positive for S."""
    for smiles in ("C[C@H](SCC)n1cncn1", "C[C@@H](SCC)n1cncn1"):
        complex_ = bonded_complex(adduct_from(smiles, 1))
        assert failed_checks(complex_) == ()
        rdCIPLabeler.AssignCIPLabels(complex_.mol)
        cip = complex_.mol.GetAtomWithIdx(1).GetProp("_CIPCode")
        nitrogen = drug_atoms(complex_, "[n;$(n[CX4])]")[0]
        volume = geometry.signed_volume(*complex_.coordinates[[1, complex_.sg, nitrogen, 0]])
        assert (volume > 0) == (cip == "S")
