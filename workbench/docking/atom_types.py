"""Atom types of the Vina scoring function, for ligands and receptors alike.

Reference
---------
Trott & Olson, J. Comput. Chem. 2010, 31, 455, doi:10.1002/jcc.21334 (terms and radii);
which nitrogens accept follows AutoDock's typing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import DockingError
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RADIUS_ANGSTROM = {
    "C": 1.9,
    "N": 1.8,
    "O": 1.7,
    "S": 2.0,
    "P": 2.1,
    "F": 1.5,
    "Cl": 1.8,
    "Br": 2.0,
    "I": 2.2,
    "Se": 2.0,
    "B": 1.92,
    "Si": 2.2,
}
HYDROPHOBIC_HALOGENS = ("F", "Cl", "Br", "I")


class AtomType(NamedTuple):
    """What the score needs to know about a heavy atom; the radius is in angstrom."""

    radius: float
    hydrophobic: bool
    donor: bool
    acceptor: bool


@dataclass(frozen=True)
class TypedAtoms:
    """Heavy atoms of a receptor with their types.

    Parameters
    ----------
    indices
        ``(n,)`` index of each in the receptor.
    coordinates
        ``(n, 3)`` angstrom.
    types
        ``n`` types.
    """

    indices: IntArray
    coordinates: FloatArray
    types: tuple[AtomType, ...]


def _type(
    element: str, neighbours: list[str], n_hydrogens: int, *, accepts: bool, where: str
) -> AtomType:
    if element not in RADIUS_ANGSTROM:
        raise DockingError(
            f"{where} is {element}, which the docking score has no radius for; remove it first."
        )
    radius = RADIUS_ANGSTROM[element]
    if element == "C":
        return AtomType(radius, all(symbol == "C" for symbol in neighbours), False, False)
    if element == "N":
        return AtomType(radius, False, n_hydrogens > 0, accepts)
    if element == "O":
        return AtomType(radius, False, n_hydrogens > 0, True)
    return AtomType(radius, element in HYDROPHOBIC_HALOGENS, False, False)


def _nitrogen_accepts(atom: Chem.Atom) -> bool:
    """Say whether a nitrogen has a lone pair to give.

    Three-coordinate nitrogens next to an sp2 atom (amides, anilines, pyrrole type) do not.
    """
    if atom.GetFormalCharge() > 0:
        return False
    if atom.GetTotalDegree() < 3:
        return True
    return not any(
        n.GetIsAromatic() or n.GetHybridization() == Chem.HybridizationType.SP2
        for n in atom.GetNeighbors()
    )


@lru_cache(maxsize=64)
def ligand_types(mol: Chem.Mol) -> tuple[AtomType, ...]:
    """Type each atom of a molecule whose hydrogens are implicit.

    Parameters
    ----------
    mol
        Sanitised, heavy atoms only.

    Returns
    -------
    tuple of AtomType
        In the order of the atoms.

    Raises
    ------
    DockingError
        For an element without a radius.
    """
    return tuple(
        _type(
            atom.GetSymbol(),
            [n.GetSymbol() for n in atom.GetNeighbors()],
            atom.GetTotalNumHs(),
            accepts=atom.GetSymbol() == "N" and _nitrogen_accepts(atom),
            where=f"ligand atom {atom.GetIdx()}",
        )
        for atom in mol.GetAtoms()
    )


def receptor_types(receptor: Receptor) -> TypedAtoms:
    """Type the heavy atoms of a prepared receptor, hydrogens read from its own atoms.

    Raises
    ------
    DockingError
        For an element without a radius.
    """
    neighbours: list[list[int]] = [[] for _ in receptor.atoms]
    for i, j, _ in receptor.bonds:
        neighbours[i].append(int(j))
        neighbours[j].append(int(i))
    indices: list[int] = []
    types: list[AtomType] = []
    for index, atom in enumerate(receptor.atoms):
        if atom.element == "H":
            continue
        around = [receptor.atoms[n].element for n in neighbours[index]]
        heavy = [element for element in around if element != "H"]
        # In proteins only the bare ring nitrogen of histidine accepts: every other one is an
        # amide, a guanidine or protonated.
        accepts = atom.element == "N" and atom.residue_name.startswith("HI") and len(around) == 2
        types.append(
            _type(
                atom.element,
                heavy,
                len(around) - len(heavy),
                accepts=accepts,
                where=f"receptor atom {atom.chain}:{atom.residue_number}:{atom.name}",
            )
        )
        indices.append(index)
    selected = np.array(indices, dtype=np.int64)
    return TypedAtoms(selected, receptor.coordinates[selected], tuple(types))
