"""Checks of what the bonds fix: the tether, lengths, angles, flat groups and chirality.

Chirality is compared as geometry, never as a CIP label: a label can change when a neighbour is
exchanged in the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from workbench import geometry
from workbench.analysis.perception import CAPS, ComplexParts, aromatic_rings
from workbench.geometry import FloatArray
from workbench.ligands.geometry import chiral_volume

_AMIDE = Chem.MolFromSmarts("[#6X3;!a](=[OX1,SX1])-!@[NX3;!a]")
_CIS = (Chem.BondStereo.STEREOZ, Chem.BondStereo.STEREOCIS)
_TRANS = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS)
# Centre and three neighbours whose signed volume is positive in the natural amino acid.
_NATURAL_CENTRES = (
    (None, "CA", ("N", "C", "CB")),
    ("ILE", "CB", ("CA", "CG1", "CG2")),
    ("THR", "CB", ("CA", "OG1", "CG2")),
)


@dataclass(frozen=True)
class Limits:
    """Limits of the checks; lengths in angstrom, angles in degrees.

    The tether's windows enclose C-S bonds and angles of small-molecule thioethers, those of a
    trigonal carbon (thioesters, dithiocarbamates, aryl and vinyl sulfides) being shorter, and S-S
    bonds of disulfides. The bond and
    angle tolerances are beyond the range that RDKit's distance bounds allow: minimised adducts
    of SINEs stay within 0.06 angstrom and 10 degrees of them (18 at a linear atom).

    References
    ----------
    Buttenschoen, Morris and Deane 2024 (the idea of such checks), doi:10.1039/D3SC04185A
    Allen et al. 1987 (C-S 1.82, trigonal C-S 1.74 to 1.77, S-S 2.05), doi:10.1039/P298700000S1
    Engh and Huber 1991 (CA-CB-SG 114.4 +- 2.3 degrees in cysteine), doi:10.1107/S0108767391001071
    """

    sg_c_distance: tuple[float, float] = (1.78, 1.88)
    sg_trigonal_distance: tuple[float, float] = (1.70, 1.82)
    sg_sulphur_distance: tuple[float, float] = (1.98, 2.12)
    cb_sg_c_angle: tuple[float, float] = (95.0, 112.0)
    ca_cb_sg_angle: tuple[float, float] = (105.0, 122.0)
    bond_tolerance: float = 0.10
    angle_tolerance: float = 20.0
    hydrogen_bond_length: tuple[float, float] = (0.85, 1.40)
    receptor_bond_length: tuple[float, float] = (1.15, 2.15)
    single_bond_minimum: float = 1.44
    stereo_volume_minimum: float = 0.30
    receptor_stereo_volume_minimum: float = 0.40
    ring_deviation: float = 0.10
    trigonal_degree: float = 15.0
    amide_twist_degree: float = 30.0
    contact: float = 2.9
    hydrogen_bond_contact: float = 2.5
    internal_contact_fraction: float = 0.75
    neighbourhood: float = 6.0


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check.

    Parameters
    ----------
    name
        Name of the check, as it appears among the failed ones.
    passed
        Whether the pose passes it.
    measures
        What was measured; the unit is in the name. A quantity that the pose does not have
        (the twist of an amide where there is none) is left out.
    details
        One line for each atom, bond or pair worth naming.
    """

    name: str
    passed: bool
    measures: dict[str, float] = field(default_factory=dict)
    details: tuple[str, ...] = ()


Check = Callable[[ComplexParts, Limits], CheckResult]


def within(value: float, window: tuple[float, float]) -> bool:
    """Tell whether a value lies in a closed window; NaN does not."""
    return window[0] <= value <= window[1]


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


