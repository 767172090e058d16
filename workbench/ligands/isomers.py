"""Stereo elements, those that a drawing leaves open, and the isomers they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler

from workbench.errors import LigandError
from workbench.ligands.catalogue import drug_of_skeleton, inchikey_of
from workbench.ligands.molecules import WarheadMatch

MAX_OPEN_ELEMENTS = 10
TAGS = (Chem.ChiralType.CHI_TETRAHEDRAL_CCW, Chem.ChiralType.CHI_TETRAHEDRAL_CW)
GEOMETRIES = (Chem.BondStereo.STEREOCIS, Chem.BondStereo.STEREOTRANS)


def stereo_elements(mol: Chem.Mol) -> list[Chem.StereoInfo]:
    """Return the stereo elements that matter.

    An imine with N-H turns over freely, and a cumulated double bond with a bare end (N=C=S) has
    no sides. That of an allene with two sides is returned, though nothing can be drawn for it.
    """
    return [
        element
        for element in Chem.FindPotentialStereo(mol)
        if all(_has_sides(mol.GetAtomWithIdx(end)) for end in bond_ends(mol, element))
    ]


def _has_sides(end: Chem.Atom) -> bool:
    """Return whether an end of a double bond has a substituent on one of its sides."""
    if end.GetHybridization() != Chem.HybridizationType.SP:
        return end.GetDegree() > 1
    return all(neighbour.GetDegree() > 1 for neighbour in end.GetNeighbors())


def open_elements(mol: Chem.Mol) -> list[Chem.StereoInfo]:
    """Return the stereo elements without a configuration."""
    specified = Chem.StereoSpecified.Specified
    return [element for element in stereo_elements(mol) if element.specified != specified]


def bond_ends(mol: Chem.Mol, element: Chem.StereoInfo) -> tuple[int, ...]:
    """Return the two atoms of a stereo element that is a double bond; of another none."""
    if element.type != Chem.StereoType.Bond_Double:
        return ()
    bond = mol.GetBondWithIdx(element.centeredOn)
    return bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()


def place_of(element: Chem.StereoInfo, ends: Sequence[int], drug_atoms: Sequence[int]) -> str:
    """Return in words where a stereo element is, by the drug's atoms."""
    if ends:
        return "double bond " + "=".join(str(drug_atoms[end]) for end in ends)
    return f"stereocentre at atom {drug_atoms[element.centeredOn]}"


def with_geometry(mol: Chem.Mol, ends: Sequence[int], geometry: Chem.BondStereo) -> Chem.Mol:
    """Return a copy whose double bond is cis or trans about the first neighbour of each end."""
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


def cip_of(holder: Chem.Atom | Chem.Bond) -> str:
    """Return the CIP label of an atom or bond, blank without one."""
    return str(holder.GetProp("_CIPCode")) if holder.HasProp("_CIPCode") else ""


class Isomer(NamedTuple):
    """One stereoisomer: its label (``E``, ``R,S``; blank when it is the only one) and warnings."""

    mol: Chem.Mol
    label: str
    warnings: tuple[str, ...]


def stereoisomers(
    mol: Chem.Mol, warhead: WarheadMatch | None, limit: int, where: str
) -> tuple[Isomer, ...]:
    """Return the isomers that a drawing in canonical order stands for; none is guessed.

    An open alkene of the warhead is taken from the catalogue where it knows the skeleton. What is
    still open is enumerated up to ``limit``. With a limit of 1 an open alkene of the warhead is
    refused and other open stereo is only named: no adduct can be made of it.

    Raises
    ------
    LigandError
        When the warhead's geometry stays open, or the isomers are more than the limit.
    """
    warnings: tuple[str, ...] = ()
    if warhead is not None:
        mol, warnings = _from_catalogue(mol, warhead)
    still_open = open_elements(mol)
    if not still_open:
        return (Isomer(mol, "", warnings),)
    if limit == 1:
        for ends in (bond_ends(mol, element) for element in still_open):
            if warhead and {*ends} == {warhead.reactive_atom_index, warhead.partner_atom_index}:
                raise LigandError(
                    f"{where}: the geometry of the warhead's C=C (atoms "
                    f"{warhead.reactive_atom_index} and {warhead.partner_atom_index} of "
                    f"{Chem.MolToSmiles(mol)}) is undefined; write it with / and \\ around the "
                    "double bond, or enumerate both with --max-stereoisomers 2"
                )
        every = range(mol.GetNumAtoms())
        places = ", ".join(place_of(e, bond_ends(mol, e), every) for e in still_open)
        warnings += (
            f"undefined: {places} of {Chem.MolToSmiles(mol)}; no adduct is made until it is drawn, "
            "or enumerated with --max-stereoisomers",
        )
        return (Isomer(mol, "", warnings),)
    isomers = _enumerated(mol, still_open, limit, where)
    if len(isomers) == 1:
        return (Isomer(isomers[0][1], "", warnings),)
    told = f"its configuration was not given: one of {len(isomers)} stereoisomers"
    return tuple(Isomer(isomer, label, (*warnings, told)) for label, isomer in isomers)


