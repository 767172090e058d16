"""Make the Amber description of a drug or of its adduct: GAFF2 types, AM1-BCC charges, terms.

The adduct is modelled as N-acetyl-S-drug-cysteine-N-methylamide. Charges are averaged over
conformers (GFN2 geometries), over the diastereomers, and over atoms that the graph makes equal.
The backbone then takes the charges of ff14SB, and what that leaves over is spread evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.gfn2 import Gfn2, minimised
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import conformers
from workbench.ligands.molecules import Adduct, Ligand
from workbench.physics.amber_tables import (
    AmberMolecule,
    AmberTerms,
    placed,
    refitted,
    shipped_molecule,
    shipped_terms,
)
from workbench.physics.antechamber import (
    Typing,
    program_folder,
    selected_terms,
    typing,
)
from workbench.physics.complex import Assembly, Complex, ligand_mask
from workbench.physics.mmff_parameters import edges_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ADDUCT = "adduct"
DRUG = "drug"

SIDE_CHAIN = ("CB", "HB2", "HB3", "SG")
BACKBONE_CHARGE = 0.0051
"""Sum of ff14SB's charges of N, H, CA, HA, C, O in cysteine (protein.ff14SB.xml of OpenMM)."""

_SEARCHED = 30
_OWN_CONFORMERS = 3
_made: dict[tuple[str, str], tuple[AmberMolecule, AmberTerms]] = {}
_making = Lock()
_CAPS = Chem.MolFromSmiles("CC(=O)NCC(=O)NC")
_ALPHA = 4
_ALPHA_CIP = "R"


@dataclass(frozen=True)
class _Model:
    """A molecule to be typed, and which of its atoms are the drug's and the side chain's."""

    mol: Chem.Mol
    drug: list[int]
    side_chain: list[int]


def amber_adduct(
    adducts: Sequence[Adduct], n_conformers: int, seed: int = 1
) -> tuple[AmberMolecule, AmberTerms]:
    """Describe an adduct with one set of types and charges for all its diastereomers, at least one.

    Raises
    ------
    PhysicsError
        When a program is missing or fails.
    """
    models = [_capped(adduct) for adduct in adducts]
    typed, terms = _typed([model.mol for model in models], n_conformers, seed)
    model, first = models[0], adducts[0]
    charges = np.mean([one.charges for one in typed], axis=0)
    kept = [*model.drug, *model.side_chain]
    charge = Chem.GetFormalCharge(model.mol)
    spread = (charge - BACKBONE_CHARGE - charges[kept].sum()) / len(kept)
    charges[kept] += spread
    side = {n: float(charges[i]) for n, i in zip(SIDE_CHAIN, model.side_chain, strict=True)}
    return _molecule(
        model, first.ligand.name, typed, charges, first.reactive_atom_index, side, spread
    ), terms


def amber_drug(
    ligand: Ligand, n_conformers: int, seed: int = 1
) -> tuple[AmberMolecule, AmberTerms]:
    """Describe an intact drug.

    Raises
    ------
    PhysicsError
        When a program is missing or fails.
    """
    mol = Chem.AddHs(ligand.mol)
    model = _Model(mol, list(range(mol.GetNumAtoms())), [])
    typed, terms = _typed([mol], n_conformers, seed)
    charges = np.mean([one.charges for one in typed], axis=0)
    spread = (Chem.GetFormalCharge(mol) - charges.sum()) / len(charges)
    return _molecule(model, ligand.name, typed, charges + spread, None, {}, spread), terms


def _molecule(
    model: _Model,
    name: str,
    typed: list[Typing],
    charges: FloatArray,
    reactive: int | None,
    side_chain: dict[str, float],
    spread: float,
) -> AmberMolecule:
    place = {atom: k for k, atom in enumerate(model.drug)}
    edges = edges_of(model.mol)
    bonds = sorted((place[i], place[j]) for i, j in edges if i in place and j in place)
    return AmberMolecule(
        name=name,
        form=DRUG if reactive is None else ADDUCT,
        elements=tuple(model.mol.GetAtomWithIdx(i).GetSymbol() for i in model.drug),
        types=tuple(typed[0].types[i] for i in model.drug),
        charges=charges[model.drug],
        bonds=np.array(bonds, dtype=np.int64),
        reactive=reactive,
        side_chain=side_chain,
        n_geometries=len(typed),
        spread=float(spread),
    )


