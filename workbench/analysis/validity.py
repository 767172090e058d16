"""Whether a pose may be shown: checks of its bonds, chirality and contacts, and their recipe.

Each check is a pure function of a complex and the limits; its name is the one that a failed pose
is listed with. Chirality is compared as geometry, never as a CIP label: a label can change when a
neighbour is exchanged in the same place. To add a check, write the function, give it a place in
``RECIPE`` and a spoiled complex in the tests. The attacked atom need not be carbon (disulfides).

Bonds, angles, planes and clashes are checked here and not by PoseBusters' modules. With their
published limits these pass 9 of the 10 spoiled adducts of the tests (C-F 0.3 angstrom too long, an
angle 40 degrees off), with limits as narrow as ours 4, and they take 20 times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from scipy.spatial import cKDTree

from workbench import geometry
from workbench.analysis.perception import (
    MAX_BONDED_SEPARATION,
    ComplexParts,
    acceptors,
    aromatic_rings,
    donors,
    split,
)
from workbench.geometry import FloatArray
from workbench.ligands.geometry import chiral_volume
from workbench.physics.complex import Complex
from workbench.structures.topology import CAPS

_AMIDE = Chem.MolFromSmarts("[#6X3;!a](=[OX1,SX1])-!@[NX3;!a]")
_CIS = (Chem.BondStereo.STEREOZ, Chem.BondStereo.STEREOCIS)
_TRANS = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS)
# Centre and three neighbours whose signed volume is positive in the natural amino acid.
_NATURAL_CENTRES = (
    (None, "CA", ("N", "C", "CB")),
    ("ILE", "CB", ("CA", "CG1", "CG2")),
    ("THR", "CB", ("CA", "OG1", "CG2")),
)
# Larger rings have room for a chain to pass through.
_MAX_THREADED_RING = 8


@dataclass(frozen=True)
class Limits:
    """Limits of the checks; lengths in angstrom, angles in degrees.

    The tether's windows enclose C-S bonds and angles of small-molecule thioethers, those of a
    trigonal carbon (thioesters, dithiocarbamates, aryl and vinyl sulfides) being shorter, and S-S
    bonds of disulfides. The bond and angle tolerances are beyond the range that RDKit's distance
    bounds allow: minimised adducts of SINEs stay within 0.06 angstrom and 10 degrees of them (18
    at a linear atom).

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


Check = Callable[[ComplexParts, Limits], bool]


def finite_coordinates(parts: ComplexParts, limits: Limits) -> bool:
    """Check that every coordinate is a finite number."""
    return bool(np.isfinite(parts.coordinates).all())


