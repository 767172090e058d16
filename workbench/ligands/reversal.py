"""The way back: what the reverse of the addition releases, and what it has forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.bond_edits import Edit, bond_edits, edited, take_chirality
from workbench.ligands.molecules import Adduct, WarheadMatch
from workbench.ligands.stereo import bond_ends, open_elements, with_geometry

_MAX_KEKULE_FORMS = 256


@dataclass(frozen=True)
class ReleasedDrug:
    """What leaves the cysteine when the addition runs backwards.

    Parameters
    ----------
    mol, smiles
        The drug in its own atom order, a C=C that the reaction makes anew without stereo.
    lost_geometry
        Whether the drug had a geometry at such a bond: the adduct no longer knows it.
    isomers
        SMILES of every geometry that can come out; one when there is nothing to choose.
    """

    mol: Chem.Mol
    smiles: str
    lost_geometry: bool
    isomers: tuple[str, ...]


def released_drug(adduct: Adduct) -> ReleasedDrug:
    """Return the drug that the reverse reaction releases, with its possible geometries.

    Which isomer forms, and whether the reaction runs backwards in water at all
    (``Warhead.reversibility``), is not said here.

    Raises
    ------
    LigandError
        See ``reverse``.
    """
    mol = reverse(adduct)
    made = {frozenset(edit[:2]) for edit in bond_edits(_warhead(adduct))}
    isomers = [mol]
    for element in open_elements(mol):
        if element.type != Chem.StereoType.Bond_Double:
            continue
        ends = bond_ends(mol, element)
        if frozenset(ends) in made:
            geometries = (Chem.BondStereo.STEREOCIS, Chem.BondStereo.STEREOTRANS)
            isomers = [with_geometry(i, ends, g) for i in isomers for g in geometries]
    return ReleasedDrug(
        mol=mol,
        smiles=Chem.MolToSmiles(mol),
        lost_geometry=len(isomers) > 1,
        isomers=tuple(sorted({Chem.MolToSmiles(isomer) for isomer in isomers})),
    )


def reverse(adduct: Adduct) -> Chem.Mol:
    """Return the drug that the reverse reaction releases, what was the C=C without stereo.

    The atom order is the drug's. Both alkene isomers can form, so none is named
    (``released_drug`` lists them).

    Raises
    ------
    LigandError
        When a group has left, or a later step changed the adduct.
    """
    warhead = _warhead(adduct)
    if adduct.form != "adduct":
        raise LigandError(f"{adduct.ligand.name} is {adduct.form}: the bond no longer reverses")
    if adduct.left_atoms:
        raise LigandError(
            f"the adduct of {adduct.ligand.name} ({warhead.name}) has lost a group: "
            "nothing leads back"
        )
    mol = Chem.RWMol(undone(adduct.remnant(), warhead))
    for index in {end for edit in bond_edits(warhead) for end in edit[:2]}:
        take_chirality(mol, index, adduct.ligand.mol)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol.GetMol()


def undone(mol: Chem.Mol, warhead: WarheadMatch) -> Chem.Mol:
    """Return a molecule in the drug's atom order with a warhead's bond edits taken back."""
    edits = [(first, second, -change) for first, second, change in bond_edits(warhead)]
    return edited(_fitting_form(mol, edits), edits).GetMol()


def _fitting_form(mol: Chem.Mol, edits: Sequence[Edit]) -> Chem.Mol:
    """Return the Kekule form in which edits meet the bond orders that they count on.

    A quinone's adduct is aromatic: of its two forms one only is a step away from the quinone.
    """
    bonds = [mol.GetBondBetweenAtoms(*edit[:2]) for edit in edits]
    if not any(bond is not None and bond.GetIsAromatic() for bond in bonds):
        return mol
    for form in Chem.ResonanceMolSupplier(mol, Chem.KEKULE_ALL, _MAX_KEKULE_FORMS):
        kekule = Chem.Mol(form)
        Chem.Kekulize(kekule, clearAromaticFlags=True)
        orders = (kekule.GetBondBetweenAtoms(*edit[:2]).GetBondTypeAsDouble() for edit in edits)
        if all(order + edit[2] in (1, 2) for order, edit in zip(orders, edits, strict=True)):
            return kekule
    return mol


def _warhead(adduct: Adduct) -> WarheadMatch:
    """Return the warhead that reacted."""
    if adduct.ligand.warhead is None:
        raise LigandError(f"{adduct.ligand.name} has no warhead to restore")
    return adduct.ligand.warhead
