"""Fit the GAFF2 terms that are wrong for SINE drugs: ``workbench/data/gaff2_fitted.csv``.

Two small models are computed with M06-2X/def2-SVP: 1-(1-methylthioethyl)-1,2,4-triazole for the
bonds and the angle of the N,S-acetal, and (Z)-3-(1,2,4-triazol-1-yl)propenal for the
torsion about the N-vinyl bond (relaxed with GFN2, energies M06-2X). Needs pyscf and tblite
(``xpo1-workbench[react]``) and Amber's programs; see ``make_ffxml.py``.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray
from openmm import app
from rdkit import Chem
from rdkit.Chem import rdMolTransforms
from scipy.optimize import minimize

from workbench.gfn2 import ANGSTROM_PER_BOHR, KCAL_PER_HARTREE, Gfn2, Point, minimised
from workbench.ligands.conformers import conformers
from workbench.ligands.reading import load_ligand
from workbench.physics.amber_molecules import described, refitted
from workbench.physics.amber_terms import ACETAL, FITTED_FILE, AmberTerms, Kind, Term
from workbench.physics.amber_xml import AmberMolecule, force_field_xml
from workbench.physics.assembly import ligand_records, topology_of, with_conformer
from workbench.physics.mmff_parameters import edges_of

FloatArray = NDArray[np.float64]

FOLDER = Path(__file__).resolve().parent.parent / "workbench" / "data"
FUNCTIONAL, BASIS, GRID_LEVEL = "m062x", "def2-svp", 1
SOURCE = "fitted to M06-2X/def2-SVP (scripts/fit_amber_terms.py)"

ACETAL_MODEL = "CC(SC)n1cncn1"
VINYL_MODEL = "O=C/C=C\\n1cncn1"
SCAN_DEGREE = (0, 45, 90, 135, 180)
N_REFERENCES = 1
_ROUNDS = 8
_STEPS = 8
_TRUST_ANGSTROM = 0.16
_GRADIENT = 1e-3


class Restrained:
    """GFN2 with k (1 - cos(angle - angle at the start)) on one torsion."""

    _STIFFNESS = 5.0 * KCAL_PER_HARTREE

    def __init__(self, mol: Chem.Mol, start: FloatArray, atoms: tuple[int, int, int, int]) -> None:
        self._free = Gfn2(mol)
        self._atoms = list(atoms)
        self._target, _ = torsion(start[self._atoms])

    def __call__(self, points: FloatArray) -> Point:
        """Return energy and gradient at ``(n_atoms, 3)`` angstrom, kcal/mol."""
        free = self._free(points)
        angle, slope = torsion(points[self._atoms])
        off = angle - self._target
        free.gradient[self._atoms] += self._STIFFNESS * np.sin(off) * slope
        energy = free.energy + float(self._STIFFNESS * (1 - np.cos(off)))
        return free._replace(energy=energy)


def torsion(points: FloatArray) -> tuple[float, FloatArray]:
    """Return a torsion angle in radians and its gradient, ``(4, 3)`` per unit of length."""
    back, axis, front = points[0] - points[1], points[2] - points[1], points[3] - points[2]
    left, right = np.cross(back, axis), np.cross(front, axis)
    length = np.linalg.norm(axis)
    angle = np.arctan2(np.dot(np.cross(left, right), axis) / length, np.dot(left, right))
    first = left * length / (left @ left)
    last = -right * length / (right @ right)
    along_back, along_front = (back @ axis) / length**2, (front @ axis) / length**2
    second = -first + along_back * first + along_front * last
    return float(angle), np.array([first, second, -(first + second + last), last])


def density_functional(mol: Chem.Mol, points: FloatArray) -> Any:
    """Return a converged M06-2X/def2-SVP calculation at ``(n_atoms, 3)`` angstrom."""
    from pyscf import dft, gto

    symbols = [atom.GetSymbol() for atom in mol.GetAtoms()]
    molecule = gto.M(atom=list(zip(symbols, points.tolist(), strict=True)), basis=BASIS, verbose=0)
    field = dft.RKS(molecule).density_fit()
    field.xc = FUNCTIONAL
    field.grids.level = GRID_LEVEL
    field.conv_tol = 1e-7
    field.kernel()
    print(f"  {field.e_tot:.6f} hartree", flush=True)
    return field


def optimised(mol: Chem.Mol, points: FloatArray) -> FloatArray:
    """Return coordinates at the next M06-2X minimum.

    GFN2's energy, tilted so that its gradient is M06-2X's at the present point, is minimised
    again and again: a few M06-2X gradients suffice.
    """
    cheap = Gfn2(mol)
    unit = KCAL_PER_HARTREE / ANGSTROM_PER_BOHR
    flat = points.ravel()
    for _ in range(_STEPS):
        field = density_functional(mol, flat.reshape(-1, 3))
        gradient = field.nuc_grad_method().kernel().ravel()
        print(f"  largest gradient {np.abs(gradient).max():.5f}", flush=True)
        if np.abs(gradient).max() < _GRADIENT:
            break
        tilt = _internal(gradient * unit - cheap(flat.reshape(-1, 3)).gradient.ravel(), flat)

        def tilted(at: FloatArray, tilt: FloatArray = tilt) -> tuple[float, FloatArray]:
            there = cheap(at.reshape(-1, 3))
            return there.energy + float(tilt @ at), there.gradient.ravel() + tilt

        near = list(zip(flat - _TRUST_ANGSTROM, flat + _TRUST_ANGSTROM, strict=True))
        flat = minimize(tilted, flat, jac=True, method="L-BFGS-B", bounds=near).x
        print(f"  coordinates, angstrom: {flat.reshape(-1, 3).round(4).tolist()}", flush=True)
    return np.asarray(flat.reshape(-1, 3))


def _internal(gradient: FloatArray, flat: FloatArray) -> FloatArray:
    """Return a gradient without its part along translations and rotations of the whole."""
    points = flat.reshape(-1, 3) - flat.reshape(-1, 3).mean(axis=0)
    axes = np.eye(3)
    whole = [np.tile(axis, len(points)) for axis in axes]
    whole += [np.cross(axis, points).ravel() for axis in axes]
    basis, _ = np.linalg.qr(np.array(whole).T)
    return np.asarray(gradient - basis @ (basis.T @ gradient))


class Mechanics:
    """A free molecule in Amber's energy, gas phase."""

    def __init__(self, mol: Chem.Mol, molecule: AmberMolecule, terms: AmberTerms) -> None:
        self.mol = mol
        field = app.ForceField(io.StringIO(force_field_xml([molecule], terms)))
        topology = topology_of(ligand_records(mol, range(mol.GetNumAtoms())), edges_of(mol))
        self.system = field.createSystem(topology, removeCMMotion=False)

    def relaxed(
        self, points: FloatArray, held: tuple[int, ...] | None = None
    ) -> tuple[FloatArray, float]:
        """Return the next minimum and its energy (kcal/mol); a torsion can be held."""
        system = openmm.XmlSerializer.clone(self.system)
        if held is not None:
            force = openmm.CustomTorsionForce("1e5*(1-cos(theta-theta0))")
            force.addPerTorsionParameter("theta0")
            angle = rdMolTransforms.GetDihedralRad(
                with_conformer(self.mol, points).GetConformer(), *held
            )
            force.addTorsion(*held, [angle])
            force.setForceGroup(31)
            system.addForce(force)
        context = openmm.Context(
            system,
            openmm.VerletIntegrator(0.001),
            openmm.Platform.getPlatformByName("Reference"),
        )
        context.setPositions(points / 10)
        openmm.LocalEnergyMinimizer.minimize(context, 0.01)
        state = context.getState(getPositions=True)
        moved = np.array(state.getPositions(asNumpy=True).value_in_unit(openmm.unit.angstrom))
        own = context.getState(getEnergy=True, groups={0}).getPotentialEnergy()
        return moved, float(own.value_in_unit(openmm.unit.kilocalories_per_mole))


