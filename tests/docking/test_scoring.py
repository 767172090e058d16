"""The Vina terms: known values, known types, symmetric tables."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from workbench.docking.atom_types import AtomType, ligand_types, receptor_types
from workbench.docking.scoring import (
    BINS_PER_SQUARE_ANGSTROM,
    WEIGHTS_KCAL_PER_MOL,
    exact_terms,
    listed_terms,
    pair_table,
    pair_terms,
)
from workbench.errors import DockingError
from workbench.structures.loading import load_receptor

CARBON = AtomType(1.9, True, False, False)
DONOR = AtomType(1.8, False, True, False)
ACCEPTOR = AtomType(1.7, False, False, True)


def _terms(distance: float, hydrophobic: float = 0.0, bond: float = 0.0) -> dict[str, float]:
    one = np.array
    found = pair_terms(one([distance]), one([hydrophobic]), one([bond]))
    return {name: float(value[0]) for name, value in found.items()}


def test_terms_at_their_landmarks() -> None:
    contact = _terms(0.0)
    assert contact["gauss_1"] == pytest.approx(-0.035579)
    assert contact["gauss_2"] == pytest.approx(-0.005156 * np.exp(-2.25))
    assert contact["repulsion"] == 0.0
    assert _terms(-0.5)["repulsion"] == pytest.approx(0.840245 * 0.25)
    assert _terms(-0.7, bond=1.0)["hydrogen_bond"] == pytest.approx(-0.587439)
    assert _terms(-0.35, bond=1.0)["hydrogen_bond"] == pytest.approx(-0.587439 / 2)
    assert _terms(0.5, hydrophobic=1.0)["hydrophobic"] == pytest.approx(-0.035069)
    assert _terms(1.5, hydrophobic=1.0)["hydrophobic"] == 0.0


def test_table_is_symmetric_and_ends_on_zero() -> None:
    table = pair_table(DONOR, ACCEPTOR)
    assert table == pytest.approx(pair_table(ACCEPTOR, DONOR))
    assert table[-1] == 0.0
    at_3_angstrom = table[9 * BINS_PER_SQUARE_ANGSTROM]
    assert at_3_angstrom == pytest.approx(sum(_terms(-0.5, bond=1.0).values()), abs=1e-9)
    assert set(WEIGHTS_KCAL_PER_MOL) == set(_terms(0.0))


@pytest.mark.parametrize(
    ("smiles", "atom", "donor", "acceptor", "hydrophobic"),
    [
        ("c1ccncc1", 3, False, True, False),
        ("c1ccc[nH]1", 4, True, False, False),
        ("CC(=O)NC", 3, True, False, False),
        ("CC(=O)N(C)C", 3, False, False, False),
        ("CN(C)C", 1, False, True, False),
        ("CCO", 2, True, True, False),
        ("CC(=O)OC", 3, False, True, False),
        ("C[NH3+]", 1, True, False, False),
        ("CC#N", 2, False, True, False),
        ("CCC", 1, False, False, True),
        ("CCO", 1, False, False, False),
        ("CF", 1, False, False, True),
        ("CCl", 1, False, False, True),
        ("CSC", 1, False, False, False),
        ("Nc1ccccc1", 0, True, False, False),
    ],
)
def test_ligand_types(
    smiles: str, atom: int, donor: bool, acceptor: bool, hydrophobic: bool
) -> None:
    kind = ligand_types(Chem.MolFromSmiles(smiles))[atom]
    assert (kind.donor, kind.acceptor, kind.hydrophobic) == (donor, acceptor, hydrophobic)


def test_an_element_without_a_radius_is_refused() -> None:
    with pytest.raises(DockingError, match="Pt"):
        ligand_types(Chem.MolFromSmiles("[Pt]"))


def test_receptor_types() -> None:
    receptor = load_receptor("human-groove")
    typed = receptor_types(receptor)
    kinds = {
        (a.residue_number, a.name): kind
        for a, kind in zip((receptor.atoms[i] for i in typed.indices), typed.types, strict=True)
        if a.residue_name not in ("ACE", "NME")
    }
    assert kinds[537, "NZ"].donor
    assert not kinds[537, "NZ"].acceptor
    assert kinds[529, "OE1"].acceptor
    assert not kinds[529, "OE1"].donor
    assert kinds[545, "O"].acceptor
    assert kinds[545, "N"].donor
    assert kinds[554, "CZ"].hydrophobic
    assert not kinds[545, "C"].hydrophobic
    assert len(typed.types) == sum(a.element != "H" for a in receptor.atoms)


def test_listed_pairs_add_up_and_far_ones_count_nothing() -> None:
    types = (CARBON, CARBON, DONOR, ACCEPTOR)
    points = np.array([[0.0, 0, 0], [3.8, 0, 0], [0, 20.0, 0], [0, 23.0, 0]])
    pairs = np.array([(0, 1), (2, 3), (0, 2), (1, 3)])
    terms = listed_terms(types, points, pairs)
    touching, bonded = _terms(0.0, hydrophobic=1.0), _terms(-0.5, bond=1.0)
    for name, value in terms.items():
        assert value == pytest.approx(touching[name] + bonded[name], abs=1e-12), name
    counted = np.array([[True, True], [False, True]])
    between = exact_terms(types[::2], points[::2], types[1::2], points[1::2], counted)
    assert between == pytest.approx(terms, abs=1e-12)
    assert sum(listed_terms(types, points, pairs[:0]).values()) == 0.0
