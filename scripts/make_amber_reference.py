"""Make ``amber_reference.json``: Amber energies by term, from topologies that tleap builds.

    WORKBENCH_AMBER_BIN=<folder of tleap> PYTHONPATH=tests/physics \
        python scripts/make_amber_reference.py

tleap reads its own leaprc.protein.ff14SB and leaprc.gaff2; from the drug's ForceField file it gets
charges and types of the ligand, the parameters that are not in GAFF2 itself (fitted, or estimated
by parmchk2) and those across the bond. OpenMM's reader of prmtop files then gives the energies.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openmm
from numpy.typing import NDArray
from openmm import app
from physics_cases import capped_cysteine_complex, shaken

from workbench.ligands.reading import load_ligand
from workbench.physics.amber_terms import ACETAL
from workbench.physics.amber_xml import SIDE_CHAIN
from workbench.physics.complex import Complex, ligand_mask

FloatArray = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "tests" / "physics" / "amber_reference.json"
SHORT = {ACETAL: "Y1"}  # tleap's types have two letters
DRUG = "selinexor"
FILE = ElementTree.parse(ROOT / "workbench" / "data" / "ffxml" / f"{DRUG}.xml").getroot()
CLASSES = {row.attrib["name"]: row.attrib["class"] for row in FILE.iter("Type")}
KJ = 4.184


def main() -> None:
    """Write the reference energies of an intact drug and of a capped adduct."""
    record = {"intact": intact(), "adduct": adduct()}
    OUT.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def intact() -> dict[str, Any]:
    """Return selinexor alone, its atoms a little away from a minimum."""
    points = shaken(load_ligand(DRUG).smiles).GetConformer().GetPositions()
    lines = ["mol = loadmol2 lig.mol2"]
    return {
        "coordinates": points.round(6).tolist(),
        "energies": built(template(f"{DRUG}-drug"), points, {}, lines),
    }


def adduct() -> dict[str, Any]:
    """Return selinexor bonded to Ac-Cys-NHMe."""
    bonded = capped_cysteine_complex(DRUG)
    noise = np.random.default_rng(5).normal(0, 0.03, bonded.coordinates.shape)
    points = (bonded.coordinates + noise).round(6)
    host = {name: points[i] for name, i in amber_names(bonded).items()}
    charges = {row.get("name"): row.get("charge") for row in template(f"{DRUG}-adduct-CYS")}
    lines = [
        "host = loadpdb host.pdb",
        "lig = loadmol2 lig.mol2",
        "mol = combine { host lig }",
        *(f"set mol.2.{name} charge {charges[name]}" for name in SIDE_CHAIN),
        f"bond mol.2.SG mol.4.{bonded.atoms[bonded.reactive_carbon].name}",
    ]
    ligand = template(f"{DRUG}-adduct-LIG")
    energies = built(ligand, points[ligand_mask(bonded)], host, lines)
    return {"coordinates": points.tolist(), "energies": energies}


def template(name: str) -> ElementTree.Element:
    """Return a residue of the drug's file."""
    found = FILE.find(f"Residues/Residue[@name='{name}']")
    assert found is not None
    return found


def short(kind: str) -> str:
    """Return tleap's name of a type or class of the drug's file."""
    plain = kind.removeprefix(f"{DRUG}-").removeprefix("protein-")
    return SHORT.get(plain, plain)


def amber_names(bonded: Complex) -> dict[str, int]:
    """Return ``residue:name`` as Amber's libraries have it, to the index in the complex."""
    heavy = {"CYX:N": "H", "CYX:CA": "HA", "CYX:CB": "HB", "NME:N": "H"}
    found: dict[str, int] = {}
    for index, atom in enumerate(bonded.atoms):
        if atom.residue_name == "LIG" or atom.element == "H":
            continue
        residue = {"CYS": "CYX"}.get(atom.residue_name, atom.residue_name)
        name = {("NME", "CH3"): "C"}.get((residue, atom.name), atom.name)
        found[f"{residue}:{name}"] = index
        around = [n.GetIdx() for n in bonded.mol.GetAtomWithIdx(index).GetNeighbors()]
        hydrogens = [i for i in around if bonded.atoms[i].element == "H"]
        stem = heavy.get(f"{residue}:{name}", "H")
        first = 2 if stem == "HB" else 1
        for k, hydrogen in enumerate(hydrogens, start=first):
            found[f"{residue}:{stem}{k if len(hydrogens) > 1 else ''}"] = hydrogen
    return found


