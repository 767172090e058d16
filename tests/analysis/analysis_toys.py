"""Small bonded complexes built from scratch: ACE-Cys-NME with an adduct, and loose side groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import AllChem
from scipy.spatial.transform import Rotation

from workbench.ligands.molecules import Adduct, Ligand, Stereocentre
from workbench.physics.complex import Complex
from workbench.structures.receptor import Atom, Receptor

FloatArray = NDArray[np.float64]

SELINEXOR_BS = "O=C(C[C@H](SCC)n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1"
CAPPED = Chem.MolFromSmarts("[CX4]SC[CH](NC([CH3])=O)C(=O)N[CH3]")
# of CAPPED, after the drug's carbon
BACKBONE = (
    *("CYS SG", "CYS CB", "CYS CA", "CYS N", "ACE C", "ACE CH3", "ACE O"),
    *("CYS C", "CYS O", "NME N", "NME C"),
)
NUMBERS = {"ACE": 527, "CYS": 528, "NME": 529}


def adduct_from(smiles: str, *centres: int) -> Adduct:
    """Make an adduct from a SMILES with one ``SCC``; drug atoms keep their order.

    ``centres`` are the new stereocentres, as places in the SMILES.
    """
    mol = Chem.MolFromSmiles(smiles)
    ((carbon, *tether),) = mol.GetSubstructMatches(
        Chem.MolFromSmarts("[CX4;!$([CH2][CH3])]S[CH2][CH3]")
    )
    order = [index for index in range(mol.GetNumAtoms()) if index not in tether]
    n_drug, reactive = len(order), order.index(carbon)
    mol = Chem.RenumberAtoms(mol, [*order, *tether])
    drug = Chem.RWMol(mol)
    for index in (n_drug + 2, n_drug + 1, n_drug):
        drug.RemoveAtom(index)
    Chem.SanitizeMol(drug)
    return Adduct(
        label="toy",
        ligand=Ligand("toy", drug.GetMol(), Chem.MolToSmiles(drug), "", "", 0, None),
        mol=mol,
        smiles=smiles,
        formula="",
        stereocentres=tuple(Stereocentre(order.index(centre), "?") for centre in centres),
        reactive_atom_index=reactive,
        sg_index=n_drug,
        cb_index=n_drug + 1,
        ca_index=n_drug + 2,
        drug_atoms=tuple(range(n_drug)),
    )


def bonded_complex(adduct: Adduct, n_conformers: int = 4) -> Complex:
    """Return the capped L-cysteine with its adduct, minimised; the most extended conformer."""
    heavy = Chem.MolFromSmiles(adduct.smiles.replace("SCC", "SC[C@H](NC(C)=O)C(=O)NC"))
    (_, *rest), n_drug = heavy.GetSubstructMatch(CAPPED), adduct.n_drug_atoms
    drug = [index for index in range(heavy.GetNumAtoms()) if index not in rest]
    mol = Chem.AddHs(Chem.RenumberAtoms(heavy, [*drug, *rest]))
    AllChem.EmbedMultipleConfs(mol, n_conformers, randomSeed=11)
    AllChem.MMFFOptimizeMoleculeConfs(mol, maxIters=2000, mmffVariant="MMFF94s")

    def spread(x: FloatArray) -> float:
        parts = x[:n_drug], x[n_drug : heavy.GetNumAtoms()]
        return float(np.linalg.norm(parts[0].mean(axis=0) - parts[1].mean(axis=0)))

    coordinates = max((c.GetPositions() for c in mol.GetConformers()), key=spread)
    mol.RemoveAllConformers()
    atoms: list[Atom] = []
    for atom in mol.GetAtoms():
        number, element = atom.GetIdx(), atom.GetSymbol()
        if element == "H":
            parent = atoms[atom.GetNeighbors()[0].GetIdx()]
            atoms.append(replace(parent, name=f"H{number}", element="H"))
        elif number < n_drug:
            atoms.append(Atom(f"{element}{number + 1}", element, "LIG", 1, "L"))
        else:
            residue, name = BACKBONE[number - n_drug].split()
            atoms.append(Atom(name, element, residue, NUMBERS[residue], "A"))
    none = np.zeros((0, 3))
    return Complex(
        receptor=Receptor("toy", "made for a test", (), none, none.astype(int), "thiol", None),
        adduct=adduct,
        mol=mol,
        atoms=tuple(atoms),
        coordinates=coordinates,
        drug_atoms=np.arange(n_drug, dtype=np.int64),
        sg=adduct.sg_index,
        cb=adduct.cb_index,
        ca=adduct.ca_index,
        reactive_carbon=adduct.reactive_atom_index,
    )


class Fragment(NamedTuple):
    """A loose residue to place near a drug."""

    mol: Chem.Mol
    atoms: tuple[Atom, ...]
    coordinates: FloatArray


def fragment(residue: str, smiles: str, names: str, number: int = 541) -> Fragment:
    """Return a loose residue with ideal geometry; ``names`` are those of its heavy atoms."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(mol, randomSeed=3) == 0
    AllChem.MMFFOptimizeMolecule(mol)
    all_names = [*names.split(), *(f"H{k}" for k in range(mol.GetNumAtoms()))]
    atoms = [
        Atom(name, atom.GetSymbol(), residue, number, "A", atom.GetFormalCharge())
        for name, atom in zip(all_names, mol.GetAtoms(), strict=False)
    ]
    return Fragment(mol, tuple(atoms), mol.GetConformer().GetPositions())


def with_fragment(
    c: Complex,
    piece: Fragment,
    start: FloatArray,
    axis: FloatArray,
    to: FloatArray,
    way: FloatArray,
) -> Complex:
    """Add a residue: its point ``start`` goes to ``to``, its ``axis`` lies along ``way``."""
    turn = Rotation.align_vectors([way], [axis])[0]
    x = turn.apply(piece.coordinates - start) + to
    mol = Chem.CombineMols(c.mol, piece.mol)
    Chem.SanitizeMol(mol)
    atoms, coordinates = (*c.atoms, *piece.atoms), np.vstack([c.coordinates, x])
    return replace(c, mol=mol, atoms=atoms, coordinates=coordinates)


def drug_atoms(c: Complex, smarts: str) -> tuple[int, ...]:
    """Return the first match of a pattern among the drug's atoms."""
    matches = c.mol.GetSubstructMatches(Chem.MolFromSmarts(smarts))
    return next(tuple(match) for match in matches if match[0] < len(c.drug_atoms))


def hydrogen_on(mol: Chem.Mol, atom: int) -> int:
    """Return the first hydrogen of an atom."""
    near = mol.GetAtomWithIdx(atom).GetNeighbors()
    return next(n.GetIdx() for n in near if n.GetAtomicNum() == 1)


def moved(c: Complex, index: int | Sequence[int], shift: FloatArray) -> Complex:
    """Return the complex with some atoms shifted."""
    coordinates = c.coordinates.copy()
    coordinates[index] += shift
    return replace(c, coordinates=coordinates)
