"""Each kind of interaction is found where it was built, and not beside its limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from analysis_toys import add_fragments, adduct_from, bonded_complex, fragment, place
from rdkit import Chem

from workbench import geometry
from workbench.analysis.interactions import InteractionKind, all_kinds, find_interactions
from workbench.analysis.perception import perceive
from workbench.physics.complex import Complex

NUMBER = 537
BENZENE = ("PHE", "c1ccccc1", "CG CD1 CE1 CZ CE2 CD2")
ACETONE = ("GLN", "O=C(C)C", "OE1 CD CG X1")
METHANE = ("ALA", "C", "CB")
AMMONIUM = ("LYS", "[NH3+]C", "NZ CE")
AMINE = ("LYS", "NC", "NZ CE")


@pytest.fixture(scope="module")
def chlorobenzoate() -> Complex:
    """Return an adduct with a carboxylate and a chlorophenyl group, far from the backbone."""
    return bonded_complex(adduct_from("O=C([O-])c1cc(Cl)cc(NC(=O)CCSCC)c1"))


@pytest.fixture(scope="module")
def anilinium() -> Complex:
    return bonded_complex(adduct_from("C[NH2+]CC#CCNC(=O)CCSCC"))


def drug_atom(c: Complex, smarts: str) -> tuple[int, ...]:
    matches = c.mol.GetSubstructMatches(Chem.MolFromSmarts(smarts))
    return next(tuple(match) for match in matches if match[0] < len(c.drug_atoms))


def beside(
    c: Complex, group: tuple[str, str, str], to: np.ndarray, way: np.ndarray, kind: str
) -> list[dict[str, Any]]:
    """Put a residue's first atom (a ring's centre) at a point, its second (its axis) along a way.

    Return the interactions of one kind with it.
    """
    piece = fragment(group[0], NUMBER, *group[1:])
    first, then = piece.coordinates[:2]
    if group is BENZENE:
        first = piece.coordinates[:6].mean(axis=0)
        then = first + geometry.plane_normal(piece.coordinates[:6])
    return of(add_fragments(c, [place(piece, first, then, to, way)]), kind)


def of(c: Complex, kind: str) -> list[dict[str, Any]]:
    return [
        item
        for item in find_interactions(c)
        if item["type"].startswith(kind) and item["residue"].endswith(str(NUMBER))
    ]


def ray(c: Complex, smarts: str) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the first atom of a pattern, its place, and the way out from the second."""
    atom, inner = drug_atom(c, smarts)[:2]
    point = c.coordinates[atom]
    return atom, point, geometry.unit(point - c.coordinates[inner])


def across(vector: np.ndarray) -> np.ndarray:
    """Return a direction perpendicular to a vector."""
    return geometry.unit(np.cross(vector, [0.21, -0.53, 0.82]))


def aryl(c: Complex) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Return the drug's six-membered carbocycle, its centre and its normal."""
    ring = list(drug_atom(c, "[#6]1:[#6]:[#6]:[#6]:[#6]:[#6]:1"))
    points = c.coordinates[ring]
    return ring, points.mean(axis=0), geometry.plane_normal(points)


def test_covalent_link_is_always_there(selinexor_complex: Complex) -> None:
    (link,) = [i for i in find_interactions(selinexor_complex) if i["type"] == "covalent"]
    assert (link["residue"], link["receptor_atom"]) == ("CYS528", "SG")
    assert link["ligand_atoms"] == [selinexor_complex.adduct.reactive_atom_index]
    assert 1.78 < link["distance_angstrom"] < 1.88 and 95 < link["angle_degree"] < 112


