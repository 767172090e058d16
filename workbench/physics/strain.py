"""Ligand strain: what a pose costs the adduct, against its best shape on its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.conformers import conformers
from workbench.ligands.molecules import Adduct
from workbench.physics.bonded_complex import adduct_coordinates
from workbench.physics.complex import Complex
from workbench.physics.fragment import drug_hydrogens, protonated
from workbench.physics.mmff import ANGSTROM_PER_NM, KJ_PER_KCAL, build_mmff, group_energy
from workbench.physics.platform_probe import short_reason

FloatArray = NDArray[np.float64]

N_CONFORMERS = 50
_TOLERANCE_KCAL_PER_MOL_ANGSTROM = 0.05
_MOST_ITERATIONS = 1000


@dataclass(frozen=True)
class Strain:
    """Strain of one pose, in kcal/mol.

    Parameters
    ----------
    strain_kcal_per_mol
        Pose energy minus the lowest; never negative, because the pose's own minimum counts
        among the conformers.
    to_local_minimum_kcal_per_mol
        The part that goes when the pose relaxes without the receptor; the rest is the cost of
        the wrong well.
    n_conformers
        That were compared.
    """

    strain_kcal_per_mol: float
    to_local_minimum_kcal_per_mol: float
    pose_kcal_per_mol: float
    lowest_kcal_per_mol: float
    n_conformers: int


class StrainReference:
    """The lowest energy of an adduct on its own, and the strain of poses against it.

    The molecule is the drug with S, CB and CA of the cysteine (CA as a methyl group); the
    energy MMFF94s with a dielectric of 4r, as in the pocket. Double precision, so that the
    same input gives the same output.

    Parameters
    ----------
    adduct
        One diastereomer.
    n_conformers
        To embed; distinct ones are minimised.
    seed
        Of the embedding.

    Raises
    ------
    LigandError
        When no conformer can be built.
    PhysicsError
        When MMFF94s lacks parameters.
    """

    def __init__(self, adduct: Adduct, n_conformers: int = N_CONFORMERS, seed: int = 1) -> None:
        self.adduct = adduct
        name = f"{adduct.ligand.name} {adduct.label}"
        found = conformers(adduct.mol, n_conformers, seed, name=name)
        self._n_heavy = adduct.mol.GetNumAtoms()
        self._free = _context(found.mol, np.ones(found.mol.GetNumAtoms(), dtype=bool))
        self._hydrogens = _context(
            found.mol, np.array([a.GetAtomicNum() == 1 for a in found.mol.GetAtoms()])
        )
        relaxed = [self._energy(self._relaxed(self._free, x)) for x in found.coordinates]
        self.energies = np.sort(np.array(relaxed))

    @property
    def lowest_kcal_per_mol(self) -> float:
        """Energy of the best conformer."""
        return float(self.energies[0])

    def strain(self, bonded: Complex) -> Strain:
        """Return the strain of a pose; heavy atoms stay, hydrogens are relaxed.

        Raises
        ------
        PhysicsError
            When the complex holds another adduct.
        """
        if (bonded.adduct.smiles, bonded.adduct.label) != (self.adduct.smiles, self.adduct.label):
            raise PhysicsError(
                f"this complex holds {bonded.adduct.ligand.name} {bonded.adduct.label}, the strain "
                f"reference was made for {self.adduct.ligand.name} {self.adduct.label}."
            )
        start = self._with_hydrogens(bonded)
        pose = self._relaxed(self._hydrogens, start)
        energy = self._energy(pose)
        local = self._energy(self._relaxed(self._free, pose))
        lowest = min(local, self.lowest_kcal_per_mol)
        return Strain(
            strain_kcal_per_mol=energy - lowest,
            to_local_minimum_kcal_per_mol=energy - local,
            pose_kcal_per_mol=energy,
            lowest_kcal_per_mol=lowest,
            n_conformers=len(self.energies) + 1,
        )

    def _with_hydrogens(self, bonded: Complex) -> FloatArray:
        """Return the fragment's coordinates, with the complex's hydrogens on the drug."""
        full = protonated(self.adduct, adduct_coordinates(bonded))
        points = np.array(full.GetConformer().GetPositions())
        hydrogens = drug_hydrogens(full, self.adduct)
        # The complex lists the drug's hydrogens right after its heavy atoms, in this order.
        first = int(bonded.drug_atoms[-1]) + 1
        points[hydrogens] = bonded.coordinates[first : first + len(hydrogens)]
        return points

    def _relaxed(self, context: openmm.Context, start: FloatArray) -> FloatArray:
        context.setPositions(start / ANGSTROM_PER_NM)
        tolerance = _TOLERANCE_KCAL_PER_MOL_ANGSTROM * KJ_PER_KCAL * ANGSTROM_PER_NM
        try:
            openmm.LocalEnergyMinimizer.minimize(context, tolerance, _MOST_ITERATIONS)
        except openmm.OpenMMException as error:
            raise PhysicsError(
                f"{self.adduct.ligand.name} {self.adduct.label}: the adduct could not be relaxed "
                f"({short_reason(str(error))})."
            ) from error
        state = context.getState(getPositions=True).getPositions(asNumpy=True)
        moved = np.array(state.value_in_unit(openmm.unit.angstrom))
        frozen = [i for i in range(len(start)) if _is_frozen(context, i)]
        moved[frozen] = start[frozen]
        return moved

    def _energy(self, points: FloatArray) -> float:
        self._free.setPositions(points / ANGSTROM_PER_NM)
        return group_energy(self._free)


def _is_frozen(context: openmm.Context, index: int) -> bool:
    return bool(context.getSystem().getParticleMass(index).value_in_unit(openmm.unit.dalton) == 0)


def _context(mol: Chem.Mol, mobile: NDArray[np.bool_]) -> openmm.Context:
    built = build_mmff(mol, mobile=mobile)
    platform = openmm.Platform.getPlatformByName("Reference")
    return openmm.Context(built.system, openmm.VerletIntegrator(0.001), platform)
