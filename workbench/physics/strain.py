"""What the bonded pose costs the drug: its energy against the free adduct's lowest minimum."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem
from scipy.spatial.transform import Rotation

from workbench.errors import PhysicsError
from workbench.geometry import beyond, joined
from workbench.ligands.conformers import conformers, rotatable_bonds, two_form_bonds
from workbench.ligands.geometry import stereo_is_right
from workbench.ligands.molecules import Adduct, Pose
from workbench.physics.assembly import drug_hydrogens, protonated
from workbench.physics.complex import Complex
from workbench.physics.force_fields import force_field
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser
from workbench.physics.mmff import (
    ANGSTROM_PER_NM,
    KJ_PER_KCAL,
    group_energy,
    interaction_by_residue,
)
from workbench.physics.mmff_parameters import edges_of
from workbench.physics.platforms import short_reason
from workbench.settings import DockSettings

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
_Rotor = tuple[int, int, list[int]]
"""A bond that turns, start and end, and the atoms that go round with its end."""

FINE = 0.05
COARSE = 1.0
"""Gradients to relax to, kcal/mol/angstrom."""

_MOST_ITERATIONS = {FINE: 1000, COARSE: 100}
_MOST_TURNS = 3
_TEMPERATURE_KCAL_PER_MOL = 1.0
_WORTH_REFINING_KCAL_PER_MOL = 3.0
_MOST_REFINED = 5


class FreeAdduct:
    """An adduct with explicit hydrogens in no pocket, in double precision; mass 0 means frozen."""

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

        The gradient to reach is ``FINE`` or ``COARSE``.

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
        """Return energies of the best shapes found from ``(n_starts, n_atoms, 3)`` angstrom.

        ``(n_refined,)`` kcal/mol, ascending: basin hopping with coarse relaxation (Wales and Doye
        1997, 10.1021/jp970984n) from the best start, then fine relaxation of the best shapes met.
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
    neighbours = joined(edges_of(mol))
    return [(start, end, sorted(beyond(neighbours, start, end))) for start, end in axes]


class StrainReference:
    """The lowest energy of one diastereomer on its own, and the strain of poses against it.

    The molecule is the drug with S, CB and a methyl group for CA; the energy is the force field's,
    as in the pocket. Seeds agree within about 1 kcal/mol (2 at worst) for selinexor: smaller
    differences of strain between diastereomers say nothing. ``n_hops`` steps of search start from
    the conformers.

    Raises
    ------
    LigandError
        When no conformer can be built.
    PhysicsError
        When the force field lacks parameters.
    """

    def __init__(
        self,
        adduct: Adduct,
        n_conformers: int = 10,
        seed: int = 1,
        n_hops: int = 120,
        field: str = "mmff94s",
    ) -> None:
        self.adduct = adduct
        name = f"{adduct.ligand.name} {adduct.label}"
        found = conformers(adduct.mol, n_conformers, seed, name=name)
        hydrogens = np.array([a.GetAtomicNum() == 1 for a in found.mol.GetAtoms()])
        build = force_field(field).free_system
        self._free = FreeAdduct(found.mol, build(adduct, found.mol, np.ones_like(hydrogens)))
        self._held = FreeAdduct(found.mol, build(adduct, found.mol, hydrogens))
        self.energies = self._free.lowest_minima(found.coordinates, n_hops, seed)

    @property
    def lowest_kcal_per_mol(self) -> float:
        """Energy of the best shape that was found."""
        return float(self.energies[0])

    def strain(self, bonded: Complex) -> float:
        """Return the strain of a pose in kcal/mol; heavy atoms stay, hydrogens are relaxed.

        It is never negative: the pose's own minimum counts among the shapes compared.

        Raises
        ------
        PhysicsError
            When the complex holds another adduct, or its shape is not finite.
        """
        if (bonded.adduct.smiles, bonded.adduct.label) != (self.adduct.smiles, self.adduct.label):
            raise PhysicsError(
                f"this complex holds {bonded.name}, the strain "
                f"reference was made for {self.adduct.ligand.name} {self.adduct.label}."
            )
        pose = self._held.relaxed(self._with_hydrogens(bonded))
        energy = self._free.energy(pose)
        local = self._free.energy(self._free.relaxed(pose))
        return energy - min(local, self.lowest_kcal_per_mol)

    def _with_hydrogens(self, bonded: Complex) -> FloatArray:
        """Return the fragment's coordinates, with the complex's hydrogens on the drug."""
        full = protonated(self.adduct.mol, bonded.heavy_coordinates())
        points = np.array(full.GetConformer().GetPositions())
        hydrogens = drug_hydrogens(full, self.adduct)
        # The complex lists the drug's hydrogens right after its heavy atoms, in this order.
        first = int(bonded.drug_atoms[-1]) + 1
        points[hydrogens] = bonded.coordinates[first : first + len(hydrogens)]
        return points


@dataclass(frozen=True)
class RefinedPose:
    """A pose of the search and what the minimisation made of it."""

    pose: Pose
    minimised: MinimisedComplex[Complex]
    strain_kcal_per_mol: float
    residue_energies_kcal_per_mol: dict[int, float]


def refine(
    poses: Sequence[Pose],
    complexes: Sequence[Complex],
    everything: Sequence[Complex],
    settings: DockSettings,
    seed: int,
    after_each: Callable[[], None],
) -> tuple[RefinedPose, ...]:
    """Minimise all poses of one diastereomer and measure their strain, on one thread.

    ``everything`` holds the complexes of all diastereomers: what moves is decided by them together,
    so that energies compare between diastereomers too.

    Raises
    ------
    PhysicsError
        When the System lacks a term, or a minimisation fails.
    """
    minimiser = PocketMinimiser(everything, settings.minimization, threads=1)
    field = settings.minimization.force_field
    hops = settings.minimization.strain_hops
    reference = StrainReference(poses[0].adduct, seed=seed, n_hops=hops, field=field)
    refined = []
    for pose, bonded in zip(poses, complexes, strict=True):
        minimised = minimiser.minimise(bonded)
        strain = reference.strain(minimised.bonded)
        parts = interaction_by_residue(minimised.bonded)
        refined.append(RefinedPose(pose, minimised, strain, parts))
        after_each()
    return tuple(refined)