def _from_catalogue(mol: Chem.Mol, warhead: WarheadMatch) -> tuple[Chem.Mol, tuple[str, ...]]:
    """Return the molecule with the geometry that the catalogue knows, and a warning if it did."""
    ends = warhead.reactive_atom_index, warhead.partner_atom_index
    if not any({*bond_ends(mol, element)} == {*ends} for element in open_elements(mol)):
        return mol, ()
    known = drug_of_skeleton(inchikey_of(mol))
    for geometry in GEOMETRIES:
        isomer = with_geometry(mol, ends, geometry)
        if known is not None and inchikey_of(isomer) == known.inchikey:
            told = f"the alkene geometry was not given: taken from the catalogue's {known.name}"
            return isomer, (told,)
    return mol, ()


def _enumerated(
    mol: Chem.Mol, still_open: list[Chem.StereoInfo], limit: int, where: str
) -> list[tuple[str, Chem.Mol]]:
    """Return every distinct isomer with its label, by label."""
    many = f"{where}: {len(still_open)} undefined stereo elements make "
    if len(still_open) > MAX_OPEN_ELEMENTS:
        raise LigandError(
            f"{many}up to {2 ** len(still_open)} stereoisomers; at most {MAX_OPEN_ELEMENTS} "
            "elements are enumerated; draw them"
        )
    isomers: dict[str, tuple[str, Chem.Mol]] = {}
    choices: list[tuple[Any, ...]] = [
        GEOMETRIES if bond_ends(mol, element) else TAGS for element in still_open
    ]
    for chosen in product(*choices):
        isomer = Chem.Mol(mol)
        for element, configuration in zip(still_open, chosen, strict=True):
            if ends := bond_ends(mol, element):
                isomer = with_geometry(isomer, ends, configuration)
            else:
                isomer.GetAtomWithIdx(element.centeredOn).SetChiralTag(configuration)
        Chem.AssignStereochemistry(isomer, cleanIt=True, force=True)
        # a meso pair is one isomer
        isomers.setdefault(Chem.MolToSmiles(isomer), (_label(isomer, still_open), isomer))
    if len(isomers) > limit:
        raise LigandError(
            f"{many}{len(isomers)} stereoisomers, over the limit of {limit}; draw them, or raise "
            "--max-stereoisomers"
        )
    if any(open_elements(isomer) for _, isomer in isomers.values()):
        raise LigandError(
            f"{where}: {Chem.MolToSmiles(mol)} has stereo that no stereocentre or double bond "
            "holds (an allene?): it is not enumerated"
        )
    return [isomers[smiles] for smiles in sorted(isomers, key=lambda s: (isomers[s][0], s))]


def _label(mol: Chem.Mol, elements: list[Chem.StereoInfo]) -> str:
    """Return the CIP labels of some stereo elements."""
    labelled = Chem.Mol(mol)
    rdCIPLabeler.AssignCIPLabels(labelled)
    parts = []
    for element in elements:
        of_bond = element.type == Chem.StereoType.Bond_Double
        holder = labelled.GetBondWithIdx if of_bond else labelled.GetAtomWithIdx
        parts.append(cip_of(holder(element.centeredOn)) or "-")
    return ",".join(parts)