def built(
    residue: ElementTree.Element,
    ligand: FloatArray,
    host: dict[str, FloatArray],
    lines: Sequence[str],
) -> dict[str, float]:
    """Let tleap build the topology, and return the energies by term."""
    atoms = residue.findall("Atom")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lig.mol2").write_text(mol2(residue, ligand))
        (folder / "extra.frcmod").write_text(frcmod())
        (folder / "host.pdb").write_text(pdb(host))
        added = f'addAtomTypes {{ {{ "{SHORT[ACETAL]}" "C" "sp3" }} }}'
        script = ["source leaprc.protein.ff14SB", "source leaprc.gaff2", added]
        script += ["loadamberparams extra.frcmod", *lines, "saveamberparm mol out.top out.crd"]
        (folder / "leap.in").write_text("\n".join([*script, "quit", ""]))
        tleap = Path(os.environ["WORKBENCH_AMBER_BIN"]) / "tleap"
        done = subprocess.run(
            [str(tleap), "-f", "leap.in"], cwd=folder, capture_output=True, text=True, check=False
        )
        if not (folder / "out.top").is_file():
            raise SystemExit(done.stdout[-3000:] + done.stderr)
        top = app.AmberPrmtopFile(str(folder / "out.top"))
    # OpenMM's reader calls CYX by its PDB name.
    pairs = [(atom.residue.name.replace("CYS", "CYX"), atom.name) for atom in top.topology.atoms()]
    own = zip((f"LIG:{atom.get('name')}" for atom in atoms), ligand, strict=True)
    here = dict(own) | host
    points = np.array([here[f"{residue}:{name}"] for residue, name in pairs])
    return energies(top.createSystem(), points)


def energies(system: openmm.System, points: FloatArray) -> dict[str, float]:
    """Return kcal/mol by term."""
    for group, force in enumerate(system.getForces()):
        force.setForceGroup(group)
        if isinstance(force, openmm.NonbondedForce):
            pairs = force
    found = {}
    for key, kind in (
        ("bond", openmm.HarmonicBondForce),
        ("angle", openmm.HarmonicAngleForce),
        ("torsion", openmm.PeriodicTorsionForce),
        ("both", openmm.NonbondedForce),
    ):
        groups = {f.getForceGroup() for f in system.getForces() if type(f) is kind}
        found[key] = energy(system, points, groups)
    for index in range(pairs.getNumParticles()):
        _, sigma, epsilon = pairs.getParticleParameters(index)
        pairs.setParticleParameters(index, 0.0, sigma, epsilon)
    for index in range(pairs.getNumExceptions()):
        first, second, _, sigma, epsilon = pairs.getExceptionParameters(index)
        pairs.setExceptionParameters(index, first, second, 0.0, sigma, epsilon)
    found["van_der_waals"] = energy(system, points, {pairs.getForceGroup()})
    found["electrostatic"] = found.pop("both") - found["van_der_waals"]
    return {key: round(value, 6) for key, value in found.items()}


def energy(system: openmm.System, points: FloatArray, groups: set[int]) -> float:
    """Return the energy of some force groups, kcal/mol."""
    context = openmm.Context(
        system, openmm.VerletIntegrator(0.001), openmm.Platform.getPlatformByName("Reference")
    )
    context.setPositions(points / 10)
    state = context.getState(getEnergy=True, groups=groups)
    return float(state.getPotentialEnergy().value_in_unit(openmm.unit.kilocalories_per_mole))


def mol2(residue: ElementTree.Element, points: FloatArray) -> str:
    """Return a ligand as a mol2 file."""
    atoms, bonds = residue.findall("Atom"), residue.findall("Bond")
    place = {atom.get("name"): k for k, atom in enumerate(atoms, start=1)}
    rows = ["@<TRIPOS>MOLECULE", "LIG", f"{len(atoms)} {len(bonds)} 1 0 0", "SMALL"]
    rows += ["USER_CHARGES", "", "@<TRIPOS>ATOM"]
    for (name, k), (x, y, z), atom in zip(place.items(), points, atoms, strict=True):
        kind = short(CLASSES[atom.attrib["type"]])
        rows.append(f"{k} {name} {x:.6f} {y:.6f} {z:.6f} {kind} 1 LIG {atom.get('charge')}")
    rows.append("@<TRIPOS>BOND")
    for k, bond in enumerate(bonds, start=1):
        rows.append(f"{k} {place[bond.get('atomName1')]} {place[bond.get('atomName2')]} 1")
    rows += ["@<TRIPOS>SUBSTRUCTURE", "1 LIG 1 TEMP 0 **** **** 0 ROOT", ""]
    return "\n".join(rows)


