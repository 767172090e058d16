"""Thiol addition on paper: every stereoisomer of the drug bonded to cysteine, and back again."""

from __future__ import annotations

from collections import Counter
from itertools import product

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.bond_edits import bond_edits, edited, potential_stereo, sanitised
from workbench.ligands.molecules import Adduct, Ligand, Stereocentre, WarheadMatch

_TAGS = (Chem.ChiralType.CHI_TETRAHEDRAL_CCW, Chem.ChiralType.CHI_TETRAHEDRAL_CW)
_GEOMETRIES = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOZ)
_CYSTEINE = {"C": 3, "H": 7, "N": 1, "O": 2, "S": 1}


def enumerate_adducts(ligand: Ligand) -> tuple[Adduct, ...]:
    """Return every stereoisomer that the addition of a cysteine thiol can make.

    Stereo that the drug already has is kept (inverted where the sulphur pushes a group out);
    each new stereocentre and each new double bond takes both configurations. Ordered by label.

    Raises
    ------
    LigandError
        When the drug has no warhead, or a stereo element that its input leaves open.
    """
    if ligand.warhead is None:
        raise LigandError(f"{ligand.name} forms no adduct: {ligand.warhead_problem}")
    skeleton, drug_atoms = _add_thiol(ligand.mol, ligand.warhead)
    centres, double_bonds = _new_stereo(skeleton, ligand.mol, drug_atoms)
    _refuse_open_stereo(skeleton, ligand, {*centres}, {*double_bonds}, drug_atoms)
    adducts: dict[str, Adduct] = {}
    for tags in product(_TAGS, repeat=len(centres)):
        for geometries in product(_GEOMETRIES, repeat=len(double_bonds)):
            mol = Chem.Mol(skeleton)
            for index, tag in zip(centres, tags, strict=True):
                mol.GetAtomWithIdx(index).SetChiralTag(tag)
            for bond, geometry in zip(double_bonds, geometries, strict=True):
                mol.GetBondWithIdx(bond).SetStereo(geometry)
            adduct = _adduct(ligand, ligand.warhead, mol, centres, double_bonds, drug_atoms)
            # a meso pair is one isomer
            adducts.setdefault(adduct.smiles, adduct)
    return tuple(sorted(adducts.values(), key=lambda adduct: adduct.label))


def reverse(adduct: Adduct) -> Chem.Mol:
    """Return the drug that the reverse reaction releases, what was the C=C without stereo.

    The atom order is the drug's. Both alkene isomers can form, so none is named. Whether the
    reaction runs backwards in water is another question (``Warhead.reversibility``).

    Raises
    ------
    LigandError
        When a group has left, or a later step changed the adduct.
    """
    warhead = adduct.ligand.warhead
    if warhead is None:
        raise LigandError(f"{adduct.ligand.name} has no warhead to restore")
    if adduct.form != "adduct":
        raise LigandError(f"{adduct.ligand.name} is {adduct.form}: the bond no longer reverses")
    if len(adduct.drug_atoms) != adduct.ligand.mol.GetNumAtoms():
        raise LigandError(
            f"the adduct of {adduct.ligand.name} ({warhead.name}) has lost a group: "
            "nothing leads back"
        )
    mol = Chem.RWMol(adduct.remnant())
    drug = adduct.ligand.mol
    for index in {end for pair in bond_edits(warhead) for end in pair[:2]}:
        mol.GetAtomWithIdx(index).SetChiralTag(drug.GetAtomWithIdx(index).GetChiralTag())
    return edited(mol, [(i, j, -change) for i, j, change in bond_edits(warhead)]).GetMol()


def _add_thiol(drug: Chem.Mol, warhead: WarheadMatch) -> tuple[Chem.Mol, tuple[int, ...]]:
    """Return the adduct with CH3-CH2-S on the attacked atom, new stereo elements open.

    Returns
    -------
    mol, drug_atoms
        What is left of the drug, then SG, CB and CA; the drug atom index of the former.
    """
    mol = Chem.RWMol(drug)
    attacked = warhead.reactive_atom_index
    sg, cb, ca = (mol.AddAtom(Chem.Atom(number)) for number in (16, 6, 6))
    for first, second in ((sg, cb), (cb, ca)):
        mol.AddBond(first, second, Chem.BondType.SINGLE)
    mol = edited(mol, bond_edits(warhead), new_bond=(attacked, sg))
    kept = next(set(piece) for piece in Chem.GetMolFrags(mol) if attacked in piece)
    for index in sorted(set(range(mol.GetNumAtoms())) - kept, reverse=True):
        mol.RemoveAtom(index)
    return sanitised(mol), tuple(i for i in range(drug.GetNumAtoms()) if i in kept)


