"""MMFF94s as an OpenMM System, and its non-bonded energy residue by residue.

References
----------
Halgren 1996, MMFF94 I: 10.1002/(SICI)1096-987X(199604)17:5/6<490::AID-JCC1>3.0.CO;2-P
Halgren 1999, MMFF94s: 10.1002/(SICI)1096-987X(199905)20:7<720::AID-JCC7>3.0.CO;2-X
Tosco, Stiefl, Landrum 2014 (RDKit's implementation): 10.1186/s13321-014-0037-3
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.physics.complex import Assembly, ligand_mask
from workbench.physics.mmff_parameters import (
    DONOR_ACCEPTOR_DEPTH,
    DONOR_ACCEPTOR_RADIUS,
    RADIUS_SHARPNESS,
    RADIUS_WIDENING,
    SLATER_KIRKWOOD,
    MmffParameters,
    Terms,
    close_pairs,
    mmff_charges,
    mmff_parameters,
    mmff_properties,
    neighbours_of,
    vdw_table,
)

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

Dielectric = Literal["constant", "distance"]

KJ_PER_KCAL = 4.184
ANGSTROM_PER_NM = 10.0

# Constants of the MMFF94 papers, in kcal/mol, angstrom and degrees.
MDYNE = 143.9325
BEND = MDYNE * math.radians(1) ** 2
BEND_CUBIC = -0.4 * math.radians(1)
STRETCH_BEND = MDYNE * math.radians(1)
COULOMB = 332.0716
COULOMB_BUFFER = 0.05
ONE_FOUR_COULOMB = 0.75
DISTANCE_DIELECTRIC = 4.0

MMFF_CUTOFF_ANGSTROM = 10.0
"""Of a pocket, where the settings ask for none."""

# A switch over the last angstrom keeps forces continuous at the cut-off.
SWITCH_ANGSTROM = 1.0

NONBONDED = "nonbonded"
ONE_FOUR = "one_four_electrostatic"
BONDED = ("bond", "angle", "stretch_bend", "out_of_plane", "torsion")
FORCE_GROUPS = (*BONDED, NONBONDED, ONE_FOUR)
TERMS = (*BONDED, "van_der_waals", "electrostatic")

VDW_SCALE = "van_der_waals_scale"
COULOMB_SCALE = "electrostatic_scale"

_DEGREE = f"{180 / math.pi!r}"
_COULOMB_LAW = {
    "constant": f"{COULOMB}*qq/(R+{COULOMB_BUFFER})",
    "distance": f"{COULOMB}*qq/({DISTANCE_DIELECTRIC}*(R+{COULOMB_BUFFER})^2)",
}


@dataclass(frozen=True)
class MmffSystem:
    """A System and what it was made from.

    Parameters
    ----------
    system
        One named force per force group, in the order of ``FORCE_GROUPS``; frozen atoms have
        mass 0.
    """

    system: openmm.System
    parameters: MmffParameters


def build_mmff(
    mol: Chem.Mol,
    *,
    mobile: BoolArray | None = None,
    cutoff_angstrom: float | None = None,
    dielectric: Dielectric = "distance",
) -> MmffSystem:
    """Rebuild RDKit's MMFF94s energy of a sanitised molecule with hydrogens as OpenMM forces.

    ``mobile`` is ``(n_atoms,)``, ``None`` when all move: frozen atoms get mass 0, and terms among
    them alone are left out. Non-bonded terms are switched off over the last angstrom of the
    cut-off; ``None`` counts all pairs. The dielectric is ``constant`` (1) or ``distance`` (4r).

    Raises
    ------
    PhysicsError
        When RDKit has no type or no parameters for a part of the molecule.
    """
    parameters = mmff_parameters(mol, mobile)
    forces = (
        *_bonded(parameters),
        _nonbonded(parameters, cutoff_angstrom, dielectric),
        _one_four(parameters, dielectric),
    )
    system = system_of(mol, parameters.mobile, dict(zip(FORCE_GROUPS, forces, strict=True)))
    return MmffSystem(system, parameters)


def system_of(mol: Chem.Mol, mobile: BoolArray, forces: dict[str, openmm.Force]) -> openmm.System:
    """Return a System of named forces, a group each; frozen atoms get mass 0."""
    system = openmm.System()
    for atom, moves in zip(mol.GetAtoms(), mobile, strict=True):
        system.addParticle(atom.GetMass() if moves else 0.0)
    for group, (name, force) in enumerate(forces.items()):
        force.setName(name)
        force.setForceGroup(group)
        system.addForce(force)
    return system


def cut_off(force: Any, cutoff_angstrom: float | None) -> None:
    """Switch a force off over the last angstrom before a cut-off; ``None`` counts all pairs."""
    if cutoff_angstrom is None:
        return
    force.setNonbondedMethod(force.CutoffNonPeriodic)
    force.setCutoffDistance(cutoff_angstrom / ANGSTROM_PER_NM)
    force.setUseSwitchingFunction(True)
    force.setSwitchingDistance((cutoff_angstrom - SWITCH_ANGSTROM) / ANGSTROM_PER_NM)


def energy_by_term(context: openmm.Context) -> dict[str, float]:
    """Return the energy of each MMFF term at the context's positions, kcal/mol.

    The scales of the non-bonded terms are left at 1.
    """
    found = {name: group_energy(context, FORCE_GROUPS.index(name)) for name in BONDED}
    nonbonded = {FORCE_GROUPS.index(NONBONDED), FORCE_GROUPS.index(ONE_FOUR)}
    for name, off in (("van_der_waals", COULOMB_SCALE), ("electrostatic", VDW_SCALE)):
        context.setParameter(off, 0.0)
        found[name] = group_energy(context, *nonbonded)
        context.setParameter(off, 1.0)
    return found


def group_energy(context: openmm.Context, *groups: int) -> float:
    """Return the energy of some force groups, or of all, at the context's positions, kcal/mol."""
    state = context.getState(getEnergy=True, groups=set(groups) if groups else -1)
    kilojoule = openmm.unit.kilojoule_per_mole
    return float(state.getPotentialEnergy().value_in_unit(kilojoule)) / KJ_PER_KCAL