def measures(mol: Chem.Mol, points: FloatArray, atoms: tuple[int, int, int]) -> FloatArray:
    """Return S-C, C-N (angstrom) and S-C-N (degree)."""
    shape = with_conformer(mol, points).GetConformer()
    s, c, n = atoms
    return np.array(
        [
            rdMolTransforms.GetBondLength(shape, s, c),
            rdMolTransforms.GetBondLength(shape, c, n),
            rdMolTransforms.GetAngleDeg(shape, s, c, n),
        ]
    )


def fit_acetal() -> tuple[AmberTerms, dict[str, Any]]:
    """Return values at rest of S-C, C-N and S-C-N, and how well they do."""
    ligand = load_ligand(ACETAL_MODEL.replace("CC(SC)", "C[C@H](SC)"))
    molecule, terms = described(ligand, (), 2)
    full = Chem.AddHs(ligand.mol)
    match = full.GetSubstructMatch(Chem.MolFromSmarts("[#16][CX4;!H3][#7]"))
    molecule = replace(molecule, reactive=match[1])
    molecule, terms = refitted(molecule, terms, AmberTerms())
    molecule = replace(molecule, reactive=None)
    shapes = conformers(ligand.mol, 20, 1).coordinates[:3]
    engine = Gfn2(full)
    minima = [minimised(engine, full, shape) for shape in shapes]
    lowest = sorted(minima, key=lambda one: one.point.energy)[:N_REFERENCES]
    references = [optimised(full, one.coordinates) for one in lowest]
    wanted = [measures(full, points, match) for points in references]
    keys = ((ACETAL, "ss"), (ACETAL, "na"), ("na", ACETAL, "ss"))
    kinds: tuple[Kind, ...] = ("bond", "bond", "angle")
    fitted = AmberTerms()
    for kind, key in zip(kinds, keys, strict=True):
        fitted.rows[kind, key] = list(terms.find(kind, key) or ())
    history = []
    for _ in range(_ROUNDS):
        model = Mechanics(full, molecule, terms.overlaid(fitted))
        got = [measures(full, model.relaxed(points)[0], match) for points in references]
        history.append([row.round(4).tolist() for row in got])
        off = np.mean(np.array(wanted) - np.array(got), axis=0)
        for step, found in zip(off, fitted.rows.values(), strict=True):
            k, rest = found[0].values
            found[:] = [Term((k, round(float(rest + step), 4)), SOURCE)]
    report = {
        "model": ACETAL_MODEL,
        "reference": [row.round(4).tolist() for row in wanted],
        "before": history[0],
        "after": history[-1],
    }
    return fitted, report