def new_stereocentres(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the centres made by the addition have the handedness of the label."""
    centres = [centre.atom_index for centre in parts.complex.adduct.stereocentres]
    return _centres(parts, limits, "new_stereocentres", centres)


def kept_stereocentres(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the stereocentres that the drug brought along are as drawn."""
    adduct = parts.complex.adduct
    new = {centre.atom_index for centre in adduct.stereocentres}
    kept = [
        atom.GetIdx()
        for atom in adduct.mol.GetAtoms()
        if atom.GetIdx() not in new and chiral_volume(atom, parts.adduct_coordinates) is not None
    ]
    return _centres(parts, limits, "kept_stereocentres", kept)


def double_bond_stereo(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the double bonds left in the adduct are cis or trans as drawn."""
    points = parts.adduct_coordinates
    details = []
    for bond in parts.complex.adduct.mol.GetBonds():
        if bond.GetStereo() not in _CIS + _TRANS:
            continue
        first, last = bond.GetStereoAtoms()
        middle = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        torsion = abs(float(geometry.dihedral(*points[[first, *middle, last]])))
        if (torsion < 90.0) != (bond.GetStereo() in _CIS):
            i, j = (parts.label(int(parts.adduct_atoms[index])) for index in middle)
            details.append(f"{i}={j} has its substituents at {torsion:.0f} degrees")
    return CheckResult("double_bond_stereo", not details, {}, tuple(details))


def receptor_chirality(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the amino acids near the drug are still L, and Ile and Thr natural.

    A strained minimisation can push a centre through the plane of its neighbours.
    """
    residues = _residues_near(parts, limits.neighbourhood)
    lowest, details = None, []
    for (chain, number, name), atoms in sorted(residues.items()):
        for only_in, centre, neighbours in _NATURAL_CENTRES:
            if only_in not in (None, name) or not {centre, *neighbours} <= atoms.keys():
                continue
            points = parts.coordinates[[atoms[key] for key in (centre, *neighbours)]]
            volume = float(geometry.signed_volume(*points))
            lowest = volume if lowest is None else min(lowest, volume)
            if volume < limits.receptor_stereo_volume_minimum:
                details.append(f"{chain}:{number}:{centre} of {name} is inverted or flat")
    measures = {} if lowest is None else {"min_receptor_stereo_volume": lowest}
    return CheckResult("receptor_chirality", not details, measures, tuple(details))


def _centres(parts: ComplexParts, limits: Limits, name: str, centres: Iterable[int]) -> CheckResult:
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    lowest, details = None, []
    for index in centres:
        drawn = chiral_volume(mol.GetAtomWithIdx(index), points)
        volume = 0.0 if drawn is None else drawn
        lowest = volume if lowest is None else min(lowest, volume)
        label = parts.label(int(parts.adduct_atoms[index]))
        if drawn is None:
            details.append(f"{label} is drawn without a configuration")
        elif volume < limits.stereo_volume_minimum:
            fault = "flat" if abs(volume) < limits.stereo_volume_minimum else "inverted"
            details.append(f"{label} is {fault} (signed volume {volume:.2f} of the one asked)")
    measures = {} if lowest is None else {f"min_{name}_volume": lowest}
    return CheckResult(name, not details, measures, tuple(details))


def _residues_near(
    parts: ComplexParts, cutoff: float
) -> dict[tuple[str, int, str], dict[str, int]]:
    """Return the heavy atoms, by name, of each whole residue with an atom near the drug."""
    points = parts.coordinates[parts.receptor_heavy]
    drug = parts.coordinates[parts.complex.drug_atoms]
    near = geometry.distance(points[:, None], drug[None]).min(axis=1) <= cutoff
    atoms = parts.complex.atoms
    keys = [
        (atoms[i].chain, atoms[i].residue_number, atoms[i].residue_name)
        for i in parts.receptor_heavy
    ]
    wanted = {key for key, is_near in zip(keys, np.asarray(near), strict=True) if is_near}
    residues: dict[tuple[str, int, str], dict[str, int]] = {}
    for key, index in zip(keys, parts.receptor_heavy, strict=True):
        if key in wanted and key[2] not in CAPS:
            residues.setdefault(key, {})[atoms[index].name] = int(index)
    return residues
