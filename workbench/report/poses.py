"""The receptor and the poses of a result as they are drawn, checked against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import OutputError
from workbench.records.docking import DockingResult, PoseRecord
from workbench.report.templating import number

FloatArray = NDArray[np.float64]

ResidueKey = tuple[str, int, str]

CAPS = frozenset({"ACE", "NME"})
LIGAND = "LIG"
_ATOM_LINE = re.compile(r".{22}[ \d-]{3}\d.{4}(?: *-?\d+\.\d+){3}")
"""Residue number and three finite coordinates, in their columns."""


@dataclass(frozen=True)
class HeavyAtom:
    """One heavy atom: where it belongs, without its place in space."""

    name: str
    element: str
    residue_name: str
    chain: str
    residue_number: int
    insertion: str

    @property
    def residue(self) -> ResidueKey:
        """Chain, number and insertion code: what tells one residue from another."""
        return self.chain, self.residue_number, self.insertion

    @property
    def key(self) -> tuple[str, int, str, str]:
        """The residue and the atom's name."""
        return *self.residue, self.name


@dataclass(frozen=True)
class Structure:
    """The heavy atoms of one PDB text: ``atoms`` and ``coordinates`` ``(n, 3)`` angstrom."""

    atoms: tuple[HeavyAtom, ...]
    coordinates: FloatArray

    def select(self, wanted: list[bool]) -> Structure:
        """Return the atoms whose flag in ``wanted`` (one per atom) is set."""
        atoms = tuple(atom for atom, keep in zip(self.atoms, wanted, strict=True) if keep)
        return Structure(atoms, self.coordinates[np.asarray(wanted, dtype=bool)])

    def place(self, address: tuple[str, int, str] | None) -> int | None:
        """Return where the atom of a chain, residue number and name is; ``None`` without it."""
        places = ((atom.chain, atom.residue_number, atom.name) for atom in self.atoms)
        return next((i for i, place in enumerate(places) if place == address), None)

    def index(self) -> dict[tuple[str, int, str, str], int]:
        """Return the position of each atom by its key."""
        return {atom.key: i for i, atom in enumerate(self.atoms)}


def read_structure(text: str) -> tuple[Structure, Structure]:
    """Read the receptor and the ligand (residue ``LIG``) of a PDB text.

    Hydrogens and terminal caps (ACE, NME) are left out: the view draws neither.
    The ligand is without atoms when there is none; lines other than ATOM and HETATM are passed
    over.

    Raises
    ------
    OutputError
        When a line cannot be read or a coordinate is not finite.
    """
    for line in text.splitlines():
        if line.startswith(("ATOM  ", "HETATM")) and not _ATOM_LINE.match(line):
            raise OutputError(f"a PDB text holds an unreadable atom line: {line[:54]!r}")
    parsed = gemmi.read_pdb_string(text)
    found = [
        cra
        for model in parsed
        for cra in model.all()
        if not cra.atom.is_hydrogen() and cra.residue.name not in CAPS
    ]
    atoms = tuple(
        HeavyAtom(
            name=cra.atom.name,
            element=cra.atom.element.name,
            residue_name=cra.residue.name,
            chain=cra.chain.name,
            residue_number=cra.residue.seqid.num or 0,
            insertion=cra.residue.seqid.icode.strip(),
        )
        for cra in found
    )
    points = np.array([cra.atom.pos.tolist() for cra in found], dtype=np.float64).reshape(-1, 3)
    whole = Structure(atoms, points)
    is_ligand = [atom.residue_name == LIGAND for atom in atoms]
    return whole.select([not flag for flag in is_ligand]), whole.select(is_ligand)


NEAR_ANGSTROM = 4.5
BONDED_ANGSTROM = 2.1
SAME_ATOM_ANGSTROM = 0.1
SAME_DISTANCE_ANGSTROM = 0.05
DASHED = frozenset({"hydrogen_bond", "salt_bridge", "halogen_bond"})


@dataclass(frozen=True)
class Drug:
    """The drug's heavy atoms: elements, bonds ``(i, j, order)``, ``(n, 3)`` angstrom."""

    elements: tuple[str, ...]
    bonds: tuple[tuple[int, int, int], ...]
    coordinates: FloatArray


@dataclass(frozen=True)
class Link:
    """Sulphur (index in the receptor) and carbon (index in the drug), and their distance."""

    sulphur: int
    carbon: int
    distance: float