@pytest.mark.parametrize(
    ("gap", "bend", "found"),
    [(1.9, 0, True), (2.4, 0, True), (2.6, 0, False), (1.9, 50, True), (1.9, 70, False)],
)
def test_hydrogen_bond_to_the_drugs_carbonyl(
    selinexor_complex: Complex, gap: float, bend: float, found: bool
) -> None:
    """Methanol's O-H points at the carbonyl oxygen, or is turned away from it."""
    c = selinexor_complex
    oxygen, point, way = ray(c, "O=C")
    methanol = fragment("SER", NUMBER, "OC", "OG CB")
    x = methanol.coordinates
    (hydrogen,) = (n.GetIdx() for n in methanol.mol.GetAtomWithIdx(0).GetNeighbors()
                   if n.GetAtomicNum() == 1)  # fmt: skip
    tilted = geometry.rotation_about(across(way), bend) @ way
    placed = place(methanol, x[hydrogen], x[0], point + gap * way, tilted)
    hits = of(add_fragments(c, [placed]), "hydrogen_bond")
    assert [(h["receptor_atom"], h["ligand_atoms"]) for h in hits] == [("OG", [oxygen])] * found
    for hit in hits:
        assert hit["angle_degree"] == pytest.approx(180 - bend, abs=0.1)
        bond = geometry.distance(x[0], x[hydrogen])
        sides = gap**2 + bond**2 + 2 * gap * bond * np.cos(np.radians(bend))
        assert hit["distance_angstrom"] == pytest.approx(np.sqrt(sides), abs=1e-3)


def test_hydrogen_bond_from_the_drugs_hydrazide(selinexor_complex: Complex) -> None:
    c = selinexor_complex
    _, point, way = _hydrazide(c)
    (hit,) = beside(c, ACETONE, point + 2.0 * way, way, "hydrogen_bond")
    assert hit["receptor_atom"] == "OE1"
    assert hit["ligand_atoms"] == [drug_atom(c, "NC=O")[0]]
    assert hit["angle_degree"] == pytest.approx(180, abs=0.1)


def _hydrazide(c: Complex) -> tuple[int, np.ndarray, np.ndarray]:
    nitrogen = drug_atom(c, "NC=O")[0]
    (hydrogen,) = (n.GetIdx() for n in c.mol.GetAtomWithIdx(nitrogen).GetNeighbors()
                   if n.GetAtomicNum() == 1)  # fmt: skip
    point = c.coordinates[hydrogen]
    return hydrogen, point, geometry.unit(point - c.coordinates[nitrogen])


@pytest.mark.parametrize("group", [("SER", "OC", "OG CB"), ACETONE])
@pytest.mark.parametrize("kind", ["hydrogen_bond", "halogen_bond"])
def test_fluorine_accepts_no_hydrogen_and_no_halogen_bond(
    selinexor_complex: Complex, group: tuple[str, str, str], kind: str
) -> None:
    _, point, way = ray(selinexor_complex, "FC")
    assert not beside(selinexor_complex, group, point + 2.9 * way, way, kind)


@pytest.mark.parametrize(
    ("gap", "bend", "found"), [(3.1, 0, True), (3.1, 40, True), (3.1, 50, False), (4.1, 0, False)]
)
def test_halogen_bond_of_chlorine(
    chlorobenzoate: Complex, gap: float, bend: float, found: bool
) -> None:
    chlorine, point, axis = ray(chlorobenzoate, "Clc")
    way = geometry.rotation_about(across(axis), bend) @ axis
    hits = beside(chlorobenzoate, ACETONE, point + gap * way, way, "halogen_bond")
    assert [h["ligand_atoms"] for h in hits] == [[chlorine]] * found
    for hit in hits:
        assert hit["angle_degree"] == pytest.approx(180 - bend, abs=0.1)
        assert hit["distance_angstrom"] == pytest.approx(gap, abs=1e-3)


@pytest.mark.parametrize(("gap", "found"), [(3.7, True), (3.98, True), (4.1, False)])
def test_hydrophobic_contact_with_a_trifluoromethyl_group(
    selinexor_complex: Complex, gap: float, found: bool
) -> None:
    fluorine, point, way = ray(selinexor_complex, "FC")
    hits = beside(selinexor_complex, METHANE, point + gap * way, way, "hydrophobic")
    assert [h["ligand_atoms"] for h in hits] == [[fluorine]] * found
    assert [h["distance_angstrom"] for h in hits] == pytest.approx([gap] * found, abs=1e-3)


