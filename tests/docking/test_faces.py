"""Faces of the attacked atom: textbook cases, and adducts built in space and read by RDKit."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdCIPLabeler

from workbench.docking.faces import approach
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed_drug
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand

FloatArray = NDArray[np.float64]


def _placed(ligand: Ligand) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return all atoms of the drug, the attacked one and the normal of its plane."""
    assert ligand.warhead is not None
    mol = embed_drug(ligand, 1)
    points = mol.GetConformer().GetPositions()
    attacked = ligand.warhead.reactive_atom_index
    a, b, c = (points[n.GetIdx()] for n in mol.GetAtomWithIdx(attacked).GetNeighbors())
    normal = np.cross(b - a, c - a)
    return points, points[attacked], normal / np.linalg.norm(normal)


def _built(ligand: Ligand, points: FloatArray, sulphur: FloatArray) -> str:
    """Return R or S of the saturated adduct whose sulphur stands where it is told to."""
    assert ligand.warhead is not None
    attacked, partner = ligand.warhead.reactive_atom_index, ligand.warhead.partner_atom_index
    mol = Chem.RWMol(ligand.mol)
    bond = mol.GetBondBetweenAtoms(attacked, partner)
    bond.SetStereo(Chem.BondStereo.STEREONONE)
    bond.SetBondType(Chem.BondType.SINGLE)
    places = [*points[: ligand.mol.GetNumAtoms()], sulphur]
    sg = mol.AddAtom(Chem.Atom(16))
    mol.AddBond(attacked, sg, Chem.BondType.SINGLE)
    # cysteine's CH2, for the CIP rank of the sulphur's branch
    mol.AddBond(sg, mol.AddAtom(Chem.Atom(6)), Chem.BondType.SINGLE)
    places.append(sulphur + (sulphur - points[attacked]))
    # the attacked carbon leaves its plane towards the sulphur
    places[attacked] = places[attacked] + 0.2 * (sulphur - points[attacked])
    Chem.SanitizeMol(mol)
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.SetPositions(np.array(places))
    mol.AddConformer(conformer)
    Chem.AssignStereochemistryFrom3D(mol)
    rdCIPLabeler.AssignCIPLabels(mol)
    return str(mol.GetAtomWithIdx(attacked).GetProp("_CIPCode"))


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("drug", ["KPT-185", "selinexor", "eltanexor", "leptomycin-B", "CC=CC=O"])
def test_the_label_is_that_of_the_adduct_built_there(drug: str, side: int) -> None:
    ligand = load_ligand("C/C=C/C=O" if drug == "CC=CC=O" else drug)
    points, carbon, normal = _placed(ligand)
    heavy = points[: ligand.mol.GetNumAtoms()]
    for tilt in (0.0, 0.4):
        towards = normal * side + tilt * np.array([0.3, -0.8, 0.5])
        far = carbon + 3.4 * towards / np.linalg.norm(towards)
        found = approach(ligand, enumerate_adducts(ligand), heavy, far)
        built = _built(ligand, points, carbon + 1.82 * normal * side)
        assert found.leads_to
        assert {label.split("_")[0] for label in found.leads_to} == {f"b{built}"}


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("drug", ["KPT-185", "KPT-276", "verdinexor", "C/C=C/C=O"])
def test_sulphur_on_re_gives_r_where_it_ranks_first(drug: str, side: int) -> None:
    """Seen from the highest rank, the other three fall clockwise in R, as on a re face."""
    ligand = load_ligand(drug)
    points, carbon, normal = _placed(ligand)
    found = approach(
        ligand,
        enumerate_adducts(ligand),
        points[: ligand.mol.GetNumAtoms()],
        carbon + 3.4 * side * normal,
    )
    assert found.face is not None
    assert found.leads_to == ({"re": "bR", "si": "bS"}[found.face],)
    assert found.elevation_degree == pytest.approx(90, abs=3)


def test_the_re_face_of_acetaldehyde() -> None:
    """From above, O, CH3 and H run clockwise: re by definition."""
    ligand = load_ligand("CC=O")
    assert ligand.mol.GetAtomWithIdx(2).GetSymbol() == "O"
    flat = np.array([[1.3, -0.8, 0.0], [0.0, 0.0, 0.0], [0.0, 1.2, 0.0]])
    adducts = enumerate_adducts(ligand)
    above = approach(ligand, adducts, flat, np.array([0.0, 0.0, 3.4]))
    below = approach(ligand, adducts, flat, np.array([0.0, 0.0, -3.4]))
    assert (above.face, below.face) == ("re", "si")
    # S > O > C > H
    assert (above.leads_to, below.leads_to) == (("bR",), ("bS",))


def test_eltanexor_leaves_the_alpha_carbon_open() -> None:
    ligand = load_ligand("eltanexor")
    points, carbon, normal = _placed(ligand)
    heavy = points[: ligand.mol.GetNumAtoms()]
    adducts = enumerate_adducts(ligand)
    sides = [approach(ligand, adducts, heavy, carbon + 3.4 * s * normal) for s in (1, -1)]
    assert sorted(label for side in sides for label in side.leads_to) == [
        "bR_aR",
        "bR_aS",
        "bS_aR",
        "bS_aS",
    ]
    assert [len(side.leads_to) for side in sides] == [2, 2]


@pytest.mark.parametrize(
    ("smiles", "labels"),
    [("C=CC(=O)NC", ("single",)), ("CC#CC(=O)NC", ("E", "Z")), ("CN=C=S", ("single",))],
)
def test_where_there_is_no_face_none_is_named(smiles: str, labels: tuple[str, ...]) -> None:
    ligand = load_ligand(smiles)
    assert ligand.warhead is not None
    points = embed_drug(ligand, 1).GetConformer().GetPositions()[: ligand.mol.GetNumAtoms()]
    far = points[ligand.warhead.reactive_atom_index] + np.array([0.5, 0.7, 3.3])
    found = approach(ligand, enumerate_adducts(ligand), points, far)
    assert found.face is None
    assert found.leads_to == labels


def test_a_displacement_leads_nowhere_but_from_the_back() -> None:
    ligand = load_ligand("O=C(NC)[C@H](F)Cl")
    assert ligand.warhead is not None
    points = embed_drug(ligand, 1).GetConformer().GetPositions()[: ligand.mol.GetNumAtoms()]
    carbon = points[ligand.warhead.reactive_atom_index]
    back = carbon - points[ligand.warhead.partner_atom_index]
    (adduct,) = enumerate_adducts(ligand)
    for side, labels in ((1, (adduct.label,)), (-1, ())):
        found = approach(ligand, (adduct,), points, carbon + side * 1.8 * back)
        assert (found.face, found.leads_to) == (None, labels)
