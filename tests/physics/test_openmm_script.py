"""The OpenMM script of the how-to, run as a stranger would: OpenMM alone, no workbench."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from openmm import app
from physics_cases import capped_cysteine_complex

from workbench.ligands.reading import load_ligand
from workbench.physics.amber_molecules import ligand_force_field
from workbench.physics.complex import Complex, complex_texts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how_to.md"
ANALOG = r"CC(C)OC(=O)/C=C\n1cnc(-c2cc(Cl)cc(C(F)(F)F)c2)n1"
ALONE = "\nimport sys\nassert 'openmm' in sys.modules and 'workbench' not in sys.modules\n"
SHORTER = {"padding=1.0": "padding=0.75"}
SHORTEST = SHORTER | {
    "minimizeEnergy()": "minimizeEnergy(maxIterations=5)",
    "step(5000)": "step(20)",
}


def tether_after(
    bonded: Complex, text: str, name: str, folder: Path, changes: dict[str, str]
) -> float:
    """Run the script on a complex, and return the length of S-C at its end, angstrom."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (script,) = (block for block in blocks if "residueTemplates" in block)
    for old, new in (changes | {"selinexor-": f"{name}-"}).items():
        assert old in script
        script = script.replace(old, new)
    (folder / "complex.pdb").write_text(complex_texts(bonded)[0])
    (folder / "ligand.xml").write_text(text)
    (folder / "script.py").write_text(script + ALONE)
    done = subprocess.run(
        [sys.executable, "-I", "script.py"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        | {"OPENMM_CPU_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    after = app.PDBFile(str(folder / "after.pdb"))
    waters = sum(residue.name == "HOH" for residue in after.topology.residues())
    assert waters > 200
    points = after.getPositions(asNumpy=True)._value * 10
    return float(np.linalg.norm(points[bonded.sg] - points[bonded.reactive_carbon]))


def shipped(drug: str) -> str:
    return files("workbench").joinpath("data", "ffxml", f"{drug}.xml").read_text("utf-8")


def test_the_script_of_the_page_runs_without_the_workbench(tmp_path: Path) -> None:
    bonded = capped_cysteine_complex("selinexor")
    length = tether_after(bonded, shipped("selinexor"), "selinexor", tmp_path, SHORTEST)
    assert length == pytest.approx(1.82, abs=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("drug", ["selinexor", "eltanexor"])
def test_the_drug_stays_bonded_for_ten_picoseconds(drug: str, tmp_path: Path) -> None:
    bonded = capped_cysteine_complex(drug)
    assert tether_after(bonded, shipped(drug), drug, tmp_path, SHORTER) == pytest.approx(
        1.82, abs=0.15
    )


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("antechamber"), reason="Amber's programs are not installed")
def test_a_new_analog_stays_bonded_too(tmp_path: Path) -> None:
    pytest.importorskip("tblite", reason="optional extra: react")
    text = ligand_force_field(load_ligand(ANALOG))
    name = re.findall(r'Residue name="(\w+)-adduct"', text)[0]
    length = tether_after(capped_cysteine_complex(ANALOG), text, name, tmp_path, SHORTER)
    assert length == pytest.approx(1.82, abs=0.15)
