"""What is added to a pose on request: MM/GBSA, deformation, strain of the reaction centre."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.ligands.poses import Pose
from workbench.physics.deformation import receptor_deformation
from workbench.physics.mmgbsa import MmGbsa
from workbench.pipeline.refinement import Extras, refine
from workbench.pipeline.reopening import DockedFolder
from workbench.settings import DockSettings, MinimizationSettings

SMALL = DockSettings(minimization=MinimizationSettings(mobile_angstrom=2.0))


def test_extras_are_columns_of_their_own(folder: Path) -> None:
    pytest.importorskip("tblite", reason="optional extra: react")
    bonded, _ = DockedFolder(folder).bonded("bS_1")
    pose = Pose(bonded.adduct, bonded.heavy_coordinates(), -10.0, {})
    (found,) = refine(
        [pose], [bonded], [bonded], SMALL, 1, lambda: None, Extras(mmgbsa=True, reaction=True)
    )
    minimum = found.minimised
    assert found.mmgbsa == MmGbsa(minimum.bonded).interaction().by_term()
    alone = receptor_deformation(
        minimum.bonded, minimum.mobile, SMALL.minimization, threads=1
    ).deformation_kcal_per_mol
    assert found.deformation_kcal_per_mol == pytest.approx(alone, abs=1e-6)
    assert found.reaction_strain_kcal_per_mol is not None
    assert 0 <= found.reaction_strain_kcal_per_mol < 40
    assert min(found.residue_energies_kcal_per_mol.values()) < -1
