"""Thiol addition on paper: every stereoisomer of the drug bonded to cysteine, and back again."""

from __future__ import annotations

from itertools import product

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.molecules import Adduct, Ligand, Stereocentre, WarheadMatch

_TAGS = (Chem.ChiralType.CHI_TETRAHEDRAL_CCW, Chem.ChiralType.CHI_TETRAHEDRAL_CW)


def enumerate_adducts(ligand: Ligand) -> tuple[Adduct, ...]:
    """Return every stereoisomer that the addition of a cysteine thiol can make.

    Stereocentres that the drug already has are kept; the S-bearing (beta) carbon, and the alpha
    carbon when it becomes one, take both configurations. Ordered by label.

    Raises
    ------
    LigandError
        When the drug has no warhead, or a stereo element that its input leaves open.
    """
    if ligand.warhead is None:
        raise LigandError(f"{ligand.name} forms no adduct: {ligand.warhead_problem}")
    skeleton = _add_thiol(ligand.mol, ligand.warhead)
    centres = _new_stereocentres(skeleton, ligand.warhead)
    _refuse_open_stereo(skeleton, ligand, centres)
    adducts = [
        _adduct(ligand, ligand.warhead, skeleton, dict(zip(centres, tags, strict=True)))
        for tags in product(_TAGS, repeat=len(centres))
    ]
    return tuple(sorted(adducts, key=lambda adduct: adduct.label))


def reverse(adduct: Adduct) -> Chem.Mol:
    """Return the drug that the retro-Michael reaction releases, its C=C without stereo.

    The atom order is the drug's. Both alkene isomers can form, so none is named.
    """
    mol = Chem.RWMol(adduct.mol)
    warhead = adduct.ligand.warhead
    if warhead is None:
        raise LigandError(f"{adduct.ligand.name} has no warhead to restore")
    for index in sorted((adduct.sg_index, adduct.cb_index, adduct.ca_index), reverse=True):
        mol.RemoveAtom(index)
    for index in (warhead.reactive_atom_index, warhead.alpha_atom_index):
        mol.GetAtomWithIdx(index).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    bond = mol.GetBondBetweenAtoms(warhead.reactive_atom_index, warhead.alpha_atom_index)
    bond.SetBondType(Chem.BondType.DOUBLE)
    return _sanitised(mol)


def _add_thiol(drug: Chem.Mol, warhead: WarheadMatch) -> Chem.Mol:
    """Return the adduct with CH3-CH2-S on the beta carbon, new centres without stereo."""
    mol = Chem.RWMol(drug)
    beta, alpha = warhead.reactive_atom_index, warhead.alpha_atom_index
    bond = mol.GetBondBetweenAtoms(beta, alpha)
    bond.SetStereo(Chem.BondStereo.STEREONONE)
    bond.SetBondType(Chem.BondType.SINGLE)
    for other in mol.GetBonds():
        other.SetBondDir(Chem.BondDir.NONE)
    # the directions that belonged to the C=C must go, those of other double bonds come back
    Chem.SetDoubleBondNeighborDirections(mol)
    for index in (beta, alpha):
        atom = mol.GetAtomWithIdx(index)
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)
    sg, cb, ca = (mol.AddAtom(Chem.Atom(number)) for number in (16, 6, 6))
    for first, second in ((beta, sg), (sg, cb), (cb, ca)):
        mol.AddBond(first, second, Chem.BondType.SINGLE)
    return _sanitised(mol)


def _new_stereocentres(mol: Chem.Mol, warhead: WarheadMatch) -> tuple[int, ...]:
    """Return the atoms of the former C=C that are stereocentres now, beta first."""
    possible = {
        element.centeredOn
        for element in Chem.FindPotentialStereo(mol)
        if element.type == Chem.StereoType.Atom_Tetrahedral
    }
    return tuple(
        index
        for index in (warhead.reactive_atom_index, warhead.alpha_atom_index)
        if index in possible
    )