def _new_stereo(
    mol: Chem.Mol, drug: Chem.Mol, drug_atoms: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the atoms and the double bonds that became stereo elements by the reaction."""
    before = {(e.type, e.centeredOn) for e in potential_stereo(drug)}
    centres, bonds = [], []
    for element in potential_stereo(mol):
        at = element.centeredOn
        if element.type == Chem.StereoType.Atom_Tetrahedral:
            if at < len(drug_atoms) and (element.type, drug_atoms[at]) not in before:
                centres.append(at)
        elif element.type == Chem.StereoType.Bond_Double:
            bond = mol.GetBondWithIdx(at)
            ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            old = drug.GetBondBetweenAtoms(*(drug_atoms[end] for end in ends))
            if (element.type, old.GetIdx()) not in before:
                first, second = (_substituent(mol, end, ends) for end in ends)
                bond.SetStereoAtoms(first, second)
                bonds.append(at)
    return tuple(centres), tuple(bonds)


def _substituent(mol: Chem.Mol, end: int, ends: tuple[int, int]) -> int:
    """Return the first neighbour of one end of a double bond."""
    around = (atom.GetIdx() for atom in mol.GetAtomWithIdx(end).GetNeighbors())
    return next(index for index in around if index not in ends)


def _refuse_open_stereo(
    mol: Chem.Mol,
    ligand: Ligand,
    centres: set[int],
    double_bonds: set[int],
    drug_atoms: tuple[int, ...],
) -> None:
    """Raise when a stereo element other than the new ones is undefined."""
    for element in potential_stereo(mol):
        if element.specified == Chem.StereoSpecified.Specified:
            continue
        if element.type == Chem.StereoType.Bond_Double:
            if element.centeredOn in double_bonds:
                continue
            bond = mol.GetBondWithIdx(element.centeredOn)
            ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            place = "double bond " + "=".join(str(drug_atoms[end]) for end in ends)
            remedy = "/ or \\"
        elif element.centeredOn not in centres:
            place = f"stereocentre at atom {drug_atoms[element.centeredOn]}"
            remedy = "@ or @@"
        else:
            continue
        raise LigandError(
            f"{ligand.name}: the {place} of {ligand.smiles} is undefined; "
            f"give its configuration with {remedy}"
        )


def _adduct(
    ligand: Ligand,
    warhead: WarheadMatch,
    mol: Chem.Mol,
    centres: tuple[int, ...],
    double_bonds: tuple[int, ...],
    drug_atoms: tuple[int, ...],
) -> Adduct:
    """Return one stereoisomer, labelled and checked."""
    mol = sanitised(mol)
    n_drug = len(drug_atoms)
    whole = _with_cysteine(mol, n_drug)
    _check_formula(ligand, whole, drug_atoms)
    attacked = drug_atoms.index(warhead.reactive_atom_index)
    order = sorted(centres, key=lambda index: index != attacked)
    labelled = Chem.Mol(whole)
    rdCIPLabeler.AssignCIPLabels(labelled)
    cips = {i: _cip(labelled.GetAtomWithIdx(i)) for i in order}
    prefixes = {attacked: "b"}
    if warhead.partner_atom_index in drug_atoms:
        prefixes[drug_atoms.index(warhead.partner_atom_index)] = "a"
    parts = [f"{prefixes.get(i, f'c{i}')}{cip}" for i, cip in cips.items() if cip]
    parts += [_cip(labelled.GetBondWithIdx(b)) for b in double_bonds]
    return Adduct(
        label="_".join(parts) or "single",
        ligand=ligand,
        mol=mol,
        smiles=Chem.MolToSmiles(whole),
        formula=CalcMolFormula(whole),
        stereocentres=tuple(Stereocentre(i, cip) for i, cip in cips.items() if cip),
        reactive_atom_index=attacked,
        sg_index=n_drug,
        cb_index=n_drug + 1,
        ca_index=n_drug + 2,
        drug_atoms=drug_atoms,
    )


def _cip(element: Chem.Atom | Chem.Bond) -> str:
    """Return R or S (r or s where only the stereo of branches differs), E or Z, or blank."""
    return element.GetProp("_CIPCode") if element.HasProp("_CIPCode") else ""


def _with_cysteine(mol: Chem.Mol, n_drug: int) -> Chem.Mol:
    """Return the adduct with its CA completed to L-cysteine, the free amino acid."""
    whole = Chem.RWMol(mol)
    ca = n_drug + 2
    nitrogen, carbon, oxo, hydroxy = (whole.AddAtom(Chem.Atom(z)) for z in (7, 6, 8, 8))
    for first, second, order in (
        (ca, nitrogen, Chem.BondType.SINGLE),
        (ca, carbon, Chem.BondType.SINGLE),
        (carbon, oxo, Chem.BondType.DOUBLE),
        (carbon, hydroxy, Chem.BondType.SINGLE),
    ):
        whole.AddBond(first, second, order)
    # L-cysteine is N[C@@H](CS)C(=O)O: seen from CB, its N, C and H run counterclockwise
    whole.GetAtomWithIdx(ca).SetChiralTag(Chem.ChiralType.CHI_TETRAHEDRAL_CCW)
    return sanitised(whole)


def _check_formula(ligand: Ligand, whole: Chem.Mol, drug_atoms: tuple[int, ...]) -> None:
    """Raise unless the adduct is the drug plus cysteine, less a leaving group and its hydrogen."""
    expected = _composition(ligand.mol) + Counter(_CYSTEINE)
    gone = set(range(ligand.mol.GetNumAtoms())) - set(drug_atoms)
    if gone:
        left = [ligand.mol.GetAtomWithIdx(index) for index in gone]
        expected -= Counter(atom.GetSymbol() for atom in left)
        # the thiol's hydrogen leaves with the group
        expected -= Counter(H=1 + sum(atom.GetTotalNumHs() for atom in left))
    charge = sum(ligand.mol.GetAtomWithIdx(i).GetFormalCharge() for i in drug_atoms)
    if _composition(whole) != expected or Chem.GetFormalCharge(whole) != charge:
        raise LigandError(
            f"{ligand.name}: the adduct {CalcMolFormula(whole)} does not balance "
            f"{ligand.formula} + C3H7NO2S"
        )


def _composition(mol: Chem.Mol) -> Counter[str]:
    """Return the number of atoms of each element, hydrogens included."""
    counts: Counter[str] = Counter()
    for atom in mol.GetAtoms():
        counts[atom.GetSymbol()] += 1
        counts["H"] += atom.GetTotalNumHs()
    return counts