def filled(force: openmm.Force, terms: Terms, names: tuple[str, ...] = ()) -> openmm.Force:
    """Add every term to a force; ``names`` are the parameters of a custom one."""
    kind = next(kind for kind in ("Bond", "Angle", "Torsion") if hasattr(force, f"add{kind}"))
    for name in names:
        getattr(force, f"addPer{kind}Parameter")(name)
    add = getattr(force, f"add{kind}")
    compound = isinstance(force, openmm.CustomCompoundBondForce)
    for atoms, values in zip(terms.atoms.tolist(), terms.values.tolist(), strict=True):
        if compound:
            add(atoms, values)
        elif names:
            add(*atoms, values)
        elif kind == "Torsion":
            add(*atoms, int(values[0]), *values[1:])
        else:
            add(*atoms, *values)
    return force


def _bonded(parameters: MmffParameters) -> list[openmm.Force]:
    """Return the forces of the bonded terms, in the order of ``BONDED``."""
    bond = openmm.CustomBondForce(
        f"{KJ_PER_KCAL * 0.5 * MDYNE!r}*k*d^2*(1-2*d+7/3*d^2); d=r*{ANGSTROM_PER_NM}-r0"
    )
    angle = openmm.CustomAngleForce(
        f"k*select(linear, {KJ_PER_KCAL * MDYNE!r}*(1+cos(theta)),"
        f" {KJ_PER_KCAL * 0.5 * BEND!r}*d^2*(1+({BEND_CUBIC!r})*d)); d=theta*{_DEGREE}-theta0"
    )
    stretch_bend = openmm.CustomCompoundBondForce(
        3,
        f"{KJ_PER_KCAL * STRETCH_BEND!r}*(k1*(distance(p1,p2)*{ANGSTROM_PER_NM}-r1)"
        f"+k2*(distance(p3,p2)*{ANGSTROM_PER_NM}-r2))*(angle(p1,p2,p3)*{_DEGREE}-theta0)",
    )
    # Wilson angle: of the bond from atom 2 to atom 4 out of the plane 1-2-3.
    out_of_plane = openmm.CustomCompoundBondForce(
        4,
        f"{KJ_PER_KCAL * 0.5 * BEND!r}*k*chi^2; chi={_DEGREE}*asin(sine);"
        "sine=(ux*nx+uy*ny+uz*nz)/sqrt((ux^2+uy^2+uz^2)*(nx^2+ny^2+nz^2));"
        "nx=ay*bz-az*by; ny=az*bx-ax*bz; nz=ax*by-ay*bx;"
        "ax=x1-x2; ay=y1-y2; az=z1-z2; bx=x3-x2; by=y3-y2; bz=z3-z2;"
        "ux=x4-x2; uy=y4-y2; uz=z4-z2",
    )
    torsion = openmm.CustomTorsionForce(
        f"{KJ_PER_KCAL * 0.5!r}*(v1*(1+cos(theta))+v2*(1-cos(2*theta))+v3*(1+cos(3*theta)))"
    )
    return [
        filled(bond, parameters.bonds, ("k", "r0")),
        filled(angle, parameters.angles, ("k", "theta0", "linear")),
        filled(stretch_bend, parameters.stretch_bends, ("k1", "k2", "r1", "r2", "theta0")),
        filled(out_of_plane, parameters.out_of_planes, ("k",)),
        filled(torsion, parameters.torsions, ("v1", "v2", "v3")),
    ]