@dataclass(frozen=True)
class Frame:
    """One pose, ready to draw.

    Parameters
    ----------
    receptor
        ``(n_base, 3)`` angstrom, in the order of the base structure.
    note
        What must stand on the picture itself: the checks that the pose fails.
    near
        Residues with a heavy atom within 4.5 A of the drug.
    dashes
        Receptor point, drug atom and type of each directed contact.
    """

    name: str
    group: str
    title: str
    note: str
    bonded: bool
    drug: Drug
    receptor: FloatArray
    near: frozenset[ResidueKey]
    link: Link | None
    dashes: tuple[tuple[FloatArray, int, str], ...]


@dataclass(frozen=True)
class _Source:
    """Where the parts of one frame come from."""

    name: str
    group: str
    title: str
    note: str
    bonded: bool
    pdb: str = field(repr=False)
    sdf: str = field(repr=False)
    distance: float | None
    interactions: tuple[dict[str, Any], ...] = ()


def reactive_atom(result: DockingResult) -> tuple[str, int, str] | None:
    """Return chain, residue number and name of the nucleophile, ``None`` without one."""
    return address_of(result.receptor)


def address_of(receptor: dict[str, Any]) -> tuple[str, int, str] | None:
    """Return the same from the receptor's record alone."""
    parts = str(receptor.get("reactive_atom") or "").split(":")
    if len(parts) != 3 or not parts[1].lstrip("-").isdigit():
        return None
    return parts[0], int(parts[1]), parts[2]


def read_frames(result: DockingResult) -> tuple[Structure | None, list[Frame]]:
    """Return the receptor that all poses share, and the poses on it.

    Raises
    ------
    OutputError
        When the parts of a pose contradict each other.
    """
    sources = list(_sources(result))
    text = next((source.pdb for source in sources), "") or result.receptor_pdb
    base, _ = read_structure(text)
    if not base.atoms:
        return None, []
    return base, [_frame(source, base, result) for source in sources]


def read_drug(block: str, where: str) -> Drug:
    """Return the heavy atoms of a mol block.

    Raises
    ------
    OutputError
        When the block cannot be read.
    """
    mol = Chem.MolFromMolBlock(block, sanitize=False, removeHs=False, strictParsing=False)
    if mol is None or mol.GetNumConformers() == 0:
        raise OutputError(f"the 3D view cannot be drawn: unreadable mol block of {where}")
    heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    place = {old: new for new, old in enumerate(heavy)}
    bonds = tuple(
        (place[b.GetBeginAtomIdx()], place[b.GetEndAtomIdx()], int(b.GetBondTypeAsDouble()))
        for b in mol.GetBonds()
        if b.GetBeginAtomIdx() in place and b.GetEndAtomIdx() in place
    )
    points = np.asarray(mol.GetConformer().GetPositions(), dtype=np.float64)[heavy]
    return Drug(tuple(mol.GetAtomWithIdx(i).GetSymbol() for i in heavy), bonds, points)


def _sources(result: DockingResult) -> Iterator[_Source]:
    """Yield the poses that can be drawn: adducts first, then those of the intact drug."""
    for adduct in result.adducts:
        for pose in adduct.poses:
            if pose.complex_pdb and pose.drug_sdf:
                label, score = adduct.label or "adduct", number(pose.score_kcal_per_mol, 2)
                text = f"{label} pose {pose.rank}, score {score}"
                yield _Source(
                    name=f"{adduct.label}-{pose.rank}",
                    group=f"Adduct {adduct.label}".strip(),
                    title=text if pose.valid else f"{text}, fails a check",
                    note="" if pose.valid else _failures(pose),
                    bonded=True,
                    pdb=pose.complex_pdb,
                    sdf=pose.drug_sdf,
                    distance=pose.sg_c_distance_angstrom,
                    interactions=pose.interactions,
                )
    for encounter in result.encounter if result.receptor_pdb else ():
        if encounter.sdf:
            yield _Source(
                name=f"encounter-{encounter.rank}",
                group="Encounter, no bond",
                title=f"encounter pose {encounter.rank}, score "
                f"{number(encounter.score_kcal_per_mol, 2)}"
                + (f", {encounter.face} face" if encounter.face else "")
                + (", ready to attack" if encounter.attack_ready else ""),
                note="",
                bonded=False,
                pdb=result.receptor_pdb,
                sdf=encounter.sdf,
                distance=encounter.sg_c_distance_angstrom,
            )


