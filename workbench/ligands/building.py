"""From a parsed molecule to a checked ligand: limits, stereo and warhead."""

from __future__ import annotations

from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.bond_edits import potential_stereo
from workbench.ligands.catalogue import drug_of_skeleton
from workbench.ligands.molecules import Ligand, WarheadMatch
from workbench.ligands.names import clean_name
from workbench.ligands.rotors import rotatable_bonds
from workbench.ligands.warheads import RANKING, chosen_warhead, find_warheads

MAX_HEAVY_ATOMS = 150
MAX_ROTATABLE_BONDS = 40

# the elements that MMFF94 has parameters for
_ELEMENTS = frozenset({1, 6, 7, 8, 9, 14, 15, 16, 17, 35, 53})
_BONDS = (
    Chem.BondType.SINGLE,
    Chem.BondType.DOUBLE,
    Chem.BondType.TRIPLE,
    Chem.BondType.AROMATIC,
)
_OPEN = (Chem.BondStereo.STEREONONE, Chem.BondStereo.STEREOANY)
_CARBOXYLIC_ACID = "[CX3](=O)[OX2H1]"


def build_ligand(mol: Chem.Mol, name: str, where: str, warhead: str = "") -> Ligand:
    """Return the checked ligand of a sanitised molecule.

    Parameters
    ----------
    mol
        Hydrogens, conformers, atom map numbers and the atom order are dropped: the ligand's
        atoms come in the order of its canonical SMILES, so that an index means the same in
        every file and the same drug gives the same result however it was drawn.
    name
        As the input gives it; the first block of the InChIKey takes the place of a blank.
    warhead
        Which of several warheads reacts: its name or the attacked atom's index in the canonical
        SMILES. Blank takes the likeliest and warns of the others.
    where
        How errors name the input.

    Raises
    ------
    LigandError
        When the molecule is empty, in pieces, too large, outside the force field's elements,
        a radical, isotopic, or has a warhead without alkene geometry.
    """
    _refuse_unfit(mol, where)
    bare = _bare(mol, where)
    _refuse_large(bare, where)
    warnings: list[str] = []
    bare, settled = _with_alkene_geometry(bare, find_warheads(bare).matches[:1], where)
    warnings += settled
    smiles = Chem.MolToSmiles(bare)
    ordered = Chem.MolFromSmiles(smiles)
    finding = find_warheads(ordered)
    match, others = _chosen(finding.matches, warhead, where)
    warnings += [_also(other) for other in others]
    warnings += [
        f"also carries a {row.name}, which is not modelled" for row in finding.refused if match
    ]
    inchikey = _inchikey(ordered)
    warnings += _other_stereo(inchikey)
    if bare.HasSubstructMatch(Chem.MolFromSmarts(_CARBOXYLIC_ACID)):
        warnings.append("a carboxylic acid is kept as drawn (neutral); at pH 7.4 it is charged")
    return Ligand(
        name=clean_name(name, inchikey.split("-")[0] or "ligand"),
        mol=ordered,
        smiles=smiles,
        inchikey=inchikey,
        formula=CalcMolFormula(ordered),
        charge=Chem.GetFormalCharge(ordered),
        warhead=match,
        warhead_problem=finding.problem,
        warnings=tuple(warnings),
        warhead_verdict=finding.verdict,
        other_warheads=others,
    )


def _chosen(
    matches: tuple[WarheadMatch, ...], choice: str, where: str
) -> tuple[WarheadMatch | None, tuple[WarheadMatch, ...]]:
    """Return the warhead that reacts and the others."""
    if choice:
        match = chosen_warhead(matches, choice, where)
        return match, tuple(other for other in matches if other is not match)
    return (matches[0], matches[1:]) if matches else (None, ())


def _also(other: WarheadMatch) -> str:
    """Return the warning of a second warhead."""
    return (
        f"a thiol could also add to the {other.name} at atom {other.reactive_atom_index}; "
        f"the first was taken ({RANKING}); --warhead chooses"
    )


def _refuse_unfit(mol: Chem.Mol, where: str) -> None:
    """Raise on molecules that no force field here can describe."""
    if not any(atom.GetAtomicNum() > 1 for atom in mol.GetAtoms()):
        raise LigandError(f"{where}: the molecule has no heavy atom")
    fragments = Chem.GetMolFrags(mol)
    if len(fragments) > 1:
        raise LigandError(
            f"{where}: {len(fragments)} separate fragments; give the drug alone, without "
            "counterion or solvent"
        )
    for bond in mol.GetBonds():
        if not _is_drug_bond(bond):
            raise LigandError(
                f"{where}: the bond between atoms {bond.GetBeginAtomIdx()} and "
                f"{bond.GetEndAtomIdx()} is neither single, double, triple nor aromatic"
            )
    table = Chem.GetPeriodicTable()
    for atom in mol.GetAtoms():
        place = f"atom {atom.GetIdx()}"
        if atom.GetAtomicNum() == 0 or atom.HasQuery():
            raise LigandError(f"{where}: {place} is a dummy or query atom; draw a real element")
        if atom.GetAtomicNum() not in _ELEMENTS:
            element = table.GetElementName(atom.GetAtomicNum()).lower()
            raise LigandError(
                f"{where}: {place} is {element}, for which the force field MMFF94s has no "
                "parameters (metals, boron and the like)"
            )
        if atom.GetIsotope():
            raise LigandError(f"{where}: {place} is an isotope; give the unlabelled molecule")
        if atom.GetNumRadicalElectrons():
            raise LigandError(f"{where}: {place} is a radical; add the missing hydrogen or bond")


