"""PoseBusters on a bonded pose: the parts that it is given, and its opinion where installed."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from analysis_toys import moved
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.analysis.posebusting import load_posebusters, separated
from workbench.errors import UsageError
from workbench.physics.complex import Complex


def test_the_ligand_is_the_thiol_and_the_protein_has_no_cysteine(selinexor_complex):
    ligand, protein = separated(selinexor_complex)
    # selinexor C17H11F6N7O and H2S
    assert CalcMolFormula(ligand) == "C17H13F6N7OS"
    (sulphur,) = (a for a in ligand.GetAtoms() if a.GetSymbol() == "S")
    assert sulphur.GetTotalNumHs() == 1
    points = ligand.GetConformer().GetPositions()
    bonded = selinexor_complex.coordinates[selinexor_complex.sg]
    assert points[sulphur.GetIdx()] == pytest.approx(bonded)
    residues = {a.GetPDBResidueInfo().GetResidueName() for a in protein.GetAtoms()}
    assert residues
    assert not residues & {"CYS", "LIG"}


def test_posebusters_passes_a_good_pose_and_sees_a_long_bond(selinexor_complex: Complex) -> None:
    pytest.importorskip("posebusters", reason="needs the extra 'checks'")
    judge = load_posebusters()
    good = judge(selinexor_complex)
    assert good["checks"]["bond_lengths"]
    assert good["failed"] == [name for name, passed in good["checks"].items() if not passed]
    assert "cysteine was taken out" in good["note"]
    stretched = moved(selinexor_complex, selinexor_complex.sg, np.array([1.5, 0.0, 0.0]))
    assert not judge(stretched)["checks"]["bond_lengths"]


def test_without_posebusters_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "posebusters", None)
    with pytest.raises(UsageError, match=r"pip install 'xpo1-workbench\[checks\]'"):
        load_posebusters()
