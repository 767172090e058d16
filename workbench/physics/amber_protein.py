"""The protein's part of an Amber System: ff14SB from OpenMM, TIP3P-FB for kept waters.

Reference: Maier et al. 2015 (ff14SB), 10.1021/acs.jctc.5b00255.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray
from openmm import app

from workbench.errors import PhysicsError
from workbench.physics.mmff_parameters import Terms
from workbench.structures.receptor import Atom
from workbench.structures.topology import residue_groups

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PROTEIN_FILE = "amber14/protein.ff14SB.xml"
WATER_FILE = "amber14/tip3pfb.xml"

# Atoms and parameters of a bond, an angle, a torsion.
_SHAPES = ((2, 2), (3, 2), (4, 3))

SIGMA_PER_HALF_MINIMUM = 2 ** (5 / 6)
"""Lennard-Jones sigma over half the distance of the minimum, with which Amber's tables go."""

TETHERED = "TETHERED_CYS"
STUB = "TETHERED_STUB"

# CYX of ff14SB without its disulfide, and the side chain alone with CA as a methyl group; charges
# of CB, HB2, HB3 and SG are set by the adduct, those of the methyl group balance them.
_TEMPLATES = f"""
<ForceField><Residues>
 <Residue name="{TETHERED}">
  <Atom name="N" type="protein-N" charge="-0.4157"/><Atom name="H" type="protein-H" charge="0.2719"/>
  <Atom name="CA" type="protein-CX" charge="0.0429"/><Atom name="HA" type="protein-H1" charge="0.0766"/>
  <Atom name="CB" type="protein-2C" charge="0"/><Atom name="HB2" type="protein-H1" charge="0"/>
  <Atom name="HB3" type="protein-H1" charge="0"/><Atom name="SG" type="protein-S" charge="0"/>
  <Atom name="C" type="protein-C" charge="0.5973"/><Atom name="O" type="protein-O" charge="-0.5679"/>
  <Bond atomName1="N" atomName2="H"/><Bond atomName1="N" atomName2="CA"/>
  <Bond atomName1="CA" atomName2="HA"/><Bond atomName1="CA" atomName2="CB"/>
  <Bond atomName1="CB" atomName2="HB2"/><Bond atomName1="CB" atomName2="HB3"/>
  <Bond atomName1="CB" atomName2="SG"/><Bond atomName1="CA" atomName2="C"/>
  <Bond atomName1="C" atomName2="O"/><ExternalBond atomName="N"/><ExternalBond atomName="C"/>
 </Residue>
 <Residue name="{STUB}">
  <Atom name="CA" type="protein-CX" charge="-0.2247"/><Atom name="HA1" type="protein-H1" charge="0.0766"/>
  <Atom name="HA2" type="protein-H1" charge="0.0766"/><Atom name="HA3" type="protein-H1" charge="0.0766"/>
  <Atom name="CB" type="protein-2C" charge="0"/><Atom name="HB2" type="protein-H1" charge="0"/>
  <Atom name="HB3" type="protein-H1" charge="0"/><Atom name="SG" type="protein-S" charge="0"/>
  <Bond atomName1="CA" atomName2="HA1"/><Bond atomName1="CA" atomName2="HA2"/>
  <Bond atomName1="CA" atomName2="HA3"/><Bond atomName1="CA" atomName2="CB"/>
  <Bond atomName1="CB" atomName2="HB2"/><Bond atomName1="CB" atomName2="HB3"/>
  <Bond atomName1="CB" atomName2="SG"/>
 </Residue>
</Residues></ForceField>
"""  # noqa: E501


@dataclass(frozen=True)
class AtomTerms:
    """Amber's terms atom by atom, in OpenMM's units (kJ/mol, nm, radian).

    Charges, sigma and epsilon are ``(n_atoms,)``; bonds have length and constant of ``k/2 x^2``,
    angles the angle and constant, torsions (improper ones too) periodicity, phase and k.
    """

    charges: FloatArray
    sigma: FloatArray
    epsilon: FloatArray
    bonds: Terms
    angles: Terms
    torsions: Terms


def topology_of(atoms: Sequence[Atom], bonds: Sequence[tuple[int, int]]) -> app.Topology:
    """Return OpenMM's topology of atoms whose residues stand together."""
    topology = app.Topology()
    chain: Any = None
    made: list[Any] = []
    for group in residue_groups(atoms):
        first = atoms[group[0]]
        if chain is None or chain.id != first.chain:
            chain = topology.addChain(first.chain)
        residue = topology.addResidue(first.residue_name, chain, str(first.residue_number))
        for index in group:
            element = app.Element.getBySymbol(atoms[index].element)
            made.append(topology.addAtom(atoms[index].name, element, residue))
    for i, j in bonds:
        topology.addBond(made[i], made[j])
    return topology


def protein_terms(
    atoms: Sequence[Atom],
    bonds: Sequence[tuple[int, int]],
    tethered: int | None = None,
    template: str = TETHERED,
) -> AtomTerms:
    """Ask OpenMM's ff14SB for every term of a protein of complete residues without its ligand.

    ``tethered`` is an atom of the cysteine that bears the ligand, if there is one, and ``template``
    what that is: ``TETHERED``, or ``STUB`` for the side chain alone.

    Raises
    ------
    PhysicsError
        When a residue has no template.
    """
    if not atoms:
        nothing = np.zeros(0)
        none = [Terms(np.zeros((0, n), np.int64), np.zeros((0, m))) for n, m in _SHAPES]
        return AtomTerms(nothing, nothing, nothing, *none)
    topology = topology_of(atoms, bonds)
    chosen = {}
    if tethered is not None:
        chosen = {list(topology.atoms())[tethered].residue: template}
    try:
        system = _ff14sb().createSystem(
            topology,
            nonbondedMethod=app.NoCutoff,
            constraints=None,
            rigidWater=False,
            removeCMMotion=False,
            residueTemplates=chosen,
        )
    except ValueError as error:
        raise PhysicsError(
            f"ff14SB does not know a part of the receptor ({str(error).splitlines()[0]}): "
            "prepare the receptor again, or use --force-field mmff94s."
        ) from error
    forces = {type(force): force for force in system.getForces()}
    pairs = forces[openmm.NonbondedForce]
    particles = [pairs.getParticleParameters(i) for i in range(pairs.getNumParticles())]
    table = np.array([[value._value for value in row] for row in particles]).reshape(-1, 3)
    return AtomTerms(
        charges=table[:, 0],
        sigma=table[:, 1],
        epsilon=table[:, 2],
        bonds=_terms(forces[openmm.HarmonicBondForce], "Bond", *_SHAPES[0]),
        angles=_terms(forces[openmm.HarmonicAngleForce], "Angle", *_SHAPES[1]),
        torsions=_terms(forces[openmm.PeriodicTorsionForce], "Torsion", *_SHAPES[2]),
    )


def _terms(force: Any, kind: str, n_atoms: int, n_values: int) -> Terms:
    get = getattr(force, f"get{kind}Parameters")
    rows = [get(index) for index in range(getattr(force, f"getNum{kind}s")())]
    atoms = [row[:n_atoms] for row in rows]
    values = [[getattr(value, "_value", value) for value in row[n_atoms:]] for row in rows]
    return Terms(
        np.array(atoms, dtype=np.int64).reshape(-1, n_atoms),
        np.array(values, dtype=np.float64).reshape(-1, n_values),
    )


@cache
def _ff14sb() -> app.ForceField:
    return app.ForceField(PROTEIN_FILE, WATER_FILE, io.StringIO(_TEMPLATES))
