"""Cysteines of other proteins: the drawn drug is the deposited one, and it docks back."""

from __future__ import annotations

from pathlib import Path

import pytest
from deposited import adducts_of, deposited, native_stereo, redocking_cases
from stages import searched

from workbench.analysis.reference import compare_to_reference
from workbench.settings import DockSettings, SearchSettings
from workbench.structures.loading import load_receptor

# heavy atoms of the drug, stereoisomers of its adduct, the deposited one
CASES = [("6LU7", 49, 2, "bS"), ("5HG8", 28, 1, "single"), ("5UG8", 30, 1, "single")]
CASES.append(("1VSN", 33, 1, "single"))
SEARCH = SearchSettings(n_conformers=4, max_pools=1, spread_seeds=1, flexible="none")
QUICK = DockSettings(search=SEARCH)


@pytest.mark.parametrize(("name", "atoms", "isomers", "label"), CASES)
def test_the_drawn_drug_is_the_deposited_one(shared_structures, name, atoms, isomers, label):
    case = redocking_cases()[name]
    native = deposited(shared_structures / "adducts" / case.file, case)
    adducts = adducts_of(case)
    assert len(adducts) == isomers
    assert native.mol.GetNumAtoms() == atoms
    same = [a.label for a in adducts if len(set(native_stereo(a, native))) == 1]
    assert same == [label]


def test_an_acrylamide_of_egfr_docks_back(shared_structures: Path) -> None:
    case = redocking_cases()["5HG8"]
    path = shared_structures / "adducts" / case.file
    native = deposited(path, case)
    receptor = load_receptor(path, nucleophile=case.nucleophile)
    # the ligand of the entry is not in the receptor that it is docked into
    assert {a.residue_name for a in receptor.atoms}.isdisjoint({"634", "HOH"})
    (adduct,) = adducts_of(case)
    poses = searched(receptor, [adduct], QUICK, 1).outcomes["single"].poses
    away = [compare_to_reference(adduct, p.coordinates[:28], native).rmsd_angstrom for p in poses]
    assert min(away) < 2.0
