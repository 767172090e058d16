"""One adduct put together: labels of its stereoisomer, whole formula, and the balance of atoms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.bond_edits import sanitised
from workbench.ligands.molecules import Adduct, Ligand, Stereocentre
from workbench.ligands.thiols import CYSTEINE, joined, thiol_mol

FLAT = "flat"


def assembled(
    ligand: Ligand,
    mol: Chem.Mol,
    drug_atoms: tuple[int, ...],
    centres: Sequence[int],
    double_bonds: Sequence[tuple[int, int]] = (),
    *,
    form: str = "adduct",
    change: Counter[str] | None = None,
) -> Adduct:
    """Return a checked and labelled adduct.

    Parameters
    ----------
    mol
        What is left of the drug, then SG, CB and CA.
    drug_atoms
        See ``Adduct``.
    centres, double_bonds
        Atoms and bonds of ``mol`` that are new stereo elements; they make the label.
    change
        Atoms gained (or lost, below zero) in a step after the addition.

    Raises
    ------
    LigandError
        When the atoms or the charge do not balance.
    """
    warhead = ligand.warhead
    assert warhead is not None, "an adduct has a warhead"
    mol = sanitised(mol)
    sg = len(drug_atoms)
    whole = joined(mol, sg, CYSTEINE)
    _check_balance(ligand, whole, drug_atoms, change or Counter())
    attacked = drug_atoms.index(warhead.reactive_atom_index)
    prefixes = {attacked: "b"}
    if warhead.partner_atom_index in drug_atoms:
        prefixes[drug_atoms.index(warhead.partner_atom_index)] = "a"
    labelled = Chem.Mol(whole)
    rdCIPLabeler.AssignCIPLabels(labelled)
    cips = {i: _cip(labelled.GetAtomWithIdx(i)) for i in sorted(centres, key=attacked.__ne__)}
    parts = [f"{prefixes.get(i, f'c{i}')}{cip}" for i, cip in cips.items() if cip]
    parts += _geometries(whole, double_bonds)
    return Adduct(
        label="_".join(parts) or "single",
        ligand=ligand,
        mol=mol,
        smiles=Chem.MolToSmiles(whole),
        formula=CalcMolFormula(whole),
        stereocentres=tuple(Stereocentre(i, cip) for i, cip in cips.items() if cip),
        reactive_atom_index=attacked,
        sg_index=sg,
        cb_index=sg + 1,
        ca_index=sg + 2,
        drug_atoms=drug_atoms,
        form=form,
    )


def composition(mol: Chem.Mol) -> Counter[str]:
    """Return the number of atoms of each element, hydrogens included."""
    counts: Counter[str] = Counter()
    for atom in mol.GetAtoms():
        counts[atom.GetSymbol()] += 1
        counts["H"] += atom.GetTotalNumHs()
    return counts


def _cip(atom: Chem.Atom) -> str:
    """Return R or S (r or s where only the stereo of branches differs), blank without a label."""
    return atom.GetProp("_CIPCode") if atom.HasProp("_CIPCode") else ""


def _geometries(mol: Chem.Mol, double_bonds: Iterable[tuple[int, int]]) -> list[str]:
    """Return E or Z of each double bond."""
    names = (mol.GetBondBetweenAtoms(*ends).GetStereo().name for ends in double_bonds)
    return [name.removeprefix("STEREO") for name in names]


def _check_balance(
    ligand: Ligand, whole: Chem.Mol, drug_atoms: tuple[int, ...], change: Counter[str]
) -> None:
    """Raise unless the whole is drug + cysteine, less a leaving group and its H, and the change."""
    expected = composition(ligand.mol) + composition(thiol_mol(CYSTEINE))
    expected.update(change)
    gone = {*range(ligand.mol.GetNumAtoms())} - {*drug_atoms}
    for atom in map(ligand.mol.GetAtomWithIdx, gone):
        expected.subtract({"H": atom.GetTotalNumHs()})
        expected.subtract([atom.GetSymbol()])
    # the thiol's hydrogen leaves with the group
    expected.subtract({"H": bool(gone)})
    kept = (ligand.mol.GetAtomWithIdx(index) for index in drug_atoms if index >= 0)
    charge = sum(atom.GetFormalCharge() for atom in kept)
    if +composition(whole) != +expected or Chem.GetFormalCharge(whole) != charge:
        raise LigandError(
            f"{ligand.name}: the adduct {CalcMolFormula(whole)} does not balance "
            f"{ligand.formula} + C3H7NO2S"
        )
