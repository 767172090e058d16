"""Each kind of interaction is found where it was built, and not beside its limits."""

from __future__ import annotations

import numpy as np
import pytest
from analysis_toys import Fragment, add_fragments, adduct_from, bonded_complex, fragment, place
from rdkit import Chem

from workbench import geometry
from workbench.analysis.interaction_base import InteractionKind
from workbench.analysis.interaction_kinds import all_kinds
from workbench.analysis.interactions import find_interactions
from workbench.physics.complex import Complex

NUMBER = 537


@pytest.fixture(scope="module")
def chlorobenzoate() -> Complex:
    """Return an adduct with a carboxylate and a chlorophenyl group, far from the backbone."""
    return bonded_complex(adduct_from("O=C([O-])c1cc(Cl)cc(NC(=O)CCSCC)c1"))


@pytest.fixture(scope="module")
def anilinium() -> Complex:
    return bonded_complex(adduct_from("C[NH2+]CC#CCNC(=O)CCSCC"))


def of(complex_: Complex, kind: str) -> list[dict]:
    """Return the interactions of one kind with the placed residue."""
    return [
        item
        for item in find_interactions(complex_)
        if item["type"] == kind and item["residue"].endswith(str(NUMBER))
    ]


def drug_atom(complex_: Complex, smarts: str) -> tuple[int, ...]:
    n_drug = len(complex_.drug_atoms)
    for match in complex_.mol.GetSubstructMatches(Chem.MolFromSmarts(smarts)):
        if match[0] < n_drug:
            return tuple(match)
    raise AssertionError(smarts)


def with_group(
    complex_: Complex,
    group: Fragment,
    *where: np.ndarray,
) -> Complex:
    """Return the complex with a group placed beside it; ``where`` as for ``place``."""
    return add_fragments(complex_, [place(group, *where)])


def direction(complex_: Complex, start: int, end: int) -> np.ndarray:
    return geometry.unit(complex_.coordinates[end] - complex_.coordinates[start])


def across(vector: np.ndarray) -> np.ndarray:
    """Return a direction perpendicular to a vector."""
    return geometry.unit(np.cross(vector, [0.21, -0.53, 0.82]))


def test_covalent_link_is_always_there(selinexor_complex):
    (link,) = [i for i in find_interactions(selinexor_complex) if i["type"] == "covalent"]
    assert link["residue"] == "CYS528"
    assert link["receptor_atom"] == "SG"
    assert link["ligand_atoms"] == [selinexor_complex.adduct.reactive_atom_index]
    assert 1.78 < link["distance_angstrom"] < 1.88
    assert 95 < link["angle_degree"] < 112


@pytest.mark.parametrize(
    ("gap", "bend", "found"),
    [(1.9, 0, True), (2.4, 0, True), (2.6, 0, False), (1.9, 50, True), (1.9, 70, False)],
)
def test_hydrogen_bond_to_the_drugs_carbonyl(selinexor_complex, gap, bend, found):
    """Methanol's O-H points at the carbonyl oxygen, or is turned away from it."""
    c = selinexor_complex
    carbon, oxygen = drug_atom(c, "C=O")
    way = direction(c, carbon, oxygen)
    methanol = fragment("SER", NUMBER, "OC", "OG CB")
    x = methanol.coordinates
    hydrogen = next(
        n.GetIdx() for n in methanol.mol.GetAtomWithIdx(0).GetNeighbors() if n.GetAtomicNum() == 1
    )
    tilted = geometry.rotation_about(across(way), bend) @ way
    both = with_group(c, methanol, x[hydrogen], x[0], c.coordinates[oxygen] + gap * way, tilted)
    hits = of(both, "hydrogen_bond")
    assert bool(hits) == found
    if found:
        (hit,) = hits
        assert (hit["residue"], hit["receptor_atom"]) == (f"SER{NUMBER}", "OG")
        assert hit["ligand_atoms"] == [oxygen]
        assert hit["angle_degree"] == pytest.approx(180 - bend, abs=0.1)
        bond = geometry.distance(x[0], x[hydrogen])
        sides = gap**2 + bond**2 + 2 * gap * bond * np.cos(np.radians(bend))
        assert hit["distance_angstrom"] == pytest.approx(np.sqrt(sides), abs=1e-3)


def test_hydrogen_bond_from_the_drugs_hydrazide(selinexor_complex):
    c = selinexor_complex
    _, nitrogen = drug_atom(c, "O=C-N")[1:]
    hydrogen = next(
        n.GetIdx() for n in c.mol.GetAtomWithIdx(nitrogen).GetNeighbors() if n.GetAtomicNum() == 1
    )
    way = direction(c, nitrogen, hydrogen)
    acetone = fragment("GLN", NUMBER, "O=C(C)C", "OE1 CD CG X1")
    x = acetone.coordinates
    both = with_group(c, acetone, x[0], x[1], c.coordinates[hydrogen] + 2.0 * way, way)
    (hit,) = of(both, "hydrogen_bond")
    assert (hit["receptor_atom"], hit["ligand_atoms"]) == ("OE1", [nitrogen])
    assert hit["angle_degree"] == pytest.approx(180, abs=0.1)


