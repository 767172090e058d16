"""Ligand strain: what a pose costs the adduct, against its best shape on its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.ligands.conformers import conformers
from workbench.ligands.molecules import Adduct
from workbench.physics.complex import Complex
from workbench.physics.force_fields import force_field
from workbench.physics.fragment import drug_hydrogens, protonated
from workbench.physics.free_adduct import FreeAdduct

FloatArray = NDArray[np.float64]

N_CONFORMERS = 10
N_HOPS = 120


@dataclass(frozen=True)
class Strain:
    """Strain of one pose, in kcal/mol.

    Parameters
    ----------
    strain_kcal_per_mol
        Pose energy minus the lowest; never negative, because the pose's own minimum counts
        among the shapes that are compared.
    to_local_minimum_kcal_per_mol
        The part that goes when the pose relaxes without the receptor; the rest is the cost of
        the wrong well.
    """

    strain_kcal_per_mol: float
    to_local_minimum_kcal_per_mol: float
    pose_kcal_per_mol: float
    lowest_kcal_per_mol: float


class StrainReference:
    """The lowest energy of an adduct on its own, and the strain of poses against it.

    The molecule is the drug with S, CB and CA of the cysteine (CA as a methyl group); the
    energy is the force field's, MMFF94s with a dielectric of 4r or Amber in OBC2 water, as in
    the pocket. The same seed gives the same
    zero; different seeds agree within about 1 kcal/mol (2 at worst) for selinexor, so smaller
    differences of strain between diastereomers say nothing.

    Parameters
    ----------
    adduct
        One diastereomer.
    n_conformers, n_hops
        To embed, and steps of the search for the best shape that starts from them.
    seed
        Of both.
    field
        The force field's name.

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
        n_conformers: int = N_CONFORMERS,
        seed: int = 1,
        n_hops: int = N_HOPS,
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

    def strain(self, bonded: Complex) -> Strain:
        """Return the strain of a pose; heavy atoms stay, hydrogens are relaxed.

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
        lowest = min(local, self.lowest_kcal_per_mol)
        return Strain(
            strain_kcal_per_mol=energy - lowest,
            to_local_minimum_kcal_per_mol=energy - local,
            pose_kcal_per_mol=energy,
            lowest_kcal_per_mol=lowest,
        )

    def _with_hydrogens(self, bonded: Complex) -> FloatArray:
        """Return the fragment's coordinates, with the complex's hydrogens on the drug."""
        full = protonated(self.adduct, bonded.heavy_coordinates())
        points = np.array(full.GetConformer().GetPositions())
        hydrogens = drug_hydrogens(full, self.adduct)
        # The complex lists the drug's hydrogens right after its heavy atoms, in this order.
        first = int(bonded.drug_atoms[-1]) + 1
        points[hydrogens] = bonded.coordinates[first : first + len(hydrogens)]
        return points
