"""Small bonded complexes built from scratch: ACE-Cys-NME with an adduct, and loose side groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import AllChem

from workbench.ligands.molecules import Adduct, Ligand, Stereocentre
from workbench.physics.complex import Complex
from workbench.structures.receptor import Atom, Receptor

FloatArray = NDArray[np.float64]

SELINEXOR_BS = "O=C(C[C@H](SCC)n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1"
# Built onto the alpha carbon, as SMILES order: N side then C side of the capped cysteine.
_BACKBONE = (("N", "N"), ("C", "C"), ("O", "O"), ("CH3", "C"), ("CX", "C"), ("OX", "O"))


@dataclass(frozen=True)
class Fragment:
    """A loose residue to place near a drug: heavy atom names, then hydrogens."""

    residue_name: str
    residue_number: int
    mol: Chem.Mol
    names: tuple[str, ...]
    coordinates: FloatArray


def adduct_from(smiles: str, stereocentres: dict[int, str] | None = None) -> Adduct:
    """Make an adduct from a SMILES that contains C-S-CH2-CH3; drug atoms keep their order."""
    mol = Chem.MolFromSmiles(smiles)
    hits = mol.GetSubstructMatches(Chem.MolFromSmarts("[CX4;!$([CH2][CH3])]S[CH2][CH3]"))
    assert len(hits) == 1
    carbon, *tether = hits[0]
    order = [index for index in range(mol.GetNumAtoms()) if index not in tether]
    reactive = order.index(carbon)
    mol = Chem.RenumberAtoms(mol, [*order, *tether])
    n_drug = len(order)
    drug = Chem.RWMol(mol)
    for index in (n_drug + 2, n_drug + 1, n_drug):
        drug.RemoveAtom(index)
    ligand_mol = drug.GetMol()
    Chem.SanitizeMol(ligand_mol)
    ligand = Ligand("toy", ligand_mol, Chem.MolToSmiles(ligand_mol), "", "", 0, None)
    centres = tuple(Stereocentre(order.index(i), cip) for i, cip in (stereocentres or {}).items())
    return Adduct(
        label="toy",
        ligand=ligand,
        mol=mol,
        smiles=smiles,
        formula="",
        stereocentres=centres,
        reactive_atom_index=reactive,
        sg_index=n_drug,
        cb_index=n_drug + 1,
        ca_index=n_drug + 2,
        drug_atoms=tuple(range(n_drug)),
    )


def with_backbone(adduct: Adduct) -> tuple[Chem.Mol, list[Atom]]:
    """Return the adduct as an L-cysteine capped with acetyl and methylamide, no hydrogens."""
    mol = Chem.RWMol(adduct.mol)
    index = {"CA": adduct.ca_index}
    for name, element in (*_BACKBONE, ("NX", "N"), ("CY", "C")):
        index[name] = mol.AddAtom(Chem.Atom(element))
    single, double = Chem.BondType.SINGLE, Chem.BondType.DOUBLE
    for a, b, order in (
        ("CA", "N", single),
        ("CA", "C", single),
        ("C", "O", double),
        ("N", "CX", single),
        ("CX", "OX", double),
        ("CX", "CH3", single),
        ("C", "NX", single),
        ("NX", "CY", single),
    ):
        mol.AddBond(index[a], index[b], order)
    alpha = mol.GetAtomWithIdx(adduct.ca_index)
    # Neighbours in RDKit's order: CB, N, C. L-cysteine has N, C, CB counter-clockwise, which
    # is the same turn as CB, N, C.
    alpha.SetChiralTag(Chem.ChiralType.CHI_TETRAHEDRAL_CCW)
    atoms = []
    caps = {"CX": ("ACE", "C"), "OX": ("ACE", "O"), "CH3": ("ACE", "CH3")}
    caps |= {"NX": ("NME", "N"), "CY": ("NME", "C")}
    names = {number: name for name, number in index.items()}
    for atom in mol.GetAtoms():
        number, element = atom.GetIdx(), atom.GetSymbol()
        if number < adduct.n_drug_atoms:
            atoms.append(Atom(f"{element}{number + 1}", element, "LIG", 1, "L"))
        elif number in (adduct.sg_index, adduct.cb_index):
            name = "SG" if number == adduct.sg_index else "CB"
            atoms.append(Atom(name, element, "CYS", 528, "A"))
        else:
            residue, name = caps.get(names[number], ("CYS", names[number]))
            place = {"ACE": 527, "NME": 529}.get(residue, 528)
            atoms.append(Atom(name, element, residue, place, "A"))
    result = mol.GetMol()
    Chem.SanitizeMol(result)
    return result, atoms


def bonded_complex(adduct: Adduct, seed: int = 11, n_conformers: int = 12) -> Complex:
    """Return the capped cysteine with its adduct, minimised; the most extended conformer."""
    heavy, atoms = with_backbone(adduct)
    mol = Chem.AddHs(heavy)
    ids = list(AllChem.EmbedMultipleConfs(mol, n_conformers, randomSeed=seed))
    AllChem.MMFFOptimizeMoleculeConfs(mol, maxIters=2000, mmffVariant="MMFF94s")
    assert ids
    drug = range(adduct.n_drug_atoms)
    rest = range(adduct.n_drug_atoms, heavy.GetNumAtoms())

    def spread(conformer: int) -> float:
        x = mol.GetConformer(conformer).GetPositions()
        return float(np.linalg.norm(x[drug].mean(axis=0) - x[rest].mean(axis=0)))

    coordinates = mol.GetConformer(max(ids, key=spread)).GetPositions()
    return _complex(adduct, mol, _with_hydrogens(mol, atoms), coordinates)


def add_fragments(complex_: Complex, fragments: Sequence[Fragment]) -> Complex:
    """Return the complex with loose residues beside it."""
    mol, atoms, coordinates = complex_.mol, list(complex_.atoms), [complex_.coordinates]
    for fragment in fragments:
        mol = Chem.CombineMols(mol, fragment.mol)
        for atom, name in zip(fragment.mol.GetAtoms(), fragment.names, strict=True):
            charge = atom.GetFormalCharge()
            atoms.append(
                Atom(
                    name,
                    atom.GetSymbol(),
                    fragment.residue_name,
                    fragment.residue_number,
                    "A",
                    charge,
                )
            )
        coordinates.append(fragment.coordinates)
    Chem.SanitizeMol(mol)
    return replace(complex_, mol=mol, atoms=tuple(atoms), coordinates=np.vstack(coordinates))


def fragment(residue_name: str, number: int, smiles: str, names: str) -> Fragment:
    """Return a loose residue with ideal geometry; ``names`` are those of its heavy atoms."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(mol, randomSeed=3) == 0
    AllChem.MMFFOptimizeMolecule(mol)
    heavy = names.split()
    hydrogens = [f"H{k}" for k in range(mol.GetNumAtoms() - len(heavy))]
    x = mol.GetConformer().GetPositions()
    return Fragment(residue_name, number, mol, (*heavy, *hydrogens), x)


