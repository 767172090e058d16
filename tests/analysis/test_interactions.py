"""Each kind of interaction is found where it was built, and not beside its limits."""

from __future__ import annotations

import numpy as np
import pytest
from analysis_toys import (
    adduct_from,
    bonded_complex,
    drug_atoms,
    fragment,
    hydrogen_on,
    with_fragment,
)
from rdkit import Chem

from workbench import geometry
from workbench.analysis.interactions import InteractionKind, all_kinds, find_interactions
from workbench.analysis.perception import perceive
from workbench.physics.complex import Complex

NUMBER = 537
BENZENE = ("PHE", "c1ccccc1", "CG CD1 CE1 CZ CE2 CD2")
ACETONE = ("GLN", "O=C(C)C", "OE1 CD CG X1")
METHANE = ("ALA", "C", "CB")
ALDEHYDE = ("ALA", "C=O", "C O")
METHANOL = ("SER", "OC", "OG CB")
AMMONIUM = ("LYS", "[NH3+]C", "NZ CE")
AMINE = ("LYS", "NC", "NZ CE")


@pytest.fixture(scope="module")
def chlorobenzoate() -> Complex:
    """Return an adduct with a carboxylate and a chlorophenyl group, far from the backbone."""
    return bonded_complex(adduct_from("O=C([O-])c1cc(Cl)cc(NC(=O)CCSCC)c1"))


@pytest.fixture
def drugs(selinexor_complex, chlorobenzoate) -> dict[str, Complex]:
    return {"selinexor": selinexor_complex, "benzoate": chlorobenzoate}


def beside(c, group, to, way, kind):
    """Put a residue's first atom (a ring's centre) at a point, its second (its axis) along a way.

    Return the interactions of one kind with it.
    """
    piece = fragment(*group, NUMBER)
    x = piece.coordinates
    start, axis = x[0], x[1] - x[0]
    if group is BENZENE:
        start, axis = x[:6].mean(axis=0), geometry.plane_normal(x[:6])
    return of(with_fragment(c, piece, start, axis, to, way), kind)


def of(c, kind):
    found = [i for i in find_interactions(c) if i["residue"].endswith(str(NUMBER))]
    return [i for i in found if i["type"].startswith(kind)]


def ray(c, smarts):
    """Return the first atom of a pattern, its place, and the way out from the second."""
    atom, inner = drug_atoms(c, smarts)[:2]
    point = c.coordinates[atom]
    return atom, point, geometry.unit(point - c.coordinates[inner])


def bent(vector, degree):
    """Return a direction at an angle to a vector."""
    axis = geometry.unit(np.cross(vector, [0.21, -0.53, 0.82]))
    return geometry.rotation_about(axis, degree) @ vector


def test_covalent_link_is_always_there(selinexor_complex):
    (link,) = [i for i in find_interactions(selinexor_complex) if i["type"] == "covalent"]
    assert (link["residue"], link["receptor_atom"]) == ("CYS528", "SG")
    assert link["ligand_atoms"] == [selinexor_complex.adduct.reactive_atom_index]
    assert 1.78 < link["distance_angstrom"] < 1.88 and 95 < link["angle_degree"] < 112


@pytest.mark.parametrize(
    ("gap", "bend", "found"),
    [(1.9, 0, True), (2.4, 0, True), (2.6, 0, False), (1.9, 50, True), (1.9, 70, False)],
)
def test_hydrogen_bond_to_the_drugs_carbonyl(selinexor_complex, gap, bend, found):
    """Methanol's O-H points at the carbonyl oxygen, or is turned away from it."""
    carbonyl, point, way = ray(selinexor_complex, "O=C")
    methanol = fragment(*METHANOL, NUMBER)
    oxygen, hydrogen = methanol.coordinates[[0, hydrogen_on(methanol.mol, 0)]]
    axis, to = oxygen - hydrogen, point + gap * way
    placed = with_fragment(selinexor_complex, methanol, hydrogen, axis, to, bent(way, bend))
    hits = of(placed, "hydrogen_bond")
    assert [(h["receptor_atom"], h["ligand_atoms"]) for h in hits] == [("OG", [carbonyl])] * found
    for hit in hits:
        bond = np.linalg.norm(axis)
        sides = gap**2 + bond**2 + 2 * gap * bond * np.cos(np.radians(bend))
        assert hit["distance_angstrom"] == pytest.approx(np.sqrt(sides), abs=1e-3)
        assert hit["angle_degree"] == pytest.approx(180 - bend, abs=0.1)


def test_hydrogen_bond_from_the_drugs_hydrazide(selinexor_complex):
    c, nitrogen = selinexor_complex, drug_atoms(selinexor_complex, "NC=O")[0]
    point = c.coordinates[hydrogen_on(c.mol, nitrogen)]
    way = geometry.unit(point - c.coordinates[nitrogen])
    (hit,) = beside(c, ACETONE, point + 2.0 * way, way, "hydrogen_bond")
    assert (hit["receptor_atom"], hit["ligand_atoms"]) == ("OE1", [nitrogen])
    assert hit["angle_degree"] == pytest.approx(180, abs=0.1)


