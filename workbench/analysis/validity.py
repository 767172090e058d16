"""Whether a pose may be shown: contacts, and the recipe of checks with its verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from scipy.spatial import cKDTree

from workbench import geometry
from workbench.analysis import geometry_checks
from workbench.analysis.geometry_checks import Check, CheckResult, Limits, within
from workbench.analysis.perception import (
    MAX_BONDED_SEPARATION,
    ComplexParts,
    acceptors,
    donors,
    split,
)
from workbench.physics.complex import Complex

# Larger rings have room for a chain to pass through.
_MAX_THREADED_RING = 8
DEFAULT_LIMITS = Limits()


def finite_coordinates(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that every coordinate is a finite number."""
    bad = np.flatnonzero(~np.isfinite(parts.coordinates).all(axis=1))
    details = tuple(f"{parts.label(int(index))} has no finite coordinates" for index in bad[:10])
    return CheckResult("finite_coordinates", not bad.size, {}, details)


def receptor_contacts(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check the distances between heavy atoms of drug and receptor, and those of the sulphur.

    No pair may be closer than 2.9 angstrom, but for a donor and an acceptor of a hydrogen bond
    (N or O both, one with a hydrogen, the other with a lone pair), which may approach to 2.5;
    such pairs under 2.9 are listed. Pairs within three bonds across the tether are no contacts.
    """
    placed = [*range(len(parts.complex.drug_atoms)), None]
    indices = [*map(int, parts.complex.drug_atoms), parts.complex.sg]
    donor_atoms = {heavy for heavy, _ in donors(parts.mol)}
    acceptor_atoms = acceptors(parts.mol)
    closest = {"min_contact_angstrom": np.inf, "min_hydrogen_bond_contact_angstrom": np.inf}
    details, failures = [], 0
    tree = cKDTree(parts.coordinates[parts.receptor_heavy])
    # Further than any limit, so that the closest contact is reported of a good pose too.
    near = tree.query_ball_point(parts.coordinates[indices], r=5.0)
    for number, ligand, neighbours in zip(placed, indices, near, strict=True):
        for other in sorted(neighbours):
            receptor = int(parts.receptor_heavy[other])
            if parts.bonded_near(number, receptor):
                continue
            value = float(geometry.distance(parts.coordinates[ligand], parts.coordinates[receptor]))
            bond = _hydrogen_bonded(parts.mol, ligand, receptor, donor_atoms, acceptor_atoms)
            kind = "min_hydrogen_bond_contact_angstrom" if bond else "min_contact_angstrom"
            closest[kind] = min(closest[kind], value)
            bad = value < (limits.hydrogen_bond_contact if bond else limits.contact)
            failures += bad
            if value < limits.contact:
                note = "" if bad else " (hydrogen bond)"
                pair = f"{parts.label(ligand)} - {parts.label(receptor)}"
                details.append(f"{pair} {value:.2f} A{note}")
    measures = {name: value for name, value in closest.items() if np.isfinite(value)}
    measures["n_bad_contacts"] = float(failures)
    return CheckResult("receptor_contacts", failures == 0, measures, tuple(details))


def internal_clashes(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that adduct atoms more than three bonds apart keep 75 % of their van der Waals sum.

    References
    ----------
    Bondi 1964 (radii), doi:10.1021/j100785a001
    """
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    table = Chem.GetPeriodicTable()
    radii = np.array([table.GetRvdw(atom.GetAtomicNum()) for atom in mol.GetAtoms()])
    i, j = np.nonzero(np.triu(Chem.GetDistanceMatrix(mol) > MAX_BONDED_SEPARATION))
    if not i.size:
        return CheckResult("internal_clashes", True)
    fraction = geometry.distance(points[i], points[j]) / (radii[i] + radii[j])
    details = []
    for place in np.flatnonzero(fraction < limits.internal_contact_fraction):
        first, second = (parts.label(int(parts.adduct_atoms[k[place]])) for k in (i, j))
        details.append(f"{first} - {second} at {100 * fraction[place]:.0f} % of their radii")
    measures = {"min_internal_contact_fraction": float(fraction.min())}
    return CheckResult("internal_clashes", not details, measures, tuple(details))


def ring_piercing(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that no bond passes through a ring of the drug, nor one of the drug's through any.

    A force field leaves a threaded ring threaded: its energy is high, its picture looks right.
    """
    mol, points = parts.mol, parts.coordinates
    drug = parts.coordinates[parts.complex.drug_atoms]
    distances, _ = cKDTree(drug).query(points, distance_upper_bound=limits.neighbourhood)
    near = np.isfinite(distances)
    bonds = np.array(
        [
            (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
            for bond in mol.GetBonds()
            if near[bond.GetBeginAtomIdx()] and near[bond.GetEndAtomIdx()]
        ]
    )
    in_drug = np.isin(bonds, list(parts.drug_index)).any(axis=1)
    details = []
    for ring in mol.GetRingInfo().AtomRings():
        if len(ring) > _MAX_THREADED_RING or not near[list(ring)].any():
            continue
        mine = any(index in parts.drug_index for index in ring)
        # A ring of the receptor among its own bonds is the receptor's business.
        tested = bonds[(in_drug | mine) & ~np.isin(bonds, ring).any(axis=1)]
        corners = points[list(ring)]
        centre = np.broadcast_to(corners.mean(axis=0), corners.shape)
        fan = np.stack([corners, np.roll(corners, -1, axis=0), centre], axis=1)
        crossing = geometry.segments_cross_triangles(
            points[tested[:, 0]], points[tested[:, 1]], fan
        )
        for first, second in tested[crossing.any(axis=1)]:
            bond = f"{parts.label(int(first))}-{parts.label(int(second))}"
            details.append(f"{bond} passes through the ring of {parts.label(ring[0])}")
    return CheckResult(
        "ring_piercing", not details, {"n_pierced_rings": float(len(details))}, tuple(details)
    )


def receptor_bonds(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the receptor's own bonds near the drug have the length of bonds."""
    drug = parts.coordinates[parts.complex.drug_atoms]
    distances, _ = cKDTree(drug).query(parts.coordinates)
    details = []
    for bond in parts.mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if min(distances[i], distances[j]) > limits.neighbourhood or {i, j} & set(parts.drug_index):
            continue
        value = float(geometry.distance(parts.coordinates[i], parts.coordinates[j]))
        hydrogen = "H" in (bond.GetBeginAtom().GetSymbol(), bond.GetEndAtom().GetSymbol())
        window = limits.hydrogen_bond_length if hydrogen else limits.receptor_bond_length
        if not within(value, window):
            details.append(f"{parts.label(i)}-{parts.label(j)} is {value:.2f} A long")
    return CheckResult("receptor_bonds", not details, {}, tuple(details))


def _hydrogen_bonded(
    mol: Chem.Mol, a: int, b: int, donor_atoms: set[int], acceptor_atoms: frozenset[int]
) -> bool:
    """Tell whether two atoms can share a hydrogen bond: N or O both, a donor and an acceptor."""
    if any(mol.GetAtomWithIdx(index).GetAtomicNum() not in (7, 8) for index in (a, b)):
        return False
    return (a in donor_atoms and b in acceptor_atoms) or (b in donor_atoms and a in acceptor_atoms)


# Nothing else can be measured where these fail.
PRECONDITIONS: tuple[Check, ...] = (finite_coordinates,)

RECIPE: tuple[Check, ...] = (
    geometry_checks.covalent_link,
    geometry_checks.sg_c_distance,
    geometry_checks.cb_sg_c_angle,
    geometry_checks.ca_cb_sg_angle,
    geometry_checks.bond_lengths,
    geometry_checks.bond_angles,
    geometry_checks.alkene_absent,
    geometry_checks.ring_planarity,
    geometry_checks.trigonal_planarity,
    geometry_checks.amide_planarity,
    geometry_checks.new_stereocentres,
    geometry_checks.kept_stereocentres,
    geometry_checks.double_bond_stereo,
    geometry_checks.receptor_chirality,
    receptor_contacts,
    internal_clashes,
    ring_piercing,
    receptor_bonds,
)


@dataclass(frozen=True)
class ValidityReport:
    """Verdict on one pose.

    Parameters
    ----------
    valid
        Whether every check passed.
    failed
        Names of the checks that did not, in the order of the recipe.
    measures
        What the checks measured; the unit is in the name.
    details
        Lines ``check: what and where``; hydrogen-bonded contacts under 2.9 angstrom, which are
        allowed, are listed too.
    """

    valid: bool
    failed: tuple[str, ...]
    measures: dict[str, float]
    details: tuple[str, ...] = ()


def check_complex(
    complex_: Complex, limits: Limits = DEFAULT_LIMITS, recipe: tuple[Check, ...] = RECIPE
) -> ValidityReport:
    """Run a recipe of checks on a bonded complex.

    Parameters
    ----------
    complex_
        A bonded complex with hydrogens, after minimisation.
    limits
        What the checks apply.
    recipe
        The checks, in order; each is a pure function of the complex and the limits.
    """
    parts = split(complex_)
    results = [check(parts, limits) for check in PRECONDITIONS]
    if all(result.passed for result in results):
        results += [check(parts, limits) for check in recipe]
    failed = tuple(result.name for result in results if not result.passed)
    return ValidityReport(
        valid=not failed,
        failed=failed,
        measures={
            name: float(value) for result in results for name, value in result.measures.items()
        },
        details=tuple(f"{result.name}: {line}" for result in results for line in result.details),
    )
