"""Adducts with a chosen thiol: cysteine, the capped residue, methanethiol, glutathione."""

from __future__ import annotations

from functools import cache

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.bond_edits import sanitised
from workbench.ligands.catalogue import name_key
from workbench.ligands.molecules import Adduct
from workbench.ligands.names import quoted
from workbench.tables import Thiol, thiols

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
    Chem.SetDoubleBondNeighborDirections(whole)
    return sanitised(whole)
