"""Which anchors of an export signal a drug displaces: pockets that both would fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.errors import MechanismError
from workbench.ligands.reference_poses import reference_pose, reference_poses
from workbench.structures.embedded import read_embedded
from workbench.structures.pockets import receptor_pockets
from workbench.text import quoted

SHARED_ANGSTROM = 3.4
"""Twice the van der Waals radius of carbon (Bondi 1964, doi:10.1021/j100785a001): where the drug
has an atom this near to the middle of an anchor's side chain, both cannot be there."""

RECEPTOR = "human-groove"


@dataclass(frozen=True)
class Displacement:
    """Pockets of the groove that a drug's pose fills.

    Parameters
    ----------
    distances_angstrom
        Pocket -> from its centre to the drug's nearest heavy atom.
    shared
        Pockets within ``SHARED_ANGSTROM``.
    borderline
        Pockets that would be shared, or not, if the pose were off by its uncertainty.
    uncertainty_angstrom
        Of the reference pose.
    """

    drug: str
    distances_angstrom: dict[str, float]
    shared: tuple[str, ...]
    borderline: tuple[str, ...]
    uncertainty_angstrom: float

    def anchors(self, pockets: Mapping[str, str]) -> dict[str, str]:
        """Return those of a match's anchors (pocket -> residue) whose pockets the drug fills."""
        return {name: residue for name, residue in pockets.items() if name in self.shared}

    def sentence(self) -> str:
        """Say which pockets are shared, and how sure that is."""
        held = ", ".join(self.shared) or "no pocket"
        doubt = f"; {', '.join(self.borderline)} within its uncertainty" if self.borderline else ""
        return (
            f"{self.drug} fills {held} (crystal pose laid on {RECEPTOR}, good to "
            f"{self.uncertainty_angstrom:g} angstrom{doubt}): anchors there are displaced"
        )


def displacement(drug: str) -> Displacement:
    """Return the pockets that a drug with a reference pose fills.

    Parameters
    ----------
    drug
        By any of its names.

    Raises
    ------
    MechanismError
        When the package has no crystal pose of it.
    """
    pose = reference_pose(drug)
    if pose is None:
        known = ", ".join(dict.fromkeys(row.compound for row in reference_poses()))
        raise MechanismError(f"there is no crystal pose of {quoted(drug)}: name one of {known}")
    found = receptor_pockets(read_embedded(RECEPTOR))
    assert found is not None  # the embedded groove holds the whole lining
    heavy = [atom.GetIdx() for atom in pose.mol.GetAtoms() if atom.GetAtomicNum() > 1]
    points = np.asarray(pose.mol.GetConformer().GetPositions())[heavy]
    distances = {
        pocket.name: round(
            float(np.linalg.norm(points - np.array(pocket.centre_angstrom), axis=1).min()), 2
        )
        for pocket in found.pockets
    }
    return Displacement(
        drug=pose.compound,
        distances_angstrom=distances,
        shared=tuple(name for name, d in distances.items() if d <= SHARED_ANGSTROM),
        borderline=tuple(
            name
            for name, d in distances.items()
            if abs(d - SHARED_ANGSTROM) < pose.uncertainty_angstrom
        ),
        uncertainty_angstrom=pose.uncertainty_angstrom,
    )
