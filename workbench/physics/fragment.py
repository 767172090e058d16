"""The adduct's own atoms: hydrogens, Kekule bonds and stereo, before and after bonding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]

_C_H_ANGSTROM = 1.09


def with_conformer(mol: Chem.Mol, coordinates: FloatArray) -> Chem.Mol:
    """Return a copy whose only conformer has these coordinates, ``(n_atoms, 3)`` angstrom."""
    copy = Chem.Mol(mol)
    copy.RemoveAllConformers()
    conformer = Chem.Conformer(copy.GetNumAtoms())
    conformer.SetPositions(np.ascontiguousarray(coordinates, dtype=np.float64))
    copy.AddConformer(conformer, assignId=True)
    return copy


def protonated(adduct: Adduct, coordinates: FloatArray) -> Chem.Mol:
    """Return the adduct with explicit hydrogens placed by geometry.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, heavy atoms in the order of ``adduct.mol``.

    Returns
    -------
    Chem.Mol
        Heavy atoms first, in their order; the alpha carbon is a methyl group.
    """
    return Chem.AddHs(with_conformer(adduct.mol, coordinates), addCoords=True)


def drug_hydrogens(full: Chem.Mol, adduct: Adduct) -> list[int]:
    """Return the hydrogens on the drug's atoms, of those that ``protonated`` added, in order."""
    return [
        atom.GetIdx()
        for atom in full.GetAtoms()
        if atom.GetIdx() >= adduct.mol.GetNumAtoms()
        and atom.GetNeighbors()[0].GetIdx() < adduct.n_drug_atoms
    ]


def check_stereo(mol: Chem.Mol, coordinates: FloatArray, name: str) -> None:
    """Compare the stereo that coordinates show with the one that a molecule states.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, heavy atoms in the order of ``mol``.
    name
        Of the molecule, for the message.

    Raises
    ------
    PhysicsError
        When a centre or a double bond is of the other kind, or flat.
    """
    shown = with_conformer(mol, coordinates)
    Chem.AssignStereochemistryFrom3D(shown, replaceExistingTags=True)
    stated = Chem.Mol(mol)
    Chem.AssignStereochemistry(stated, cleanIt=True, force=True)
    for atom in stated.GetAtoms():
        if atom.HasProp("_CIPCode"):
            seen = shown.GetAtomWithIdx(atom.GetIdx())
            found = seen.GetProp("_CIPCode") if seen.HasProp("_CIPCode") else "flat"
            if found != atom.GetProp("_CIPCode"):
                raise PhysicsError(
                    f"{name}: atom {atom.GetSymbol()}{atom.GetIdx()} "
                    f"is {found} in the coordinates but {atom.GetProp('_CIPCode')} in its formula; "
                    "the pose belongs to another stereoisomer."
                )
    for bond in stated.GetBonds():
        stereo = bond.GetStereo()
        if stereo in (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOZ):
            found_stereo = shown.GetBondWithIdx(bond.GetIdx()).GetStereo()
            if found_stereo != stereo:
                raise PhysicsError(
                    f"{name}: the double bond "
                    f"{bond.GetBeginAtomIdx()}-{bond.GetEndAtomIdx()} is {found_stereo.name[6:]} "
                    f"in the coordinates but {stereo.name[6:]} in its formula."
                )


def methylene_hydrogens(
    before: FloatArray, centre: FloatArray, after: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return two hydrogens on a tetrahedral carbon between two neighbours.

    The first one makes ``(before, after, hydrogen)`` counter-clockwise around the centre, i.e.
    a positive triple product.
    """
    back = _unit(before - centre) + _unit(after - centre)
    normal = np.cross(before - centre, after - centre)
    if np.linalg.norm(back) < 1e-3 or np.linalg.norm(normal) < 1e-3:
        raise PhysicsError("CA, CB and SG of the reactive cysteine lie on one line.")
    half = np.radians(109.47) / 2
    inward, sideways = -_unit(back) * np.cos(half), _unit(normal) * np.sin(half)
    return centre + _C_H_ANGSTROM * (inward + sideways), centre + _C_H_ANGSTROM * (
        inward - sideways
    )


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.linalg.norm(vector))