def covalent_link(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the sulphur is a thioether: bonded to CB and the attacked carbon only."""
    whole = parts.complex
    neighbours = {atom.GetIdx() for atom in whole.mol.GetAtomWithIdx(whole.sg).GetNeighbors()}
    bond = whole.mol.GetBondBetweenAtoms(whole.sg, whole.reactive_carbon)
    single = bond is not None and bond.GetBondType() == Chem.BondType.SINGLE
    return single and neighbours == {whole.cb, whole.reactive_carbon}


def sg_c_distance(parts: ComplexParts, limits: Limits) -> bool:
    """Check the length of the new bond."""
    whole = parts.complex
    partner = whole.mol.GetAtomWithIdx(whole.reactive_carbon)
    window = limits.sg_c_distance
    if partner.GetAtomicNum() == 16:
        window = limits.sg_sulphur_distance
    elif partner.GetHybridization() == Chem.HybridizationType.SP2:
        window = limits.sg_trigonal_distance
    return _within(_distance(parts, whole.sg, whole.reactive_carbon), window)


def cb_sg_c_angle(parts: ComplexParts, limits: Limits) -> bool:
    """Check the angle at the sulphur."""
    whole = parts.complex
    points = parts.coordinates[[whole.cb, whole.sg, whole.reactive_carbon]]
    return _within(float(geometry.angle(*points)), limits.cb_sg_c_angle)


def ca_cb_sg_angle(parts: ComplexParts, limits: Limits) -> bool:
    """Check the angle at the cysteine's beta carbon."""
    whole = parts.complex
    points = parts.coordinates[[whole.ca, whole.cb, whole.sg]]
    return _within(float(geometry.angle(*points)), limits.ca_cb_sg_angle)


def bond_lengths(parts: ComplexParts, limits: Limits) -> bool:
    """Check every bond of the adduct against RDKit's bounds, and its hydrogens' bonds.

    The bounds come from tabulated lengths and do not know the force field that minimised the
    pose, so that a fault of that field shows here.
    """
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    bounds = rdDistGeom.GetMoleculeBoundsMatrix(mol)
    for bond in mol.GetBonds():
        i, j = sorted((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
        value = float(geometry.distance(points[i], points[j]))
        if not _near(value, bounds[j, i], bounds[i, j], limits.bond_tolerance):
            return False
    return all(
        _within(_distance(parts, int(heavy), atom.GetIdx()), limits.hydrogen_bond_length)
        for heavy in parts.complex.drug_atoms
        for atom in parts.mol.GetAtomWithIdx(int(heavy)).GetNeighbors()
        if atom.GetAtomicNum() == 1
    )


def bond_angles(parts: ComplexParts, limits: Limits) -> bool:
    """Check every angle between heavy atoms of the adduct against RDKit's bounds."""
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    bounds = rdDistGeom.GetMoleculeBoundsMatrix(mol)
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
            if not _near(value, low, high, limits.angle_tolerance):
                return False
    return True


def alkene_absent(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the attacked carbon is saturated, by bond order and by bond length.

    Drawing the drug's own double bond beside a new C-S bond is the classic error.
    """
    adduct, whole = parts.complex.adduct, parts.complex
    for neighbour in adduct.mol.GetAtomWithIdx(adduct.reactive_atom_index).GetNeighbors():
        if neighbour.GetAtomicNum() == 6:
            i, j = whole.reactive_carbon, int(parts.adduct_atoms[neighbour.GetIdx()])
            bond = whole.mol.GetBondBetweenAtoms(i, j)
            single = bond is not None and bond.GetBondType() == Chem.BondType.SINGLE
            if not single or _distance(parts, i, j) < limits.single_bond_minimum:
                return False
    return True


def ring_planarity(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the aromatic rings of the drug, the triazole among them, are flat."""
    return all(
        geometry.plane_deviation(parts.adduct_coordinates[list(ring)]) <= limits.ring_deviation
        for ring in aromatic_rings(parts.complex.adduct.mol)
    )


def trigonal_planarity(parts: ComplexParts, limits: Limits) -> bool:
    """Check that substituents lie in the plane of sp2 carbons and aromatic ring atoms."""
    points = parts.adduct_coordinates
    for atom in parts.complex.adduct.mol.GetAtoms():
        near = [neighbour.GetIdx() for neighbour in atom.GetNeighbors()]
        flat = atom.GetIsAromatic() or (
            atom.GetAtomicNum() == 6 and atom.GetHybridization() == Chem.HybridizationType.SP2
        )
        if not flat or len(near) != 3:
            continue
        if _out_of_plane(points[atom.GetIdx()], points[near]) > limits.trigonal_degree:
            return False
    return True


def amide_planarity(parts: ComplexParts, limits: Limits) -> bool:
    """Check that acyclic amide and hydrazide bonds are cis or trans, not twisted."""
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    for carbon, oxygen, nitrogen in mol.GetSubstructMatches(_AMIDE):
        for substituent in mol.GetAtomWithIdx(nitrogen).GetNeighbors():
            end = substituent.GetIdx()
            if end != carbon:
                torsion = abs(float(geometry.dihedral(*points[[oxygen, carbon, nitrogen, end]])))
                if min(torsion, 180.0 - torsion) > limits.amide_twist_degree:
                    return False
    return True


def new_stereocentres(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the centres made by the addition have the chirality of the label."""
    made = [centre.atom_index for centre in parts.complex.adduct.stereocentres]
    return all((volume or 0.0) >= limits.stereo_volume_minimum for volume in _volumes(parts, made))


def kept_stereocentres(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the stereocentres that the drug brought along are as drawn."""
    adduct = parts.complex.adduct
    made = {centre.atom_index for centre in adduct.stereocentres}
    others = (i for i in range(adduct.mol.GetNumAtoms()) if i not in made)
    volumes = _volumes(parts, others)
    return all(v is None or v >= limits.stereo_volume_minimum for v in volumes)


def double_bond_stereo(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the double bonds left in the adduct are cis or trans as drawn."""
    points = parts.adduct_coordinates
    for bond in parts.complex.adduct.mol.GetBonds():
        if bond.GetStereo() in _CIS + _TRANS:
            first, last = bond.GetStereoAtoms()
            chain = [first, bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), last]
            torsion = abs(float(geometry.dihedral(*points[chain])))
            if (torsion < 90.0) != (bond.GetStereo() in _CIS):
                return False
    return True


def receptor_chirality(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the amino acids near the drug are still L, and Ile and Thr natural.

    A strained minimisation can push a centre through the plane of its neighbours.
    """
    for name, atoms in _residues_near(parts, limits.neighbourhood):
        for only_in, centre, neighbours in _NATURAL_CENTRES:
            if only_in in (None, name) and {centre, *neighbours} <= atoms.keys():
                points = parts.coordinates[[atoms[key] for key in (centre, *neighbours)]]
                if geometry.signed_volume(*points) < limits.receptor_stereo_volume_minimum:
                    return False
    return True


def receptor_contacts(parts: ComplexParts, limits: Limits) -> bool:
    """Check the distances between heavy atoms of drug and receptor, and those of the sulphur.

    No pair may be closer than 2.9 angstrom, but for a donor and an acceptor of a hydrogen bond
    (N or O both, one with a hydrogen, the other with a lone pair), which may approach to 2.5.
    Pairs within three bonds across the tether are no contacts.
    """
    placed = [*range(len(parts.complex.drug_atoms)), None]
    indices = [*map(int, parts.complex.drug_atoms), parts.complex.sg]
    donor_atoms, acceptor_atoms = {heavy for heavy, _ in donors(parts.mol)}, acceptors(parts.mol)
    tree = cKDTree(parts.coordinates[parts.receptor_heavy])
    near = tree.query_ball_point(parts.coordinates[indices], r=limits.contact)
    for number, ligand, neighbours in zip(placed, indices, near, strict=True):
        for receptor in parts.receptor_heavy[neighbours].tolist():
            if parts.bonded_near(number, receptor):
                continue
            shared = all(
                parts.mol.GetAtomWithIdx(i).GetAtomicNum() in (7, 8) for i in (ligand, receptor)
            ) and any(
                a in donor_atoms and b in acceptor_atoms
                for a, b in ((ligand, receptor), (receptor, ligand))
            )
            least = limits.hydrogen_bond_contact if shared else limits.contact
            if _distance(parts, ligand, receptor) < least:
                return False
    return True


def internal_clashes(parts: ComplexParts, limits: Limits) -> bool:
    """Check that adduct atoms more than three bonds apart keep 75 % of their van der Waals sum.

    References
    ----------
    Bondi 1964 (radii), doi:10.1021/j100785a001
    """
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    table = Chem.GetPeriodicTable()
    radii = np.array([table.GetRvdw(atom.GetAtomicNum()) for atom in mol.GetAtoms()])
    i, j = np.nonzero(np.triu(Chem.GetDistanceMatrix(mol) > MAX_BONDED_SEPARATION))
    fraction = geometry.distance(points[i], points[j]) / (radii[i] + radii[j])
    return bool((fraction >= limits.internal_contact_fraction).all())


def ring_piercing(parts: ComplexParts, limits: Limits) -> bool:
    """Check that no bond passes through a ring of the drug, nor one of the drug's through any.

    A force field leaves a threaded ring threaded: its energy is high, its picture looks right.
    """
    mol, points = parts.mol, parts.coordinates
    near = _distance_to_drug(parts) < limits.neighbourhood
    ends = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]
    bonds = np.array([pair for pair in ends if near[list(pair)].all()])
    in_drug = np.isin(bonds, list(parts.drug_index)).any(axis=1)
    for ring in mol.GetRingInfo().AtomRings():
        if len(ring) > _MAX_THREADED_RING or not near[list(ring)].any():
            continue
        mine = any(index in parts.drug_index for index in ring)
        # Of a receptor's ring only the drug's bonds are tested.
        tested = bonds[(in_drug | mine) & ~np.isin(bonds, ring).any(axis=1)]
        corners = points[list(ring)]
        centre = np.broadcast_to(corners.mean(axis=0), corners.shape)
        fan = np.stack([corners, np.roll(corners, -1, axis=0), centre], axis=1)
        start, end = points[tested[:, 0]], points[tested[:, 1]]
        if geometry.segments_cross_triangles(start, end, fan).any():
            return False
    return True


def receptor_bonds(parts: ComplexParts, limits: Limits) -> bool:
    """Check that the receptor's own bonds near the drug have the length of bonds."""
    near = _distance_to_drug(parts) <= limits.neighbourhood
    for bond in parts.mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if (near[i] or near[j]) and i not in parts.drug_index and j not in parts.drug_index:
            hydrogen = 1 in (bond.GetBeginAtom().GetAtomicNum(), bond.GetEndAtom().GetAtomicNum())
            window = limits.hydrogen_bond_length if hydrogen else limits.receptor_bond_length
            if not _within(_distance(parts, i, j), window):
                return False
    return True


RECIPE: tuple[Check, ...] = (
    covalent_link,
    sg_c_distance,
    cb_sg_c_angle,
    ca_cb_sg_angle,
    bond_lengths,
    bond_angles,
    alkene_absent,
    ring_planarity,
    trigonal_planarity,
    amide_planarity,
    new_stereocentres,
    kept_stereocentres,
    double_bond_stereo,
    receptor_chirality,
    receptor_contacts,
    internal_clashes,
    ring_piercing,
    receptor_bonds,
)


def failed_checks(complex_: Complex) -> tuple[str, ...]:
    """Return the names of the checks that a bonded complex fails, in the order of the recipe."""
    parts, limits = split(complex_), Limits()
    if not finite_coordinates(parts, limits):
        # Nothing else can be measured.
        return (finite_coordinates.__name__,)
    return tuple(check.__name__ for check in RECIPE if not check(parts, limits))


def _within(value: float, window: tuple[float, float]) -> bool:
    return window[0] <= value <= window[1]


def _near(value: float, low: float, high: float, tolerance: float) -> bool:
    return max(low - value, value - high, 0.0) <= tolerance


def _distance(parts: ComplexParts, i: int, j: int) -> float:
    return float(geometry.distance(parts.coordinates[i], parts.coordinates[j]))


def _distance_to_drug(parts: ComplexParts) -> FloatArray:
    """Return the distance of each atom from the nearest heavy atom of the drug."""
    return np.asarray(
        cKDTree(parts.coordinates[parts.complex.drug_atoms]).query(parts.coordinates)[0]
    )


def _opposite_angle(side: float, arm_1: float, arm_2: float) -> float:
    """Return the angle opposite to a side of a triangle, in degrees (law of cosines)."""
    cosine = (arm_1**2 + arm_2**2 - side**2) / (2 * arm_1 * arm_2)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _out_of_plane(centre: FloatArray, neighbours: FloatArray) -> float:
    """Return the largest Wilson angle of three neighbours ``(3, 3)`` about a centre, degrees."""
    arms = geometry.unit(neighbours - centre)
    normals = geometry.unit(np.cross(np.roll(arms, -1, axis=0), np.roll(arms, -2, axis=0)))
    return float(np.degrees(np.arcsin(np.clip(np.abs((arms * normals).sum(axis=1)), 0, 1))).max())


def _volumes(parts: ComplexParts, centres: Iterable[int]) -> list[float | None]:
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    return [chiral_volume(mol.GetAtomWithIdx(index), points) for index in centres]


def _residues_near(parts: ComplexParts, cutoff: float) -> list[tuple[str, dict[str, int]]]:
    """Return name and heavy atoms, by name, of each whole residue with an atom near the drug."""
    near = _distance_to_drug(parts) <= cutoff
    residues: dict[tuple[str, int, str], dict[str, int]] = {}
    for index in parts.receptor_heavy.tolist():
        atom = parts.complex.atoms[index]
        key = (atom.chain, atom.residue_number, atom.residue_name)
        residues.setdefault(key, {})[atom.name] = index
    return [
        (key[2], atoms)
        for key, atoms in residues.items()
        if key[2] not in CAPS and near[list(atoms.values())].any()
    ]
