"""Bond a pose to its receptor: one molecule, one set of atoms, checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.ligands.poses import Pose
from workbench.physics.assembling import CAPS, joined_bonds, ligand_records, molecule
from workbench.physics.complex import Complex
from workbench.physics.fragment import (
    check_stereo,
    drug_hydrogens,
    methylene_hydrogens,
    protonated,
)
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

_SAME_PLACE_ANGSTROM = 0.5
_BOND_ANGSTROM = (1.4, 2.4)


@dataclass(frozen=True)
class Cysteine:
    """Receptor indices of the reactive residue's side chain."""

    ca: int
    cb: int
    sg: int
    hg: int
    methylene: tuple[int, int]


def bond(receptor: Receptor, pose: Pose) -> Complex:
    """Make the bonded complex of a receptor and a pose.

    The thiol's hydrogen leaves, SG is taken from the pose, CB's hydrogens are rebuilt to fit
    it, and the ligand's hydrogens are placed by geometry. Nothing else of the receptor moves.

    Parameters
    ----------
    receptor
        Protonated, with Kekule bonds and formal charges.
    pose
        Heavy atoms in the order of ``pose.adduct.mol``, in the receptor's frame.

    Returns
    -------
    Complex

    Raises
    ------
    PhysicsError
        When the receptor has no single free thiol, the pose does not hang on it, its stereo is
        not the adduct's, or an atom's valence is wrong (a missing hydrogen, for one).
    """
    cysteine = reactive_cysteine(receptor)
    adduct = pose.adduct
    points = np.asarray(pose.coordinates, dtype=np.float64)
    _check_pose(receptor, cysteine, adduct, points)
    check_stereo(adduct.mol, points, f"{adduct.ligand.name} {adduct.label}")
    full = protonated(adduct, points)
    ligand = [*range(adduct.n_drug_atoms), *drug_hydrogens(full, adduct)]
    kept = [i for i in range(len(receptor.atoms)) if i != cysteine.hg]
    new_index = {old: new for new, old in enumerate(kept)}
    place = {atom: len(kept) + k for k, atom in enumerate(ligand)}
    atoms = tuple(receptor.atoms[i] for i in kept) + ligand_records(full, ligand)
    bonds = joined_bonds(receptor, new_index, full, place)
    bonds.append((new_index[cysteine.sg], place[adduct.reactive_atom_index], 1))
    return Complex(
        receptor=receptor,
        adduct=adduct,
        mol=molecule(atoms, bonds),
        atoms=atoms,
        coordinates=np.vstack(
            [
                _moved_cysteine(receptor, cysteine, points[adduct.sg_index])[kept],
                full.GetConformer().GetPositions()[ligand],
            ]
        ),
        drug_atoms=np.array([place[i] for i in range(adduct.n_drug_atoms)], dtype=np.int64),
        sg=new_index[cysteine.sg],
        cb=new_index[cysteine.cb],
        ca=new_index[cysteine.ca],
        reactive_carbon=place[adduct.reactive_atom_index],
    )


def reactive_cysteine(receptor: Receptor) -> Cysteine:
    """Return the side chain that bears the free thiol.

    Raises
    ------
    PhysicsError
        When the receptor has no single free, protonated thiol.
    """
    number = receptor.reactive_residue_number
    where = f"residue {number} of {receptor.name}"
    if receptor.reactive_atom is None:
        raise PhysicsError(
            f"{where} has no thiol ({receptor.verdict}): no complex can be bonded there."
        )
    own = [
        i
        for i, atom in enumerate(receptor.atoms)
        if atom.residue_number == number and atom.residue_name not in CAPS
    ]
    names = Counter(receptor.atoms[i].name for i in own)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise PhysicsError(
            f"{receptor.name} holds more than one residue {number} (atom {twice[0]} occurs "
            f"{names[twice[0]]} times): keep one copy of the chain."
        )
    index = {receptor.atoms[i].name: i for i in own}
    missing = [name for name in ("CA", "CB", "SG") if name not in index]
    if missing or index["SG"] != receptor.reactive_atom:
        raise PhysicsError(
            f"{where} is not the cysteine that the receptor calls reactive"
            + (f" (no {', '.join(missing)})" if missing else "")
            + ": prepare the receptor again."
        )
    bonded = _neighbours(receptor, (index["SG"], index["CB"]))
    hydrogens = [i for i in bonded[index["SG"]] if receptor.atoms[i].element == "H"]
    others = [i for i in bonded[index["SG"]] if receptor.atoms[i].element != "H"]
    methylene = [i for i in bonded[index["CB"]] if receptor.atoms[i].element == "H"]
    if len(hydrogens) != 1 or others != [index["CB"]] or len(methylene) != 2:
        raise PhysicsError(
            f"the side chain of {where} is not a free, protonated thiol (SG bears "
            f"{len(hydrogens)} H and {len(others)} heavy atoms, CB {len(methylene)} H): "
            "prepare the receptor with hydrogens."
        )
    return Cysteine(
        index["CA"], index["CB"], index["SG"], hydrogens[0], (methylene[0], methylene[1])
    )


def _neighbours(receptor: Receptor, centres: tuple[int, ...]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {centre: [] for centre in centres}
    for i, j, _ in receptor.bonds.tolist():
        if i in found:
            found[i].append(j)
        if j in found:
            found[j].append(i)
    return found


def _check_pose(receptor: Receptor, cysteine: Cysteine, adduct: Adduct, points: FloatArray) -> None:
    what = f"the pose of {adduct.ligand.name} {adduct.label}"
    if points.shape != (adduct.mol.GetNumAtoms(), 3) or not np.isfinite(points).all():
        raise PhysicsError(
            f"{what} needs {adduct.mol.GetNumAtoms()} finite positions, got an array of shape "
            f"{points.shape}."
        )
    for name, mine, theirs in (
        ("CA", adduct.ca_index, cysteine.ca),
        ("CB", adduct.cb_index, cysteine.cb),
    ):
        off = float(np.linalg.norm(points[mine] - receptor.coordinates[theirs]))
        if off > _SAME_PLACE_ANGSTROM:
            raise PhysicsError(
                f"{what} has {name} {off:.1f} angstrom away from the receptor's: "
                "it was made for another receptor or frame."
            )
    sulphur = points[adduct.sg_index]
    for name, end in (("SG-C", adduct.reactive_atom_index), ("CB-SG", adduct.cb_index)):
        length = float(np.linalg.norm(points[end] - sulphur))
        if not _BOND_ANGSTROM[0] < length < _BOND_ANGSTROM[1]:
            raise PhysicsError(f"{what} has an {name} bond of {length:.2f} angstrom.")


def _moved_cysteine(receptor: Receptor, cysteine: Cysteine, sulphur: FloatArray) -> FloatArray:
    """Return the receptor's coordinates with SG at its new place and CB's hydrogens rebuilt.

    Each hydrogen keeps its name: HB2 and HB3 are told apart by the handedness that they had.
    """
    points = receptor.coordinates.copy()
    ca, cb, old = points[cysteine.ca], points[cysteine.cb], points[cysteine.sg]
    first, second = cysteine.methylene
    handed = float(np.dot(np.cross(ca - cb, old - cb), points[first] - cb))
    left, right = methylene_hydrogens(ca, cb, sulphur)
    points[first], points[second] = (left, right) if handed > 0 else (right, left)
    points[cysteine.sg] = sulphur
    return points
