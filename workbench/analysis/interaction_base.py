"""What every kind of interaction between drug and receptor builds on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench import geometry
from workbench.analysis.features import Features
from workbench.analysis.parts import ComplexParts, residue_label

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Interaction:
    """One interaction.

    Parameters
    ----------
    type
        Name of its kind.
    residue
        Residue name and number, ``LYS537`` (human numbering for XPO1).
    receptor_atom
        Atom name; the names of a ring joined by ``/``.
    ligand_atoms
        Drug atom indices.
    distance_angstrom, angle_degree
        As the kind defines them; no angle where a kind has none.
    """

    type: str
    residue: str
    receptor_atom: str
    ligand_atoms: tuple[int, ...]
    distance_angstrom: float
    angle_degree: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of ``result.json``."""
        angle = None if self.angle_degree is None else round(self.angle_degree, 1)
        return {
            "type": self.type,
            "residue": self.residue,
            "receptor_atom": self.receptor_atom,
            "ligand_atoms": list(self.ligand_atoms),
            "distance_angstrom": round(self.distance_angstrom, 3),
            "angle_degree": angle,
        }


@dataclass(frozen=True)
class Scene:
    """A complex with its features: what every kind of interaction reads.

    Parameters
    ----------
    near
        Receptor atoms within reach of the drug; no other is looked at.
    """

    parts: ComplexParts
    features: Features
    near: frozenset[int]

    def in_drug(self, atoms: Sequence[int]) -> bool:
        """Tell whether all of these atoms are the drug's."""
        return all(atom in self.parts.drug_index for atom in atoms)

    def in_receptor(self, atoms: Sequence[int]) -> bool:
        """Tell whether all of these atoms are the receptor's and within reach."""
        return all(atom in self.near for atom in atoms)

    def sides(
        self, a: Sequence[int], b: Sequence[int]
    ) -> tuple[Sequence[int], Sequence[int]] | None:
        """Return two groups as (receptor, drug), or ``None`` unless there is one of each.

        Groups that the tether's own bonds hold together are no pair either.
        """
        for receptor, drug in ((a, b), (b, a)):
            if self.in_receptor(receptor) and self.in_drug(drug):
                return (receptor, drug) if self.separate(drug, receptor) else None
        return None

    def separate(self, drug_atoms: Sequence[int], receptor_atoms: Sequence[int]) -> bool:
        """Tell whether no pair of the two sets is held together by the tether's own bonds."""
        return not any(
            self.parts.bonded_near(self.parts.drug_index[drug], receptor)
            for drug in drug_atoms
            for receptor in receptor_atoms
        )

    def at(self, atoms: int | Sequence[int]) -> FloatArray:
        """Return the coordinates of an atom ``(3,)`` or of several ``(n, 3)``, angstrom."""
        return np.asarray(self.parts.coordinates[np.asarray(atoms, dtype=np.int64)])

    def record(
        self,
        type_: str,
        receptor_atoms: Sequence[int],
        drug_atoms: Sequence[int],
        distance: float,
        angle: float | None,
    ) -> Interaction:
        """Name the atoms of an interaction that was found."""
        atoms = [self.parts.complex.atoms[index] for index in receptor_atoms]
        drug = sorted({self.parts.drug_index[index] for index in drug_atoms})
        return Interaction(
            type=type_,
            residue=residue_label(atoms[0]),
            receptor_atom="/".join(atom.name for atom in atoms),
            ligand_atoms=tuple(drug),
            distance_angstrom=float(distance),
            angle_degree=None if angle is None else float(angle),
        )


class InteractionKind(ABC):
    """Base of all kinds: every subclass that is defined is found and run."""

    @abstractmethod
    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield every interaction of this kind in a scene."""


def projected_offset(point: FloatArray, centre: FloatArray, normal: FloatArray) -> float:
    """Return how far a point stands beside a ring's axis, in angstrom."""
    away = point - centre
    return float(np.linalg.norm(away - (away @ normal) * normal))


def closest_pair(a: FloatArray, b: FloatArray) -> tuple[int, int, float]:
    """Return the positions and the distance of the closest points of ``(n, 3)`` and ``(m, 3)``."""
    distances = geometry.distance(a[:, None], b[None])
    i, j = np.unravel_index(int(distances.argmin()), distances.shape)
    return int(i), int(j), float(distances[i, j])
