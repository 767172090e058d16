"""Make ``amber_reference.json``: Amber energies by term, from topologies that tleap builds.

    WORKBENCH_AMBER_BIN=<folder of tleap> PYTHONPATH=tests/physics \
        python scripts/make_amber_reference.py

tleap reads its own leaprc.protein.ff14SB and leaprc.gaff2; from the workbench it gets charges and
types of the ligand, the parameters that are not in GAFF2 itself (fitted, or estimated by
parmchk2), and coordinates. OpenMM's reader of prmtop files then gives the energies.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray
from openmm import app
from physics_cases import capped_cysteine_complex, shaken
from rdkit import Chem

from workbench.ligands.reading import load_ligand
from workbench.physics.amber_molecules import SIDE_CHAIN, AmberMolecule, described
from workbench.physics.amber_tables import (
    ACETAL,
    AmberTerms,
    placed,
    shipped_molecules,
    shipped_terms,
)
from workbench.physics.complex import Complex

FloatArray = NDArray[np.float64]

OUT = Path(__file__).resolve().parent.parent / "tests" / "physics" / "amber_reference.json"
SHORT = {ACETAL: "Y1"}  # tleap's types have two letters
BOUNDARY = {"ss": "S", "c3": "2C", "h1": "H1"}  # ff14SB's names of SG, CB and HB
DRUG = "selinexor"


def main() -> None:
    """Write the reference energies of an intact drug and of a capped adduct."""
    record = {"intact": intact(), "adduct": adduct()}
    OUT.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def intact() -> dict[str, Any]:
    """Return selinexor alone, its atoms a little away from a minimum."""
    molecule = next(m for m in shipped_molecules() if m.name == DRUG and m.form == "drug")
    mol = shaken(load_ligand(DRUG).smiles)
    places = placed(molecule, *graph(mol), None)
    assert places is not None
    points = mol.GetConformer().GetPositions()
    lines = ["mol = loadmol2 lig.mol2"]
    names, energies = built(molecule, points[places], {}, lines, shipped_terms())
    assert names == [f"LIG:{name}" for name in mol2_names(molecule)]
    return {"coordinates": points.round(6).tolist(), "energies": energies}


def adduct() -> dict[str, Any]:
    """Return selinexor bonded to Ac-Cys-NHMe."""
    bonded = capped_cysteine_complex(DRUG)
    noise = np.random.default_rng(5).normal(0, 0.03, bonded.coordinates.shape)
    points = (bonded.coordinates + noise).round(6)
    molecule, terms, places = described(bonded)
    host = amber_names(bonded)
    lines = [
        "host = loadpdb host.pdb",
        "lig = loadmol2 lig.mol2",
        "mol = combine { host lig }",
        *(f"set mol.2.{name} charge {molecule.side_chain[name]:.6f}" for name in SIDE_CHAIN),
        f"bond mol.2.SG mol.4.{mol2_names(molecule)[molecule.reactive or 0]}",
    ]
    _, energies = built(
        molecule, points[places], {name: points[i] for name, i in host.items()}, lines, terms
    )
    return {"coordinates": points.tolist(), "energies": energies}


def graph(mol: Chem.Mol) -> tuple[list[str], list[tuple[int, int]]]:
    """Return elements and bonds."""
    edges = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]
    return [atom.GetSymbol() for atom in mol.GetAtoms()], edges


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


def mol2_names(molecule: AmberMolecule) -> list[str]:
    """Return atom names of a mol2 file."""
    return [f"{symbol}{k}" for k, symbol in enumerate(molecule.elements, start=1)]


def built(
    molecule: AmberMolecule,
    ligand: FloatArray,
    host: dict[str, FloatArray],
    lines: Sequence[str],
    terms: AmberTerms,
) -> tuple[list[str], dict[str, float]]:
    """Let tleap build the topology, and return its atoms and the energies by term."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lig.mol2").write_text(mol2(molecule, ligand))
        (folder / "extra.frcmod").write_text(frcmod(terms, bool(host)))
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
    names = [f"{residue}:{name}" for residue, name in pairs]
    here = {f"LIG:{n}": p for n, p in zip(mol2_names(molecule), ligand, strict=True)} | host
    return names, energies(top.createSystem(), np.array([here[n] for n in names]))


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


