"""What a pose costs the receptor: its energy in the complex's shape against its own minimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.physics.assembling import receptor_molecule
from workbench.physics.bonded_complex import thiol_hydrogen
from workbench.physics.complex import Complex
from workbench.physics.descent import Descent
from workbench.physics.mmff import MMFF_CUTOFF_ANGSTROM, build_mmff, group_energy
from workbench.physics.platforms import choose_platform
from workbench.settings import MinimizationSettings
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_S_H_ANGSTROM = 1.34


@dataclass(frozen=True)
class Deformation:
    """Deformation of the receptor by one pose, kcal/mol.

    Parameters
    ----------
    deformation_kcal_per_mol
        Energy in the complex's shape, the thiol restored, minus that of the lowest minimum that
        was found without the ligand.
    to_local_minimum_kcal_per_mol
        The part that goes when the pocket relaxes from the complex's shape; the rest is the cost
        of another well than the receptor's own.
    """

    deformation_kcal_per_mol: float
    to_local_minimum_kcal_per_mol: float


def receptor_deformation(
    bonded: Complex,
    mobile: BoolArray,
    settings: MinimizationSettings | None = None,
    *,
    threads: int | None = None,
) -> Deformation:
    """Return what the pocket pays to fit a pose.

    MMFF94s as in the minimisation (dielectric 4r, cut-off). The ligand is taken out and the
    thiol's hydrogen put back and relaxed alone; the apo receptor is minimised with the same
    mobile atoms from the complex's shape and from its own, and the lower one counts. Terms among
    frozen atoms are left out of both. Where a minimisation stops at the settings' gradient it is
    a few tenths of kcal/mol above its minimum, so smaller deformations say nothing.

    Parameters
    ----------
    bonded
        With minimised coordinates.
    mobile
        ``(n_atoms,)`` of the complex: what moved in the minimisation.

    Raises
    ------
    PhysicsError
        When the receptor is no valid molecule, or a minimisation fails.
    """
    reference = ReceptorReference(bonded.receptor, mobile, settings, threads=threads)
    return reference.deformation(bonded)


class ReceptorReference:
    """The receptor on its own, for the poses of one ligand in it; see ``receptor_deformation``.

    Parameters
    ----------
    receptor
        With its thiol.
    mobile
        ``(n_atoms,)`` of the complexes that will be compared.

    Raises
    ------
    PhysicsError
        When the receptor is no valid molecule, or has no free thiol.
    """

    def __init__(
        self,
        receptor: Receptor,
        mobile: BoolArray,
        settings: MinimizationSettings | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        settings = settings or MinimizationSettings()
        self._hydrogen = thiol_hydrogen(receptor)
        self._kept = [i for i in range(len(receptor.atoms)) if i != self._hydrogen]
        moves = np.ones(len(receptor.atoms), dtype=bool)
        moves[self._kept] = mobile[: len(self._kept)]
        mol = receptor_molecule(receptor)
        self._pocket = _Apo(mol, moves, settings, threads)
        self._thiol = _Apo(mol, np.arange(len(moves)) == self._hydrogen, settings, threads)
        self._own: dict[bytes, float] = {}

    def deformation(self, bonded: Complex) -> Deformation:
        """Return what the pocket pays to fit a pose.

        Raises
        ------
        PhysicsError
            When a minimisation fails.
        """
        deformed = self._thiol.relaxed(self._without_ligand(bonded))
        held = self._pocket.energy(deformed)
        local = self._pocket.energy(self._pocket.relaxed(deformed))
        return Deformation(held - min(local, self._own_minimum(bonded.receptor)), held - local)

    def _own_minimum(self, receptor: Receptor) -> float:
        """Return the energy of the minimum next to the receptor's own shape."""
        key = receptor.coordinates.tobytes()
        if key not in self._own:
            self._own[key] = self._pocket.energy(self._pocket.relaxed(receptor.coordinates))
        return self._own[key]

    def _without_ligand(self, bonded: Complex) -> FloatArray:
        """Return the receptor in the complex's shape, the thiol's hydrogen in the bond's place."""
        points = bonded.receptor.coordinates.copy()
        points[self._kept] = bonded.coordinates[: len(self._kept)]
        sulphur = bonded.coordinates[bonded.sg]
        away = bonded.coordinates[bonded.reactive_carbon] - sulphur
        points[self._hydrogen] = sulphur + _S_H_ANGSTROM * away / np.linalg.norm(away)
        return points


class _Apo:
    """The receptor without the ligand, with some of its atoms mobile."""

    def __init__(
        self,
        mol: Chem.Mol,
        mobile: BoolArray,
        settings: MinimizationSettings,
        threads: int | None,
    ) -> None:
        self._mobile = mobile
        self._settings = settings
        cutoff = settings.cutoff_angstrom or MMFF_CUTOFF_ANGSTROM
        built = build_mmff(mol, mobile=mobile, cutoff_angstrom=cutoff)
        platform = choose_platform(settings.platform, threads)
        self._descent = Descent(built.system, platform, mobile, np.zeros_like(mobile))

    def energy(self, points: FloatArray) -> float:
        """Return the energy of ``(n_atoms, 3)`` angstrom, kcal/mol."""
        self._descent.place(points)
        return group_energy(self._descent.context)

    def relaxed(self, start: FloatArray) -> FloatArray:
        """Return the coordinates downhill of a start, ``(n_atoms, 3)`` angstrom."""
        self._descent.place(start)
        self._descent.descend(
            self._settings.rms_gradient_kcal_per_mol_angstrom, self._settings.max_iterations
        )
        points = start.copy()
        points[self._mobile] = self._descent.coordinates()[self._mobile]
        return points