def _is_drug_bond(bond: Chem.Bond) -> bool:
    """Return whether a bond is single, double, triple, or aromatic where that is possible."""
    if bond.HasQuery() or bond.GetBondType() not in _BONDS:
        return False
    if bond.GetBondType() != Chem.BondType.AROMATIC:
        return True
    ends = (bond.GetBeginAtom(), bond.GetEndAtom())
    return bool(bond.IsInRing() and all(atom.GetIsAromatic() for atom in ends))


def _bare(mol: Chem.Mol, where: str) -> Chem.Mol:
    """Return heavy atoms in the given order, without conformers, map numbers and properties."""
    try:
        with rdBase.BlockLogs():
            bare = Chem.RemoveAllHs(mol)
    except Chem.MolSanitizeException as error:
        raise LigandError(f"{where}: impossible chemistry: {error}") from error
    bare.RemoveAllConformers()
    for atom in bare.GetAtoms():
        atom.SetAtomMapNum(0)
    for key in bare.GetPropNames():
        bare.ClearProp(key)
    return bare


def _refuse_large(mol: Chem.Mol, where: str) -> None:
    """Raise above the sizes that the search and the force field are meant for."""
    if mol.GetNumAtoms() > MAX_HEAVY_ATOMS:
        raise LigandError(
            f"{where}: {mol.GetNumAtoms()} heavy atoms are over the limit of {MAX_HEAVY_ATOMS}"
        )
    rotors = len(rotatable_bonds(mol))
    if rotors > MAX_ROTATABLE_BONDS:
        raise LigandError(
            f"{where}: {rotors} rotatable bonds are over the limit of {MAX_ROTATABLE_BONDS}"
        )


def _inchikey(mol: Chem.Mol) -> str:
    """Return the standard InChIKey."""
    with rdBase.BlockLogs():
        return str(Chem.MolToInchiKey(mol))


def _with_alkene_geometry(
    mol: Chem.Mol, matches: tuple[WarheadMatch, ...], where: str
) -> tuple[Chem.Mol, list[str]]:
    """Return the molecule with a defined warhead alkene, and a warning when it was filled in.

    Raises
    ------
    LigandError
        When the geometry is open and the catalogue does not know the skeleton.
    """
    for match in matches:
        ends = match.reactive_atom_index, match.partner_atom_index
        bond = mol.GetBondBetweenAtoms(*ends)
        if bond.GetStereo() not in _OPEN or not _can_have_stereo(mol, bond):
            continue
        known = drug_of_skeleton(_inchikey(mol))
        for stereo in (Chem.BondStereo.STEREOCIS, Chem.BondStereo.STEREOTRANS):
            isomer = _with_stereo(mol, *ends, stereo)
            if known is not None and _inchikey(isomer) == known.inchikey:
                return isomer, [
                    f"the alkene geometry was not given: taken from the catalogue's {known.name}"
                ]
        raise LigandError(
            f"{where}: the geometry of the warhead's C=C (atoms {ends[0]} and {ends[1]} of "
            f"{Chem.MolToSmiles(mol)}) is undefined; write it with / and \\ around the double bond"
        )
    return mol, []


def _can_have_stereo(mol: Chem.Mol, bond: Chem.Bond) -> bool:
    """Return whether a bond is a double bond with two isomers."""
    return any(
        element.type == Chem.StereoType.Bond_Double and element.centeredOn == bond.GetIdx()
        for element in potential_stereo(mol)
    )


def _with_stereo(mol: Chem.Mol, beta: int, alpha: int, stereo: Chem.BondStereo) -> Chem.Mol:
    """Return a copy whose C=C has a given geometry about its first two neighbours."""
    isomer = Chem.Mol(mol)
    bond = isomer.GetBondBetweenAtoms(beta, alpha)
    begin, end = bond.GetBeginAtom(), bond.GetEndAtom()
    ends = [
        next(n.GetIdx() for n in atom.GetNeighbors() if n.GetIdx() != other.GetIdx())
        for atom, other in ((begin, end), (end, begin))
    ]
    bond.SetStereoAtoms(*ends)
    bond.SetStereo(stereo)
    # without directions on the neighbouring bonds the new perception would drop the stereo
    Chem.SetDoubleBondNeighborDirections(isomer)
    Chem.AssignStereochemistry(isomer, cleanIt=True, force=True)
    return isomer


def _other_stereo(inchikey: str) -> list[str]:
    """Return a warning when the catalogue knows the skeleton with another geometry."""
    known = drug_of_skeleton(inchikey)
    if known is None or known.inchikey == inchikey:
        return []
    return [
        f"same skeleton as the catalogue's {known.name} but another stereoisomer or protonation "
        f"({inchikey} against {known.inchikey}); E-KPT-185, for example, is an inactive control"
    ]
