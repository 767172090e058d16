"""The kinds of interaction, one class each: criteria, source, search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench import geometry
from workbench.analysis.interaction_base import (
    Interaction,
    InteractionKind,
    Scene,
    closest_pair,
    projected_offset,
)


class CovalentLink(InteractionKind):
    """The bond itself: SG to the attacked carbon, with the angle CB-SG-C."""

    def find(self, scene: Scene) -> Iterator[Interaction]:
        """Yield the link, as long as the molecule holds the bond."""
        whole = scene.parts.complex
        if whole.mol.GetBondBetweenAtoms(whole.sg, whole.reactive_carbon) is None:
            return
        cb, sg, carbon = scene.at([whole.cb, whole.sg, whole.reactive_carbon])
        yield scene.record(
            "covalent",
            [whole.sg],
            [whole.reactive_carbon],
            float(geometry.distance(sg, carbon)),
            float(geometry.angle(cb, sg, carbon)),
        )


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
                angle = float(
                    geometry.angle(scene.at(donor), scene.at(hydrogen), scene.at(acceptor))
                )
                if pair is None or angle < self.angle_degree:
                    continue
                distance = float(geometry.distance(scene.at(donor), scene.at(acceptor)))
                yield scene.record("hydrogen_bond", *pair, distance, angle)


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
                distance = float(geometry.distance(scene.at(halogen), scene.at(acceptor)))
                angle = float(
                    geometry.angle(scene.at(carbon), scene.at(halogen), scene.at(acceptor))
                )
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
                distance = float(geometry.distance(scene.at(fluorine), scene.at(carbon)))
                angle = float(
                    geometry.angle(scene.at(fluorine), scene.at(carbon), scene.at(oxygen))
                )
                if distance <= self.distance_angstrom and low <= angle <= high:
                    yield scene.record("fluorine_carbonyl", *pair, distance, angle)


def all_kinds() -> list[InteractionKind]:
    """Return one of every kind that is defined, here or by whoever extends the base."""
    return [kind() for kind in sorted(InteractionKind.__subclasses__(), key=lambda k: k.__name__)]
