"""Stereo elements of a molecule, and which of them its input leaves open."""

from __future__ import annotations

from rdkit import Chem


def stereo_elements(mol: Chem.Mol) -> list[Chem.StereoInfo]:
    """Return the stereo elements that matter; an imine with N-H turns over freely."""
    return [
        element
        for element in Chem.FindPotentialStereo(mol)
        if element.type != Chem.StereoType.Bond_Double
        or min(
            end.GetDegree()
            for bond in [mol.GetBondWithIdx(element.centeredOn)]
            for end in (bond.GetBeginAtom(), bond.GetEndAtom())
        )
        > 1
    ]


def open_elements(mol: Chem.Mol) -> list[Chem.StereoInfo]:
    """Return the stereo elements without a configuration."""
    return [
        element
        for element in stereo_elements(mol)
        if element.specified != Chem.StereoSpecified.Specified
    ]


def bond_ends(mol: Chem.Mol, element: Chem.StereoInfo) -> tuple[int, int]:
    """Return the two atoms of a double bond that is a stereo element."""
    bond = mol.GetBondWithIdx(element.centeredOn)
    return bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()


def with_geometry(mol: Chem.Mol, ends: tuple[int, int], geometry: Chem.BondStereo) -> Chem.Mol:
    """Return a copy whose double bond is cis or trans about the first neighbour of each end.

    Parameters
    ----------
    geometry
        ``STEREOCIS`` or ``STEREOTRANS``.
    """
    isomer = Chem.Mol(mol)
    bond = isomer.GetBondBetweenAtoms(*ends)
    pair = (bond.GetBeginAtom(), bond.GetEndAtom())
    first, second = (
        next(n.GetIdx() for n in atom.GetNeighbors() if n.GetIdx() not in ends) for atom in pair
    )
    bond.SetStereoAtoms(first, second)
    bond.SetStereo(geometry)
    # without directions on the neighbouring bonds a new perception would drop the stereo
    Chem.SetDoubleBondNeighborDirections(isomer)
    Chem.AssignStereochemistry(isomer, cleanIt=True, force=True)
    return isomer