def _refuse_open_stereo(mol: Chem.Mol, ligand: Ligand, centres: tuple[int, ...]) -> None:
    """Raise when a stereo element other than the new centres is undefined."""
    for element in Chem.FindPotentialStereo(mol):
        if element.specified == Chem.StereoSpecified.Specified:
            continue
        if element.type == Chem.StereoType.Bond_Double:
            bond = mol.GetBondWithIdx(element.centeredOn)
            place = f"double bond {bond.GetBeginAtomIdx()}={bond.GetEndAtomIdx()}"
            remedy = "/ or \\"
        elif element.centeredOn not in centres:
            place, remedy = f"stereocentre at atom {element.centeredOn}", "@ or @@"
        else:
            continue
        raise LigandError(
            f"{ligand.name}: the {place} of {ligand.smiles} is undefined; "
            f"give its configuration with {remedy}"
        )


def _adduct(
    ligand: Ligand, warhead: WarheadMatch, skeleton: Chem.Mol, tags: dict[int, Chem.ChiralType]
) -> Adduct:
    """Return the stereoisomer with the given chiral tags, labelled and checked."""
    mol = Chem.Mol(skeleton)
    for index, tag in tags.items():
        mol.GetAtomWithIdx(index).SetChiralTag(tag)
    mol = _sanitised(mol)
    labels = _cip_labels(mol, tuple(tags), ligand)
    n_drug = ligand.mol.GetNumAtoms()
    whole = _with_cysteine(mol, n_drug)
    if _cip_labels(whole, tuple(tags), ligand) != labels:
        raise LigandError(
            f"{ligand.name}: the new centres change their CIP label between the side chain and "
            "the whole cysteine, so no label is safe; please report this molecule"
        )
    formula = CalcMolFormula(whole)
    _check_formula(ligand, whole)
    return Adduct(
        label="_".join(
            f"{'b' if index == warhead.reactive_atom_index else 'a'}{cip}"
            for index, cip in zip(tags, labels, strict=True)
        ),
        ligand=ligand,
        mol=mol,
        smiles=Chem.MolToSmiles(whole),
        formula=formula,
        stereocentres=tuple(Stereocentre(i, cip) for i, cip in zip(tags, labels, strict=True)),
        reactive_atom_index=warhead.reactive_atom_index,
        sg_index=n_drug,
        cb_index=n_drug + 1,
        ca_index=n_drug + 2,
    )


def _cip_labels(mol: Chem.Mol, indices: tuple[int, ...], ligand: Ligand) -> tuple[str, ...]:
    """Return the CIP labels (R or S) of some atoms."""
    labelled = Chem.Mol(mol)
    rdCIPLabeler.AssignCIPLabels(labelled)
    atoms = [labelled.GetAtomWithIdx(index) for index in indices]
    if not all(atom.HasProp("_CIPCode") for atom in atoms):
        raise LigandError(f"{ligand.name}: a new stereocentre got no CIP label")
    return tuple(atom.GetProp("_CIPCode") for atom in atoms)


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
    return _sanitised(whole)


def _check_formula(ligand: Ligand, whole: Chem.Mol) -> None:
    """Raise unless the adduct is the drug plus cysteine, atom for atom (nothing is lost)."""
    expected = _composition(ligand.mol)
    for element, count in (("C", 3), ("H", 7), ("N", 1), ("O", 2), ("S", 1)):
        expected[element] = expected.get(element, 0) + count
    if _composition(whole) != expected:
        raise LigandError(
            f"{ligand.name}: the adduct {CalcMolFormula(whole)} is not {ligand.formula} + C3H7NO2S"
        )


def _composition(mol: Chem.Mol) -> dict[str, int]:
    """Return the number of atoms of each element, hydrogens included."""
    counts: dict[str, int] = {}
    for atom in mol.GetAtoms():
        counts[atom.GetSymbol()] = counts.get(atom.GetSymbol(), 0) + 1
        counts["H"] = counts.get("H", 0) + atom.GetTotalNumHs()
    return counts


def _sanitised(mol: Chem.Mol) -> Chem.Mol:
    """Return a sanitised copy with its stereo perceived anew."""
    copy = Chem.Mol(mol)
    Chem.SanitizeMol(copy)
    Chem.AssignStereochemistry(copy, cleanIt=True, force=True)
    return copy
