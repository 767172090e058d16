"""What the tests of structures share: RDKit molecules and rewritten shipped receptors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from rdkit import Chem

from workbench.structures.receptor import Atom, Receptor
from workbench.structures.topology import CAPS
from workbench.structures.writing import pdb_text

ORDERS = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE}


def rdkit_mol(receptor: Receptor) -> Chem.Mol:
    mol = Chem.RWMol()
    for atom in receptor.atoms:
        record = Chem.Atom(atom.element)
        record.SetFormalCharge(atom.formal_charge)
        record.SetNoImplicit(True)
        mol.AddAtom(record)
    for i, j, order in receptor.bonds.tolist():
        mol.AddBond(i, j, ORDERS[order])
    conformer = Chem.Conformer(len(receptor.atoms))
    conformer.SetPositions(receptor.coordinates)
    mol.AddConformer(conformer)
    return mol.GetMol()


def bond_lengths(receptor: Receptor) -> dict[frozenset[str], list[float]]:
    lengths: dict[frozenset[str], list[float]] = {}
    for i, j, _ in receptor.bonds.tolist():
        pair = frozenset((receptor.atoms[i].element, receptor.atoms[j].element))
        distance = float(np.linalg.norm(receptor.coordinates[i] - receptor.coordinates[j]))
        lengths.setdefault(pair, []).append(distance)
    return lengths


def as_entry(receptor: Receptor, *, chain: str, shift: int, leave_out: tuple[int, ...] = ()) -> str:
    """PDB text of the receptor's residues without caps, renumbered, in another chain."""
    keep = [
        i
        for i, atom in enumerate(receptor.atoms)
        if atom.residue_name not in CAPS and atom.residue_number not in leave_out
    ]
    atoms: list[Atom] = [
        replace(
            receptor.atoms[i],
            chain=chain,
            residue_number=receptor.atoms[i].residue_number + shift,
        )
        for i in keep
    ]
    return pdb_text(atoms, receptor.coordinates[keep], bonds=np.empty((0, 3), dtype=np.int64))


def heavy_positions(receptor: Receptor) -> dict[tuple[int, str, str], np.ndarray]:
    return {
        (atom.residue_number, atom.residue_name, atom.name): position
        for atom, position in zip(receptor.atoms, receptor.coordinates, strict=True)
        if atom.element != "H"
    }
