"""Look into a built Amber System and refuse it when anything of the adduct is missing there."""

from __future__ import annotations

import math

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.amber_system import COULOMB_14, FORCE_GROUPS, NONBONDED, VDW_14
from workbench.physics.audit import Audit, Inspector, Key, pair_of, rows_of
from workbench.physics.complex import Assembly
from workbench.physics.mmff import COULOMB_SCALE
from workbench.physics.pocket import heavy_mask, ligand_mask

FloatArray = NDArray[np.float64]

ONE_FOUR = "one_four"

_TRIGONAL = 3


def amber_audit(system: openmm.System, bonded: Assembly) -> Audit:
    """Check that a System holds every term of a complex in which a mobile atom takes part.

    Bonds and angles must have force constants; every proper torsion that holds a ligand atom
    must have been looked up, and those about the two bonds of the sulphur must have a barrier;
    every trigonal atom of the ligand must be held in its plane; the net charge must be integral,
    and the pairs one to three bonds apart excluded or scaled as Amber does, no other.

    Parameters
    ----------
    system
        As made by ``amber_system``.

    Raises
    ------
    PhysicsError
        When something is missing; the message names the atoms.
    """
    inspector = _AmberInspector(system, bonded)
    bonded_terms = inspector.bonded_terms()
    net_charge = inspector.particles()
    return Audit(bonded_terms | inspector.pairs(), net_charge)


class _AmberInspector(Inspector):
    def __init__(self, system: openmm.System, bonded: Assembly) -> None:
        super().__init__(system, bonded, FORCE_GROUPS)
        self.ligand = ligand_mask(bonded)

    def bonded_terms(self) -> dict[str, int]:
        """Check bonds, angles, proper and improper torsions and return the number of each."""
        bonds, angles, chains = self.paths(2), self.paths(3), self.paths(4)
        self.constants("bond", bonds)
        self.constants("angle", angles)
        mine = {chain for chain in chains if self.ligand[list(chain)].any()}
        self.present("torsion", mine)
        strength: dict[Key, tuple[float, ...]] = {}
        for atoms, (k,) in rows_of(self.forces["torsion"]):
            key = atoms if atoms[0] < atoms[-1] else atoms[::-1]
            strength[key] = (strength.get(key, (0.0,))[0] + abs(k),)
        self.hindered(strength)
        return {
            "bond": len(bonds),
            "angle": len(angles),
            "torsion": len(chains & strength.keys()),
            "improper": self._planar(strength),
        }

    def _planar(self, strength: dict[Key, tuple[float, ...]]) -> int:
        """Check that the ligand's trigonal atoms are held in their planes, and count them."""
        held = {
            (key[2], frozenset(key) - {key[2]})
            for atoms, (k,) in strength.items()
            for key in (atoms, atoms[::-1])
            if k > 0
        }
        trigonal = [
            atom
            for atom in self.mol.GetAtoms()
            if self.ligand[atom.GetIdx()]
            and atom.GetDegree() == _TRIGONAL
            and atom.GetHybridization() == Chem.HybridizationType.SP2
        ]
        for atom in trigonal:
            around = [n.GetIdx() for n in atom.GetNeighbors()]
            if (atom.GetIdx(), frozenset(around)) not in held:
                raise PhysicsError(
                    f"the improper torsion about {self.names((atom.GetIdx(), *around))} is "
                    "missing from the System."
                )
        return len(trigonal)

    def particles(self) -> int:
        """Check charges and van der Waals parameters and return the net charge."""
        force = self.forces[NONBONDED]
        if force.getNumParticles() != len(self.bonded.atoms):
            raise PhysicsError(
                f"the non-bonded force has {force.getNumParticles()} particles, not one per atom."
            )
        heavy = heavy_mask(self.bonded)
        for index in range(force.getNumParticles()):
            _, sigma, epsilon = (v._value for v in force.getParticleParameters(index))
            # ff14SB gives the hydrogen of a hydroxyl group no van der Waals depth.
            if not (sigma > 0 and epsilon >= 0 and (epsilon > 0 or not heavy[index])):
                raise PhysicsError(f"{self.names((index,))} has no van der Waals type.")
        return self.net_charge(self._charges())

    def pairs(self) -> dict[str, int]:
        """Check the excluded pairs, and the 1-4 pairs with their scaling."""
        force = self.forces[NONBONDED]
        charges = self._charges()
        scaled = self._exception_charges()
        vdw = [[v._value for v in force.getParticleParameters(i)[1:]] for i in range(len(charges))]
        excluded: set[Key] = set()
        kept: set[Key] = set()
        for index in range(force.getNumExceptions()):
            first, second, _, sigma, epsilon = force.getExceptionParameters(index)
            pair = pair_of((first, second))
            if not self.mobile[[first, second]].any():
                continue
            product = scaled.get(index, 0.0)
            if product == 0.0 and epsilon._value == 0.0:
                excluded.add(pair)
                continue
            kept.add(pair)
            depth = VDW_14 * math.sqrt(vdw[first][1] * vdw[second][1])
            radius = (vdw[first][0] + vdw[second][0]) / 2
            right = (
                math.isclose(product, COULOMB_14 * charges[first] * charges[second], rel_tol=1e-6)
                and math.isclose(epsilon._value, depth, rel_tol=1e-6)
                and (depth == 0 or math.isclose(sigma._value, radius, rel_tol=1e-6))
            )
            if not right:
                raise PhysicsError(f"the 1-4 pair {self.names(pair)} is scaled wrongly.")
        near, far = self.close_pairs()
        self.same_pairs("exclusion", near, excluded)
        self.same_pairs("scaled 1-4 pair", far, kept)
        return {NONBONDED: force.getNumParticles(), ONE_FOUR: len(kept)}

    def _charges(self) -> FloatArray:
        """Return the charges, ``(n_atoms,)``: they are offsets that a scale turns on."""
        force = self.forces[NONBONDED]
        found = np.full(force.getNumParticles(), np.nan)
        for index in range(force.getNumParticleParameterOffsets()):
            scale, atom, charge, _, _ = force.getParticleParameterOffset(index)
            if scale == COULOMB_SCALE:
                found[atom] = charge
        return found

    def _exception_charges(self) -> dict[int, float]:
        force = self.forces[NONBONDED]
        found = {}
        for index in range(force.getNumExceptionParameterOffsets()):
            _, exception, product, _, _ = force.getExceptionParameterOffset(index)
            found[exception] = product
        return found
