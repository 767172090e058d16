"""The ligand as an SD record and as PDBQT."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from meeko import MoleculePreparation, PDBQTWriterLegacy
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from workbench.errors import LigandError
from workbench.ligands.molecules import Adduct, Ligand
from workbench.text import clean_name, clean_text

FloatArray = NDArray[np.float64]

_TAG_SIGNS = re.compile(r"[^A-Za-z0-9_.\-]+")
# a coordinate of the V2000 format has ten columns, four of them decimals
_MAX_COORDINATE = 9999.0
_INDEX_MAP = "REMARK INDEX MAP"
# PDBQT coordinates have three decimals
_ROUNDING_ANGSTROM = 0.002
# AutoDock types of heavy atoms whose element is not their first letter
_ELEMENT_OF_TYPE = dict(A="C", NA="N", NS="N", OA="O", OS="O", SA="S", CL="Cl", BR="Br", SI="Si")


def drug_sdf_block(
    molecule: Adduct | Ligand,
    coordinates: FloatArray,
    properties: Mapping[str, object] | None = None,
) -> str:
    """Return an SD record (mol block V2000, tags, ``$$$$``) of the drug's heavy atoms, angstrom.

    Of an adduct the sulphur and the cysteine are left out and the attacked C=C is single, as
    crystal components of the bound form are drawn; its other bond orders are the drug's.

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
    """Return an SD record of a molecule with one conformer; title and tags are made safe."""
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


def ligand_pdbqt(ligand: Ligand, placed: Chem.Mol) -> tuple[str, dict[int, int]]:
    """Return the PDBQT text of a drug, and ``{serial: drug atom index}`` of its heavy atoms.

    ``placed`` has hydrogens and one conformer, heavy atoms first in the drug's order.

    Raises
    ------
    LigandError
        When Meeko cannot type the drug, or its atoms cannot be traced back without doubt.
    """
    try:
        with rdBase.BlockLogs():
            # macrocycles stay closed: Vina gets no glue atoms, which are not the drug's
            setup = MoleculePreparation(rigid_macrocycles=True).prepare(placed)[0]
            text, written, problem = PDBQTWriterLegacy.write_string(setup, add_index_map=True)
    except (RuntimeError, ValueError, KeyError) as error:
        raise LigandError(f"{ligand.name}: no PDBQT could be made: {error}") from error
    if not written:
        raise LigandError(f"{ligand.name}: no PDBQT could be made: {problem}")
    lines = text.splitlines(keepends=True)
    numbers = [int(n) for line in lines if line.startswith(_INDEX_MAP) for n in line.split()[3:]]
    text = "".join(line for line in lines if not line.startswith(_INDEX_MAP))
    # pairs of an atom's number, from 1, and its serial; hydrogens stand behind the drug's atoms
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    traced = {serial: n - 1 for n, serial in pairs if n <= ligand.mol.GetNumAtoms()}
    _check(ligand, placed, text, traced)
    return text, traced


def _check(ligand: Ligand, placed: Chem.Mol, text: str, traced: dict[int, int]) -> None:
    """Raise unless every drug atom is there once, with its element and in its place."""
    if sorted(traced.values()) != list(range(ligand.mol.GetNumAtoms())):
        raise LigandError(f"{ligand.name}: the PDBQT does not hold every atom of the drug once")
    positions = placed.GetConformer().GetPositions()
    for line in text.splitlines():
        if not line.startswith(("ATOM", "HETATM")) or int(line[6:11]) not in traced:
            continue
        index = traced[int(line[6:11])]
        kind = line[77:].strip()
        element = _ELEMENT_OF_TYPE.get(kind.upper(), kind)
        point = np.array([float(line[start : start + 8]) for start in (30, 38, 46)])
        in_place = np.abs(point - positions[index]).max() <= _ROUNDING_ANGSTROM
        if element != ligand.mol.GetAtomWithIdx(index).GetSymbol() or not in_place:
            raise LigandError(
                f"{ligand.name}: PDBQT atom {int(line[6:11])} ({kind}) is not drug atom {index}"
            )
