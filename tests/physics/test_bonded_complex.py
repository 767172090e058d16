"""The bonded complex: what leaves, what stays, what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from physics_cases import adduct_of, reference_bonded

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Pose
from workbench.physics.assembly import bond
from workbench.physics.complex import Complex, address
from workbench.structures.receptor import Atom, Receptor


@pytest.fixture(scope="module")
def pose(groove: Receptor) -> Pose:
    return reference_bonded(groove, "selinexor", "bS")


def test_only_the_thiol_hydrogen_leaves(selinexor: Complex, groove: Receptor) -> None:
    before = Counter((a.residue_number, a.residue_name, a.name) for a in groove.atoms)
    after = Counter(
        (a.residue_number, a.residue_name, a.name)
        for a in selinexor.atoms
        if a.residue_name != "LIG"
    )
    assert before - after == Counter([(528, "CYS", "HG")])
    assert not after - before


def test_the_bookkeeping_points_at_the_right_atoms(selinexor: Complex) -> None:
    mol, adduct = selinexor.mol, selinexor.adduct
    neighbours = {n.GetIdx() for n in mol.GetAtomWithIdx(selinexor.sg).GetNeighbors()}
    assert neighbours == {selinexor.cb, selinexor.reactive_carbon}
    assert address(selinexor.atoms[selinexor.ca]) == "528:CA"
    drawn = [a.GetSymbol() for a in adduct.ligand.mol.GetAtoms()]
    assert [mol.GetAtomWithIdx(int(i)).GetSymbol() for i in selinexor.drug_atoms] == drawn
    # The attacked carbon bears S, the triazole's N, C and H: an N,S-acetal.
    bearer = mol.GetAtomWithIdx(selinexor.reactive_carbon)
    assert sorted(n.GetSymbol() for n in bearer.GetNeighbors()) == ["C", "H", "N", "S"]


def test_methylene_hydrogens_keep_their_hand(selinexor: Complex, groove: Receptor) -> None:
    """HB2 is pro-R or pro-S by its name; turning chi1 must not swap it with HB3."""

    def volume(names: tuple[str, ...], where: dict[str, np.ndarray]) -> float:
        return float(np.linalg.det([where[n] - where["CB"] for n in names]))

    hands = []
    for atoms, points in (
        (groove.atoms, groove.coordinates),
        (selinexor.atoms, selinexor.coordinates),
    ):
        where = {
            a.name: x
            for a, x in zip(atoms, points, strict=True)
            if a.residue_number == 528 and a.residue_name == "CYS"
        }
        hands.append(volume(("CA", "SG", "HB2"), where))
        assert np.linalg.norm(where["HB2"] - where["CB"]) == pytest.approx(1.09, abs=0.02)
        assert volume(("CA", "SG", "HB2"), where) * volume(("CA", "SG", "HB3"), where) < 0
    assert hands[0] * hands[1] > 0


@pytest.mark.parametrize(
    ("drug", "label"),
    [("selinexor", "bS"), ("eltanexor", "bS_aS"), ("KPT-276", "bS")],
)
def test_crystal_poses_bond_as_the_diastereomer_that_they_are(
    groove: Receptor, drug: str, label: str
) -> None:
    """The component's own coordinates decide: every other label is refused."""
    assert bond(groove, reference_bonded(groove, drug, label)).adduct.label == label
    other = label.replace("bS", "bR")
    with pytest.raises(PhysicsError, match="another stereoisomer"):
        bond(groove, reference_bonded(groove, drug, other))


def _without(receptor: Receptor, *names: str, number: int = 528) -> Receptor:
    """Return a receptor that lacks some atoms."""
    kept = [
        i
        for i, a in enumerate(receptor.atoms)
        if not (a.residue_number == number and a.name in names)
    ]
    new = {old: k for k, old in enumerate(kept)}
    bonds = [(new[i], new[j], o) for i, j, o in receptor.bonds.tolist() if i in new and j in new]
    return replace(
        receptor,
        atoms=tuple(receptor.atoms[i] for i in kept),
        coordinates=receptor.coordinates[kept],
        bonds=np.array(bonds),
        reactive_atom=new.get(receptor.reactive_atom),
    )


