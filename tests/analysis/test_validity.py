"""A good complex passes; each way to spoil it is caught and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from analysis_toys import (
    add_fragments,
    adduct_from,
    bonded_complex,
    fragment,
    moved,
    place,
)
from rdkit import Chem
from rdkit.Chem import rdCIPLabeler

from workbench import geometry
from workbench.analysis.validity import RECIPE, failed_checks
from workbench.physics.complex import Complex


def find(complex_: Complex, smarts: str) -> tuple[int, ...]:
    """Return the first match among the drug's atoms."""
    for match in complex_.mol.GetSubstructMatches(Chem.MolFromSmarts(smarts)):
        if match[0] < len(complex_.drug_atoms):
            return tuple(match)
    raise AssertionError(smarts)


def beyond(complex_: Complex, fixed: int, first: int) -> list[int]:
    """Return all atoms on the far side of a bond, hydrogens included."""
    seen, queue = {fixed, first}, [first]
    for index in queue:
        for near in complex_.mol.GetAtomWithIdx(index).GetNeighbors():
            if near.GetIdx() not in seen:
                seen.add(near.GetIdx())
                queue.append(near.GetIdx())
    return queue


def rotated(
    complex_: Complex, atoms: list[int], centre: int, axis: np.ndarray, degree: float
) -> Complex:
    x = complex_.coordinates.copy()
    x[atoms] = (x[atoms] - x[centre]) @ geometry.rotation_about(axis, degree).T + x[centre]
    return replace(complex_, coordinates=x)


def bent(complex_: Complex, fixed: int, centre: int, end: int, degree: float) -> Complex:
    """Open the angle fixed-centre-end by turning everything beyond the bond centre-end."""
    x = complex_.coordinates
    axis = np.cross(x[fixed] - x[centre], x[end] - x[centre])
    return rotated(complex_, beyond(complex_, centre, end), centre, axis, degree)


def twisted(complex_: Complex, a: int, b: int, degree: float) -> Complex:
    x = complex_.coordinates
    return rotated(complex_, beyond(complex_, a, b), b, x[b] - x[a], degree)


def stretched(complex_: Complex, fixed: int, end: int, by: float) -> Complex:
    x = complex_.coordinates
    return moved(complex_, beyond(complex_, fixed, end), by * geometry.unit(x[end] - x[fixed]))


def no_bond(c: Complex) -> Complex:
    mol = Chem.RWMol(c.mol)
    mol.RemoveBond(c.sg, c.reactive_carbon)
    return replace(c, mol=mol.GetMol())


def thiol_kept(c: Complex) -> Complex:
    """Leave the thiol's hydrogen on the bonded sulphur."""
    mol = Chem.RWMol(c.mol)
    hydrogen = mol.AddAtom(Chem.Atom("H"))
    mol.AddBond(c.sg, hydrogen, Chem.BondType.SINGLE)
    mol.GetAtomWithIdx(c.sg).SetFormalCharge(1)
    x = np.vstack([c.coordinates, c.coordinates[c.sg] + [0.8, 0.8, 0.8]])
    result = mol.GetMol()
    Chem.SanitizeMol(result)
    return replace(
        c,
        mol=result,
        atoms=(*c.atoms, replace(c.atoms[c.sg], name="HG", element="H")),
        coordinates=x,
    )


def alkene_drawn(c: Complex) -> Complex:
    mol = Chem.RWMol(c.mol)
    alpha, beta = find(c, "[CH2]([CX4]S)C=O")[:2]
    mol.GetBondBetweenAtoms(alpha, beta).SetBondType(Chem.BondType.DOUBLE)
    return replace(c, mol=mol.GetMol())


def alkene_built(c: Complex) -> Complex:
    alpha, beta = find(c, "[CH2]([CX4]S)C=O")[:2]
    return stretched(c, beta, alpha, -0.19)


def ring_bent(c: Complex) -> Complex:
    atom, neighbour = find(c, "[n;R]1cnc(-c)n1")[:2]
    ring = find(c, "[n;R]1cnc(-c)n1")
    normal = geometry.plane_normal(c.coordinates[[ring[0], ring[1], ring[2], ring[3], ring[5]]])
    assert atom != neighbour
    return moved(c, ring[1], 0.4 * normal)


def pyramidal(c: Complex) -> Complex:
    carbon, oxygen, nitrogen = find(c, "C(=O)N")
    x = c.coordinates
    normal = np.cross(x[oxygen] - x[carbon], x[nitrogen] - x[carbon])
    return moved(c, oxygen, 0.6 * geometry.unit(normal))


