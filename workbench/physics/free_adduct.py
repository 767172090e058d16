"""The adduct on its own: relaxation, and a search for its best shape."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem
from scipy.spatial.transform import Rotation

from workbench.errors import PhysicsError
from workbench.geometry import beyond, joined
from workbench.ligands.conformers import rotatable_bonds, two_form_bonds
from workbench.ligands.geometry import stereo_is_right
from workbench.physics.mmff import ANGSTROM_PER_NM, KJ_PER_KCAL, group_energy
from workbench.physics.platform_probe import short_reason

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FINE = 0.05
COARSE = 1.0
"""Gradients to relax to, kcal/mol/angstrom."""

_MOST_ITERATIONS = {FINE: 1000, COARSE: 100}
_MOST_TURNS = 3
_TEMPERATURE_KCAL_PER_MOL = 1.0
_WORTH_REFINING_KCAL_PER_MOL = 3.0
_MOST_REFINED = 5


class _Rotor(NamedTuple):
    """A bond that turns, and the atoms that go round with its end."""

    start: int
    end: int
    moving: list[int]


class FreeAdduct:
    """An adduct in no pocket, in double precision.

    Parameters
    ----------
    mol
        With explicit hydrogens.
    system
        See ``ForceField.free_system``; atoms of mass 0 stay.
    """

    def __init__(self, mol: Chem.Mol, system: openmm.System) -> None:
        self.mol = mol
        masses = [system.getParticleMass(i)._value for i in range(system.getNumParticles())]
        self._mobile = np.array(masses) > 0
        platform = openmm.Platform.getPlatformByName("Reference")
        self._context = openmm.Context(system, openmm.VerletIntegrator(0.001), platform)

    def energy(self, coordinates: FloatArray) -> float:
        """Return the energy of coordinates ``(n_atoms, 3)`` angstrom, in kcal/mol."""
        self._context.setPositions(coordinates / ANGSTROM_PER_NM)
        return group_energy(self._context)

    def relaxed(self, start: FloatArray, gradient: float = FINE) -> FloatArray:
        """Return the coordinates at the next minimum, ``(n_atoms, 3)`` angstrom.

        Parameters
        ----------
        gradient
            ``FINE`` or ``COARSE``.

        Raises
        ------
        PhysicsError
            When the start is so distorted that its energy is not finite.
        """
        self._context.setPositions(start / ANGSTROM_PER_NM)
        tolerance = gradient * KJ_PER_KCAL * ANGSTROM_PER_NM
        try:
            openmm.LocalEnergyMinimizer.minimize(
                self._context, tolerance, _MOST_ITERATIONS[gradient]
            )
        except openmm.OpenMMException as error:
            raise PhysicsError(
                f"the free adduct could not be relaxed ({short_reason(str(error))})."
            ) from error
        state = self._context.getState(getPositions=True).getPositions(asNumpy=True)
        moved = np.array(state.value_in_unit(openmm.unit.angstrom))
        moved[~self._mobile] = start[~self._mobile]
        return moved

    def lowest_minima(self, starts: FloatArray, hops: int, seed: int) -> FloatArray:
        """Search for the best shape by turning bonds and relaxing, from the best of the starts.

        Basin hopping with coarse relaxation (Wales and Doye 1997, 10.1021/jp970984n); the best
        shapes met are then relaxed finely.

        Parameters
        ----------
        starts
            ``(n_starts, n_atoms, 3)`` angstrom, at least one.
        hops
            Steps of the chain.
        seed
            The same seed gives the same energies.

        Returns
        -------
        NDArray
            ``(n_refined,)`` kcal/mol, ascending.
        """
        shapes = [self.relaxed(start, COARSE) for start in starts]
        energies = [self.energy(shape) for shape in shapes]
        rotors = _rotors(self.mol)
        rng = np.random.default_rng(seed)
        here = int(np.argmin(energies))
        for _ in range(hops if rotors else 0):
            shape = self.relaxed(_turned(shapes[here], rotors, rng), COARSE)
            # Atoms that were pushed into each other can come apart as another stereoisomer.
            if not stereo_is_right(self.mol, shape):
                continue
            shapes.append(shape)
            energies.append(self.energy(shape))
            climb = energies[-1] - energies[here]
            if climb < 0 or rng.random() < math.exp(-climb / _TEMPERATURE_KCAL_PER_MOL):
                here = len(shapes) - 1
        order = np.argsort(energies, kind="stable")[:_MOST_REFINED]
        worth = [
            i for i in order.tolist() if energies[i] - min(energies) < _WORTH_REFINING_KCAL_PER_MOL
        ]
        return np.sort([self.energy(self.relaxed(shapes[i])) for i in worth])


def _turned(shape: FloatArray, rotors: list[_Rotor], rng: np.random.Generator) -> FloatArray:
    """Return a shape with up to three bonds turned by random angles."""
    points = shape.copy()
    count = int(rng.integers(1, min(_MOST_TURNS, len(rotors)) + 1))
    for which in rng.choice(len(rotors), size=count, replace=False).tolist():
        start, end, moving = rotors[which]
        axis = points[end] - points[start]
        turn = Rotation.from_rotvec(axis / np.linalg.norm(axis) * rng.uniform(-np.pi, np.pi))
        points[moving] = turn.apply(points[moving] - points[end]) + points[end]
    return points


def _rotors(mol: Chem.Mol) -> list[_Rotor]:
    """Return the bonds that turn, amides that can be cis or trans among them."""
    axes = [*rotatable_bonds(mol), *(torsion[1:3] for torsion in two_form_bonds(mol))]
    neighbours = joined((b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds())
    return [_Rotor(start, end, sorted(beyond(neighbours, start, end))) for start, end in axes]