def fit_vinyl() -> tuple[AmberTerms, dict[str, Any]]:
    """Return the torsion C=C-N-N of the Z N-vinyl triazole, and how well it does."""
    ligand = load_ligand(VINYL_MODEL)
    molecule, terms = described(ligand, (), 2)
    full = Chem.AddHs(ligand.mol)
    pattern = Chem.MolFromSmarts("C(=O)-[CH]=[CH]-[n]:[n]")
    match = full.GetSubstructMatch(pattern)
    held = (match[2], match[3], match[4], match[5])
    start = conformers(ligand.mol, 20, 1).coordinates[0]
    names = tuple(molecule.types[i] for i in held)
    scan = []
    for degree in SCAN_DEGREE:
        shaped = with_conformer(full, start)
        rdMolTransforms.SetDihedralDeg(shaped.GetConformer(), *held, float(degree))
        start = shaped.GetConformer().GetPositions()
        points = minimised(Restrained(full, start, held), full, start).coordinates
        energy = density_functional(full, points).e_tot
        angle = rdMolTransforms.GetDihedralDeg(with_conformer(full, points).GetConformer(), *held)
        scan.append((angle, energy * KCAL_PER_HARTREE, points))
    quantum = np.array([energy for _, energy, _ in scan])
    quantum -= quantum.min()
    angles = np.radians([angle for angle, _, _ in scan])
    coefficients = np.zeros(3)
    original = terms.find("torsion", names)
    for _ in range(_ROUNDS):
        found = _with_torsion(terms, names, coefficients, original)
        model = Mechanics(full, molecule, found)
        classical = np.array([model.relaxed(points, held)[1] for _, _, points in scan])
        classical -= classical.min()
        if not coefficients.any():
            before = classical
        own = _series(angles, coefficients)
        design = np.stack([1 + np.cos(n * angles) for n in (1, 2, 3)] + [np.ones(len(angles))], 1)
        # Low points count more: the shape near the minimum is what docking meets.
        weight = np.exp(-quantum / 6.0)[:, None]
        target = quantum - classical + own
        solution = np.linalg.lstsq(design * weight, target * weight[:, 0], rcond=None)[0]
        coefficients = solution[:3]
    final = Mechanics(full, molecule, _with_torsion(terms, names, coefficients, original))
    after = np.array([final.relaxed(points, held)[1] for _, _, points in scan])
    after -= after.min()
    fitted = AmberTerms()
    # GAFF2 has two names for each atom of a conjugated ring, which alternate round it.
    twin = tuple({"nc": "nd", "nd": "nc"}.get(name, name) for name in names)
    fitted.rows = {("torsion", key): _torsions(coefficients) for key in (names, twin)}
    report = {
        "model": VINYL_MODEL,
        "torsion": "-".join(names),
        "angle_degree": np.degrees(angles).round(1).tolist(),
        "reference_kcal_per_mol": quantum.round(2).tolist(),
        "before_kcal_per_mol": before.round(2).tolist(),
        "after_kcal_per_mol": after.round(2).tolist(),
    }
    return fitted, report