def mirrored(c: Complex) -> Complex:
    return replace(c, coordinates=c.coordinates * [1, 1, -1])


def fluorine_on_oxygen(c: Complex) -> Complex:
    oxygen, fluorine = find(c, "O=C")[0], find(c, "FC")[0]
    return moved(c, fluorine, c.coordinates[oxygen] + [0, 0, 1.6] - c.coordinates[fluorine])


def outward(c: Complex, atom: int) -> np.ndarray:
    """Return the direction in which the most room is left around an atom."""
    rng = np.random.default_rng(0)
    directions = geometry.unit(rng.normal(size=(500, 3)))
    spots = c.coordinates[atom] + 3.0 * directions
    others = np.delete(c.coordinates, atom, axis=0)
    return directions[geometry.distance(spots[:, None], others[None]).min(axis=1).argmax()]


def carbon_near_fluorine(c: Complex, distance: float) -> Complex:
    fluorine = find(c, "FC")[0]
    methane, way = fragment("ALA", 541, "C", "CB"), outward(c, fluorine)
    x = methane.coordinates
    placed = place(methane, x[0], x[1], c.coordinates[fluorine] + distance * way, way)
    return add_fragments(c, [placed])


def threaded(c: Complex) -> Complex:
    ring = list(find(c, "c1cc(C(F)(F)F)cc(C(F)(F)F)c1"))[:3]
    aryl = next(r for r in c.mol.GetRingInfo().AtomRings() if set(ring[:2]) <= set(r))
    points = c.coordinates[list(aryl)]
    ethane = fragment("ALA", 541, "CC", "CA CB")
    middle = ethane.coordinates[:2].mean(axis=0)
    placed = place(
        ethane, middle, ethane.coordinates[1], points.mean(axis=0), geometry.plane_normal(points)
    )
    return add_fragments(c, [placed])


def peptide_torn(c: Complex) -> Complex:
    oxygen = next(i for i, a in enumerate(c.atoms) if (a.residue_name, a.name) == ("CYS", "O"))
    carbon = next(i for i, a in enumerate(c.atoms) if (a.residue_name, a.name) == ("CYS", "C"))
    return moved(c, oxygen, 1.2 * geometry.unit(c.coordinates[oxygen] - c.coordinates[carbon]))


def fluorine_bent(c: Complex) -> Complex:
    fluorine, carbon, ring = find(c, "FCc")
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
    ("bond_lengths", lambda c: stretched(c, *find(c, "CF"), 0.3)),
    ("bond_lengths", lambda c: stretched(c, *find(c, "C(=O)N")[::2], -0.25)),
    ("bond_lengths", lambda c: stretched(c, *find(c, "N[H]"), 0.8)),
    ("bond_angles", fluorine_bent),
    ("alkene_absent", alkene_drawn),
    ("alkene_absent", alkene_built),
    ("ring_planarity", ring_bent),
    ("trigonal_planarity", pyramidal),
    ("amide_planarity", lambda c: twisted(c, *find(c, "C(=O)N")[::2], 60)),
    ("new_stereocentres", mirrored),
    ("receptor_chirality", mirrored),
    ("receptor_contacts", lambda c: carbon_near_fluorine(c, 2.8)),
    ("internal_clashes", fluorine_on_oxygen),
    ("ring_piercing", threaded),
    ("receptor_bonds", peptide_torn),
]


@pytest.mark.parametrize(("name", "spoil"), SPOILED)
def test_spoiled_complex_fails_the_check_that_is_about_it(
    selinexor_complex: Complex, name: str, spoil: Callable[[Complex], Complex]
) -> None:
    assert failed_checks(selinexor_complex) == ()
    assert name in failed_checks(spoil(selinexor_complex))


def test_every_check_of_the_recipe_has_a_complex_that_fails_it() -> None:
    tested = {name for name, _ in SPOILED} | {"kept_stereocentres", "double_bond_stereo"}
    assert {"finite_coordinates", *(check.__name__ for check in RECIPE)} == tested


def test_rigid_motion_changes_nothing(selinexor_complex: Complex) -> None:
    turn = geometry.rotation_about([1, -2, 0.5], 117)
    there = replace(selinexor_complex, coordinates=selinexor_complex.coordinates @ turn.T + 40)
    assert failed_checks(there) == ()


