"""What the tests of structures share: RDKit molecules, rewritten receptors, soundness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import gemmi
import numpy as np
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from workbench.structures.loading import load_receptor
from workbench.structures.preparation import prepare_receptor
from workbench.structures.receptor import Atom, Receptor
from workbench.structures.topology import CAPS, clashing_pairs
from workbench.structures.writing import pdb_text, receptor_mmcif, receptor_pdb, receptor_pdbqt

ORDERS = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE}
MODEL = "AF-O14980-F1_human_xpo1.pdb"

ADDUCTS = [
    # file, nucleophile, its sulphur and the bonded atom as deposited, distance, how it is known
    ("6lu7.pdb", "A:145:SG", "A:CYS:145:SG", "C:PJE:5:C20", 1.76, "record"),
    ("1vsn.pdb", "A:CYS:25:SG", "A:CYS:25:SG", "A:NFT:283:C44", 1.73, "record"),
    ("4i39.cif", "A:69:SG", "A:CYS:69:SG", "A:HC4:201:C1", 1.98, "record"),
    ("5HG8.pdb", "X:797:SG", "X:CYS:797:SG", "X:634:9001:C21", 1.80, "distance"),
    ("5UG8.pdb", "X:797", "X:CYS:797:SG", "X:8BP:9001:C29", 1.81, "distance"),
]


@cache
def prepared_from(path: Path, nucleophile: str | None = None) -> Receptor:
    """A receptor prepared with the default settings and its waters, once for all tests."""
    return prepare_receptor(path, nucleophile=nucleophile, keep_waters=nucleophile is not None)


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
    Chem.SanitizeMol(mol)
    return mol.GetMol()


def check_is_sound(receptor: Receptor) -> None:
    """A molecule without clashes that MMFF knows, and that every writer takes."""
    assert len(clashing_pairs(receptor.atoms, receptor.coordinates, receptor.bonds)) == 0
    check_is_whole(receptor)


def check_is_whole(receptor: Receptor) -> None:
    """The same, but hydrogens may be as near to each other as the entry's heavy atoms ask."""
    mol = rdkit_mol(receptor)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol)
    assert not any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())
    assert receptor_pdbqt(receptor)
    residues = {
        (a.residue_number, a.chain, a.residue_name)
        for a in receptor.atoms
        if a.residue_name not in CAPS
    }
    assert len(residues) == len({number for number, _, _ in residues})
    block = gemmi.cif.read_string(receptor_mmcif(receptor))[0]
    for structure in (
        gemmi.read_pdb_string(receptor_pdb(receptor)),
        gemmi.make_structure_from_block(block),
    ):
        assert structure[0].count_atom_sites() == len(receptor.atoms)
        assert {chain.name for chain in structure[0]} == {a.chain for a in receptor.atoms}
        charges = sum(cra.atom.charge for cra in structure[0].all())
        assert charges == sum(atom.formal_charge for atom in receptor.atoms)


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


def human_entry(leave_out: tuple[int, ...] = ()) -> str:
    """The embedded groove as an entry, chain A, its own numbers."""
    return as_entry(load_receptor("human-groove"), chain="A", shift=0, leave_out=leave_out)


def edited(change: Callable[[str], str | None]) -> str:
    """The embedded groove as an entry with each ATOM line changed, or left out for ``None``."""
    lines = (change(x) if x.startswith("ATOM") else x for x in human_entry().splitlines())
    return "\n".join(line for line in lines if line is not None)


def heavy_positions(receptor: Receptor) -> dict[tuple[int, str, str], np.ndarray]:
    return {
        (atom.residue_number, atom.residue_name, atom.name): position
        for atom, position in zip(receptor.atoms, receptor.coordinates, strict=True)
        if atom.element != "H"
    }