@pytest.mark.parametrize(
    ("height", "aside", "tilt", "kind"),
    [
        (3.6, 0.0, 0, "pi_stacking_parallel"),
        (3.6, 1.6, 0, "pi_stacking_parallel"),
        (3.6, 1.6, 20, "pi_stacking_parallel"),
        (5.0, 0.0, 90, "pi_stacking_t_shaped"),
        (5.0, 0.0, 70, "pi_stacking_t_shaped"),
        (5.0, 0.0, 45, None),
        (3.6, 3.5, 0, None),
        (5.7, 0.0, 0, None),
    ],
)
def test_pi_stacking(
    chlorobenzoate: Complex, height: float, aside: float, tilt: float, kind: str | None
) -> None:
    ring, centre, normal = aryl(chlorobenzoate)
    to = centre + height * normal + aside * across(normal)
    turned = geometry.rotation_about(across(normal), tilt) @ normal
    hits = beside(chlorobenzoate, BENZENE, to, turned, "pi_stacking")
    assert [hit["type"] for hit in hits] == ([kind] if kind else [])
    for hit in hits:
        assert hit["distance_angstrom"] == pytest.approx(np.hypot(height, aside), abs=2e-3)
        assert hit["angle_degree"] == pytest.approx(tilt, abs=0.5)
        assert hit["ligand_atoms"] == sorted(ring)
        assert set(hit["receptor_atom"].split("/")) == {"CG", "CD1", "CE1", "CZ", "CE2", "CD2"}


@pytest.mark.parametrize(
    ("group", "height", "aside", "found"),
    [
        (AMMONIUM, 4.0, 0.0, True),
        (AMMONIUM, 4.0, 2.5, False),
        (AMMONIUM, 6.5, 0.0, False),
        (AMINE, 4.0, 0.0, False),
    ],
)
def test_cation_over_the_drugs_ring(
    chlorobenzoate: Complex, group: tuple[str, str, str], height: float, aside: float, found: bool
) -> None:
    ring, centre, normal = aryl(chlorobenzoate)
    to = centre + height * normal + aside * across(normal)
    hits = beside(chlorobenzoate, group, to, normal, "cation_pi")
    assert [(h["receptor_atom"], h["ligand_atoms"]) for h in hits] == [("NZ", sorted(ring))] * found
    for hit in hits:
        assert hit["distance_angstrom"] == pytest.approx(height, abs=1e-3)
        assert hit["angle_degree"] == pytest.approx(0, abs=0.1)


def test_cation_over_an_electron_poor_ring_is_no_interaction(selinexor_complex: Complex) -> None:
    _, centre, normal = aryl(selinexor_complex)
    assert not beside(selinexor_complex, AMMONIUM, centre + 4 * normal, normal, "cation_pi")


def test_cation_of_the_drug_over_a_phenylalanine(anilinium: Complex) -> None:
    nitrogen, methyl = drug_atom(anilinium, "[N+][CH3]")
    point = anilinium.coordinates[nitrogen]
    way = geometry.unit(point - anilinium.coordinates[methyl])
    (hit,) = beside(anilinium, BENZENE, point + 4.2 * way, way, "cation_pi")
    assert hit["ligand_atoms"] == [nitrogen]
    assert hit["receptor_atom"].count("/") == 5


@pytest.mark.parametrize(
    ("group", "gap", "found"),
    [(AMMONIUM, 2.8, True), (AMMONIUM, 3.9, True), (AMMONIUM, 4.3, False), (AMINE, 2.8, False)],
)
def test_salt_bridge_of_a_carboxylate(
    chlorobenzoate: Complex, group: tuple[str, str, str], gap: float, found: bool
) -> None:
    oxygen, point, way = ray(chlorobenzoate, "[O-]C")
    hits = beside(chlorobenzoate, group, point + gap * way, way, "salt_bridge")
    assert [(h["receptor_atom"], h["ligand_atoms"]) for h in hits] == [("NZ", [oxygen])] * found


