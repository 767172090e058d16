"""The ligand as an SD record: the drug's atoms, bond orders, coordinates and scores."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.names import clean_name, clean_text

FloatArray = NDArray[np.float64]

_TAG_SIGNS = re.compile(r"[^A-Za-z0-9_.\-]+")
# a coordinate of the V2000 format has ten columns, four of them decimals
_MAX_COORDINATE = 9999.0


def drug_sdf_block(
    molecule: Adduct | Ligand,
    coordinates: FloatArray,
    properties: Mapping[str, object] | None = None,
) -> str:
    """Return an SD record (mol block V2000, tags, ``$$$$``) of the drug's heavy atoms.

    Parameters
    ----------
    molecule
        Of an adduct the sulphur and the cysteine are left out and the attacked C=C is single,
        as crystal components of the bound form are drawn; its other bond orders are the drug's.
    coordinates
        ``(n_atoms, 3)`` angstrom; atoms beyond the drug's (SG, CB, CA or hydrogens) are
        ignored.
    properties
        SD tags; names and values are made safe for the format.

    Raises
    ------
    LigandError
        When coordinates are missing, not finite or too large for the format.
    """
    ligand = molecule.ligand if isinstance(molecule, Adduct) else molecule
    mol = molecule.remnant() if isinstance(molecule, Adduct) else Chem.Mol(molecule.mol)
    mol.AddConformer(_conformer(coordinates, mol.GetNumAtoms(), ligand.name), assignId=True)
    if isinstance(molecule, Adduct):
        # without the sulphur the labels may change: chirality is read off the coordinates
        Chem.AssignStereochemistryFrom3D(mol)
    return sdf_block(mol, ligand.name, properties)


def sdf_block(mol: Chem.Mol, name: str, properties: Mapping[str, object] | None = None) -> str:
    """Return an SD record of a molecule with one conformer, hydrogens as it has them.

    Parameters
    ----------
    name, properties
        Title and SD tags; made safe for the format.
    """
    named = Chem.Mol(mol)
    named.SetProp("_Name", clean_name(name, "ligand"))
    block = Chem.MolToMolBlock(named, kekulize=True, forceV3000=False)
    return block + "".join(_tag(*item) for item in (properties or {}).items()) + "$$$$\n"


def _conformer(coordinates: FloatArray, n_atoms: int, name: str) -> Chem.Conformer:
    """Return the first ``n_atoms`` coordinates as a checked conformer."""
    points = np.asarray(coordinates, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < n_atoms:
        raise LigandError(f"{name}: coordinates of shape {points.shape} for {n_atoms} atoms")
    points = points[:n_atoms]
    if not np.isfinite(points).all() or np.abs(points).max() > _MAX_COORDINATE:
        raise LigandError(f"{name}: a coordinate is not a number or beyond {_MAX_COORDINATE} A")
    conformer = Chem.Conformer(n_atoms)
    conformer.SetPositions(np.ascontiguousarray(points))
    conformer.Set3D(True)
    return conformer


def _tag(name: str, value: object) -> str:
    """Return one SD tag; a blank value is written as a hyphen, which readers keep."""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    safe = _TAG_SIGNS.sub("_", name).strip("_")[:60] or "tag"
    return f">  <{safe}>\n{clean_text(text) or '-'}\n\n"
