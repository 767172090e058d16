"""Thiol addition on paper: the stereoisomers of the adduct, and what may follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.catalogue import name_key
from workbench.ligands.isomers import (
    bond_ends,
    cip_of,
    drawn_isomers,
    open_elements,
    place_of,
    stereo_elements,
)
from workbench.ligands.molecules import Adduct, Ligand, Stereocentre, WarheadMatch, pattern
from workbench.ligands.warheads import reacted, sanitised
from workbench.tables import FollowUp, Thiol, Warhead, follow_ups, thiols
from workbench.text import quoted

FLAT = "flat"
CYSTEINE = "cysteine"


def enumerate_adducts(ligand: Ligand) -> tuple[Adduct, ...]:
    """Return every stereoisomer that the addition of a cysteine thiol can make, by label.

    Stereo that the drug already has is kept (inverted where the sulphur pushes a group out);
    each new stereocentre and each new double bond takes both configurations.

    Raises
    ------
    LigandError
        When the drug has no warhead, or a stereo element that its input leaves open
        (``flat_adduct`` does the chemistry all the same).
    """
    skeleton, drug_atoms = _add_thiol(ligand)
    centres, double_bonds = _new_stereo(skeleton, ligand.mol, drug_atoms)
    for element in open_elements(skeleton):
        ends = bond_ends(skeleton, element)
        if not (ends in double_bonds if ends else element.centeredOn in centres):
            remedy = "/ or \\" if ends else "@ or @@"
            raise LigandError(
                f"{ligand.name}: the {place_of(element, ends, drug_atoms)} of {ligand.smiles} is "
                f"undefined; give its configuration with {remedy}, or "
                "enumerate with --max-stereoisomers"
            )
    adducts: dict[str, Adduct] = {}
    for mol in drawn_isomers(skeleton):
        adduct = _assembled(ligand, mol, drug_atoms, centres, double_bonds)
        # a meso pair is one isomer
        adducts.setdefault(adduct.smiles, adduct)
    return tuple(sorted(adducts.values(), key=lambda adduct: adduct.label))


def flat_adduct(ligand: Ligand) -> Adduct:
    """Return the adduct with its new and open stereo elements undrawn; it cannot be docked.

    Raises
    ------
    LigandError
        When the drug has no warhead.
    """
    skeleton, drug_atoms = _add_thiol(ligand)
    return replace(_assembled(ligand, skeleton, drug_atoms, ()), label=FLAT)


def paper_adducts(ligand: Ligand) -> tuple[tuple[Adduct, ...], str]:
    """Return the adducts of a ligand, and what is wrong with them, if anything.

    Where the drug's own stereo is open there is one, drawn flat; it cannot be docked.
    """
    if ligand.warhead is None:
        return (), ""
    try:
        return enumerate_adducts(ligand), ""
    except LigandError as error:
        return (flat_adduct(ligand),), f"the adduct is drawn flat: {error}"


def _warhead(ligand: Ligand) -> WarheadMatch:
    """Return the warhead that reacts."""
    if ligand.warhead is None:
        raise LigandError(f"{ligand.name} forms no adduct: {ligand.warhead_problem}")
    return ligand.warhead


def _add_thiol(ligand: Ligand) -> tuple[Chem.Mol, tuple[int, ...]]:
    """Return the drug's rest with S-CH2-CH3, new stereo open; and the rest's drug atom indices."""
    warhead = _warhead(ligand)
    mol, _ = reacted(ligand.mol, warhead.reaction, warhead.atom_indices)
    attacked, sg = warhead.reactive_atom_index, ligand.mol.GetNumAtoms()
    _invert(mol.GetAtomWithIdx(attacked), ligand.mol.GetAtomWithIdx(attacked))
    # the new bond stands last: conformers depend on the order of bonds
    mol.RemoveBond(attacked, sg)
    cb, ca = (mol.AddAtom(Chem.Atom(6)) for _ in range(2))
    for ends in ((sg, cb), (cb, ca), (attacked, sg)):
        mol.AddBond(*ends, Chem.BondType.SINGLE)
    kept = next(set(piece) for piece in Chem.GetMolFrags(mol) if attacked in piece)
    for index in sorted(set(range(mol.GetNumAtoms())) - kept, reverse=True):
        mol.RemoveAtom(index)
    return sanitised(mol), tuple(i for i in range(sg) if i in kept)


def _invert(atom: Chem.Atom, before: Chem.Atom) -> None:
    """Turn a stereocentre over whose leaving group the sulphur, its last neighbour, replaced."""
    left = {neighbour.GetIdx() for neighbour in atom.GetNeighbors()}
    old = [bond.GetOtherAtomIdx(before.GetIdx()) for bond in before.GetBonds()]
    gone = [place for place, index in enumerate(old) if index not in left]
    # the tag counts neighbours in order: an even number of swaps would be retention
    if len(gone) == 1 and (len(old) - 1 - gone[0]) % 2 == 0:
        atom.InvertChirality()


def _new_stereo(
    mol: Chem.Mol, drug: Chem.Mol, drug_atoms: tuple[int, ...]
) -> tuple[list[int], list[tuple[int, ...]]]:
    """Return the atoms and the double bonds that became stereo elements by the reaction."""
    before = {(e.type, e.centeredOn) for e in stereo_elements(drug)}
    centres: list[int] = []
    bonds: list[tuple[int, ...]] = []
    for element in stereo_elements(mol):
        at = element.centeredOn
        if element.type == Chem.StereoType.Atom_Tetrahedral:
            if at < len(drug_atoms) and (element.type, drug_atoms[at]) not in before:
                centres.append(at)
        elif ends := bond_ends(mol, element):
            old = drug.GetBondBetweenAtoms(*(drug_atoms[end] for end in ends))
            if (element.type, old.GetIdx()) not in before:
                bonds.append(ends)
    return centres, bonds


def _assembled(
    ligand: Ligand,
    mol: Chem.Mol,
    drug_atoms: tuple[int, ...],
    centres: Sequence[int],
    double_bonds: Sequence[Sequence[int]] = (),
    *,
    form: str = "adduct",
    change: Counter[str] | None = None,
) -> Adduct:
    """Return a labelled adduct, its atoms and charge balanced.

    ``mol`` is what is left of the drug, then SG, CB and CA; ``centres`` and ``double_bonds`` are
    its new stereo elements, and ``change`` the atoms gained (lost below zero) after the addition.
    """
    warhead = _warhead(ligand)
    mol = sanitised(mol)
    sg = len(drug_atoms)
    whole = _with_thiol(mol, sg, CYSTEINE)
    _check_balance(ligand, whole, drug_atoms, change or Counter())
    attacked = drug_atoms.index(warhead.reactive_atom_index)
    prefixes = {attacked: "b"}
    if warhead.partner_atom_index in drug_atoms:
        prefixes[drug_atoms.index(warhead.partner_atom_index)] = "a"
    labelled = Chem.Mol(whole)
    rdCIPLabeler.AssignCIPLabels(labelled)
    cips = {i: cip_of(labelled.GetAtomWithIdx(i)) for i in sorted(centres, key=attacked.__ne__)}
    parts = [f"{prefixes.get(i, f'c{i}')}{cip}" for i, cip in cips.items() if cip]
    bonds = (whole.GetBondBetweenAtoms(*ends) for ends in double_bonds)
    parts += [bond.GetStereo().name.removeprefix("STEREO") for bond in bonds]
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
        new_double_bonds=tuple(map(tuple, double_bonds)),
        form=form,
    )


def _composition(mol: Chem.Mol) -> Counter[str]:
    """Return the number of atoms of each element, hydrogens included."""
    return Counter(atom.GetSymbol() for atom in Chem.AddHs(mol).GetAtoms())


def _check_balance(
    ligand: Ligand, whole: Chem.Mol, drug_atoms: tuple[int, ...], change: Counter[str]
) -> None:
    """Raise unless the whole is drug + cysteine, less a leaving group and its H, and the change."""
    expected = _composition(ligand.mol) + _composition(thiol_mol(CYSTEINE))
    expected.update(change)
    gone = {*range(ligand.mol.GetNumAtoms())} - {*drug_atoms}
    for atom in map(ligand.mol.GetAtomWithIdx, gone):
        expected.subtract({"H": atom.GetTotalNumHs()})
        expected.subtract([atom.GetSymbol()])
    # the thiol's hydrogen leaves with the group
    expected.subtract({"H": bool(gone)})
    kept = (ligand.mol.GetAtomWithIdx(index) for index in drug_atoms if index >= 0)
    charge = sum(atom.GetFormalCharge() for atom in kept)
    if +_composition(whole) != +expected or Chem.GetFormalCharge(whole) != charge:
        raise LigandError(
            f"{ligand.name}: the adduct {CalcMolFormula(whole)} does not balance "
            f"{ligand.formula} + C3H7NO2S"
        )


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
    """Return the same stereoisomer of an adduct with a thiol of ``thiols.csv``.

    The drug's part comes first, in the adduct's order, then the sulphur, then the thiol's other
    atoms in the order of its SMILES.

    Raises
    ------
    LigandError
        When the table has no such thiol.
    """
    return _with_thiol(adduct.mol, adduct.sg_index, thiol)


def _with_thiol(mol: Chem.Mol, sg_index: int, thiol: str) -> Chem.Mol:
    """Return an adduct with a whole thiol in place of its last atoms, SG, CB and CA."""
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


def steps_of(adduct: Adduct) -> tuple[FollowUp, ...]:
    """Return the steps of ``follow_ups.csv`` that an adduct can take."""
    warhead = _warhead(adduct.ligand)
    if adduct.form != "adduct":
        return ()
    return tuple(
        step for step in follow_ups() if warhead.name in step.applies_to and _match(adduct, step)
    )


def what_may_follow(adduct: Adduct) -> tuple[str, ...]:
    """Return in words what may happen to an adduct, reversal first, each with its source."""
    warhead = _warhead(adduct.ligand).warhead
    told: list[tuple[str, FollowUp | Warhead]] = [(step.name, step) for step in steps_of(adduct)]
    if adduct.form == "adduct" and warhead.reversible and not adduct.left_atoms:
        told.insert(0, ("reversal: the thiol leaves again", warhead))
    return tuple(f"{name} ({row.reference}; confidence {row.confidence})" for name, row in told)


def after(adduct: Adduct, step: str) -> Adduct:
    """Return an adduct after a step of the table, by its name or by what it makes, stereo kept.

    Atoms that the step brought stand behind the drug's, with -1 in ``drug_atoms``. CIP labels are
    of the new molecule and may change where no atom moved.

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
    mol, _ = reacted(adduct.mol, chosen.reaction, _match(adduct, chosen))
    n_drug, n_all = adduct.n_drug_atoms, adduct.mol.GetNumAtoms()
    n_new = mol.GetNumAtoms() - n_all
    order = [*range(n_drug), *range(n_all, n_all + n_new), *range(n_drug, n_all)]
    change = _composition(Chem.MolFromSmiles(chosen.gains))
    change.subtract(_composition(Chem.MolFromSmiles(chosen.loses)))
    done = _assembled(
        adduct.ligand,
        Chem.RenumberAtoms(sanitised(mol), order),
        (*adduct.drug_atoms, *[-1] * n_new),
        [centre.atom_index for centre in adduct.stereocentres],
        adduct.new_double_bonds,
        form=chosen.form,
        change=change,
    )
    return replace(done, label=FLAT) if adduct.label == FLAT else done


