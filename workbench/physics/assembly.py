"""Put receptor and drug together: a bonded pose, or the intact drug beside the thiol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openmm import app
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.geometry import joined, unit
from workbench.ligands.molecules import Adduct, Ligand, Pose
from workbench.physics.complex import (
    LIGAND_CHAIN,
    LIGAND_RESIDUE,
    Complex,
    EncounterComplex,
    address,
)
from workbench.physics.mmff_parameters import edges_of
from workbench.structures.receptor import Atom, Receptor
from workbench.structures.topology import CAPS, residue_groups

FloatArray = NDArray[np.float64]

_SAME_PLACE_ANGSTROM = 0.5
_BOND_ANGSTROM = (1.4, 2.4)
LIGAND_NUMBER = 1

_ELEMENTS = frozenset(("H", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br", "I"))
"""Of organic molecules; MMFF94's bare metal ions are left out, their pockets are bonded ones."""
_C_H_ANGSTROM = 1.09


@dataclass(frozen=True)
class Cysteine:
    """Receptor indices of the reactive residue's side chain."""

    ca: int
    cb: int
    sg: int
    hg: int
    methylene: tuple[int, int]


def bond(receptor: Receptor, pose: Pose) -> Complex:
    """Make the bonded complex of a receptor and a pose.

    The thiol's hydrogen leaves, SG is taken from the pose, CB's hydrogens are rebuilt to fit
    it, and the ligand's hydrogens are placed by geometry. Nothing else of the receptor moves.

    Parameters
    ----------
    receptor
        Protonated, with Kekule bonds and formal charges.
    pose
        Heavy atoms in the order of ``pose.adduct.mol``, in the receptor's frame.

    Raises
    ------
    PhysicsError
        When the receptor has no single free thiol, the pose does not hang on it, its stereo is
        not the adduct's, or an atom's valence is wrong (a missing hydrogen, for one).
    """
    cysteine = reactive_cysteine(receptor)
    adduct = pose.adduct
    points = np.asarray(pose.coordinates, dtype=np.float64)
    _check_pose(receptor, cysteine, adduct, points)
    check_stereo(adduct.mol, points, f"{adduct.ligand.name} {adduct.label}")
    full = protonated(adduct.mol, points)
    ligand = [*range(adduct.n_drug_atoms), *drug_hydrogens(full, adduct)]
    kept = [i for i in range(len(receptor.atoms)) if i != cysteine.hg]
    new = {old: place for place, old in enumerate(kept)}
    place = {atom: len(kept) + k for k, atom in enumerate(ligand)}
    sg, carbon = new[cysteine.sg], place[adduct.reactive_atom_index]
    atoms = tuple(receptor.atoms[i] for i in kept) + ligand_records(full, ligand)
    moved = _moved_cysteine(receptor, cysteine, points[adduct.sg_index])[kept]
    return Complex(
        receptor=receptor,
        adduct=adduct,
        mol=molecule(atoms, [*_joined_bonds(receptor, new, full, place), (sg, carbon, 1)]),
        atoms=atoms,
        coordinates=np.vstack([moved, full.GetConformer().GetPositions()[ligand]]),
        drug_atoms=np.arange(len(kept), len(kept) + adduct.n_drug_atoms),
        sg=sg,
        cb=new[cysteine.cb],
        ca=new[cysteine.ca],
        reactive_carbon=carbon,
    )