def test_fluorine_accepts_no_hydrogen_and_no_halogen_bond(selinexor_complex):
    c = selinexor_complex
    fluorine, carbon = drug_atom(c, "FC")
    way = direction(c, carbon, fluorine)
    for smiles, names in (("OC", "OG CB"), ("O=C(C)C", "OE1 CD CG X1")):
        group = fragment("SER", NUMBER, smiles, names)
        x = group.coordinates
        both = with_group(c, group, x[0], x[1], c.coordinates[fluorine] + 2.9 * way, way)
        assert not of(both, "hydrogen_bond")
        assert not of(both, "halogen_bond")


@pytest.mark.parametrize(
    ("gap", "bend", "found"), [(3.1, 0, True), (3.1, 40, True), (3.1, 50, False), (4.1, 0, False)]
)
def test_halogen_bond_of_chlorine(chlorobenzoate, gap, bend, found):
    c = chlorobenzoate
    chlorine, carbon = drug_atom(c, "Clc")
    axis = direction(c, carbon, chlorine)
    way = geometry.rotation_about(across(axis), bend) @ axis
    acetone = fragment("GLN", NUMBER, "O=C(C)C", "OE1 CD CG X1")
    x = acetone.coordinates
    both = with_group(c, acetone, x[0], x[1], c.coordinates[chlorine] + gap * way, way)
    hits = of(both, "halogen_bond")
    assert bool(hits) == found
    if found:
        assert hits[0]["angle_degree"] == pytest.approx(180 - bend, abs=0.1)
        assert hits[0]["distance_angstrom"] == pytest.approx(gap, abs=1e-3)
        assert hits[0]["ligand_atoms"] == [chlorine]


@pytest.mark.parametrize(("gap", "found"), [(3.7, True), (3.98, True), (4.1, False)])
def test_hydrophobic_contact_with_a_trifluoromethyl_group(selinexor_complex, gap, found):
    c = selinexor_complex
    fluorine, carbon = drug_atom(c, "FC")
    way = direction(c, carbon, fluorine)
    methane = fragment("ALA", NUMBER, "C", "CB")
    x = methane.coordinates
    both = with_group(c, methane, x[0], x[1], c.coordinates[fluorine] + gap * way, way)
    hits = of(both, "hydrophobic")
    assert [hit["ligand_atoms"] for hit in hits] == ([[fluorine]] if found else [])
    if found:
        assert hits[0]["distance_angstrom"] == pytest.approx(gap, abs=1e-3)
        assert hits[0]["angle_degree"] is None


def aryl(c: Complex) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Return the drug's six-membered carbocycle, its centre and its normal."""
    ring = next(
        list(r)
        for r in c.mol.GetRingInfo().AtomRings()
        if len(r) == 6 and all(c.mol.GetAtomWithIdx(i).GetSymbol() == "C" for i in r)
    )
    points = c.coordinates[ring]
    return ring, points.mean(axis=0), geometry.plane_normal(points)


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
def test_pi_stacking(chlorobenzoate, height, aside, tilt, kind):
    c = chlorobenzoate
    ring, centre, normal = aryl(c)
    benzene = fragment("PHE", NUMBER, "c1ccccc1", "CG CD1 CE1 CZ CE2 CD2")
    own = geometry.plane_normal(benzene.coordinates[:6])
    middle = benzene.coordinates[:6].mean(axis=0)
    beside = across(normal)
    to = centre + height * normal + aside * beside
    turned = geometry.rotation_about(beside, tilt) @ normal
    both = with_group(c, benzene, middle, middle + own, to, turned)
    hits = of(both, "pi_stacking_parallel") + of(both, "pi_stacking_t_shaped")
    assert [hit["type"] for hit in hits] == ([kind] if kind else [])
    if kind:
        (hit,) = hits
        assert hit["distance_angstrom"] == pytest.approx(np.hypot(height, aside), abs=2e-3)
        assert hit["angle_degree"] == pytest.approx(tilt, abs=0.5)
        assert hit["ligand_atoms"] == sorted(ring)
        assert set(hit["receptor_atom"].split("/")) == {"CG", "CD1", "CE1", "CZ", "CE2", "CD2"}


