"""Which face of the drug the thiol looks at, and which adduct an attack from there would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.ligands.geometry import chirality_is_right
from workbench.ligands.molecules import Adduct, Face, Ligand

FloatArray = NDArray[np.float64]

_CARBON_SULPHUR_ANGSTROM = 1.82
_PYRAMID_ANGSTROM = 0.5
"""How far a tetrahedral carbon stands above the plane of three of its neighbours."""


@dataclass(frozen=True)
class Approach:
    """How a sulphur near the attacked atom could bond to it.

    Parameters
    ----------
    face
        Side of the trigonal attacked atom; ``None`` for an atom that is not trigonal, loses a
        neighbour by the reaction or has two like ones.
    elevation_degree
        From the plane of the attacked atom's neighbours up to the sulphur, 0 to 90; ``None``
        where they make no plane.
    leads_to
        Labels of the adducts with the configuration that the bond would give; what else they
        differ in (the alpha carbon, a new double bond) the approach leaves open.
    """

    face: Face | None
    elevation_degree: float | None
    leads_to: tuple[str, ...]


def approach(
    ligand: Ligand, adducts: Sequence[Adduct], drug: FloatArray, sulphur: FloatArray
) -> Approach:
    """Say from which side a sulphur looks at the attacked atom and what it would make there.

    The neighbours that stay span a plane. The attacked atom is raised from it to the sulphur's
    side and the sulphur bonded on top; which adducts have that chirality is read off these
    coordinates. Where the sulphur pushes a group out, its side is the back.

    Parameters
    ----------
    adducts
        Those that can form, of any form.
    drug
        ``(n_drug_atoms, 3)`` angstrom, heavy atoms in the drug's order.
    sulphur
        ``(3,)`` angstrom.
    """
    if ligand.warhead is None or not adducts:
        return Approach(None, None, ())
    attacked = ligand.warhead.reactive_atom_index
    mol = _placed(ligand.mol, drug)
    points = np.asarray(mol.GetConformer().GetPositions(), dtype=np.float64)
    stay = _neighbours_that_stay(mol, attacked, adducts[0])
    if len(stay) != 3:
        return Approach(None, None, tuple(adduct.label for adduct in adducts))
    normal, up = _upwards(points[stay], points[attacked], sulphur)
    foot = points[stay].mean(axis=0)
    centre = foot + _PYRAMID_ANGSTROM * normal
    top = centre + _CARBON_SULPHUR_ANGSTROM * normal
    leads_to = tuple(a.label for a in adducts if _has_chirality(a, points, centre, top))
    trigonal = mol.GetAtomWithIdx(attacked).GetDegree() == 3
    face = _face(ligand.mol, stay, points[stay] - foot, normal) if trigonal else None
    return Approach(face, up if trigonal else None, leads_to)


def _placed(mol: Chem.Mol, drug: FloatArray) -> Chem.Mol:
    """Return the drug with hydrogens on its heavy atoms' coordinates."""
    placed = Chem.Mol(mol)
    placed.RemoveAllConformers()
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.SetPositions(np.ascontiguousarray(drug, dtype=np.float64))
    placed.AddConformer(conformer, assignId=True)
    return Chem.AddHs(placed, addCoords=True)


def _neighbours_that_stay(mol: Chem.Mol, attacked: int, adduct: Adduct) -> list[int]:
    """Return the attacked atom's neighbours in the drug that the reaction leaves on it."""
    bonded = adduct.mol.GetAtomWithIdx(adduct.reactive_atom_index).GetNeighbors()
    kept = {adduct.drug_atoms[n.GetIdx()] for n in bonded if n.GetIdx() < len(adduct.drug_atoms)}
    return [
        n.GetIdx()
        for n in mol.GetAtomWithIdx(attacked).GetNeighbors()
        if n.GetIdx() in kept or n.GetAtomicNum() == 1
    ]


def _upwards(
    corners: FloatArray, attacked: FloatArray, sulphur: FloatArray
) -> tuple[FloatArray, float]:
    """Return the normal of a plane of three atoms on the sulphur's side, and its elevation."""
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    normal /= np.linalg.norm(normal)
    away = sulphur - attacked
    height = float((sulphur - corners.mean(axis=0)) @ normal)
    sine = abs(float(away @ normal)) / float(np.linalg.norm(away))
    return normal * math.copysign(1.0, height), math.degrees(math.asin(min(1.0, sine)))


def _has_chirality(adduct: Adduct, points: FloatArray, centre: FloatArray, top: FloatArray) -> bool:
    """Return whether an adduct's S-bearing atom has the chirality of these places."""
    places = np.full((adduct.mol.GetNumAtoms(), 3), np.nan)
    for old, new in adduct.atom_pairs:
        places[new] = points[old]
    places[adduct.reactive_atom_index] = centre
    places[adduct.sg_index] = top
    return chirality_is_right(adduct.mol.GetAtomWithIdx(adduct.reactive_atom_index), places)


def _face(
    mol: Chem.Mol, stay: Sequence[int], corners: FloatArray, normal: FloatArray
) -> Face | None:
    """Return the face that is seen from the tip of a normal: re when the ranks fall clockwise."""
    ranked = Chem.Mol(mol)
    Chem.AssignStereochemistry(ranked, cleanIt=True, force=True, flagPossibleStereoCenters=True)
    ranks = [
        ranked.GetAtomWithIdx(i).GetIntProp("_CIPRank") if i < mol.GetNumAtoms() else -1
        for i in stay
    ]
    if len(set(ranks)) < 3:
        return None
    first, second, third = (corners[i] for i in np.argsort(ranks)[::-1])
    turn = np.cross(second - first, third - first) @ normal
    return "si" if turn > 0 else "re"
