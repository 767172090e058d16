"""Thiol addition on paper: the stereoisomers of the adduct, and what may follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import product

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.catalogue import name_key
from workbench.ligands.isomers import bond_ends, open_elements, stereo_elements, with_geometry
from workbench.ligands.molecules import Adduct, Ligand, Stereocentre, WarheadMatch, pattern
from workbench.ligands.warheads import bond_edits, edited, sanitised
from workbench.tables import FollowUp, Thiol, follow_ups, thiols
from workbench.text import quoted

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


CYSTEINE = "cysteine"


def thiol_named(name: str) -> Thiol:
    """Return the thiol of that name or synonym, in any case.

    Raises
    ------
    LigandError
        When the table has none.
    """
    for thiol in thiols():
        if name_key(name) in {name_key(text) for text in (thiol.name, *thiol.synonyms)}:
            return thiol
    known = ", ".join(thiol.name for thiol in thiols())
    raise LigandError(f"no thiol is called {quoted(name)}; known are {known}")


@cache
def thiol_mol(name: str) -> Chem.Mol:
    """Return a thiol of the table, its sulphur the only atom with a map number (read only)."""
    return Chem.MolFromSmiles(thiol_named(name).smiles)


def adduct_with(adduct: Adduct, thiol: str) -> Chem.Mol:
    """Return the same stereoisomer of an adduct with another thiol than Cys528.

    Parameters
    ----------
    thiol
        A name of ``thiols.csv``, such as ``capped cysteine``.

    Returns
    -------
    Chem.Mol
        The drug's part in the adduct's order, the sulphur, then the thiol's other atoms in the
        order of its SMILES.

    Raises
    ------
    LigandError
        When the table has no such thiol.
    """
    return joined(adduct.mol, adduct.sg_index, thiol)


def joined(mol: Chem.Mol, sg_index: int, thiol: str) -> Chem.Mol:
    """Return an adduct with a whole thiol in place of its SG, CB and CA.

    Parameters
    ----------
    mol
        The drug's part, then SG at ``sg_index``, CB and CA.
    """
    whole = Chem.RWMol(mol)
    for index in (sg_index + 2, sg_index + 1):
        whole.RemoveAtom(index)
    donor = thiol_mol(thiol_named(thiol).name)
    sulphur = next(atom.GetIdx() for atom in donor.GetAtoms() if atom.GetAtomMapNum())
    places = {sulphur: sg_index}
    for atom in donor.GetAtoms():
        if atom.GetIdx() != sulphur:
            places[atom.GetIdx()] = whole.AddAtom(atom)
    # bonds in the thiol's order: its chiral tags count neighbours in that order
    for bond in donor.GetBonds():
        ends = (places[bond.GetBeginAtomIdx()], places[bond.GetEndAtomIdx()])
        whole.AddBond(*ends, bond.GetBondType())
    return sanitised(whole)


_BACK = ("back",)


def steps_of(adduct: Adduct) -> tuple[FollowUp, ...]:
    """Return the steps of the table that an adduct can take."""
    warhead = adduct.ligand.warhead
    if adduct.form != "adduct" or warhead is None:
        return ()
    return tuple(
        step
        for step in follow_ups()
        if warhead.name in step.applies_to and (step.edits == _BACK or _match(adduct, step))
    )


def what_may_follow(adduct: Adduct) -> tuple[str, ...]:
    """Return in words what may happen to an adduct, each with its source.

    The reversal of the addition first, where the warhead's class is known to reverse; empty for
    an adduct that has taken its last step.
    """
    warhead = adduct.ligand.warhead
    if warhead is None or adduct.form != "adduct":
        return ()
    lines = []
    if warhead.warhead.reversible and not adduct.left_atoms:
        lines.append(
            f"reversal: the thiol leaves again ({warhead.warhead.reference}; "
            f"confidence {warhead.warhead.confidence})"
        )
    lines += [f"{s.name} ({s.reference}; confidence {s.confidence})" for s in steps_of(adduct)]
    return tuple(lines)


def after(adduct: Adduct, step: str) -> Adduct:
    """Return an adduct after a step of the table, its stereo kept.

    Parameters
    ----------
    step
        Name of the step (``lactone hydrolysis``) or of what it makes (``hydrolysed``).

    Returns
    -------
    Adduct
        Atoms that the step brought stand behind the drug's, with -1 in ``drug_atoms``; SG, CB
        and CA are still the last. Its label is of the new molecule: CIP labels may change where
        no atom moved.

    Raises
    ------
    LigandError
        When the step does not apply, or the adduct took one already.
    """
    steps = steps_of(adduct)
    chosen = next((row for row in steps if step.strip().casefold() in (row.name, row.form)), None)
    if chosen is None:
        known = ", ".join(row.name for row in steps) or "none"
        raise LigandError(
            f"{quoted(step)} does not apply to the {adduct.form} of {adduct.ligand.name}; "
            f"steps that do: {known}"
        )
    mol, n_new = _changed(adduct, chosen)
    n_drug = adduct.n_drug_atoms
    n_all = adduct.mol.GetNumAtoms()
    order = [*range(n_drug), *range(n_all, n_all + n_new), *range(n_drug, n_all)]
    done = assembled(
        adduct.ligand,
        Chem.RenumberAtoms(mol, order),
        (*adduct.drug_atoms, *[-1] * n_new),
        [centre.atom_index for centre in adduct.stereocentres],
        form=chosen.form,
        change=_change(chosen),
    )
    return replace(done, label=FLAT if adduct.label == FLAT else _label(adduct, done))


def _label(before: Adduct, done: Adduct) -> str:
    """Return the label, with the new double bonds that the addition made."""
    kept = [part for part in before.label.split("_") if part in ("E", "Z")]
    centres = [] if done.label == "single" else [done.label]
    return "_".join([*centres, *kept]) or "single"


def _changed(adduct: Adduct, step: FollowUp) -> tuple[Chem.Mol, int]:
    """Return the changed molecule, new atoms last, and how many they are."""
    warhead = adduct.ligand.warhead
    assert warhead is not None, "an adduct has a warhead"
    if step.edits == _BACK:
        back = [(first, second, -change) for first, second, change in bond_edits(warhead)]
        return edited(adduct.mol, back).GetMol(), 0
    mol = Chem.RWMol(adduct.mol)
    places = list(_match(adduct, step))
    gained = Chem.MolFromSmiles(step.gains)
    places += [mol.AddAtom(Chem.Atom(atom.GetAtomicNum())) for atom in gained.GetAtoms()]
    edits = []
    for text in step.edits:
        pair, change = text.split(":")
        first, second = (places[int(position)] for position in pair.split("-"))
        edits.append((first, second, int(change)))
    return edited(mol, edits).GetMol(), gained.GetNumAtoms()


def _match(adduct: Adduct, step: FollowUp) -> tuple[int, ...]:
    """Return the atoms at which a step happens: those of Cys528's own sulphur; none is empty."""
    for atoms in adduct.mol.GetSubstructMatches(pattern(step.smarts), uniquify=False):
        if atoms[0] == adduct.sg_index and atoms[1] == adduct.reactive_atom_index:
            return tuple(atoms)
    return ()


def _change(step: FollowUp) -> Counter[str]:
    """Return the atoms that a step adds, those it removes below zero."""
    change: Counter[str] = Counter()
    for smiles, sign in ((step.gains, 1), (step.loses, -1)):
        mol = Chem.MolFromSmiles(smiles)
        for symbol, count in composition(mol).items():
            change[symbol] += sign * count
    return change