def pdb(host: dict[str, FloatArray]) -> str:
    """Return the host as a PDB file."""
    rows = []
    for number, residue in enumerate(("ACE", "CYX", "NME"), start=1):
        for key, (x, y, z) in host.items():
            name = key.partition(":")[2]
            if key.startswith(residue):
                rows.append(
                    f"ATOM  {len(rows) + 1:5d} {name:^4s} {residue} A{number:4d}    "
                    f"{x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00"
                )
    return "\n".join([*rows, "END", ""])


def frcmod() -> str:
    """Return what tleap does not find in GAFF2 or ff14SB: fitted, estimated, across the bond."""
    own = SHORT[ACETAL]
    (size,) = (a for a in FILE.iter("Atom") if a.get("class") == f"{DRUG}-{ACETAL}")
    # Masses must be there; no energy depends on them.
    rows = ["from the workbench's file", "MASS", f"{own} 12.010", ""]
    for title, tag, rest, units in (
        ("BOND", "Bond", "length", (10.0, 2 * KJ * 100)),
        ("ANGLE", "Angle", "angle", (math.degrees(1), 2 * KJ)),
    ):
        rows.append(title)
        for row, kinds in foreign(tag):
            k, at_rest = float(row.attrib["k"]) / units[1], float(row.attrib[rest]) * units[0]
            rows.append(f"{kinds}{k:10.4f}{at_rest:12.5f}")
        rows.append("")
    rows.append("DIHE")
    for row, kinds in foreign("Proper"):
        n_terms = sum(name.startswith("phase") for name in row.attrib)
        for place in range(1, n_terms + 1):
            k, phase, fold = series(row, place)
            sign = -1 if place < n_terms else 1
            rows.append(f"{kinds}   1{k:9.4f}{phase:14.3f}{sign * fold:16.3f}")
    rows += ["", "IMPROPER"]
    for row in FILE.iter("Improper"):
        k, phase, fold = series(row, 1)
        centre, *around = (short(CLASSES.get(t, t)) for t in types_of(row))
        around.insert(2, centre)
        rows.append(f"{joined(around)}{k:13.4f}{phase:15.1f}{fold:12.1f}")
    radius = float(size.attrib["sigma"]) * 10 / 2 ** (5 / 6)
    depth = float(size.attrib["epsilon"]) / KJ
    rows += ["", "NONBON", f"  {own:2s}{radius:16.4f}{depth:8.4f}", "", ""]
    return "\n".join(rows)


def foreign(tag: str) -> list[tuple[ElementTree.Element, str]]:
    """Return the rows that are not GAFF2's own, with their types as tleap writes them."""
    found = []
    for row in FILE.iter(tag):
        kinds = types_of(row)
        outside = any(kind.startswith("protein-") or kind.endswith("*") for kind in kinds)
        if len(kinds) > 1 and (outside or "source" in row.attrib):
            found.append((row, joined([short(kind) for kind in kinds])))
    return found


def types_of(row: ElementTree.Element) -> list[str]:
    """Return the types or classes of a term."""
    return [v for k, v in row.attrib.items() if k[:-1] in ("class", "type")]


def series(row: ElementTree.Element, place: int) -> tuple[float, float, float]:
    """Return k (kcal/mol), phase (degree) and periodicity of one part of a torsion."""
    k, phase = float(row.attrib[f"k{place}"]) / KJ, float(row.attrib[f"phase{place}"])
    return k, math.degrees(phase), float(row.attrib[f"periodicity{place}"])


def joined(types: Sequence[str]) -> str:
    """Return types as tleap writes them."""
    return "-".join(f"{t:<2s}" for t in types)


if __name__ == "__main__":
    main()