def later_forms(adduct: Adduct) -> tuple[Adduct, ...]:
    """Return what an adduct becomes by the steps that may follow."""
    return tuple(after(adduct, step.name) for step in steps_of(adduct))


def adducts_in_form(ligand: Ligand, form: str) -> tuple[Adduct, ...]:
    """Return every adduct of a drug as it forms (``adduct``) or after a step, by label.

    Raises
    ------
    LigandError
        When the drug's stereo is open, or its adducts take no step to that form.
    """
    formed = enumerate_adducts(ligand)
    if form == "adduct":
        return formed
    return tuple(sorted((after(adduct, form) for adduct in formed), key=lambda a: a.label))


def _match(adduct: Adduct, step: FollowUp) -> tuple[int, ...]:
    """Return the atoms at which a step happens, beginning with Cys528's sulphur; or none.

    A ring with two pairs of hydroxyl groups is oxidised at the oxygens of the drug's quinone.
    """
    warhead = {*_warhead(adduct.ligand).atom_indices}
    own = {new for old, new in adduct.atom_pairs if old in warhead}
    start = (adduct.sg_index, adduct.reactive_atom_index)
    matches = adduct.mol.GetSubstructMatches(pattern(step.smarts), uniquify=False)
    places = (tuple(atoms) for atoms in matches if atoms[:2] == start)
    return max(places, key=lambda atoms: len(own.intersection(atoms)), default=())
