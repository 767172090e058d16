"""MM/GBSA of a bonded pose: what ligand and receptor give each other across the tether, in water.

One structure or trajectory serves complex, receptor and ligand alike (the single-trajectory
protocol; Kollman et al. 2000, 10.1021/ar000033j). Strain, the reaction and entropy are not in
it: it compares poses of one ligand, and is no affinity.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.physics.complex import Assembly
from workbench.physics.implicit_solvent import Solvation, SolvationModel, born_atoms
from workbench.physics.interaction_energy import interaction_terms
from workbench.physics.pocket import ligand_mask
from workbench.settings import SolventSettings

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class InteractionInWater:
    """Terms of the interaction between ligand and receptor, kcal/mol.

    Parameters
    ----------
    van_der_waals, electrostatic
        MMFF94s between the two parts, dielectric 1, no cut-off; pairs one or two bonds apart
        across the tether are left out and 1-4 electrostatics scaled.
    polar_solvation, surface
        Of the complex, less those of receptor and ligand on their own. Both parts keep the
        charges that they have in the complex.
    """

    van_der_waals: float
    electrostatic: float
    polar_solvation: float
    surface: float

    @property
    def total(self) -> float:
        """Sum of the terms."""
        return float(sum(astuple(self)))

    def by_term(self) -> dict[str, float]:
        """Return the terms and their total by name."""
        return asdict(self) | {"total": self.total}


@dataclass(frozen=True)
class Spread:
    """A term over a run: mean, standard deviation and range over the frames, kcal/mol."""

    mean: float
    standard_deviation: float
    lowest: float
    highest: float
    n_frames: int


class MmGbsa:
    """MM/GBSA of the poses of one complex.

    Parameters
    ----------
    bonded
        Gives topology and charges.

    Raises
    ------
    PhysicsError
        When MMFF94s has no type for an atom, or the solvent no radius.
    """

    def __init__(self, bonded: Assembly, settings: SolventSettings | None = None) -> None:
        self._bonded = bonded
        atoms = born_atoms(bonded.mol)
        ligand = ligand_mask(bonded)
        everything = np.arange(len(bonded.atoms))
        self._parts = [
            (members, SolvationModel(atoms[members], settings))
            for members in (everything, everything[ligand], everything[~ligand])
        ]

    def interaction(self, coordinates: FloatArray | None = None) -> InteractionInWater:
        """Return the terms at ``(n_atoms, 3)`` angstrom; the complex's own when ``None``.

        Raises
        ------
        PhysicsError
            When the coordinates are not finite or not those of this complex.
        """
        bonded = self._bonded
        points = bonded.coordinates if coordinates is None else np.asarray(coordinates, float)
        if points.shape != bonded.coordinates.shape or not np.isfinite(points).all():
            raise PhysicsError(
                f"MM/GBSA needs {len(bonded.atoms)} finite positions, got an array of shape "
                f"{points.shape}."
            )
        pair = interaction_terms(replace(bonded, coordinates=points), "constant")
        whole, ligand, receptor = self.solvation(points)
        return InteractionInWater(
            van_der_waals=float(pair[0].sum()),
            electrostatic=float(pair[1].sum()),
            polar_solvation=whole.polar - ligand.polar - receptor.polar,
            surface=whole.surface - ligand.surface - receptor.surface,
        )

    def solvation(self, points: FloatArray) -> tuple[Solvation, Solvation, Solvation]:
        """Return the solvation of complex, ligand and receptor, each with its own atoms alone."""
        whole, ligand, receptor = (model(points[members]) for members, model in self._parts)
        return whole, ligand, receptor

    def over(self, frames: FloatArray) -> dict[str, Spread]:
        """Return each term's spread over ``(n_frames, n_atoms, 3)`` angstrom, at least one.

        Frames of one run follow each other closely: the standard deviation over the square root
        of their number is no error of the mean.

        Raises
        ------
        PhysicsError
            When there is no frame, or one does not fit.
        """
        if not len(frames):
            raise PhysicsError("there is no frame to take a mean over.")
        rows = [self.interaction(frame).by_term() for frame in frames]
        return {name: _spread(np.array([row[name] for row in rows])) for name in rows[0]}


def _spread(values: FloatArray) -> Spread:
    return Spread(
        mean=float(values.mean()),
        standard_deviation=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        lowest=float(values.min()),
        highest=float(values.max()),
        n_frames=len(values),
    )