def reactive_cysteine(receptor: Receptor) -> Cysteine:
    """Return the side chain that bears the free thiol.

    Raises
    ------
    PhysicsError
        When the receptor has no single free, protonated thiol.
    """
    number = receptor.reactive_residue_number
    where = f"residue {number} of {receptor.name}"
    if receptor.reactive_atom is None:
        raise PhysicsError(
            f"{where} has no thiol ({receptor.verdict}): no complex can be bonded there."
        )
    own = [
        i
        for i, atom in enumerate(receptor.atoms)
        if atom.residue_number == number and atom.residue_name not in CAPS
    ]
    names = Counter(receptor.atoms[i].name for i in own)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise PhysicsError(
            f"{receptor.name} holds more than one residue {number} (atom {twice[0]} occurs "
            f"{names[twice[0]]} times): keep one copy of the chain."
        )
    index = {receptor.atoms[i].name: i for i in own}
    missing = [name for name in ("CA", "CB", "SG") if name not in index]
    if missing or index["SG"] != receptor.reactive_atom:
        raise PhysicsError(
            f"{where} is not the cysteine that the receptor calls reactive"
            + (f" (no {', '.join(missing)})" if missing else "")
            + ": prepare the receptor again."
        )
    bonded = joined((i, j) for i, j, _ in receptor.bonds.tolist())
    on_sulphur, on_carbon = (sorted(bonded.get(index[name], ())) for name in ("SG", "CB"))
    hydrogens = [i for i in on_sulphur if receptor.atoms[i].element == "H"]
    others = [i for i in on_sulphur if receptor.atoms[i].element != "H"]
    methylene = [i for i in on_carbon if receptor.atoms[i].element == "H"]
    if len(hydrogens) != 1 or others != [index["CB"]] or len(methylene) != 2:
        raise PhysicsError(
            f"the side chain of {where} is not a free, protonated thiol (SG bears "
            f"{len(hydrogens)} H and {len(others)} heavy atoms, CB {len(methylene)} H): "
            "prepare the receptor with hydrogens."
        )
    return Cysteine(
        index["CA"], index["CB"], index["SG"], hydrogens[0], (methylene[0], methylene[1])
    )


def _check_size(what: str, n_atoms: int, points: FloatArray) -> None:
    if points.shape != (n_atoms, 3) or not np.isfinite(points).all():
        raise PhysicsError(
            f"{what} needs {n_atoms} finite positions, got an array of shape {points.shape}."
        )


def _check_pose(receptor: Receptor, cysteine: Cysteine, adduct: Adduct, points: FloatArray) -> None:
    what = f"the pose of {adduct.ligand.name} {adduct.label}"
    _check_size(what, adduct.mol.GetNumAtoms(), points)
    for name, mine, theirs in (
        ("CA", adduct.ca_index, cysteine.ca),
        ("CB", adduct.cb_index, cysteine.cb),
    ):
        off = float(np.linalg.norm(points[mine] - receptor.coordinates[theirs]))
        if off > _SAME_PLACE_ANGSTROM:
            raise PhysicsError(
                f"{what} has {name} {off:.1f} angstrom away from the receptor's: "
                "it was made for another receptor or frame."
            )
    sulphur = points[adduct.sg_index]
    for name, end in (("SG-C", adduct.reactive_atom_index), ("CB-SG", adduct.cb_index)):
        length = float(np.linalg.norm(points[end] - sulphur))
        if not _BOND_ANGSTROM[0] < length < _BOND_ANGSTROM[1]:
            raise PhysicsError(f"{what} has an {name} bond of {length:.2f} angstrom.")


def _moved_cysteine(receptor: Receptor, cysteine: Cysteine, sulphur: FloatArray) -> FloatArray:
    """Return the receptor's coordinates with SG at its new place and CB's hydrogens rebuilt."""
    points = receptor.coordinates.copy()
    ca, cb, old = points[cysteine.ca], points[cysteine.cb], points[cysteine.sg]
    first, second = cysteine.methylene
    handed = float(np.dot(np.cross(ca - cb, old - cb), points[first] - cb))
    left, right = methylene_hydrogens(ca, cb, sulphur)
    points[first], points[second] = (left, right) if handed > 0 else (right, left)
    points[cysteine.sg] = sulphur
    return points


def place(receptor: Receptor, drug: Ligand, coordinates: FloatArray) -> EncounterComplex:
    """Put the intact drug into a receptor; its hydrogens are placed by geometry.

    Parameters
    ----------
    receptor
        Protonated, with Kekule bonds, formal charges and a free thiol.
    coordinates
        ``(n_drug, 3)`` angstrom, heavy atoms in the drug's order, in the receptor's frame.

    Raises
    ------
    PhysicsError
        When the receptor has no free thiol, the drug no warhead, coordinates and drug do not fit,
        the stereo that they show is not the drug's, or an atom's valence is wrong.
    """
    if drug.warhead is None:
        raise PhysicsError(
            f"{drug.name} has no warhead ({drug.warhead_problem}): no atom of it is attacked."
        )
    points = np.asarray(coordinates, dtype=np.float64)
    n_drug = drug.mol.GetNumAtoms()
    _check_size(f"the pose of {drug.name}", n_drug, points)
    check_stereo(drug.mol, points, drug.name)
    cysteine = reactive_cysteine(receptor)
    full = protonated(drug.mol, points)
    first = len(receptor.atoms)
    atoms = receptor.atoms + ligand_records(full, range(full.GetNumAtoms()))
    same = {i: i for i in range(first)}
    after = {i: first + i for i in range(full.GetNumAtoms())}
    bonds = _joined_bonds(receptor, same, full, after)
    return EncounterComplex(
        receptor=receptor,
        mol=molecule(atoms, bonds),
        atoms=atoms,
        coordinates=np.vstack([receptor.coordinates, full.GetConformer().GetPositions()]),
        drug_atoms=np.arange(first, first + n_drug),
        sg=cysteine.sg,
        cb=cysteine.cb,
        ca=cysteine.ca,
        reactive_carbon=first + drug.warhead.reactive_atom_index,
        drug=drug,
    )


