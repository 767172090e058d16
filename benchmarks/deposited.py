"""Deposited cysteine adducts as references: their atoms laid on the adduct by connectivity."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import gemmi
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.geometry import connectivity, equivalent_mappings
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand

FloatArray = NDArray[np.float64]

_TABLE = Path(__file__).with_name("redocking.csv")
_BOND_SLACK_ANGSTROM = 0.45
_COVALENT_RADIUS_ANGSTROM = {"C": 0.76, "N": 0.71, "O": 0.66, "F": 0.57, "S": 1.05, "Cl": 1.02}
"""Cordero 2008, doi:10.1039/b801115j."""


@dataclass(frozen=True)
class RedockingCase:
    """One row of ``redocking.csv``.

    Parameters
    ----------
    nucleophile
        As ``--nucleophile`` takes it.
    smiles
        The drug before it reacts.
    residues
        Of the entry, ``chain:number``: all that the drug became.
    role
        ``design`` when settings may be chosen on it, ``test`` when not.
    """

    name: str
    file: str
    nucleophile: str
    smiles: str
    residues: tuple[str, ...]
    role: str


@dataclass(frozen=True)
class Deposited:
    """The ligand of an entry: bare heavy atoms, bonded where they are near enough.

    Parameters
    ----------
    mol
        Connectivity only.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    thiol
        ``(3, 3)`` angstrom: SG, CB and CA of the cysteine as deposited.
    """

    mol: Chem.Mol
    coordinates: FloatArray
    thiol: FloatArray


def redocking_cases() -> dict[str, RedockingCase]:
    """Return the cases by name."""
    with _TABLE.open(encoding="ascii", newline="") as file:
        rows = [
            RedockingCase(
                name=row["name"],
                file=row["file"],
                nucleophile=row["nucleophile"],
                smiles=row["smiles"],
                residues=tuple(row["residues"].split()),
                role=row["role"],
            )
            for row in csv.DictReader(file)
        ]
    return {row.name: row for row in rows}


def deposited(path: Path, case: RedockingCase) -> Deposited:
    """Read the ligand of an entry and the cysteine that it hangs on.

    Raises
    ------
    LigandError
        When a residue of the table is not in the file.
    """
    structure = gemmi.read_structure(str(path))
    model = structure[0]
    elements: list[str] = []
    points: list[list[float]] = []
    for address in case.residues:
        residue = _residue(model, address, path)
        for atom in _first_location(residue):
            if atom.element.name != "H":
                elements.append(atom.element.name)
                points.append(atom.pos.tolist())
    chain, number, _ = case.nucleophile.split(":")
    cysteine = {a.name: a for a in _first_location(_residue(model, f"{chain}:{number}", path))}
    return Deposited(
        _skeleton(elements, np.array(points)),
        np.array(points),
        np.array([cysteine[name].pos.tolist() for name in ("SG", "CB", "CA")]),
    )


def _residue(model: gemmi.Model, address: str, path: Path) -> gemmi.Residue:
    chain, number = address.split(":")
    for residue in model[chain] if chain in {c.name for c in model} else []:
        if residue.seqid.num == int(number) and not residue.is_water():
            return residue
    raise LigandError(f"{path.name} has no residue {address}: see {_TABLE.name}")


def _first_location(residue: gemmi.Residue) -> list[gemmi.Atom]:
    """Return the atoms of the conformer with the highest occupancy, the first of equal ones."""
    best: dict[str, gemmi.Atom] = {}
    for atom in residue:
        if atom.name not in best or atom.occ > best[atom.name].occ:
            best[atom.name] = atom
    return list(best.values())


def _skeleton(elements: list[str], points: FloatArray) -> Chem.Mol:
    mol = Chem.RWMol()
    for element in elements:
        atom = Chem.Atom(element)
        atom.SetNoImplicit(True)
        mol.AddAtom(atom)
    radii = np.array([_COVALENT_RADIUS_ANGSTROM[element] for element in elements])
    reach = radii[:, None] + radii[None, :] + _BOND_SLACK_ANGSTROM
    apart = np.linalg.norm(points[:, None] - points[None, :], axis=-1)
    for i, j in zip(*np.where(np.triu(apart < reach, 1)), strict=True):
        mol.AddBond(int(i), int(j), Chem.BondType.SINGLE)
    bare = mol.GetMol()
    Chem.FastFindRings(bare)
    return bare


def native_stereo(adduct: Adduct, native: Deposited) -> tuple[str, str]:
    """Return an adduct's SMILES as drawn, and with the stereo that the coordinates show.

    Centres and double bonds that the drawing leaves out are not compared.

    Raises
    ------
    LigandError
        When the deposited residues have another connectivity than the drug's part.
    """
    n = adduct.n_drug_atoms
    order = equivalent_mappings(connectivity(adduct.mol, n), connectivity(native.mol))[0]
    points = np.empty((adduct.mol.GetNumAtoms(), 3))
    points[:n] = native.coordinates[order]
    points[[adduct.sg_index, adduct.cb_index, adduct.ca_index]] = native.thiol
    placed = Chem.RWMol(adduct.mol)
    conformer = Chem.Conformer(len(points))
    conformer.SetPositions(points)
    conformer.Set3D(True)
    placed.AddConformer(conformer)
    Chem.AssignStereochemistryFrom3D(placed)
    return Chem.MolToSmiles(adduct.mol), Chem.MolToSmiles(placed)


def adducts_of(case: RedockingCase) -> tuple[Adduct, ...]:
    """Return every stereoisomer of a case's adduct, from its SMILES alone."""
    return enumerate_adducts(load_ligand(case.smiles))