def _typed(mols: list[Chem.Mol], n_conformers: int, seed: int) -> tuple[list[Typing], AmberTerms]:
    """Type each molecule in its best conformers; equal atoms get equal charges."""
    program_folder()
    found: list[Typing] = []
    for mol in mols:
        shapes = conformers(Chem.RemoveHs(mol), _SEARCHED, seed).coordinates[:n_conformers]
        engine = Gfn2(mol)
        for shape in shapes:
            one = typing(mol, minimised(engine, mol, shape).coordinates)
            found.append(Typing(one.types, _equalised(mol, one.charges), one.mol2))
    if any(one.types != found[0].types for one in found):
        raise PhysicsError("antechamber gave the diastereomers different atom types.")
    return found, selected_terms(found[0])


def _equalised(mol: Chem.Mol, charges: FloatArray) -> FloatArray:
    """Return charges averaged over atoms that are equal in the graph, stereo left out."""
    flat = Chem.Mol(mol)
    Chem.RemoveStereochemistry(flat)
    ranks = np.array(Chem.CanonicalRankAtoms(flat, breakTies=False))
    means = {int(rank): charges[ranks == rank].mean() for rank in np.unique(ranks)}
    return np.array([means[int(rank)] for rank in ranks])


def _capped(adduct: Adduct) -> _Model:
    """Return the adduct of N-acetyl-L-cysteine-N-methylamide with hydrogens."""
    joined = Chem.RWMol(Chem.CombineMols(adduct.mol, _CAPS))
    n_heavy = adduct.mol.GetNumAtoms()
    alpha = n_heavy + _ALPHA
    joined.AddBond(adduct.cb_index, alpha, Chem.BondType.SINGLE)
    joined.RemoveAtom(adduct.ca_index)  # the methyl group that stood for it; it is the last atom
    alpha -= 1
    for tag in (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW):
        joined.GetAtomWithIdx(alpha).SetChiralTag(tag)
        mol = joined.GetMol()
        Chem.SanitizeMol(mol)
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
        if mol.GetAtomWithIdx(alpha).GetProp("_CIPCode") == _ALPHA_CIP:
            break
    full = Chem.AddHs(mol)
    drug = list(range(adduct.n_drug_atoms))
    drug += [h for atom in drug for h in _hydrogens(full, atom)]
    side = [adduct.cb_index, *_hydrogens(full, adduct.cb_index), adduct.sg_index]
    return _Model(full, drug, side)


def _hydrogens(mol: Chem.Mol, atom: int) -> list[int]:
    around = mol.GetAtomWithIdx(atom).GetNeighbors()
    return [n.GetIdx() for n in around if n.GetAtomicNum() == 1]


def described(complex_: Assembly) -> tuple[AmberMolecule, AmberTerms, IntArray]:
    """Return the description of a complex's ligand, its terms, and the atoms' places.

    A catalogue drug's is shipped, bonded or intact; for another one Amber's own programs are run.

    Raises
    ------
    PhysicsError
        When no table is shipped and the programs are missing or fail.
    """
    members = np.flatnonzero(ligand_mask(complex_)).tolist()
    if isinstance(complex_, Complex):
        return description(complex_.mol, members, complex_.reactive_carbon, complex_.adduct)
    return description(complex_.mol, members, None, complex_.ligand)


def description(
    mol: Chem.Mol, members: list[int], reactive_atom: int | None, source: Adduct | Ligand
) -> tuple[AmberMolecule, AmberTerms, IntArray]:
    """Return the description of those atoms of a molecule that are the drug's."""
    place = {atom: k for k, atom in enumerate(members)}
    elements = [mol.GetAtomWithIdx(atom).GetSymbol() for atom in members]
    edges = [(place[i], place[j]) for i, j in edges_of(mol) if i in place and j in place]
    reactive = None if reactive_atom is None else place[reactive_atom]
    shipped = shipped_molecule(elements, edges, reactive)
    if shipped is not None:
        return shipped[0], shipped_terms(), np.array(members)[shipped[1]]
    molecule, terms = _own(source)
    found = placed(molecule, elements, edges, reactive)
    if found is None:
        raise PhysicsError(
            f"the description made for {molecule.name} does not fit its complex: "
            "use --force-field mmff94s."
        )
    return molecule, terms, np.array(members)[found]


def _own(source: Adduct | Ligand) -> tuple[AmberMolecule, AmberTerms]:
    """Describe a user's drug or adduct once per process, all diastereomers together."""
    adduct = source if isinstance(source, Adduct) else None
    ligand = source if isinstance(source, Ligand) else source.ligand
    key = (ligand.smiles, adduct.form if adduct else "")
    with _making:
        if key not in _made:
            if adduct is None:
                made = amber_drug(ligand, _OWN_CONFORMERS)
            else:
                together = enumerate_adducts(ligand) if adduct.form == "adduct" else (adduct,)
                made = amber_adduct(together, _OWN_CONFORMERS)
            _made[key] = refitted(*made)
        return _made[key]
