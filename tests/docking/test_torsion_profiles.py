"""What turning a bond costs: mirror images alike, barriers as known."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.docking.torsion_profiles import series_energy, torsion_atoms, torsion_series
from workbench.docking.torsions import turning_bonds
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand

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