def _nonbonded(
    parameters: MmffParameters, cutoff_angstrom: float | None, dielectric: Dielectric
) -> openmm.CustomNonbondedForce:
    force = openmm.CustomNonbondedForce(
        f"{KJ_PER_KCAL}*({VDW_SCALE}*vdw+{COULOMB_SCALE}*coulomb);"
        f"coulomb={_COULOMB_LAW[dielectric]}; qq=charge1*charge2;"
        "vdw=depth*(1.07/(rho+0.07))^7*(1.12/(rho^7+0.12)-2); rho=R/distance;"
        f"distance=mean*(1-{1 - DONOR_ACCEPTOR_RADIUS!r}*hydrogenbond);"
        f"depth={SLATER_KIRKWOOD}*strength1*strength2/((spread1+spread2)*mean^6)"
        f"*(1-{1 - DONOR_ACCEPTOR_DEPTH!r}*hydrogenbond);"
        "mean=0.5*(radius1+radius2)*"
        f"(1+(1-max(donor1,donor2))*{RADIUS_WIDENING}*(1-exp(-{RADIUS_SHARPNESS}*skew^2)));"
        "skew=(radius1-radius2)/(radius1+radius2);"
        f"hydrogenbond=donor1*acceptor2+donor2*acceptor1; R=r*{ANGSTROM_PER_NM}"
    )
    force.addGlobalParameter(VDW_SCALE, 1.0)
    force.addGlobalParameter(COULOMB_SCALE, 1.0)
    vdw = parameters.vdw
    columns = {
        "charge": parameters.charges,
        "radius": vdw.radius[vdw.index],
        "strength": vdw.strength[vdw.index],
        "spread": vdw.spread[vdw.index],
        "donor": vdw.donor[vdw.index],
        "acceptor": vdw.acceptor[vdw.index],
    }
    for name in columns:
        force.addPerParticleParameter(name)
    for row in np.stack(list(columns.values()), axis=1).tolist():
        force.addParticle(row)
    for i, j in parameters.excluded.tolist():
        force.addExclusion(i, j)
    cut_off(force, cutoff_angstrom)
    mobile = np.flatnonzero(parameters.mobile).tolist()
    frozen = np.flatnonzero(~parameters.mobile).tolist()
    if frozen:
        force.addInteractionGroup(mobile, mobile)
        force.addInteractionGroup(mobile, frozen)
    return force