@pytest.mark.parametrize(
    ("smiles", "height", "aside", "found"),
    [
        ("[NH3+]C", 4.0, 0.0, True),
        ("[NH3+]C", 4.0, 2.5, False),
        ("[NH3+]C", 6.5, 0.0, False),
        ("NC", 4.0, 0.0, False),
    ],
)
def test_cation_over_the_drugs_ring(chlorobenzoate, smiles, height, aside, found):
    c = chlorobenzoate
    ring, centre, normal = aryl(c)
    group = fragment("LYS", NUMBER, smiles, "NZ CE")
    x = group.coordinates
    to = centre + height * normal + aside * across(normal)
    hits = of(with_group(c, group, x[0], x[1], to, normal), "cation_pi")
    assert bool(hits) == found
    if found:
        assert hits[0]["receptor_atom"] == "NZ"
        assert hits[0]["ligand_atoms"] == sorted(ring)
        assert hits[0]["distance_angstrom"] == pytest.approx(height, abs=1e-3)
        assert hits[0]["angle_degree"] == pytest.approx(0, abs=0.1)


def test_cation_over_an_electron_poor_ring_is_no_interaction(selinexor_complex):
    c = selinexor_complex
    _, centre, normal = aryl(c)
    group = fragment("LYS", NUMBER, "[NH3+]C", "NZ CE")
    x = group.coordinates
    both = with_group(c, group, x[0], x[1], centre + 4.0 * normal, normal)
    assert not of(both, "cation_pi")


def test_cation_of_the_drug_over_a_phenylalanine(anilinium):
    c = anilinium
    (nitrogen,) = drug_atom(c, "[N+]")
    way = direction(c, drug_atom(c, "C[N+]")[0], nitrogen)
    benzene = fragment("PHE", NUMBER, "c1ccccc1", "CG CD1 CE1 CZ CE2 CD2")
    middle = benzene.coordinates[:6].mean(axis=0)
    own = geometry.plane_normal(benzene.coordinates[:6])
    both = with_group(c, benzene, middle, middle + own, c.coordinates[nitrogen] + 4.2 * way, way)
    (hit,) = of(both, "cation_pi")
    assert hit["ligand_atoms"] == [nitrogen]
    assert hit["receptor_atom"].count("/") == 5


@pytest.mark.parametrize(
    ("smiles", "gap", "found"),
    [("[NH3+]C", 2.8, True), ("[NH3+]C", 3.9, True), ("[NH3+]C", 4.3, False), ("NC", 2.8, False)],
)
def test_salt_bridge_of_a_carboxylate(chlorobenzoate, smiles, gap, found):
    c = chlorobenzoate
    oxygen, carbon = drug_atom(c, "[O-]C")
    way = direction(c, carbon, oxygen)
    group = fragment("LYS", NUMBER, smiles, "NZ CE")
    x = group.coordinates
    both = with_group(c, group, x[0], x[1], c.coordinates[oxygen] + gap * way, way)
    hits = of(both, "salt_bridge")
    assert [(h["receptor_atom"], h["ligand_atoms"]) for h in hits] == (
        [("NZ", [oxygen])] if found else []
    )


@pytest.mark.parametrize(
    ("gap", "angle", "found"), [(3.1, 90, True), (3.1, 50, False), (3.7, 90, False)]
)
def test_fluorine_over_a_carbonyl(selinexor_complex, gap, angle, found):
    c = selinexor_complex
    fluorine, carbon = drug_atom(c, "FC")
    way = direction(c, carbon, fluorine)
    formaldehyde = fragment("ALA", NUMBER, "C=O", "C O")
    x = formaldehyde.coordinates
    bond = geometry.rotation_about(across(way), angle) @ -way
    both = with_group(c, formaldehyde, x[0], x[1], c.coordinates[fluorine] + gap * way, bond)
    hits = [h for h in of(both, "fluorine_carbonyl") if h["ligand_atoms"] == [fluorine]]
    assert bool(hits) == found
    if found:
        assert hits[0]["angle_degree"] == pytest.approx(angle, abs=0.1)


def test_result_is_sorted_and_the_same_each_time(selinexor_complex):
    methane = fragment("ALA", NUMBER, "C", "CB")
    fluorine, carbon = drug_atom(selinexor_complex, "FC")
    way = direction(selinexor_complex, carbon, fluorine)
    x = methane.coordinates
    both = with_group(
        selinexor_complex,
        methane,
        x[0],
        x[1],
        selinexor_complex.coordinates[fluorine] + 3.5 * way,
        way,
    )
    first = find_interactions(both)
    assert first == find_interactions(both)
    assert [item["type"] for item in first] == sorted(item["type"] for item in first)


def test_every_class_under_the_base_is_run():
    assert {type(kind) for kind in all_kinds()} == set(InteractionKind.__subclasses__())
    assert len(all_kinds()) == 8