def ammonium_near_carbonyl(c: Complex, distance: float, smiles: str, names: str) -> Complex:
    """Place a group's first atom at a distance from the drug's carbonyl oxygen, H inwards."""
    oxygen = find(c, "[OX1]=C")[0]
    group, way = fragment("LYS", 537, smiles, names), outward(c, oxygen)
    x = group.coordinates
    hydrogens = [
        n.GetIdx() for n in group.mol.GetAtomWithIdx(0).GetNeighbors() if n.GetAtomicNum() == 1
    ]
    inward = x[hydrogens[0]] if hydrogens else 2 * x[0] - x[1]
    return add_fragments(
        c, [place(group, x[0], inward, c.coordinates[oxygen] + distance * way, -way)]
    )


@pytest.mark.parametrize(
    ("smiles", "names", "distance", "valid"),
    [
        ("[NH3+]C", "NZ CE", 2.7, True),
        ("[NH3+]C", "NZ CE", 2.4, False),
        # No hydrogen to share: oxygen to oxygen is a clash.
        ("O=C", "OD1 CG", 2.7, False),
    ],
)
def test_hydrogen_bonds_may_be_shorter_than_other_contacts(
    selinexor_complex: Complex, smiles: str, names: str, distance: float, valid: bool
) -> None:
    """Other contacts, carbon to fluorine for one, may come to 2.9 angstrom."""
    assert failed_checks(carbon_near_fluorine(selinexor_complex, 2.95)) == ()
    assert failed_checks(carbon_near_fluorine(selinexor_complex, 2.85)) == ("receptor_contacts",)
    failed = failed_checks(ammonium_near_carbonyl(selinexor_complex, distance, smiles, names))
    assert ("receptor_contacts" in failed) != valid


def test_bond_beside_a_ring_does_not_pierce_it(selinexor_complex):
    c = threaded(selinexor_complex)
    aryl = c.coordinates[list(find(c, "c1cc(C(F)(F)F)cc(C(F)(F)F)c1"))[:2]]
    last = range(len(selinexor_complex.atoms), len(c.atoms))
    aside = moved(c, list(last), 8 * geometry.unit(np.diff(aryl, axis=0)[0]))
    assert "ring_piercing" not in failed_checks(aside)


def with_asked(c: Complex, mol: Chem.Mol) -> Complex:
    return replace(c, adduct=replace(c.adduct, mol=mol))


def test_old_stereocentre_must_be_kept():
    complex_ = bonded_complex(adduct_from("C[C@@H](F)NC(=O)C[C@H](SCC)n1cncn1", {7: "S"}))
    assert failed_checks(complex_) == ()
    other = Chem.Mol(complex_.adduct.mol)
    other.GetAtomWithIdx(1).InvertChirality()
    assert failed_checks(with_asked(complex_, other)) == ("kept_stereocentres",)


def test_drawing_without_configuration_is_not_valid(selinexor_complex):
    flat = Chem.Mol(selinexor_complex.adduct.mol)
    flat.GetAtomWithIdx(3).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    assert failed_checks(with_asked(selinexor_complex, flat)) == ("new_stereocentres",)


def test_double_bond_left_in_the_drug_must_be_kept():
    complex_ = bonded_complex(adduct_from("C/C=C/C(=O)C[C@H](SCC)n1cncn1", {6: "S"}))
    assert failed_checks(complex_) == ()
    other = adduct_from("C/C=C\\C(=O)C[C@H](SCC)n1cncn1", {6: "S"}).mol
    assert failed_checks(with_asked(complex_, other)) == ("double_bond_stereo",)


def test_handedness_is_geometry_and_agrees_with_cip_where_the_label_is_fair():
    """S-bearing carbon of either hand: the volume of (S, N, C alpha) is positive for S."""
    for smiles in ("C[C@H](SCC)n1cncn1", "C[C@@H](SCC)n1cncn1"):
        complex_ = bonded_complex(adduct_from(smiles, {1: "?"}))
        assert failed_checks(complex_) == ()
        rdCIPLabeler.AssignCIPLabels(complex_.mol)
        cip = complex_.mol.GetAtomWithIdx(1).GetProp("_CIPCode")
        nitrogen = find(complex_, "[n;$(n[CX4])]")[0]
        volume = geometry.signed_volume(*complex_.coordinates[[1, complex_.sg, nitrogen, 0]])
        assert (volume > 0) == (cip == "S")
