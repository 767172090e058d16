"""All interactions of a bonded drug with its receptor.

Each kind is one class under `InteractionKind`, with its criteria and their source in its
docstring. The limits are those in common use, so that a picture made here can be compared with
one made elsewhere; where ours are wider or narrower, the class says so.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench import geometry
from workbench.analysis.perception import ComplexParts, Features, perceive, residue_label, split
from workbench.physics.complex import Complex
from workbench.structures.topology import CAPS

FloatArray = NDArray[np.float64]

# Wide enough for the longest limit (6 angstrom to a ring centre) and the ring's far atoms.
REACH_ANGSTROM = 9.0


@dataclass(frozen=True)
class Interaction:
    """One interaction; distance and angle are as its kind defines them.

    Parameters
    ----------
    residue
        ``LYS537``, in human numbering for XPO1.
    receptor_atom
        Atom name; the names of a ring joined by ``/``.
    ligand_atoms
        Drug atom indices.
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
        return asdict(self) | {
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

    def distance(self, first: int, second: int) -> float:
        """Return the distance of two atoms, angstrom."""
        return float(geometry.distance(self.at(first), self.at(second)))

    def angle(self, first: int, apex: int, last: int) -> float:
        """Return the angle of three atoms, degrees."""
        return float(geometry.angle(self.at(first), self.at(apex), self.at(last)))

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


class CovalentLink(InteractionKind):
    """The bond itself: SG to the attacked carbon, with the angle CB-SG-C."""

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield the link, as long as the molecule holds the bond."""
        whole = scene.parts.complex
        if whole.mol.GetBondBetweenAtoms(whole.sg, whole.reactive_carbon) is None:
            return
        sg, carbon = whole.sg, whole.reactive_carbon
        distance, angle = scene.distance(sg, carbon), scene.angle(whole.cb, sg, carbon)
        yield scene.record("covalent", [sg], [carbon], distance, angle)


class HydrogenBond(InteractionKind):
    """Donor-H...acceptor with H...A at most 2.5 angstrom and D-H...A at least 120 degrees.

    ``distance_angstrom`` is donor to acceptor, ``angle_degree`` D-H...A. Organic fluorine is no
    acceptor here.

    References
    ----------
    Baker and Hubbard 1984, doi:10.1016/0079-6107(84)90007-5
    """

    hydrogen_acceptor_angstrom = 2.5
    angle_degree = 120.0

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield one entry per donor, hydrogen and acceptor."""
        acceptors = sorted(scene.features.acceptors)
        for donor, hydrogen in scene.features.donors:
            if not (scene.in_drug([donor]) or scene.in_receptor([donor])):
                continue
            reach = geometry.distance(scene.at(acceptors), scene.at(hydrogen))
            for place in np.flatnonzero(reach <= self.hydrogen_acceptor_angstrom):
                acceptor = acceptors[place]
                pair = scene.sides([donor], [acceptor])
                angle = scene.angle(donor, hydrogen, acceptor)
                if pair is None or angle < self.angle_degree:
                    continue
                yield scene.record("hydrogen_bond", *pair, scene.distance(donor, acceptor), angle)


class HydrophobicContact(InteractionKind):
    """Hydrophobic atoms within 4.0 angstrom; the closest pair of each residue is reported.

    PLIP's distance and PLIP's carbons; besides, thioethers with the carbons next to them (Met
    lines the groove) and aliphatic fluorine (the CF3 groups of SINEs fill it).

    References
    ----------
    Salentin et al. 2015, doi:10.1093/nar/gkv315
    Mueller, Faeh and Diederich 2007, doi:10.1126/science.1131943
    """

    distance_angstrom = 4.0

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield one entry per residue."""
        drug = sorted(i for i in scene.features.hydrophobic if scene.in_drug([i]))
        receptor = sorted(i for i in scene.features.hydrophobic if scene.in_receptor([i]))
        if not drug or not receptor:
            return
        distances = geometry.distance(scene.at(receptor)[:, None], scene.at(drug)[None])
        closest: dict[tuple[str, str], Interaction] = {}
        for row, column in np.argwhere(distances <= self.distance_angstrom):
            pair = [receptor[row]], [drug[column]]
            if not scene.separate(pair[1], pair[0]):
                continue
            item = scene.record("hydrophobic", *pair, float(distances[row, column]), None)
            key = scene.parts.complex.atoms[receptor[row]].chain, item.residue
            if key not in closest or item.distance_angstrom < closest[key].distance_angstrom:
                closest[key] = item
        yield from closest.values()


class PiStacking(InteractionKind):
    """Aromatic rings with centres within 5.5 angstrom, parallel or T-shaped.

    The planes are within 30 degrees of parallel or of perpendicular, and one centre lies within
    2.0 angstrom of the other ring's axis. ``angle_degree`` is between the planes.

    References
    ----------
    McGaughey, Gagne and Rappe 1998, doi:10.1074/jbc.273.25.15458
    Salentin et al. 2015, doi:10.1093/nar/gkv315
    """

    centre_angstrom = 5.5
    deviation_degree = 30.0
    offset_angstrom = 2.0

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield one entry per pair of rings."""
        drug = [ring for ring in scene.features.rings if scene.in_drug(ring)]
        receptor = [ring for ring in scene.features.rings if scene.in_receptor(ring)]
        for mine in drug:
            for theirs in receptor:
                a, b = scene.at(mine), scene.at(theirs)
                centre_a, centre_b = a.mean(axis=0), b.mean(axis=0)
                distance = float(geometry.distance(centre_a, centre_b))
                if distance > self.centre_angstrom:
                    continue
                normal_a, normal_b = geometry.plane_normal(a), geometry.plane_normal(b)
                angle = geometry.plane_angle(normal_a, normal_b)
                offset = min(
                    projected_offset(centre_b, centre_a, normal_a),
                    projected_offset(centre_a, centre_b, normal_b),
                )
                if offset > self.offset_angstrom:
                    continue
                if angle <= self.deviation_degree:
                    yield scene.record("pi_stacking_parallel", theirs, mine, distance, angle)
                elif angle >= 90.0 - self.deviation_degree:
                    yield scene.record("pi_stacking_t_shaped", theirs, mine, distance, angle)


class CationPi(InteractionKind):
    """A positive group within 6.0 angstrom of a ring's centre, at most 2.0 off its axis.

    Only rings with an electron-rich face count: a cation over the bis-CF3-phenyl or the pyrazine
    of selinexor is no such interaction, close as it may be.

    ``distance_angstrom`` is from the group's nearest atom to the centre, ``angle_degree``
    between that line and the ring's axis.

    References
    ----------
    Gallivan and Dougherty 1999, doi:10.1073/pnas.96.17.9459
    Salentin et al. 2015, doi:10.1093/nar/gkv315
    """

    distance_angstrom = 6.0
    offset_angstrom = 2.0

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield one entry per charged group and ring, whichever side each is on."""
        for group in scene.features.positive:
            for ring in scene.features.electron_rich_rings:
                pair = scene.sides(group, ring)
                if pair is None:
                    continue
                points = scene.at(ring)
                centre, normal = points.mean(axis=0), geometry.plane_normal(points)
                place, _, distance = closest_pair(scene.at(group), centre[None])
                charge = scene.at(group[place])
                if (
                    distance > self.distance_angstrom
                    or projected_offset(charge, centre, normal) > self.offset_angstrom
                ):
                    continue
                named = [[group[place]] if side is group else side for side in pair]
                angle = geometry.plane_angle(charge - centre, normal)
                yield scene.record("cation_pi", named[0], named[1], distance, angle)


class SaltBridge(InteractionKind):
    """Oppositely charged groups with N, O or S atoms within 4.0 angstrom.

    References
    ----------
    Barlow and Thornton 1983, doi:10.1016/S0022-2836(83)80079-5
    """

    distance_angstrom = 4.0

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield one entry per pair of groups, with its closest atoms."""
        for plus in scene.features.positive:
            for minus in scene.features.negative:
                pair = scene.sides(plus, minus)
                if pair is None:
                    continue
                i, j, distance = closest_pair(scene.at(pair[0]), scene.at(pair[1]))
                if distance <= self.distance_angstrom:
                    yield scene.record("salt_bridge", [pair[0][i]], [pair[1][j]], distance, None)


class HalogenBond(InteractionKind):
    """C-X...A with X = Cl, Br or I: X...A at most 4.0 angstrom, C-X...A 165 +- 30 degrees.

    Fluorine has no sigma hole to speak of and forms none. ``angle_degree`` is C-X...A.

    References
    ----------
    Auffinger et al. 2004, doi:10.1073/pnas.0407607101
    Salentin et al. 2015, doi:10.1093/nar/gkv315
    """

    distance_angstrom = 4.0
    angle_degree = 135.0

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield one entry per halogen and acceptor."""
        for halogen, carbon in scene.features.halogens:
            for acceptor in sorted(scene.features.acceptors):
                pair = scene.sides([halogen], [acceptor])
                if pair is None:
                    continue
                distance = scene.distance(halogen, acceptor)
                angle = scene.angle(carbon, halogen, acceptor)
                if distance <= self.distance_angstrom and angle >= self.angle_degree:
                    yield scene.record("halogen_bond", *pair, distance, angle)


class FluorineCarbonyl(InteractionKind):
    """C-F...C=O, orthogonal: F...C at most 3.5 angstrom and F...C=O 70 to 110 degrees.

    ``angle_degree`` is F...C=O. A weak multipolar contact, reported for the CF3 groups.

    References
    ----------
    Paulini, Mueller and Diederich 2005, doi:10.1002/anie.200462213
    """

    distance_angstrom = 3.5
    angle_degree = (70.0, 110.0)

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield one entry per fluorine and carbonyl group."""
        low, high = self.angle_degree
        for fluorine, _ in scene.features.fluorines:
            for carbon, oxygen in scene.features.carbonyls:
                pair = scene.sides([carbon], [fluorine])
                if pair is None:
                    continue
                distance = scene.distance(fluorine, carbon)
                angle = scene.angle(fluorine, carbon, oxygen)
                if distance <= self.distance_angstrom and low <= angle <= high:
                    yield scene.record("fluorine_carbonyl", *pair, distance, angle)


def all_kinds() -> list[InteractionKind]:
    """Return one of every kind that is defined, here or by whoever extends the base."""
    return [kind() for kind in sorted(InteractionKind.__subclasses__(), key=lambda k: k.__name__)]


def find_interactions(complex_: Complex) -> tuple[dict[str, Any], ...]:
    """Return every interaction of the drug with its receptor, as plain dictionaries.

    Parameters
    ----------
    complex_
        A bonded complex with hydrogens and finite coordinates.

    Returns
    -------
    interactions
        Keys ``type``, ``residue`` (human numbering), ``receptor_atom``, ``ligand_atoms`` (drug
        indices), ``distance_angstrom``, ``angle_degree`` (or ``None``); sorted by type, residue
        number and distance. The same complex gives the same tuple.
    """
    parts = split(complex_)
    scene = Scene(parts, perceive(complex_.mol), _within_reach(parts))
    found = {item for kind in all_kinds() for item in kind.find(scene)}
    return tuple(item.to_dict() for item in sorted(found, key=_order))


def _within_reach(parts: ComplexParts) -> frozenset[int]:
    """Return the receptor atoms near the drug; caps stand for residues and are left out."""
    drug = cKDTree(parts.coordinates[parts.complex.drug_atoms])
    distances, _ = drug.query(parts.coordinates)
    return frozenset(
        int(index)
        for index in np.flatnonzero(distances <= REACH_ANGSTROM)
        if index not in parts.drug_index and parts.complex.atoms[index].residue_name not in CAPS
    )


def _order(item: Interaction) -> tuple[str, int, float, str, tuple[int, ...]]:
    number = re.search(r"-?\d+$", item.residue)
    residue = int(number.group()) if number else 0
    return item.type, residue, item.distance_angstrom, item.receptor_atom, item.ligand_atoms
