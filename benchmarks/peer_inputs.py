"""A cysteine with its adduct as a flexible side chain, as AutoDock4 and Vina read it (PDBQT)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdPartialCharges

from workbench.docking.atom_types import AtomType, ligand_types
from workbench.docking.covalent import Site, covalent_site, reach_angstrom
from workbench.docking.flexible import FlexibleResidue, with_side_chains
from workbench.docking.torsions import TorsionTree, build_tree
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct
from workbench.structures.receptor import Receptor
from workbench.structures.writing import autodock_types

FloatArray = NDArray[np.float64]

SPACING_ANGSTROM = 0.375
MARGIN_ANGSTROM = 4.0
_MAX_POINTS = 126
_CONFORMERS = 16
_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class PeerInput:
    """Files of one adduct in one receptor.

    Parameters
    ----------
    rigid, flexible, dummy
        PDBQT texts: the receptor without what moves, the residues that move, one hydrogen.
    centre, edge_angstrom
        Of the cubic box.
    types
        AutoDock types of the moving atoms.
    """

    adduct: Adduct
    rigid: str
    flexible: str
    dummy: str
    centre: FloatArray
    edge_angstrom: float
    types: tuple[str, ...]
    n_torsions: int


def peer_input(
    receptor: Receptor, adduct: Adduct, flexible: tuple[int, ...], seed: int
) -> PeerInput:
    """Write one adduct, in its best conformer, and its receptor as both peers read them."""
    site = covalent_site(receptor, flexible)
    shape = embed(adduct, _CONFORMERS, seed)[:1]
    tree = build_tree(adduct, shape, site.backbone)
    charges = _receptor_charges(receptor)
    blocks = [_adduct_block(receptor, adduct, tree)]
    blocks += [_side_chain_block(receptor, residue, charges) for residue in site.flexible]
    text = "".join(blocks)
    whole = with_side_chains(tree, site.flexible, 0.0)
    half = reach_angstrom(whole, site) + MARGIN_ANGSTROM
    edge = min(2 * int(np.ceil(half / SPACING_ANGSTROM)), _MAX_POINTS) * SPACING_ANGSTROM
    corner = site.cb + edge / 2 - 1.0
    types = sorted({line[77:].strip() for line in text.splitlines() if line.startswith("ATOM")})
    return PeerInput(
        adduct=adduct,
        rigid=_rigid(receptor, site, charges),
        flexible=text,
        dummy="ROOT\n" + _line(1, "H", "DUM", "Z", 1, corner, 0.0, "H") + "ENDROOT\nTORSDOF 0\n",
        centre=site.cb,
        edge_angstrom=edge,
        types=tuple(types),
        n_torsions=whole.n_torsions,
    )


def _line(
    serial: int,
    name: str,
    residue: str,
    chain: str,
    number: int,
    point: FloatArray,
    charge: float,
    kind: str,
) -> str:
    x, y, z = point
    padded = f" {name:<3}" if len(name) < 4 else name
    return (
        f"ATOM  {serial:5d} {padded:<4} {residue:>3} {chain}{number:4d}    "
        f"{x:8.3f}{y:8.3f}{z:8.3f}{1:6.2f}{0:6.2f}    {charge:6.3f} {kind:<2}\n"
    )


def _tag(index: int) -> str:
    """Return an atom name that tells the adduct's atom: X and two base-36 digits."""
    return f"X{_BASE_36[index // 36]}{_BASE_36[index % 36]}"


def _index(name: str) -> int:
    return int(name[1:], 36)


def _ligand_kind(atom: Chem.Atom, kind: AtomType) -> str:
    symbol = atom.GetSymbol()
    if symbol == "C":
        return "A" if atom.GetIsAromatic() else "C"
    if symbol == "N":
        return "NA" if kind.acceptor else "N"
    if symbol == "S":
        return "SA" if atom.GetTotalDegree() == 2 else "S"
    return "OA" if symbol == "O" else symbol


def _adduct_block(receptor: Receptor, adduct: Adduct, tree: TorsionTree) -> str:
    """Return the cysteine and its adduct as a flexible residue; polar hydrogens kept."""
    mol = Chem.Mol(adduct.mol)
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.SetPositions(tree.conformers[0])
    conformer.Set3D(True)
    mol.AddConformer(conformer)
    full = Chem.AddHs(mol, addCoords=True)
    charges = _merged(full, _gasteiger(full))
    n, types = mol.GetNumAtoms(), ligand_types(mol)
    rows: dict[int, list[tuple[str, FloatArray, float, str]]] = {}
    points = full.GetConformer().GetPositions()
    for atom in full.GetAtoms():
        index = atom.GetIdx()
        if index < n:
            kind = _ligand_kind(atom, types[index])
            rows.setdefault(index, []).insert(0, (_tag(index), points[index], charges[index], kind))
        else:
            parent = atom.GetNeighbors()[0]
            if parent.GetSymbol() in ("N", "O", "S"):
                row = (f"H{index - n}", points[index], charges[index], "HD")
                rows.setdefault(parent.GetIdx(), []).append(row)
    chain = receptor.atoms[receptor.find(receptor.reactive_residue_number, "CA")].chain
    parents = tree.parent.tolist()
    ends = list(zip(tree.axis_start.tolist(), tree.axis_end.tolist(), strict=True))
    return _block(
        "CYS", chain, receptor.reactive_residue_number, tree.part.tolist(), parents, ends, rows
    )


