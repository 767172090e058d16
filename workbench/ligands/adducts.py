"""Thiol addition on paper: every stereoisomer of the drug bonded to cysteine."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.assembly import FLAT, assembled
from workbench.ligands.bond_edits import bond_edits, edited, sanitised
from workbench.ligands.molecules import Adduct, Ligand, WarheadMatch
from workbench.ligands.stereo import bond_ends, open_elements, stereo_elements, with_geometry

_TAGS = (Chem.ChiralType.CHI_TETRAHEDRAL_CCW, Chem.ChiralType.CHI_TETRAHEDRAL_CW)
_GEOMETRIES = (Chem.BondStereo.STEREOCIS, Chem.BondStereo.STEREOTRANS)


def enumerate_adducts(ligand: Ligand) -> tuple[Adduct, ...]:
    """Return every stereoisomer that the addition of a cysteine thiol can make.

    Stereo that the drug already has is kept (inverted where the sulphur pushes a group out);
    each new stereocentre and each new double bond takes both configurations. Ordered by label.

    Raises
    ------
    LigandError
        When the drug has no warhead, or a stereo element that its input leaves open
        (``flat_adduct`` does the chemistry all the same).
    """
    skeleton, drug_atoms = _add_thiol(ligand, _warhead(ligand))
    centres, double_bonds = _new_stereo(skeleton, ligand.mol, drug_atoms)
    _refuse_open_stereo(skeleton, ligand, {*centres}, {*double_bonds}, drug_atoms)
    adducts: dict[str, Adduct] = {}
    for tags in product(_TAGS, repeat=len(centres)):
        for geometries in product(_GEOMETRIES, repeat=len(double_bonds)):
            mol = Chem.Mol(skeleton)
            for index, tag in zip(centres, tags, strict=True):
                mol.GetAtomWithIdx(index).SetChiralTag(tag)
            for ends, geometry in zip(double_bonds, geometries, strict=True):
                mol = with_geometry(mol, ends, geometry)
            adduct = assembled(ligand, mol, drug_atoms, centres, double_bonds)
            # a meso pair is one isomer
            adducts.setdefault(adduct.smiles, adduct)
    return tuple(sorted(adducts.values(), key=lambda adduct: adduct.label))


def flat_adduct(ligand: Ligand) -> Adduct:
    """Return the adduct on paper, the new stereo elements and those left open undrawn.

    For formulas and for what may follow, of drugs whose stereo is not known; without a shape,
    so it cannot be docked.

    Raises
    ------
    LigandError
        When the drug has no warhead.
    """
    skeleton, drug_atoms = _add_thiol(ligand, _warhead(ligand))
    return replace(assembled(ligand, skeleton, drug_atoms, ()), label=FLAT)


def _warhead(ligand: Ligand) -> WarheadMatch:
    """Return the warhead that reacts."""
    if ligand.warhead is None:
        raise LigandError(f"{ligand.name} forms no adduct: {ligand.warhead_problem}")
    return ligand.warhead


def _add_thiol(ligand: Ligand, warhead: WarheadMatch) -> tuple[Chem.Mol, tuple[int, ...]]:
    """Return the adduct with CH3-CH2-S on the attacked atom, new stereo elements open.

    Returns
    -------
    mol, drug_atoms
        What is left of the drug, then SG, CB and CA; the drug atom index of the former.
    """
    mol = Chem.RWMol(ligand.mol)
    attacked = warhead.reactive_atom_index
    sg, cb, ca = (mol.AddAtom(Chem.Atom(number)) for number in (16, 6, 6))
    for first, second in ((sg, cb), (cb, ca)):
        mol.AddBond(first, second, Chem.BondType.SINGLE)
    mol = edited(mol, bond_edits(warhead), new_bond=(attacked, sg))
    kept = next(set(piece) for piece in Chem.GetMolFrags(mol) if attacked in piece)
    for index in sorted(set(range(mol.GetNumAtoms())) - kept, reverse=True):
        mol.RemoveAtom(index)
    return sanitised(mol), tuple(i for i in range(ligand.mol.GetNumAtoms()) if i in kept)


def _new_stereo(
    mol: Chem.Mol, drug: Chem.Mol, drug_atoms: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Return the atoms and the double bonds that became stereo elements by the reaction."""
    before = {(e.type, e.centeredOn) for e in stereo_elements(drug)}
    centres, bonds = [], []
    for element in stereo_elements(mol):
        at = element.centeredOn
        if element.type == Chem.StereoType.Atom_Tetrahedral:
            if at < len(drug_atoms) and (element.type, drug_atoms[at]) not in before:
                centres.append(at)
        elif element.type == Chem.StereoType.Bond_Double:
            ends = bond_ends(mol, element)
            old = drug.GetBondBetweenAtoms(*(drug_atoms[end] for end in ends))
            if (element.type, old.GetIdx()) not in before:
                bonds.append(ends)
    return tuple(centres), tuple(bonds)


def _refuse_open_stereo(
    mol: Chem.Mol,
    ligand: Ligand,
    centres: set[int],
    double_bonds: set[tuple[int, int]],
    drug_atoms: tuple[int, ...],
) -> None:
    """Raise when a stereo element other than the new ones is undefined."""
    for element in open_elements(mol):
        if element.type == Chem.StereoType.Bond_Double:
            ends = bond_ends(mol, element)
            if ends in double_bonds:
                continue
            place = "double bond " + "=".join(str(drug_atoms[end]) for end in ends)
            remedy = "/ or \\"
        elif element.centeredOn not in centres:
            place = f"stereocentre at atom {drug_atoms[element.centeredOn]}"
            remedy = "@ or @@"
        else:
            continue
        raise LigandError(
            f"{ligand.name}: the {place} of {ligand.smiles} is undefined; "
            f"give its configuration with {remedy}, or enumerate with --max-stereoisomers"
        )
