"""PoseBusters as a second opinion on a bonded pose; an optional dependency.

Reference
---------
Buttenschoen, Morris & Deane 2024 Chem. Sci. 15:3130, doi:10.1039/D3SC04185A.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from workbench.errors import UsageError
from workbench.physics.complex import LIGAND_RESIDUE, Complex

FloatArray = NDArray[np.float64]

NOTE = (
    "PoseBusters knows no covalent ligands: the tethered cysteine was taken out of the protein "
    "and its sulphur, as a thiol, put on the ligand"
)


Judge = Callable[[Complex], dict[str, Any]]


def load_posebusters() -> Judge:
    """Return what checks one bonded pose with PoseBusters' docking recipe.

    It gives ``checks`` (name -> passed), ``failed`` (names) and ``note`` (what was changed to
    let it judge a bonded pose).

    Raises
    ------
    UsageError
        When PoseBusters is not installed.
    """
    try:
        from posebusters import PoseBusters
    except ImportError as error:
        raise UsageError(
            "PoseBusters is not installed: pip install 'xpo1-workbench[checks]', or leave it out"
        ) from error
    busters = PoseBusters(config="dock")

    def report(bonded: Complex) -> dict[str, Any]:
        ligand, protein = separated(bonded)
        with rdBase.BlockLogs():
            row = busters.bust([ligand], None, protein).iloc[0]
        checks = {str(name): bool(passed) for name, passed in row.items()}
        return {
            "checks": checks,
            "failed": [name for name, passed in checks.items() if not passed],
            "note": NOTE,
        }

    return report


def separated(bonded: Complex) -> tuple[Chem.Mol, Chem.Mol]:
    """Return the drug with the sulphur as a thiol, and the receptor without its cysteine.

    Returns
    -------
    ligand, protein
        Each with one conformer; hydrogens as in the complex, but for that of the thiol, which
        is implicit.
    """
    mol = bonded.mol
    drug = {int(i) for i in bonded.drug_atoms}
    hydrogens = {
        n.GetIdx()
        for i in drug
        for n in mol.GetAtomWithIdx(i).GetNeighbors()
        if n.GetAtomicNum() == 1
    }
    ligand = drug | hydrogens | {bonded.sg}
    home = bonded.atoms[bonded.sg]
    protein = {
        i
        for i, atom in enumerate(bonded.atoms)
        if i not in ligand
        and (atom.chain, atom.residue_number) != (home.chain, home.residue_number)
    }
    return _part(bonded, ligand), _part(bonded, protein)


def _part(bonded: Complex, kept: Collection[int]) -> Chem.Mol:
    """Return some atoms of a complex as a molecule; cut bonds become hydrogens where they may."""
    mol = Chem.RWMol(bonded.mol)
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.SetPositions(np.ascontiguousarray(bonded.coordinates))
    mol.AddConformer(conformer, assignId=True)
    mol.GetAtomWithIdx(bonded.sg).SetNoImplicit(False)
    for index, atom in enumerate(bonded.atoms):
        # without it PoseBusters takes the receptor for a cofactor
        info = Chem.AtomPDBResidueInfo(
            f"{atom.name:>4}"[:4],
            residueName=atom.residue_name,
            residueNumber=atom.residue_number,
            chainId=atom.chain,
            isHeteroAtom=atom.residue_name == LIGAND_RESIDUE,
        )
        mol.GetAtomWithIdx(index).SetPDBResidueInfo(info)
    mol.BeginBatchEdit()
    for index in set(range(mol.GetNumAtoms())) - set(kept):
        mol.RemoveAtom(index)
    mol.CommitBatchEdit()
    part = mol.GetMol()
    Chem.SanitizeMol(part)
    Chem.AssignStereochemistryFrom3D(part)
    return part