def ligand_records(full: Chem.Mol, ligand: Sequence[int]) -> tuple[Atom, ...]:
    """Return records of some atoms of a molecule as residue ``LIG``, each with its own name."""
    atoms = [full.GetAtomWithIdx(index) for index in ligand]
    symbols = [atom.GetSymbol() for atom in atoms]
    place = (LIGAND_RESIDUE, LIGAND_NUMBER, LIGAND_CHAIN)
    return tuple(
        Atom(name, symbol, *place, atom.GetFormalCharge())
        for name, symbol, atom in zip(ligand_names(symbols), symbols, atoms, strict=True)
    )


def ligand_names(symbols: Iterable[str]) -> list[str]:
    """Return a name of its own for each atom of a ligand: the element and a number."""
    seen: Counter[str] = Counter()
    names = []
    for symbol in symbols:
        seen[symbol] += 1
        names.append(f"{symbol.upper()}{seen[symbol]}")
    return names


def topology_of(atoms: Sequence[Atom], bonds: Sequence[tuple[int, int]]) -> app.Topology:
    """Return OpenMM's topology of atoms whose residues stand together."""
    topology = app.Topology()
    chain: Any = None
    made: list[Any] = []
    for group in residue_groups(atoms):
        first = atoms[group[0]]
        if chain is None or chain.id != first.chain:
            chain = topology.addChain(first.chain)
        residue = topology.addResidue(first.residue_name, chain, str(first.residue_number))
        for index in group:
            element = app.Element.getBySymbol(atoms[index].element)
            made.append(topology.addAtom(atoms[index].name, element, residue))
    for i, j in bonds:
        topology.addBond(made[i], made[j])
    return topology


def _joined_bonds(
    receptor: Receptor, new_index: dict[int, int], full: Chem.Mol, place: dict[int, int]
) -> list[tuple[int, int, int]]:
    """Return the bonds within receptor and ligand, Kekule orders, by index in the complex.

    ``new_index`` and ``place`` are of the receptor's and of the ligand's atoms; others go.
    """
    kekule = Chem.Mol(full)
    Chem.Kekulize(kekule, clearAromaticFlags=True)
    orders = [int(edge.GetBondTypeAsDouble()) for edge in kekule.GetBonds()]
    mine = [(i, j, order) for (i, j), order in zip(edges_of(kekule), orders, strict=True)]
    return [
        (where[i], where[j], order)
        for where, rows in ((new_index, receptor.bonds.tolist()), (place, mine))
        for i, j, order in rows
        if i in where and j in where
    ]


def molecule(atoms: tuple[Atom, ...], bonds: list[tuple[int, int, int]]) -> Chem.Mol:
    """Return atoms and Kekule bonds as one sanitised molecule without a conformer.

    Raises
    ------
    PhysicsError
        When an element is outside the force fields, or a valence is wrong: a hydrogen missing, an
        odd number of electrons, a charge that does not fit.
    """
    for record in atoms:
        if record.element not in _ELEMENTS:
            raise PhysicsError(
                f"{address(record)} ({record.residue_name}) is {record.element}, for which the "
                "force field has no parameters: take it out of the structure."
            )
    editable = Chem.RWMol()
    for record in atoms:
        atom = Chem.Atom(record.element)
        atom.SetFormalCharge(record.formal_charge)
        atom.SetNoImplicit(True)
        editable.AddAtom(atom)
    for i, j, order in bonds:
        editable.AddBond(i, j, Chem.BondType.values[order])
    mol = editable.GetMol()
    problems = Chem.DetectChemistryProblems(mol)
    if problems:
        first = problems[0]
        at = first.GetAtomIdx() if hasattr(first, "GetAtomIdx") else None
        where = "" if at is None else f" at {address(atoms[at])}"
        raise PhysicsError(f"the structure is no valid molecule{where}: {first.Message()}.")
    Chem.SanitizeMol(mol)
    for atom, record in zip(mol.GetAtoms(), atoms, strict=True):
        # With no implicit hydrogens allowed, RDKit counts an unfilled valence as a radical.
        if atom.GetNumRadicalElectrons():
            raise PhysicsError(
                f"{address(record)} ({record.residue_name}) has an open valence: a hydrogen or a "
                "bond order is missing there; prepare the receptor with hydrogens."
            )
    return mol


