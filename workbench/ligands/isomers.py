"""Stereo elements, those that a drawing leaves open, and the isomers they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers, StereoEnumerationOptions

from workbench.errors import LigandError
from workbench.ligands.catalogue import drug_of_skeleton, inchikey_of
from workbench.ligands.molecules import WarheadMatch

MAX_OPEN_ELEMENTS = 10
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


def drawn_isomers(mol: Chem.Mol) -> Iterator[Chem.Mol]:
    """Yield a copy of a molecule for every configuration of its open elements."""
    placed = {(element.type, element.centeredOn) for element in stereo_elements(mol)}
    every = [(element.type, element.centeredOn) for element in Chem.FindPotentialStereo(mol)]
    sideless = [index for kind, index in every if (kind, index) not in placed]
    for isomer in EnumerateStereoisomers(mol, StereoEnumerationOptions(maxIsomers=0)):
        isomer.ClearProp("_MolFileChiralFlag")
        for index in sideless:
            isomer.GetBondWithIdx(index).SetStereo(Chem.BondStereo.STEREONONE)
        yield isomer


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
    ends = {warhead.reactive_atom_index, warhead.partner_atom_index}
    known = drug_of_skeleton(inchikey_of(mol))
    open_here = [e for e in open_elements(mol) if {*bond_ends(mol, e)} == ends]
    # only the alkene is drawn: the catalogue may itself leave a stereocentre open
    for element, geometry in product(open_here, GEOMETRIES):
        isomer = Chem.Mol(mol)
        bond = isomer.GetBondWithIdx(element.centeredOn)
        first, _, second, _ = element.controllingAtoms
        bond.SetStereoAtoms(first, second)
        bond.SetStereo(geometry)
        # without directions on the neighbouring bonds a new perception would drop the stereo
        Chem.SetDoubleBondNeighborDirections(isomer)
        Chem.AssignStereochemistry(isomer, cleanIt=True, force=True)
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
    labelled = [(_label(isomer, still_open), isomer) for isomer in drawn_isomers(mol)]
    for label, isomer in sorted(labelled, key=lambda pair: pair[0]):
        # a meso pair is one isomer
        isomers.setdefault(Chem.MolToSmiles(isomer), (label, isomer))
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