def place(
    piece: Fragment, first: FloatArray, then: FloatArray, to: FloatArray, along: FloatArray
) -> Fragment:
    """Move a fragment: point ``first`` goes to ``to``, ``then`` lies from there ``along`` a way."""
    a = (then - first) / np.linalg.norm(then - first)
    b = along / np.linalg.norm(along)
    axis, cosine = np.cross(a, b), float(a @ b)
    if np.linalg.norm(axis) < 1e-8:
        other = np.cross(a, [0.3, -0.7, 0.5])
        other /= np.linalg.norm(other)
        turn = np.eye(3) if cosine > 0 else 2 * np.outer(other, other) - np.eye(3)
    else:
        k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
        turn = np.eye(3) + k + k @ k / (1 + cosine)
    return replace(piece, coordinates=(piece.coordinates - first) @ turn.T + to)


def moved(complex_: Complex, index: int | Sequence[int], shift: FloatArray) -> Complex:
    """Return the complex with some atoms shifted."""
    coordinates = complex_.coordinates.copy()
    coordinates[index] += shift
    return replace(complex_, coordinates=coordinates)


def _with_hydrogens(mol: Chem.Mol, atoms: list[Atom]) -> list[Atom]:
    named = list(atoms)
    for atom in list(mol.GetAtoms())[len(atoms) :]:
        parent = atoms[atom.GetNeighbors()[0].GetIdx()]
        named.append(replace(parent, name=f"H{atom.GetIdx()}", element="H"))
    return named


def _complex(
    adduct: Adduct, mol: Chem.Mol, atoms: Sequence[Atom], coordinates: FloatArray
) -> Complex:
    bare = Chem.Mol(mol)
    bare.RemoveAllConformers()
    receptor = Receptor(
        "toy",
        "made for a test",
        (),
        np.zeros((0, 3)),
        np.zeros((0, 3), dtype=np.int64),
        "thiol",
        None,
    )
    return Complex(
        receptor=receptor,
        adduct=adduct,
        mol=bare,
        atoms=tuple(atoms),
        coordinates=coordinates,
        drug_atoms=np.arange(adduct.n_drug_atoms, dtype=np.int64),
        sg=adduct.sg_index,
        cb=adduct.cb_index,
        ca=adduct.ca_index,
        reactive_carbon=adduct.reactive_atom_index,
    )