def with_conformer(mol: Chem.Mol, coordinates: FloatArray) -> Chem.Mol:
    """Return a copy whose only conformer has these coordinates, ``(n_atoms, 3)`` angstrom."""
    copy = Chem.Mol(mol)
    copy.RemoveAllConformers()
    conformer = Chem.Conformer(copy.GetNumAtoms())
    conformer.SetPositions(np.ascontiguousarray(coordinates, dtype=np.float64))
    copy.AddConformer(conformer, assignId=True)
    return copy


def protonated(mol: Chem.Mol, coordinates: FloatArray) -> Chem.Mol:
    """Return a molecule with hydrogens placed by geometry, after its heavy atoms.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, heavy atoms in the order of ``mol``.
    """
    return Chem.AddHs(with_conformer(mol, coordinates), addCoords=True)


def drug_hydrogens(full: Chem.Mol, adduct: Adduct) -> list[int]:
    """Return the hydrogens on the drug's atoms, of those that ``protonated`` added, in order."""
    return [
        atom.GetIdx()
        for atom in full.GetAtoms()
        if atom.GetIdx() >= adduct.mol.GetNumAtoms()
        and atom.GetNeighbors()[0].GetIdx() < adduct.n_drug_atoms
    ]


def check_stereo(mol: Chem.Mol, coordinates: FloatArray, name: str) -> None:
    """Compare the stereo of coordinates, heavy atoms ``(n_atoms, 3)`` angstrom, with a molecule's.

    Raises
    ------
    PhysicsError
        When a centre or a double bond is of the other kind, or flat.
    """
    shown = with_conformer(mol, coordinates)
    Chem.AssignStereochemistryFrom3D(shown, replaceExistingTags=True)
    stated = Chem.Mol(mol)
    Chem.AssignStereochemistry(stated, cleanIt=True, force=True)
    for atom, seen in zip(stated.GetAtoms(), shown.GetAtoms(), strict=True):
        if atom.HasProp("_CIPCode"):
            wanted = atom.GetProp("_CIPCode")
            found = seen.GetProp("_CIPCode") if seen.HasProp("_CIPCode") else "flat"
            if found != wanted:
                raise PhysicsError(
                    f"{name}: atom {atom.GetSymbol()}{atom.GetIdx()} is {found} in the "
                    f"coordinates but {wanted} in its formula; the pose belongs to another "
                    "stereoisomer."
                )
    for bond, seen in zip(stated.GetBonds(), shown.GetBonds(), strict=True):
        stereo, there = bond.GetStereo(), seen.GetStereo()
        if stereo in (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOZ) and there != stereo:
            raise PhysicsError(
                f"{name}: the double bond {bond.GetBeginAtomIdx()}-{bond.GetEndAtomIdx()} is "
                f"{there.name[6:]} in the coordinates but {stereo.name[6:]} in its formula."
            )


def methylene_hydrogens(
    before: FloatArray, centre: FloatArray, after: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return two hydrogens on a tetrahedral carbon between two neighbours.

    The first one makes ``(before, after, hydrogen)`` counter-clockwise around the centre, i.e.
    a positive triple product.
    """
    back = unit(before - centre) + unit(after - centre)
    normal = np.cross(before - centre, after - centre)
    if np.linalg.norm(back) < 1e-3 or np.linalg.norm(normal) < 1e-3:
        raise PhysicsError("CA, CB and SG of the reactive cysteine lie on one line.")
    half = np.radians(109.47) / 2
    inward, sideways = -unit(back) * np.cos(half), unit(normal) * np.sin(half)
    left, right = inward + sideways, inward - sideways
    return centre + _C_H_ANGSTROM * left, centre + _C_H_ANGSTROM * right
