"""What turning a bond costs: mirror images alike, barriers as known, symmetric turns repeat."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from workbench.docking.torsion_profiles import series_energy, torsion_atoms, torsion_series
from workbench.docking.torsions import turning_bonds
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand

CF3_ON_RING = "F[$(C(F)(F)F)]c:c"
METHOXY_ON_RING = "[CH3]Oc:c"
ANGLES = np.radians(np.arange(-180.0, 180.0, 5.0))


def profile(adduct: Adduct, start: int, end: int) -> np.ndarray:
    torsion = torsion_atoms(adduct.mol, start, end)
    assert torsion is not None
    series = torsion_series(adduct, torsion)
    return series_energy(np.repeat(series[None], len(ANGLES), axis=0), ANGLES)


def test_mirror_images_cost_the_same_turned_the_other_way() -> None:
    one, other = enumerate_adducts(load_ligand("KPT-185"))
    lopsided = 0
    for start, end in turning_bonds(one):
        if torsion_atoms(one.mol, start, end) is None:
            continue
        here, there = profile(one, start, end), profile(other, start, end)
        turned = np.roll(there[::-1], 1)
        if abs(here - there).max() > 1e-9:
            # the fragment holds the stereocentre: else it is the same one for both
            assert here == pytest.approx(turned, abs=1e-9)
            lopsided += 1
    assert lopsided >= 2


def bond_profile(adduct: Adduct, smarts: str) -> np.ndarray:
    """The profile of the bond between the middle two of a pattern's four atoms, every 5 degrees."""
    (match, *_) = adduct.mol.GetSubstructMatches(Chem.MolFromSmarts(smarts))
    return profile(adduct, match[1], match[2])


def test_barriers_are_those_known() -> None:
    """Anisole is flat, 2.7-3.6 kcal/mol below the upright form; benzotrifluoride turns freely."""
    adduct = enumerate_adducts(load_ligand("KPT-185"))[0]
    anisole = bond_profile(adduct, METHOXY_ON_RING)[:: len(ANGLES) // 4]
    assert anisole[[0, 2]] == pytest.approx(0.0, abs=0.1)
    assert anisole[[1, 3]] == pytest.approx(3.1, abs=1.0)
    rotor = bond_profile(adduct, CF3_ON_RING)
    assert rotor.max() < 0.5


def test_a_turn_looks_the_same_as_often_as_its_ends_do() -> None:
    """CF3 on a flat ring: every 60 degrees, to either side; methoxy on one: every 180."""
    adduct = enumerate_adducts(load_ligand("KPT-185"))[0]
    for smarts, degrees in ((CF3_ON_RING, 60), (METHOXY_ON_RING, 180)):
        found = bond_profile(adduct, smarts)
        assert np.roll(found, degrees // 5) == pytest.approx(found, abs=1e-6)
        assert np.roll(found[::-1], 1) == pytest.approx(found, abs=1e-6)
