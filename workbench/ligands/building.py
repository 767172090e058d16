"""From a parsed molecule to checked ligands: limits, standard form, stereo and warhead."""

from __future__ import annotations

from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.catalogue import (
    SATURATED,
    drug_of_component,
    drug_of_skeleton,
    inchikey_of,
    looks_saturated,
    misdrawn_component,
)
from workbench.ligands.conformers import rotatable_bonds
from workbench.ligands.isomers import Isomer, stereoisomers
from workbench.ligands.molecules import Ligand
from workbench.ligands.standardise import at_ph, canonical_tautomer, neutral, parent
from workbench.ligands.warheads import (
    RANKING,
    WarheadFinding,
    chosen_warhead,
    find_warheads,
    fitting_warheads,
)
from workbench.settings import LigandSettings
from workbench.text import MAX_NAME_LENGTH, clean_name

MAX_HEAVY_ATOMS = 150
MAX_ROTATABLE_BONDS = 40

# the elements that MMFF94 has parameters for
_ELEMENTS = frozenset({1, 6, 7, 8, 9, 14, 15, 16, 17, 35, 53})
_BONDS = (Chem.BondType.SINGLE, Chem.BondType.DOUBLE, Chem.BondType.TRIPLE)
_CARBOXYLIC_ACID = Chem.MolFromSmarts("[CX3](=O)[OX2H1]")
_POLYMER_GROUPS = frozenset(
    ("SRU", "MON", "MER", "COP", "CRO", "MOD", "GRA", "MIX", "FOR", "COM", "ANY")
)


def build_ligands(
    mol: Chem.Mol, name: str, where: str, settings: LigandSettings | None = None
) -> tuple[Ligand, ...]:
    """Return the checked ligands of a sanitised molecule: one, or its stereoisomers.

    Atoms come in the order of the canonical SMILES; what was changed is in the warnings. The first
    block of the InChIKey takes the place of a blank name.

    Raises
    ------
    LigandError
        When the molecule is empty, a mixture, too large, outside the force field's elements,
        a polymer, a radical or isotopic, or when its stereo is open beyond what the settings
        allow.
    """
    settings = settings or LigandSettings()
    _refuse_groups(mol, where)
    drug, warnings = parent(mol, where)
    _refuse_unfit(drug, where)
    bare = _bare(drug, where)
    _refuse_large(bare, where)
    component = drug_of_component(inchikey_of(bare), name)
    if component is not None:
        bare, name = component.mol, component.name
        warnings += component.warnings
    standard, changes = _standardised(bare, settings, where)
    ordered = Chem.MolFromSmiles(Chem.MolToSmiles(standard))
    finding = find_warheads(ordered)
    # the warhead whose geometry must be known
    reacting = next(iter(fitting_warheads(finding.matches, settings.warhead)), None)
    isomers = stereoisomers(ordered, reacting, settings.max_stereoisomers, where)
    return tuple(
        _ligand(
            isomer,
            finding if isomer.mol is ordered else None,
            name,
            f" (isomer {number} of {len(isomers)}: {isomer.label})" * (len(isomers) > 1),
            warnings + changes,
            where,
            settings,
        )
        for number, isomer in enumerate(isomers, start=1)
    )


def _standardised(
    mol: Chem.Mol, settings: LigandSettings, where: str
) -> tuple[Chem.Mol, tuple[str, ...]]:
    """Return the molecule with the charges and the tautomer that were asked for."""
    mol, warnings = neutral(mol)
    if settings.tautomer == "canonical":
        mol, changes = canonical_tautomer(mol)
        warnings += changes
    if settings.ph is not None:
        mol, changes = at_ph(mol, settings.ph, where)
        warnings += changes
    elif mol.HasSubstructMatch(_CARBOXYLIC_ACID):
        warnings += (
            "a carboxylic acid is kept neutral; at pH 7.4 it is charged (--ph 7.4 charges it)",
        )
    return mol, warnings