def _series(angles: FloatArray, coefficients: FloatArray) -> FloatArray:
    return np.sum(
        [c * (1 + np.cos(n * angles)) for n, c in zip((1, 2, 3), coefficients, strict=True)], axis=0
    )


def _torsions(coefficients: FloatArray) -> list[Term]:
    rows = []
    for fold, k in zip((1, 2, 3), coefficients.tolist(), strict=True):
        phase = 0.0 if k >= 0 else 180.0
        rows.append(Term((round(abs(k), 4), phase, float(fold)), SOURCE))
    return rows


def _with_torsion(
    terms: AmberTerms, names: tuple[str, ...], coefficients: FloatArray, original: Any
) -> AmberTerms:
    chosen = _torsions(coefficients) if coefficients.any() else original
    return terms.overlaid(AmberTerms({("torsion", names): chosen}))


def terms_text(terms: AmberTerms) -> str:
    """Return parameters as a table, sorted by kind and types."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("kind", "types", "k", "at_rest", "periodicity", "source"))
    order = ("bond", "angle", "torsion")
    for kind, types in sorted(terms.rows, key=lambda key: (order.index(key[0]), key[1])):
        for term in terms.rows[kind, types]:
            k, rest, *fold = (f"{value:.6g}" for value in term.values)
            writer.writerow((kind, "-".join(types), k, rest, *(fold or [""]), term.source))
    return out.getvalue()


def main() -> int:
    """Fit both, write the table and print the residuals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    fitted, reports = AmberTerms(), []
    for fit in (fit_vinyl, fit_acetal):
        terms, report = fit()
        fitted = fitted.overlaid(terms)
        reports.append(report)
        print(json.dumps(report), flush=True)
        (arguments.out / FITTED_FILE).write_text(terms_text(fitted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
