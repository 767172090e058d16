"""What two poses have in common: contacts as sets, the core that two drugs share."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.analysis.comparison import contact_set, contact_shares, novelty, overlay_core
from workbench.ligands.matched_pairs import matched_pair
from workbench.ligands.reading import load_ligand


def test_contacts_as_sets() -> None:
    def contacts(*pairs: tuple[str, str]) -> frozenset[str]:
        return contact_set([{"type": kind, "residue": residue} for kind, residue in pairs])

    bond = ("covalent", "CYS528")
    first = contacts(bond, ("hydrogen_bond", "LYS537"), ("hydrophobic", "PHE572"))
    second = contacts(bond, ("hydrophobic", "PHE572"))
    assert first == {"hydrogen bond LYS537", "hydrophobic PHE572"}
    assert novelty(first, first) == 0
    assert novelty(first, second) == 0.5
    assert novelty(second, contacts(("hydrophobic", "LEU525"))) == 1
    assert novelty(contacts(), contacts(bond)) == 0
    assert contact_shares([first, second]) == {
        "hydrophobic PHE572": 1.0,
        "hydrogen bond LYS537": 0.5,
    }


def test_the_core_of_a_moved_copy_lies_as_far_as_it_was_moved() -> None:
    ligand = load_ligand("selinexor")
    pair = matched_pair(ligand, ligand)
    points = np.random.default_rng(1).normal(size=(ligand.mol.GetNumAtoms(), 3)) * 4
    found = overlay_core(pair, points, points + np.array([0.0, 3.0, 4.0]))
    assert found is not None
    assert found.in_place_angstrom == pytest.approx(5.0)
    assert found.superposition.rmsd_angstrom == pytest.approx(0.0, abs=1e-6)
    # two CF3 groups and the ring's two halves: which is which must not matter
    swapped = points.copy()
    matches = ligand.mol.GetSubstructMatches(ligand.mol, uniquify=False, maxMatches=1000)
    swapped[list(range(len(points)))] = points[list(matches[-1])]
    assert matches[-1] != matches[0]
    again = overlay_core(pair, points, swapped)
    assert again is not None and again.in_place_angstrom == pytest.approx(0.0, abs=1e-6)