def mol2(molecule: AmberMolecule, points: FloatArray) -> str:
    """Return a ligand as a mol2 file."""
    n_atoms, n_bonds = len(molecule.elements), len(molecule.bonds)
    rows = ["@<TRIPOS>MOLECULE", "LIG", f"{n_atoms} {n_bonds} 1 0 0", "SMALL", "USER_CHARGES", ""]
    rows.append("@<TRIPOS>ATOM")
    columns = (mol2_names(molecule), points, molecule.types, molecule.charges)
    for k, (name, (x, y, z), kind, charge) in enumerate(zip(*columns, strict=True), start=1):
        shown = SHORT.get(kind, kind)
        rows.append(f"{k} {name} {x:.6f} {y:.6f} {z:.6f} {shown} 1 LIG {charge:.6f}")
    rows.append("@<TRIPOS>BOND")
    rows += [f"{k} {i + 1} {j + 1} 1" for k, (i, j) in enumerate(molecule.bonds.tolist(), start=1)]
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


def frcmod(terms: AmberTerms, bonded: bool) -> str:
    """Return what tleap cannot find in GAFF2 itself; with it the terms across the bond."""

    def versions(types: tuple[str, ...]) -> list[tuple[str, ...]]:
        short = tuple(SHORT.get(t, t) for t in types)
        if not bonded or "ss" not in types or ACETAL not in types:
            return [short]
        place = types.index("ss")
        outside = range(place) if types.index(ACETAL) > place else range(place, len(types))
        mixed = [
            BOUNDARY[t] if k in outside or k == place else short[k] for k, t in enumerate(types)
        ]
        ends = [0, len(types) - 1]
        # CA, three bonds from the ligand, is CX
        if len(types) == 4 and place in (1, 2) and types[place - 1 if place == 2 else 2] == "c3":
            end = ends[0] if place == 2 else ends[1]
            if types[end] == "c3":
                mixed[end] = "CX"
        return [tuple(mixed)]

    def foreign(types: tuple[str, ...], source: str) -> bool:
        return bool(source) or ACETAL in types

    own = [t for t, (_, _, source) in terms.van_der_waals.items() if foreign((t,), source)]
    # Masses must be there; no energy depends on them.
    rows = ["from the workbench's tables", "MASS", *(f"{SHORT.get(t, t)} 12.010" for t in own), ""]
    for title, table in (("BOND", terms.bonds), ("ANGLE", terms.angles)):
        rows.append(title)
        for types, term in table.items():
            if foreign(types, term.source):
                for version in versions(types):
                    k, rest = term.values
                    rows.append(f"{joined(version)}{k:9.4f}{rest:12.5f}")
        rows.append("")
    rows.append("DIHE")
    for types, found in terms.propers.items():
        if foreign(types, found[-1].source):
            for version in versions(types):
                for place, (k, phase, fold) in enumerate(term.values for term in found):
                    sign = -1 if place + 1 < len(found) else 1
                    rows.append(f"{joined(version)}   1{k:9.4f}{phase:14.3f}{sign * fold:16.3f}")
    rows += ["", "IMPROPER"]
    for types, term in terms.impropers.items():
        k, phase, fold = term.values
        short = joined(tuple(SHORT.get(t, t) for t in types))
        rows.append(f"{short}{k:13.4f}{phase:15.1f}{fold:12.1f}")
    rows += ["", "NONBON"]
    for kind in own:
        radius, depth, _ = terms.van_der_waals[kind]
        rows.append(f"  {SHORT.get(kind, kind):2s}{radius:16.4f}{depth:8.4f}")
    return "\n".join([*rows, "", ""])


def joined(types: tuple[str, ...]) -> str:
    """Return types as tleap writes them."""
    return "-".join(f"{t:<2s}" for t in types)


if __name__ == "__main__":
    main()
