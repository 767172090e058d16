"""The deposited SINEs: one place of the aryl ring, two turns of the triazole."""

from __future__ import annotations

from importlib import resources
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from core_placement import compare_cores, parts_against
from rdkit import Chem

from workbench import geometry
from workbench.analysis.reference import find_core
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_pose

TURNED, STRAIGHT = ("K85", "51K"), ("K76", "6L8", "V6A")


def deposited(name: str) -> Chem.Mol:
    folder = Path(str(resources.files("workbench") / "data" / "reference_poses"))
    (file,) = folder.glob(f"{name}*.sdf")
    return Chem.MolFromMolFile(str(file))


@pytest.mark.parametrize(("a", "b"), list(combinations(TURNED + STRAIGHT, 2)))
def test_deposited_sines_share_the_aryl_and_form_two_families(a: str, b: str) -> None:
    first, second = deposited(a), deposited(b)
    result = compare_cores(
        find_core(first), first.GetConformer().GetPositions(),
        find_core(second), second.GetConformer().GetPositions(),
    )  # fmt: skip
    assert result.aryl_centroid_distance_angstrom < 0.6 and result.in_place
    same = (a in TURNED) == (b in TURNED)
    assert result.triazole_flip_degree < 15 if same else 150 < result.triazole_flip_degree < 175


@pytest.mark.parametrize("degree", [0, 40, 155, 180])
def test_turned_triazole_is_reported_as_a_flip(degree: float) -> None:
    mol = deposited("V6A")
    x = mol.GetConformer().GetPositions()
    core = find_core(mol)
    turn = geometry.rotation_about(x[core.triazole[2]] - x[core.aryl[0]], degree)
    turned = x.copy()
    atoms = list(core.triazole)
    turned[atoms] = (x[atoms] - x[core.triazole[2]]) @ turn.T + x[core.triazole[2]]
    result = compare_cores(core, turned, core, x)
    assert result.triazole_flip_degree == pytest.approx(degree, abs=1e-4)
    assert result.aryl_centroid_distance_angstrom < 1e-9 and result.in_place


def test_a_shift_moves_the_core_and_not_the_tail_against_it() -> None:
    adduct = enumerate_adducts(load_ligand("selinexor"))[0]
    reference = reference_pose("selinexor")
    x = reference.coordinates_for(adduct.ligand.mol)[0]
    core, tail = parts_against(adduct, x + np.array([0, 0.6, 0.8]), reference)
    assert core.aryl_centroid_distance_angstrom == pytest.approx(1.0)
    assert tail < 1e-6 and core.triazole_flip_degree < 1e-6
    moved = x.copy()
    pyrazine = adduct.ligand.mol.GetSubstructMatch(Chem.MolFromSmarts("c1cnccn1"))
    moved[list(pyrazine)] += [3.0, 0, 0]
    assert parts_against(adduct, moved, reference)[1] == pytest.approx(3 * np.sqrt(6 / 12))