@pytest.mark.parametrize(
    ("kind", "drug", "smarts", "group", "gap", "bend", "found"),
    [
        ("halogen_bond", "benzoate", "Clc", ACETONE, 3.1, 0, True),
        ("halogen_bond", "benzoate", "Clc", ACETONE, 3.1, 40, True),
        ("halogen_bond", "benzoate", "Clc", ACETONE, 3.1, 50, False),
        ("halogen_bond", "benzoate", "Clc", ACETONE, 4.1, 0, False),
        # fluorine accepts no hydrogen bond and has no sigma hole
        ("halogen_bond", "selinexor", "FC", ACETONE, 2.9, 0, False),
        ("halogen_bond", "selinexor", "FC", METHANOL, 2.9, 0, False),
        ("hydrogen_bond", "selinexor", "FC", ACETONE, 2.9, 0, False),
        ("hydrogen_bond", "selinexor", "FC", METHANOL, 2.9, 0, False),
        ("hydrophobic", "selinexor", "FC", METHANE, 3.7, 0, True),
        ("hydrophobic", "selinexor", "FC", METHANE, 3.98, 0, True),
        ("hydrophobic", "selinexor", "FC", METHANE, 4.1, 0, False),
        ("salt_bridge", "benzoate", "[O-]C", AMMONIUM, 2.8, 0, True),
        ("salt_bridge", "benzoate", "[O-]C", AMMONIUM, 3.9, 0, True),
        ("salt_bridge", "benzoate", "[O-]C", AMMONIUM, 4.3, 0, False),
        ("salt_bridge", "benzoate", "[O-]C", AMINE, 2.8, 0, False),
        ("fluorine_carbonyl", "selinexor", "FC", ALDEHYDE, 3.1, 90, True),
        ("fluorine_carbonyl", "selinexor", "FC", ALDEHYDE, 3.1, 130, False),
        ("fluorine_carbonyl", "selinexor", "FC", ALDEHYDE, 3.7, 90, False),
    ],
)
def test_a_group_before_an_atom_of_the_drug(drugs, kind, drug, smarts, group, gap, bend, found):
    """``bend`` is between the group's bond and the way out; a halogen keeps it in line."""
    atom, point, way = ray(drugs[drug], smarts)
    turned = bent(way, bend)
    to = point + gap * (turned if kind == "halogen_bond" else way)
    hits = beside(drugs[drug], group, to, turned, kind)
    hits = [hit for hit in hits if hit["ligand_atoms"] == [atom]] if found else hits
    assert [hit["distance_angstrom"] for hit in hits] == pytest.approx([gap] * found, abs=1e-3)
    if kind in ("halogen_bond", "fluorine_carbonyl"):
        angles = [hit["angle_degree"] for hit in hits]
        assert angles == pytest.approx([180 - bend] * found, abs=0.1)


PARALLEL, T_SHAPED = "pi_stacking_parallel", "pi_stacking_t_shaped"


@pytest.mark.parametrize(
    ("drug", "group", "height", "aside", "tilt", "kind"),
    [
        ("benzoate", BENZENE, 3.6, 0.0, 0, PARALLEL),
        ("benzoate", BENZENE, 3.6, 1.6, 0, PARALLEL),
        ("benzoate", BENZENE, 3.6, 1.6, 20, PARALLEL),
        ("benzoate", BENZENE, 5.0, 0.0, 90, T_SHAPED),
        ("benzoate", BENZENE, 5.0, 0.0, 70, T_SHAPED),
        ("benzoate", BENZENE, 5.0, 0.0, 45, None),
        ("benzoate", BENZENE, 3.6, 3.5, 0, None),
        ("benzoate", BENZENE, 5.7, 0.0, 0, None),
        ("benzoate", AMMONIUM, 4.0, 0.0, 0, "cation_pi"),
        ("benzoate", AMMONIUM, 4.0, 2.5, 0, None),
        ("benzoate", AMMONIUM, 6.5, 0.0, 0, None),
        ("benzoate", AMINE, 4.0, 0.0, 0, None),
        # an electron-poor ring
        ("selinexor", AMMONIUM, 4.0, 0.0, 0, None),
    ],
)
def test_a_group_over_the_drugs_ring(drugs, drug, group, height, aside, tilt, kind):
    ring = list(drug_atoms(drugs[drug], "[#6]1:[#6]:[#6]:[#6]:[#6]:[#6]:1"))
    points = drugs[drug].coordinates[ring]
    normal = geometry.plane_normal(points)
    to = points.mean(axis=0) + height * normal + aside * bent(normal, 90)
    asked = "pi_stacking" if group is BENZENE else "cation_pi"
    hits = beside(drugs[drug], group, to, bent(normal, tilt), asked)
    assert [hit["type"] for hit in hits] == ([kind] if kind else [])
    for hit in hits:
        assert hit["distance_angstrom"] == pytest.approx(np.hypot(height, aside), abs=2e-3)
        assert hit["angle_degree"] == pytest.approx(tilt, abs=0.5)
        assert hit["ligand_atoms"] == sorted(ring)
        atoms = set(group[2].split()) if group is BENZENE else {"NZ"}
        assert set(hit["receptor_atom"].split("/")) == atoms


def test_cation_of_the_drug_over_a_phenylalanine():
    anilinium = bonded_complex(adduct_from("C[NH2+]CC#CCNC(=O)CCSCC"))
    nitrogen, point, way = ray(anilinium, "[N+][CH3]")
    (hit,) = beside(anilinium, BENZENE, point + 4.2 * way, way, "cation_pi")
    assert hit["ligand_atoms"] == [nitrogen]
    assert hit["receptor_atom"].count("/") == 5


def test_every_class_under_the_base_is_run_and_the_result_is_sorted(chlorobenzoate):
    assert {type(kind) for kind in all_kinds()} == set(InteractionKind.__subclasses__())
    found = [item["type"] for item in find_interactions(chlorobenzoate)]
    assert found == sorted(found)


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
def test_donors_acceptors_and_charges_by_hand(smiles, acceptors, donors, positive, negative):
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
