"""What a pose costs the receptor: its energy in the complex's shape against its own minimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.physics.bonded_complex import receptor_molecule, thiol_hydrogen
from workbench.physics.complex import Complex
from workbench.physics.descent import Descent
from workbench.physics.mmff import MMFF_CUTOFF_ANGSTROM, build_mmff, group_energy
from workbench.physics.platforms import choose_platform
from workbench.settings import MinimizationSettings

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
    settings = settings or MinimizationSettings()
    points, moves, hydrogen = _without_ligand(bonded, mobile)
    mol = receptor_molecule(bonded.receptor)
    pocket = _Apo(mol, moves, settings, threads)
    thiol = _Apo(mol, np.arange(len(moves)) == hydrogen, settings, threads)
    deformed = thiol.relaxed(points)
    held = pocket.energy(deformed)
    local = pocket.energy(pocket.relaxed(deformed))
    own = pocket.energy(pocket.relaxed(bonded.receptor.coordinates))
    return Deformation(held - min(local, own), held - local)


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


def _without_ligand(bonded: Complex, mobile: BoolArray) -> tuple[FloatArray, BoolArray, int]:
    """Return the receptor in the complex's shape, what of it moves, and the thiol's hydrogen.

    The hydrogen takes the direction of the bond to the ligand.
    """
    receptor = bonded.receptor
    hydrogen = thiol_hydrogen(receptor)
    kept = [i for i in range(len(receptor.atoms)) if i != hydrogen]
    points = receptor.coordinates.copy()
    points[kept] = bonded.coordinates[: len(kept)]
    moves = np.ones(len(receptor.atoms), dtype=bool)
    moves[kept] = mobile[: len(kept)]
    sulphur = bonded.coordinates[bonded.sg]
    away = bonded.coordinates[bonded.reactive_carbon] - sulphur
    points[hydrogen] = sulphur + _S_H_ANGSTROM * away / np.linalg.norm(away)
    return points, moves, hydrogen