def _frame(source: _Source, base: Structure, result: DockingResult) -> Frame:
    drug = read_drug(source.sdf, source.name)
    receptor, ligand = read_structure(source.pdb)
    if source.bonded:
        _check_same_drug(drug, ligand, source.name)
    index = receptor.index()
    missing = [atom for atom in base.atoms if atom.key not in index]
    if missing:
        atom = missing[0]
        raise OutputError(
            f"the 3D view cannot be drawn: {source.name} lacks atom "
            f"{atom.chain}:{atom.residue_number}:{atom.name} of the first pose's receptor"
        )
    points = receptor.coordinates[[index[atom.key] for atom in base.atoms]]
    return Frame(
        name=source.name,
        group=source.group,
        title=source.title,
        note=source.note,
        bonded=source.bonded,
        drug=drug,
        receptor=points,
        near=near_residues(base, points, drug),
        link=_link(source, drug, base, points, result),
        dashes=tuple(_dashes(source, drug, base, points)),
    )


def near_residues(base: Structure, points: FloatArray, drug: Drug) -> frozenset[ResidueKey]:
    """Return the residues with an atom within 4.5 A of the drug's."""
    distances = np.linalg.norm(points[:, None] - drug.coordinates[None], axis=-1)
    close = np.flatnonzero((distances < NEAR_ANGSTROM).any(axis=1))
    return frozenset(base.atoms[i].residue for i in close)


def _failures(pose: PoseRecord) -> str:
    names = ", ".join(check.replace("_", " ") for check in pose.failed_checks)
    return f"Not valid: {names}" if names else "Not valid"


def _check_same_drug(drug: Drug, ligand: Structure, name: str) -> None:
    """Make sure that the drug's mol block lies on residue LIG of its complex."""
    if len(ligand.atoms) != len(drug.elements):
        raise OutputError(
            f"the 3D view cannot be drawn: {name} has {len(drug.elements)} drug atoms in its mol "
            f"block and {len(ligand.atoms)} in its complex"
        )
    offsets = np.linalg.norm(drug.coordinates[:, None] - ligand.coordinates[None], axis=-1)
    for i, j in enumerate(offsets.argmin(axis=1)):
        if offsets[i, j] > SAME_ATOM_ANGSTROM or ligand.atoms[j].element != drug.elements[i]:
            raise OutputError(
                f"the 3D view cannot be drawn: drug atom {i} of {name} does not lie on the same "
                "atom of its complex"
            )


def _link(
    source: _Source, drug: Drug, base: Structure, points: FloatArray, result: DockingResult
) -> Link | None:
    """Find the carbon at the sulphur: bonded in an adduct, attacked in an encounter."""
    sulphur = base.place(reactive_atom(result))
    if sulphur is None:
        if source.bonded:
            raise OutputError(f"the 3D view cannot be drawn: {source.name} lacks its sulphur")
        return None
    distances = np.linalg.norm(drug.coordinates - points[sulphur], axis=1)
    if source.bonded:
        carbon = int(distances.argmin())
    else:
        warhead = result.ligand.get("warhead") or {}
        carbon = warhead.get("reactive_atom_index", -1)
        if not 0 <= carbon < len(distances):
            return None
    found = float(distances[carbon])
    if source.distance is None or abs(found - source.distance) > SAME_DISTANCE_ANGSTROM:
        if source.bonded:
            raise OutputError(
                f"the 3D view cannot be drawn: S-C is {found:.2f} A in the complex of "
                f"{source.name}, and {source.distance} A in its record"
            )
        return None
    return Link(sulphur, carbon, found)


def _dashes(
    source: _Source, drug: Drug, base: Structure, points: FloatArray
) -> Iterator[tuple[FloatArray, int, str]]:
    """Yield the directed contacts whose two ends can be told without doubt."""
    for contact in source.interactions:
        kind = str(contact.get("type", "")).lower().replace(" ", "_").replace("-", "_")
        residue = "".join(c for c in str(contact.get("residue", "")) if c.isdigit())
        ends: list[int] = list(contact.get("ligand_atoms") or ())
        if kind not in DASHED or not residue or len(ends) != 1:
            continue
        name = str(contact.get("receptor_atom", "")).split(":")[-1]
        found = [
            i
            for i, atom in enumerate(base.atoms)
            if atom.residue_number == int(residue) and atom.name == name
        ]
        if len(found) == 1 and 0 <= int(ends[0]) < len(drug.elements):
            yield points[found[0]], int(ends[0]), kind