def _one_four(parameters: MmffParameters, dielectric: Dielectric) -> openmm.CustomBondForce:
    """Take back a quarter of the full 1-4 electrostatics that the non-bonded force counts."""
    force = openmm.CustomBondForce(
        f"{KJ_PER_KCAL * (ONE_FOUR_COULOMB - 1)!r}*{COULOMB_SCALE}*{_COULOMB_LAW[dielectric]};"
        f"R=r*{ANGSTROM_PER_NM}"
    )
    force.addGlobalParameter(COULOMB_SCALE, 1.0)
    pairs = parameters.one_four
    products = parameters.charges[pairs].prod(axis=1)[:, None]
    return filled(force, Terms(pairs, products), ("qq",))


def interaction_by_residue(bonded: Assembly) -> dict[int, float]:
    """Return the MMFF94s energy between the ligand and each residue, kcal/mol by residue number.

    Van der Waals and electrostatic, dielectric 4r, no cut-off. Pairs one or two bonds apart across
    the tether are left out and 1-4 electrostatics scaled, as in the force field; a cap counts for
    the residue that it replaces. The tethered residue comes out repulsive, because the bond holds
    its atoms close. The parts are no affinity: desolvation and entropy are not in them.
    """
    van_der_waals, electrostatic = interaction_terms(bonded)
    theirs = np.flatnonzero(~ligand_mask(bonded))
    total = (van_der_waals + electrostatic).sum(axis=0)
    numbers = np.array([bonded.atoms[i].residue_number for i in theirs])
    return {int(n): float(total[numbers == n].sum()) for n in np.unique(numbers)}


def interaction_terms(bonded: Assembly) -> tuple[FloatArray, FloatArray]:
    """Return the pair energies between ligand and receptor atoms, dielectric 4r.

    Returns
    -------
    van_der_waals, electrostatic
        ``(n_ligand_atoms, n_receptor_atoms)`` kcal/mol, zero for excluded pairs.
    """
    ligand = ligand_mask(bonded)
    mine, theirs = np.flatnonzero(ligand), np.flatnonzero(~ligand)
    charges = mmff_charges(bonded.mol)
    vdw = vdw_table(bonded.mol, mmff_properties(bonded.mol))
    types = np.ix_(vdw.index[mine], vdw.index[theirs])
    points = bonded.coordinates
    distance = np.linalg.norm(points[mine][:, None] - points[theirs][None], axis=2)
    rho = distance / vdw.distance[types]
    van_der_waals = vdw.depth[types] * (1.07 / (rho + 0.07)) ** 7 * (1.12 / (rho**7 + 0.12) - 2)
    buffered = distance + COULOMB_BUFFER
    shielding = DISTANCE_DIELECTRIC * buffered
    electrostatic = COULOMB * np.outer(charges[mine], charges[theirs]) / (shielding * buffered)
    near, far = close_pairs(neighbours_of(bonded.mol))
    for pairs, keep_vdw, keep_coulomb in ((near, 0.0, 0.0), (far, 1.0, ONE_FOUR_COULOMB)):
        # Ligand first, and only pairs of one atom of each.
        ordered = np.array([sorted(pair, key=lambda i: not ligand[i]) for pair in pairs])
        first, second = ordered[ligand[ordered].sum(axis=1) == 1].T
        place = np.searchsorted(mine, first), np.searchsorted(theirs, second)
        van_der_waals[place] *= keep_vdw
        electrostatic[place] *= keep_coulomb
    return van_der_waals, electrostatic
