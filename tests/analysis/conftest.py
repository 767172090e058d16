from __future__ import annotations

from importlib import resources

import pytest
from analysis_toys import SELINEXOR_BS, adduct_from, bonded_complex
from rdkit import Chem

from workbench.physics.complex import Complex


@pytest.fixture(scope="session")
def selinexor_complex() -> Complex:
    """Return ACE-Cys-NME with selinexor, beta carbon S, minimised."""
    return bonded_complex(adduct_from(SELINEXOR_BS, 3))


@pytest.fixture(scope="session")
def reference_molecules() -> dict[str, Chem.Mol]:
    """Return the shipped reference poses, heavy atoms, by component name."""
    folder = resources.files("workbench") / "data" / "reference_poses"
    return {
        file.name[:3]: Chem.MolFromMolBlock(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sdf")
    }
