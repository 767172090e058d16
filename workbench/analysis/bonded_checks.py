"""Checks of what the bonds fix: the tether, lengths, angles and flat groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from workbench import geometry
from workbench.analysis.checks import CheckResult, Limits, within
from workbench.analysis.features import aromatic_rings
from workbench.analysis.parts import ComplexParts
from workbench.geometry import FloatArray

_AMIDE = Chem.MolFromSmarts("[#6X3;!a](=[OX1,SX1])-!@[NX3;!a]")


def covalent_link(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the sulphur is a thioether: bonded to CB and the attacked carbon only."""
    whole = parts.complex
    bond = whole.mol.GetBondBetweenAtoms(whole.sg, whole.reactive_carbon)
    neighbours = {atom.GetIdx() for atom in whole.mol.GetAtomWithIdx(whole.sg).GetNeighbors()}
    single = bond is not None and bond.GetBondType() == Chem.BondType.SINGLE
    passed = single and neighbours == {whole.cb, whole.reactive_carbon}
    named = ", ".join(parts.label(index) for index in sorted(neighbours))
    details = () if passed else (f"{parts.label(whole.sg)} is bonded to {named}",)
    return CheckResult("covalent_link", passed, {}, details)


def sg_c_distance(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check the length of the new bond."""
    whole = parts.complex
    sg, carbon = parts.coordinates[[whole.sg, whole.reactive_carbon]]
    value = float(geometry.distance(sg, carbon))
    partner = whole.mol.GetAtomWithIdx(whole.reactive_carbon)
    window = limits.sg_c_distance
    if partner.GetAtomicNum() == 16:
        window = limits.sg_sulphur_distance
    elif partner.GetHybridization() == Chem.HybridizationType.SP2:
        window = limits.sg_trigonal_distance
    passed = within(value, window)
    return CheckResult("sg_c_distance", passed, {"sg_c_distance_angstrom": value})


def cb_sg_c_angle(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check the angle at the sulphur."""
    whole = parts.complex
    points = parts.coordinates[[whole.cb, whole.sg, whole.reactive_carbon]]
    value = float(geometry.angle(*points))
    passed = within(value, limits.cb_sg_c_angle)
    return CheckResult("cb_sg_c_angle", passed, {"cb_sg_c_angle_degree": value})


def ca_cb_sg_angle(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check the angle at the cysteine's beta carbon."""
    whole = parts.complex
    value = float(geometry.angle(*parts.coordinates[[whole.ca, whole.cb, whole.sg]]))
    passed = within(value, limits.ca_cb_sg_angle)
    return CheckResult("ca_cb_sg_angle", passed, {"ca_cb_sg_angle_degree": value})


def bond_lengths(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check every bond of the adduct against RDKit's bounds, and its hydrogens' bonds.

    The bounds come from tabulated lengths and do not know the force field that minimised the
    pose, so that a fault of that field shows here.
    """
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    bounds = rdDistGeom.GetMoleculeBoundsMatrix(mol)
    worst, details = 0.0, []
    for bond in mol.GetBonds():
        i, j = sorted((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
        value = float(geometry.distance(points[i], points[j]))
        deviation = _beyond(value, bounds[j, i], bounds[i, j])
        worst = max(worst, deviation)
        if deviation > limits.bond_tolerance:
            details.append(f"{_names(parts, i, j)} is {value:.2f} A long")
    for heavy, hydrogen in _hydrogens(parts):
        value = float(geometry.distance(parts.coordinates[heavy], parts.coordinates[hydrogen]))
        if not within(value, limits.hydrogen_bond_length):
            details.append(f"{parts.label(heavy)}-{parts.label(hydrogen)} is {value:.2f} A long")
    return CheckResult(
        "bond_lengths", not details, {"max_bond_deviation_angstrom": worst}, tuple(details)
    )


def bond_angles(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check every angle between heavy atoms of the adduct against RDKit's bounds."""
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    bounds = rdDistGeom.GetMoleculeBoundsMatrix(mol)
    worst, details = 0.0, []
    for centre in mol.GetAtoms():
        apex = centre.GetIdx()
        for i, j in combinations(sorted(atom.GetIdx() for atom in centre.GetNeighbors()), 2):
            value = float(geometry.angle(points[i], points[apex], points[j]))
            # With the ideal bond lengths, so that a wrong bond does not fail its angles too.
            arms = [
                (bounds[max(k, apex), min(k, apex)] + bounds[min(k, apex), max(k, apex)]) / 2
                for k in (i, j)
            ]
            low, high = (_opposite_angle(side, *arms) for side in (bounds[j, i], bounds[i, j]))
            deviation = _beyond(value, low, high)
            worst = max(worst, deviation)
            if deviation > limits.angle_tolerance:
                details.append(f"{_names(parts, i, apex, j)} is {value:.0f} degrees")
    return CheckResult(
        "bond_angles", not details, {"max_angle_deviation_degree": worst}, tuple(details)
    )


def alkene_absent(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the attacked carbon is saturated, by bond order and by bond length.

    Drawing the drug's own double bond beside a new C-S bond is the classic error.
    """
    adduct, whole = parts.complex.adduct, parts.complex
    details = []
    for neighbour in adduct.mol.GetAtomWithIdx(adduct.reactive_atom_index).GetNeighbors():
        if neighbour.GetAtomicNum() != 6:
            continue
        i, j = whole.reactive_carbon, int(parts.adduct_atoms[neighbour.GetIdx()])
        bond = whole.mol.GetBondBetweenAtoms(i, j)
        length = float(geometry.distance(parts.coordinates[i], parts.coordinates[j]))
        if bond is None or bond.GetBondType() != Chem.BondType.SINGLE:
            details.append(f"{parts.label(i)}-{parts.label(j)} is not a single bond")
        elif length < limits.single_bond_minimum:
            details.append(f"{parts.label(i)}-{parts.label(j)} is {length:.2f} A, as in an alkene")
    return CheckResult("alkene_absent", not details, {}, tuple(details))


def ring_planarity(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the aromatic rings of the drug, the triazole among them, are flat."""
    worst, details = None, []
    for ring in aromatic_rings(parts.complex.adduct.mol):
        value = geometry.plane_deviation(parts.adduct_coordinates[list(ring)])
        worst = max(worst or 0.0, value)
        if value > limits.ring_deviation:
            details.append(f"ring {_names(parts, *ring)} is bent by {value:.2f} A")
    return CheckResult(
        "ring_planarity",
        not details,
        _measure("max_ring_deviation_angstrom", worst),
        tuple(details),
    )


def trigonal_planarity(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that substituents lie in the plane of sp2 carbons and aromatic ring atoms."""
    points = parts.adduct_coordinates
    worst, details = None, []
    for atom in parts.complex.adduct.mol.GetAtoms():
        near = [neighbour.GetIdx() for neighbour in atom.GetNeighbors()]
        flat = atom.GetIsAromatic() or (
            atom.GetAtomicNum() == 6 and atom.GetHybridization() == Chem.HybridizationType.SP2
        )
        if not flat or len(near) != 3:
            continue
        value = _out_of_plane(points[atom.GetIdx()], points[near])
        worst = max(worst or 0.0, value)
        if value > limits.trigonal_degree:
            details.append(f"{_names(parts, atom.GetIdx())} is pyramidal by {value:.0f} degrees")
    return CheckResult(
        "trigonal_planarity",
        not details,
        _measure("max_out_of_plane_degree", worst),
        tuple(details),
    )


def amide_planarity(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that acyclic amide and hydrazide bonds are cis or trans, not twisted."""
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    worst, details = None, []
    for carbon, oxygen, nitrogen in mol.GetSubstructMatches(_AMIDE):
        for substituent in mol.GetAtomWithIdx(nitrogen).GetNeighbors():
            end = substituent.GetIdx()
            if end == carbon:
                continue
            torsion = abs(float(geometry.dihedral(*points[[oxygen, carbon, nitrogen, end]])))
            twist = min(torsion, 180.0 - torsion)
            worst = max(worst or 0.0, twist)
            if twist > limits.amide_twist_degree:
                details.append(f"amide {_names(parts, carbon, nitrogen)} twisted by {twist:.0f}")
    return CheckResult(
        "amide_planarity", not details, _measure("max_amide_twist_degree", worst), tuple(details)
    )


def _names(parts: ComplexParts, *adduct_atoms: int) -> str:
    return "-".join(parts.label(int(parts.adduct_atoms[index])) for index in adduct_atoms)


def _measure(name: str, value: float | None) -> dict[str, float]:
    return {} if value is None else {name: value}


def _beyond(value: float, low: float, high: float) -> float:
    """Return how far a value lies outside a window."""
    return max(low - value, value - high, 0.0)


def _opposite_angle(side: float, arm_1: float, arm_2: float) -> float:
    """Return the angle opposite to a side of a triangle, in degrees (law of cosines)."""
    cosine = (arm_1**2 + arm_2**2 - side**2) / (2 * arm_1 * arm_2)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _out_of_plane(centre: FloatArray, neighbours: FloatArray) -> float:
    """Return the largest Wilson angle of three neighbours ``(3, 3)`` about a centre, degrees."""
    arms = geometry.unit(neighbours - centre)
    normals = geometry.unit(np.cross(np.roll(arms, -1, axis=0), np.roll(arms, -2, axis=0)))
    return float(np.degrees(np.arcsin(np.clip(np.abs((arms * normals).sum(axis=1)), 0, 1))).max())


def _hydrogens(parts: ComplexParts) -> Iterator[tuple[int, int]]:
    """Yield (heavy atom, hydrogen) of the drug, as complex indices."""
    for index in parts.complex.drug_atoms:
        for neighbour in parts.mol.GetAtomWithIdx(int(index)).GetNeighbors():
            if neighbour.GetAtomicNum() == 1:
                yield int(index), neighbour.GetIdx()
