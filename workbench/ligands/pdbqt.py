"""The drug as PDBQT for Vina, made by Meeko, with the way back to the drug's atoms."""

from __future__ import annotations

import numpy as np
from meeko import MoleculePreparation, PDBQTWriterLegacy
from rdkit import Chem, rdBase

from workbench.errors import LigandError
from workbench.ligands.molecules import Ligand

_INDEX_REMARK = "REMARK SMILES IDX"
_SMILES_REMARK = "REMARK SMILES "
# PDBQT coordinates have three decimals
_ROUNDING_ANGSTROM = 0.002

# AutoDock types of heavy atoms whose element is not their first letter
_ELEMENT_OF_TYPE = {
    "A": "C",
    "NA": "N",
    "NS": "N",
    "OA": "O",
    "OS": "O",
    "SA": "S",
    "CL": "Cl",
    "BR": "Br",
    "SI": "Si",
    **{f"CG{k}": "C" for k in range(4)},
}


def ligand_pdbqt(ligand: Ligand, placed: Chem.Mol) -> tuple[str, dict[int, int]]:
    """Return the PDBQT text of a drug and the drug atom of each heavy atom's serial number.

    Parameters
    ----------
    placed
        The drug with hydrogens and one conformer, heavy atoms first in the drug's order
        (``conformers.embed_drug``).

    Returns
    -------
    tuple
        The text, and ``{serial: drug atom index}`` for every heavy atom of the drug.

    Raises
    ------
    LigandError
        When Meeko cannot type the drug, or its atoms cannot be traced back without doubt.
    """
    try:
        with rdBase.BlockLogs():
            # macrocycles stay closed: Vina gets no glue atoms, which are not the drug's
            setup = MoleculePreparation(rigid_macrocycles=True).prepare(placed)[0]
            text, written, problem = PDBQTWriterLegacy.write_string(setup)
    except (RuntimeError, ValueError, KeyError) as error:
        raise LigandError(f"{ligand.name}: no PDBQT could be made: {error}") from error
    if not written:
        raise LigandError(f"{ligand.name}: no PDBQT could be made: {problem}")
    smiles, order = setup.get_smiles_and_order()
    atom_of_number = {number: index for index, number in order.items()}
    serials = _smiles_numbers(text, ligand.name, smiles)
    n_drug = ligand.mol.GetNumAtoms()
    traced = {serial: atom_of_number[number] for serial, number in serials.items()}
    traced = {serial: index for serial, index in traced.items() if index < n_drug}
    _check(ligand, placed, text, traced)
    return text, traced


def _smiles_numbers(text: str, name: str, smiles: str) -> dict[int, int]:
    """Return ``{serial: number in the SMILES}`` from the remarks that Meeko writes."""
    written = [
        line[len(_SMILES_REMARK) :].strip()
        for line in text.splitlines()
        if line.startswith(_SMILES_REMARK) and not line.startswith(_INDEX_REMARK)
    ]
    if written != [smiles]:
        raise LigandError(f"{name}: the PDBQT does not name the SMILES that its numbers refer to")
    serials: dict[int, int] = {}
    for line in text.splitlines():
        if line.startswith(_INDEX_REMARK):
            numbers = [int(word) for word in line[len(_INDEX_REMARK) :].split()]
            serials.update(zip(numbers[1::2], numbers[::2], strict=True))
    return serials


def _check(ligand: Ligand, placed: Chem.Mol, text: str, traced: dict[int, int]) -> None:
    """Raise unless every drug atom is there once, with its element and in its place."""
    if sorted(traced.values()) != list(range(ligand.mol.GetNumAtoms())):
        raise LigandError(f"{ligand.name}: the PDBQT does not hold every atom of the drug once")
    positions = placed.GetConformer().GetPositions()
    for line in text.splitlines():
        if not line.startswith(("ATOM", "HETATM")):
            continue
        index = traced.get(int(line[6:11]))
        if index is None:
            continue
        kind = line[77:].strip()
        element = _ELEMENT_OF_TYPE.get(kind.upper(), kind)
        point = np.array([float(line[start : start + 8]) for start in (30, 38, 46)])
        in_place = np.abs(point - positions[index]).max() <= _ROUNDING_ANGSTROM
        if element != ligand.mol.GetAtomWithIdx(index).GetSymbol() or not in_place:
            raise LigandError(
                f"{ligand.name}: PDBQT atom {int(line[6:11])} ({kind}) is not drug atom {index}"
            )