@pytest.mark.parametrize(
    ("gap", "angle", "found"), [(3.1, 90, True), (3.1, 50, False), (3.7, 90, False)]
)
def test_fluorine_over_a_carbonyl(
    selinexor_complex: Complex, gap: float, angle: float, found: bool
) -> None:
    fluorine, point, way = ray(selinexor_complex, "FC")
    bond = geometry.rotation_about(across(way), angle) @ -way
    group = ("ALA", "C=O", "C O")
    hits = beside(selinexor_complex, group, point + gap * way, bond, "fluorine_carbonyl")
    angles = [h["angle_degree"] for h in hits if h["ligand_atoms"] == [fluorine]]
    assert angles == pytest.approx([angle] * found, abs=0.1)


def test_every_class_under_the_base_is_run_and_the_result_is_sorted(
    chlorobenzoate: Complex,
) -> None:
    assert {type(kind) for kind in all_kinds()} == set(InteractionKind.__subclasses__())
    found = find_interactions(chlorobenzoate)
    assert found == find_interactions(chlorobenzoate)
    assert [item["type"] for item in found] == sorted(item["type"] for item in found)


@pytest.mark.parametrize(
    ("smiles", "acceptors", "donors", "positive", "negative"),
    [
        ("CC(=O)NC", 1, 1, 0, 0),
        ("CC(=O)[O-]", 2, 0, 0, 1),
        ("CC(=O)O", 1, 1, 0, 0),
        ("CC(=O)OC", 1, 0, 0, 0),
        ("NC(=[NH2+])NC", 0, 5, 1, 0),
        ("Cc1c[nH]c[nH+]1", 0, 2, 1, 0),
        ("Cc1cnc[nH]1", 1, 1, 0, 0),
        ("c1ccncc1", 1, 0, 0, 0),
        ("c1ccoc1", 0, 0, 0, 0),
        ("C[N+](=O)[O-]", 2, 0, 0, 0),
        ("CN(C)C", 1, 0, 0, 0),
        ("C[NH3+]", 0, 3, 1, 0),
        ("Nc1ccccc1", 0, 2, 0, 0),
        ("CC#N", 1, 0, 0, 0),
        ("FC(F)(F)c1ccccc1", 0, 0, 0, 0),
        ("CO", 1, 1, 0, 0),
        ("CSC", 0, 0, 0, 0),
        # Selinexor: carbonyl, two triazole and two pyrazine nitrogens; two N-H.
        ("O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1", 5, 2, 0, 0),
    ],
)
def test_donors_acceptors_and_charges_by_hand(
    smiles: str, acceptors: int, donors: int, positive: int, negative: int
) -> None:
    found = perceive(Chem.AddHs(Chem.MolFromSmiles(smiles)))
    assert (len(found.acceptors), len(found.donors)) == (acceptors, donors)
    assert (len(found.positive), len(found.negative)) == (positive, negative)


@pytest.mark.parametrize(
    ("what", "smiles", "count"),
    [
        ("electron_rich_rings", "Cc1ccccc1", 1),
        ("electron_rich_rings", "Cc1ccc(O)cc1", 1),
        ("electron_rich_rings", "Cc1c[nH]c2ccccc12", 2),
        ("electron_rich_rings", "Cc1cnc[nH]1", 1),
        ("electron_rich_rings", "Cc1c[nH]c[nH+]1", 0),
        ("electron_rich_rings", "Cc1ccccn1", 0),
        ("electron_rich_rings", "c1cnccn1", 0),
        ("electron_rich_rings", "c1nc[nH]n1", 0),
        ("electron_rich_rings", "FC(F)(F)c1cc(C(F)(F)F)ccc1", 0),
        ("electron_rich_rings", "COc1cc(C(F)(F)F)ccc1", 1),
        ("hydrophobic", "CC", 2),
        ("hydrophobic", "CSC", 3),
        ("hydrophobic", "CO", 0),
        ("hydrophobic", "CCO", 1),
        ("hydrophobic", "FC(F)(F)c1ccccc1", 9),
        ("hydrophobic", "c1ccncc1", 3),
        ("hydrophobic", "CCCl", 2),
        ("carbonyls", "CC(=O)[O-]", 0),
        ("carbonyls", "CC(=O)N", 1),
    ],
)
def test_other_features_by_hand(what: str, smiles: str, count: int) -> None:
    assert len(getattr(perceive(Chem.AddHs(Chem.MolFromSmiles(smiles))), what)) == count