def _twice(receptor: Receptor) -> Receptor:
    copies = [i for i, a in enumerate(receptor.atoms) if a.residue_number == 528]
    return replace(
        receptor,
        atoms=receptor.atoms + tuple(replace(receptor.atoms[i], chain="B") for i in copies),
        coordinates=np.vstack([receptor.coordinates, receptor.coordinates[copies] + 50]),
    )


def _single_carbonyl(receptor: Receptor) -> Receptor:
    ends = {receptor.find(530, "C"), receptor.find(530, "O")}
    bonds = [(i, j, 1 if {i, j} == ends else order) for i, j, order in receptor.bonds.tolist()]
    return replace(receptor, bonds=np.array(bonds))


def _with_zinc(receptor: Receptor) -> Receptor:
    zinc = Atom("ZN", "Zn", "ZN", 9000, "Z", 2)
    far = receptor.coordinates.max(axis=0) + 5
    return replace(
        receptor,
        atoms=(*receptor.atoms, zinc),
        coordinates=np.vstack([receptor.coordinates, far]),
    )


BAD_RECEPTORS: dict[str, tuple[Callable[[Receptor], Receptor], str]] = {
    "no thiol": (lambda r: replace(r, reactive_atom=None, verdict="no_thiol"), "has no thiol"),
    "two copies": (_twice, "more than one residue 528"),
    "no thiol hydrogen": (lambda r: _without(r, "HG"), "not a free, protonated thiol"),
    "no CB": (lambda r: _without(r, "CB"), "no CB"),
    "another sulphur": (lambda r: replace(r, reactive_atom=0), "not the cysteine"),
    "a backbone hydrogen missing": (
        lambda r: _without(r, "HA", number=530),
        "530:CA .* open valence",
    ),
    "a double bond missing": (_single_carbonyl, "530:(C|O) .* open valence"),
    "an odd number of electrons": (lambda r: _without(r, "HZ1", number=568), "568:NZ .* open val"),
    "a metal": (_with_zinc, r":ZN \(ZN\) is Zn, for which the force field has no parameters"),
}


@pytest.mark.parametrize(("spoil", "message"), BAD_RECEPTORS.values(), ids=BAD_RECEPTORS.keys())
def test_a_bad_receptor_is_refused(
    groove: Receptor, pose: Pose, spoil: Callable[[Receptor], Receptor], message: str
) -> None:
    with pytest.raises(PhysicsError, match=message):
        bond(spoil(groove), pose)


def _far_sulphur(points: np.ndarray) -> np.ndarray:
    points[adduct_of("selinexor", "bS").sg_index] += 2.0
    return points


def _mirrored(points: np.ndarray) -> np.ndarray:
    """Reflect in a plane through CA and CB, which stay where they are."""
    adduct = adduct_of("selinexor", "bS")
    cb, ca = points[adduct.cb_index], points[adduct.ca_index]
    normal = np.cross(ca - cb, [0.0, 0.0, 1.0])
    normal /= np.linalg.norm(normal)
    return points - 2 * ((points - cb) @ normal)[:, None] * normal


BAD_POSES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "another frame": (lambda x: x + 5.0, "CA 8.7 angstrom away"),
    "an atom short": (lambda x: x[:-1], "needs 34 finite positions"),
    "not a number": (lambda x: np.where(np.arange(len(x))[:, None] == 3, np.nan, x), "finite"),
    "a broken tether": (_far_sulphur, "SG.* bond of"),
    "a mirror image": (_mirrored, "stereoisomer"),
}


@pytest.mark.parametrize(("change", "message"), BAD_POSES.values(), ids=BAD_POSES.keys())
def test_a_bad_pose_is_refused(
    groove: Receptor, pose: Pose, change: Callable[[np.ndarray], np.ndarray], message: str
) -> None:
    with pytest.raises(PhysicsError, match=message):
        bond(groove, replace(pose, coordinates=change(pose.coordinates.copy())))