def _side_chain_block(receptor: Receptor, residue: FlexibleResidue, charges: FloatArray) -> str:
    """Return a side chain of the receptor as a flexible residue."""
    kinds = autodock_types(receptor)
    around = _bonded(receptor)
    rows: dict[int, list[tuple[str, FloatArray, float, str]]] = {}
    for place, index in enumerate(residue.atoms.tolist()):
        members = [index, *(j for j in around[index] if kinds[j] == "HD")]
        rows[place] = [
            (receptor.atoms[i].name, receptor.coordinates[i], float(charges[i]), kinds[i])
            for i in members
        ]
    ends = [(int(axis[1]), int(axis[2])) for axis in residue.axes]
    # PDBQT hangs the end of a turning bond on the branch that it turns
    part = residue.part.copy()
    for k, (_, end) in enumerate(ends):
        part[end] = k + 1
    chain = receptor.atoms[int(residue.atoms[0])].chain
    parents = list(range(len(ends)))
    return _block(residue.name, chain, residue.number, part.tolist(), parents, ends, rows)


def _block(
    name: str,
    chain: str,
    number: int,
    part: list[int],
    parents: list[int],
    ends: list[tuple[int, int]],
    rows: dict[int, list[tuple[str, FloatArray, float, str]]],
) -> str:
    """Return one flexible residue: parts as nested branches, serials in the order written."""
    out = [f"BEGIN_RES {name} {chain} {number:4d}\nROOT\n"]
    serial_of: dict[int, int] = {}
    count = 0

    def atoms(of: int, first: int | None) -> None:
        nonlocal count
        members = sorted((i for i in rows if part[i] == of), key=lambda i: (i != first, i))
        for index in members:
            for label, point, charge, kind in rows[index]:
                count += 1
                serial_of.setdefault(index, count)
                out.append(_line(count, label, name, chain, number, point, charge, kind))

    def branch(k: int) -> None:
        start, end = ends[k]
        place = len(out)
        out.append("")
        atoms(k + 1, end)
        header = f"{serial_of[start]:4d}{serial_of[end]:4d}\n"
        out[place] = "BRANCH" + header
        for child, parent in enumerate(parents):
            if parent == k + 1:
                branch(child)
        out.append("ENDBRANCH" + header)

    atoms(0, None)
    out.append("ENDROOT\n")
    for child, parent in enumerate(parents):
        if parent == 0:
            branch(child)
    out.append(f"END_RES {name} {chain} {number:4d}\n")
    return "".join(out)


def _rigid(receptor: Receptor, site: Site, charges: FloatArray) -> str:
    """Return the receptor without the side chains that move; their CA and N stay out with them."""
    number = receptor.reactive_residue_number
    around = _bonded(receptor)
    gone = {receptor.find(number, name) for name in ("CA", "CB", "SG")}
    for residue in site.flexible:
        gone |= {int(i) for i in residue.atoms}
    kinds = autodock_types(receptor)
    for index in tuple(gone):
        gone |= {j for j in around[index] if receptor.atoms[j].element == "H"}
    lines: list[str] = []
    for index, atom in enumerate(receptor.atoms):
        if kinds[index] and index not in gone:
            lines.append(
                _line(
                    len(lines) + 1,
                    atom.name,
                    atom.residue_name,
                    atom.chain,
                    atom.residue_number,
                    receptor.coordinates[index],
                    float(charges[index]),
                    kinds[index],
                )
            )
    return "".join(lines)


def _bonded(receptor: Receptor) -> list[list[int]]:
    around: list[list[int]] = [[] for _ in receptor.atoms]
    for i, j, _ in receptor.bonds.tolist():
        around[i].append(j)
        around[j].append(i)
    return around


def _receptor_charges(receptor: Receptor) -> FloatArray:
    """Return Gasteiger charges, those of hydrogens on carbon merged into it."""
    mol = Chem.RWMol()
    for atom in receptor.atoms:
        mol.AddAtom(Chem.Atom(atom.element))
    for i, j, order in receptor.bonds.tolist():
        kind = Chem.BondType.DOUBLE if order == 2 else Chem.BondType.SINGLE
        mol.AddBond(i, j, kind)
    for atom in mol.GetAtoms():
        atom.SetNoImplicit(True)
        valence = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())
        atom.SetFormalCharge(_formal_charge(atom.GetSymbol(), round(valence)))
    Chem.SanitizeMol(mol)
    return _merged(mol, _gasteiger(mol))


def _formal_charge(symbol: str, valence: int) -> int:
    if symbol == "N":
        return valence - 3
    if symbol == "O":
        return valence - 2
    return 0


def _gasteiger(mol: Chem.Mol) -> FloatArray:
    rdPartialCharges.ComputeGasteigerCharges(mol)
    charges = np.array([atom.GetDoubleProp("_GasteigerCharge") for atom in mol.GetAtoms()])
    return np.nan_to_num(charges)


def _merged(mol: Chem.Mol, charges: FloatArray) -> FloatArray:
    merged = charges.copy()
    for atom in mol.GetAtoms():
        if atom.GetSymbol() == "H" and atom.GetNeighbors()[0].GetSymbol() == "C":
            merged[atom.GetNeighbors()[0].GetIdx()] += merged[atom.GetIdx()]
            merged[atom.GetIdx()] = 0.0
    return merged


def drug_coordinates(adduct: Adduct, lines: Sequence[str]) -> FloatArray:
    """Read the drug's atoms from PDBQT lines by their names.

    Raises
    ------
    ValueError
        When an atom is missing.
    """
    points = np.full((adduct.n_drug_atoms, 3), np.nan)
    for line in lines:
        name = line[12:16].strip()
        if line.startswith("ATOM") and line[17:20] == "CYS" and name.startswith("X"):
            index = _index(name)
            if index < adduct.n_drug_atoms:
                points[index] = [float(line[k : k + 8]) for k in (30, 38, 46)]
    if not np.isfinite(points).all():
        raise ValueError("the peer's answer lacks atoms of the drug")
    return points