def _ligand(
    isomer: Isomer,
    finding: WarheadFinding | None,
    name: str,
    suffix: str,
    warnings: tuple[str, ...],
    where: str,
    settings: LigandSettings,
) -> Ligand:
    """Return the ligand of one stereoisomer; its warheads are found unless given."""
    ordered = isomer.mol if finding else Chem.MolFromSmiles(Chem.MolToSmiles(isomer.mol))
    finding = finding or find_warheads(ordered)
    key = inchikey_of(ordered)
    others = finding.matches
    match = None
    unused = "" if settings.warhead else _unused_warhead(finding, key)
    if unused:
        finding = finding._replace(problem=unused, verdict="no_warhead")
    elif others or settings.warhead:
        chosen = chosen_warhead(others, settings.warhead, where) if settings.warhead else others[0]
        match, others = chosen, tuple(other for other in others if other is not chosen)
    also = [
        f"a thiol could also add to the {other.name} at atom {other.reactive_atom_index}; "
        f"the first was taken ({RANKING}); --warhead chooses"
        for other in others
    ]
    also += [f"also carries a {row.name}, which is not modelled" for row in finding.refused]
    base = clean_name(name, key.split("-")[0] or "ligand")
    return Ligand(
        name=base[: MAX_NAME_LENGTH - len(suffix)] + suffix,
        mol=ordered,
        smiles=Chem.MolToSmiles(ordered),
        inchikey=key,
        formula=CalcMolFormula(ordered),
        charge=Chem.GetFormalCharge(ordered),
        warhead=match,
        warhead_problem=finding.problem,
        warnings=(
            *warnings,
            *isomer.warnings,
            *(also if match else []),
            *(told for told in (_other_stereo(key), unused, misdrawn_component(key)) if told),
            *([SATURATED] if match is None and looks_saturated(ordered) else []),
        ),
        warhead_verdict=finding.verdict,
        other_warheads=others,
    )


def _unused_warhead(finding: WarheadFinding, inchikey: str) -> str:
    """Return why the electrophile of a catalogue drug stays unused; blank when it is used."""
    known = drug_of_skeleton(inchikey)
    if known is None or known.covalent or not finding.matches:
        return ""
    found = finding.matches[0]
    return (
        f"no covalent warhead by default: the catalogue has {known.name} as {known.binding} "
        f"({known.warhead}); --warhead {found.reactive_atom_index} takes its {found.name} all "
        "the same"
    )


def _refuse_groups(mol: Chem.Mol, where: str) -> None:
    """Raise on polymers, and on stereo that is drawn for a racemate or as relative."""
    groups = Chem.GetMolSubstanceGroups(mol)
    if any(group.GetProp("TYPE") in _POLYMER_GROUPS for group in groups):
        raise LigandError(f"{where}: a polymer or formulation; draw one complete molecule")
    for group in mol.GetStereoGroups():
        if group.GetGroupType() != Chem.StereoGroupType.STEREO_ABSOLUTE:
            raise LigandError(
                f"{where}: stereo drawn as and/or (racemic or relative) at atom "
                f"{group.GetAtoms()[0].GetIdx()}; draw one stereoisomer, or leave it undefined and "
                "enumerate with --max-stereoisomers"
            )


def _refuse_unfit(mol: Chem.Mol, where: str) -> None:
    """Raise on molecules that no force field here can describe."""
    if not any(atom.GetAtomicNum() > 1 for atom in mol.GetAtoms()):
        raise LigandError(f"{where}: the molecule has no heavy atom")
    for bond in mol.GetBonds():
        if not _is_drug_bond(bond):
            raise LigandError(
                f"{where}: the bond between atoms {bond.GetBeginAtomIdx()} and "
                f"{bond.GetEndAtomIdx()} is neither single, double, triple nor aromatic"
            )
    table = Chem.GetPeriodicTable()
    for atom in mol.GetAtoms():
        problem = ""
        if atom.GetAtomicNum() == 0 or atom.HasQuery():
            problem = "a dummy or query atom; draw a real element"
        elif atom.GetAtomicNum() not in _ELEMENTS:
            problem = (
                f"{table.GetElementName(atom.GetAtomicNum()).lower()}, for which the force field "
                "MMFF94s has no parameters (metals, boron and the like)"
            )
        elif atom.GetIsotope():
            problem = "an isotope; give the unlabelled molecule"
        elif atom.GetNumRadicalElectrons():
            problem = "a radical; add the missing hydrogen or bond"
        if problem:
            raise LigandError(f"{where}: atom {atom.GetIdx()} is {problem}")


def _is_drug_bond(bond: Chem.Bond) -> bool:
    """Return whether a bond is single, double, triple, or aromatic where that is possible."""
    if bond.HasQuery() or bond.GetBondType() != Chem.BondType.AROMATIC:
        return not bond.HasQuery() and bond.GetBondType() in _BONDS
    aromatic = bond.GetBeginAtom().GetIsAromatic() and bond.GetEndAtom().GetIsAromatic()
    return bool(bond.IsInRing() and aromatic)


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


def _other_stereo(key: str) -> str:
    """Return a warning when the catalogue knows the skeleton with another geometry or charge."""
    known = drug_of_skeleton(key)
    if known is None or known.inchikey == key:
        return ""
    if known.inchikey.split("-")[:2] == key.split("-")[:2]:
        return f"another charge state of the catalogue's {known.name}"
    return (
        f"same skeleton as the catalogue's {known.name} but another stereoisomer "
        f"({key} against {known.inchikey}); E-KPT-185, for example, is an inactive control"
    )
