"""Amber's own programs: what is read from them, and what is said when they fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from physics_cases import shaken

from workbench.errors import PhysicsError
from workbench.ligands.reading import load_ligand
from workbench.physics.amber_molecules import described
from workbench.physics.antechamber import (
    HOME_VARIABLE,
    PROGRAMS,
    program_folder,
    read_frcmod,
    typing,
)

FRCMOD = """Remark line goes here
MASS
c3 12.010        0.878

BOND
c3-ss  184.74   1.841
c -ns  427.60   1.379       same as  c- n, penalty score=  0.0

ANGLE
c3-ss-c3   60.200      99.240

DIHE
c3-c -ns-c3   1    0.000         0.000          -2.000
c3-c -ns-c3   1    1.500       180.000           1.000
X -c -ns-X    4   10.000       180.000           2.000

IMPROPER
c3-ns-c -o         10.5          180.0         2.0          Using the default value

NONBON
  ss          1.9825  0.2824
"""


def test_a_parameter_file_is_read() -> None:
    terms = read_frcmod(FRCMOD)
    assert terms.find("bond", ("ss", "c3")) == [((184.74, 1.841), "")]
    assert terms.rows["bond", ("c", "ns")][0].source == "same as c-n, penalty score= 0.0"
    assert terms.find("angle", ("c3", "ss", "c3")) == [((60.2, 99.24), "")]
    assert [term.values for term in terms.rows["torsion", ("c3", "c", "ns", "c3")]] == [
        (0.0, 0.0, 2.0),
        (1.5, 180.0, 1.0),
    ]
    # One barrier of 10 kcal/mol that four torsions share.
    assert terms.rows["torsion", ("X", "c", "ns", "X")][0].values == (2.5, 180.0, 2.0)
    assert terms.improper("c", ("o", "c3", "ns")) == (
        (1, 2, 0),
        ((10.5, 180.0, 2.0), "Using the default value"),
    )
    assert terms.find("size", ("ss",)) == [((0.2824, 1.9825), "")]


def test_a_parameter_that_was_left_open_is_refused() -> None:
    text = FRCMOD.replace(
        "c3-ss  184.74   1.841", "c3-ss    0.00   0.000       ATTN, need revision"
    )
    with pytest.raises(PhysicsError, match="no parameter for c3-ss"):
        read_frcmod(text)


def test_programs_that_are_not_there_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROGRAMS[:2]:
        script(tmp_path / name, "exit 0")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    with pytest.raises(PhysicsError, match=f"sqm is not in the folder that {HOME_VARIABLE} names"):
        program_folder()
    monkeypatch.delenv(HOME_VARIABLE)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PhysicsError, match="sqm is not in the PATH: install AmberTools"):
        program_folder()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo 'cannot run sqm'; exit 1", "antechamber failed: cannot run sqm; use --force-field"),
        ("exit 0", "antechamber failed: it said nothing"),
        ("printf '@<TRIPOS>ATOM\\n@<TRIPOS>BOND\\n' > out.mol2", "returned 0 atoms of 9"),
    ],
)
def test_a_program_that_fails_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    for name in PROGRAMS:
        script(tmp_path / name, body)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    mol = shaken("CCO")
    with pytest.raises(PhysicsError, match=message):
        typing(mol, mol.GetConformer().GetPositions())


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("antechamber"), reason="Amber's programs are not installed")
def test_methanethiol_gets_the_types_and_charges_of_its_groups() -> None:
    molecule, terms = described(load_ligand("CS"), (), 1)
    assert molecule.types == ("c3", "sh", "h1", "h1", "h1", "hs")
    assert molecule.charges.sum() == pytest.approx(0, abs=1e-6)
    assert len(set(np.round(molecule.charges[2:5], 6))) == 1
    (bond,) = terms.find("bond", ("c3", "sh")) or []
    assert bond.values[1] == pytest.approx(1.82, abs=0.03)
