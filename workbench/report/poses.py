"""The receptor and the poses of a result as they are drawn, checked against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import OutputError
from workbench.records.docking import DockingResult, EncounterRecord, PoseRecord
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


def address_of(receptor: dict[str, Any]) -> tuple[str, int, str] | None:
    """Return chain, residue number and name of the nucleophile, ``None`` without one."""
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
    bonded = [
        (adduct.label, pose)
        for adduct in result.adducts
        for pose in adduct.poses
        if pose.complex_pdb and pose.drug_sdf
    ]
    base, _ = read_structure(bonded[0][1].complex_pdb if bonded else result.receptor_pdb)
    if not base.atoms:
        return None, []
    frames = [_bonded_frame(label, pose, base, result) for label, pose in bonded]
    encounter = [pose for pose in result.encounter if pose.sdf and result.receptor_pdb]
    return base, [*frames, *(_encounter_frame(pose, base, result) for pose in encounter)]


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


def _bonded_frame(label: str, pose: PoseRecord, base: Structure, result: DockingResult) -> Frame:
    name = f"{label}-{pose.rank}"
    drug = read_drug(pose.drug_sdf, name)
    receptor, ligand = read_structure(pose.complex_pdb)
    _check_same_drug(drug, ligand, name)
    points = _laid_on(base, receptor, name)
    score = number(pose.score_kcal_per_mol, 2)
    failures = ", ".join(check.replace("_", " ") for check in pose.failed_checks)
    return Frame(
        name=name,
        group=f"Adduct {label}".strip(),
        title=f"{label or 'adduct'} pose {pose.rank}, score {score}"
        + ("" if pose.valid else ", fails a check"),
        note="" if pose.valid else f"Not valid: {failures}".removesuffix(": "),
        bonded=True,
        drug=drug,
        receptor=points,
        near=near_residues(base, points, drug),
        link=_bond(name, pose.sg_c_distance_angstrom, drug, base, points, result),
        dashes=tuple(_dashes(pose, drug, base, points)),
    )


def _encounter_frame(pose: EncounterRecord, base: Structure, result: DockingResult) -> Frame:
    name = f"encounter-{pose.rank}"
    drug = read_drug(pose.sdf, name)
    points = _laid_on(base, read_structure(result.receptor_pdb)[0], name)
    return Frame(
        name=name,
        group="Encounter, no bond",
        title=f"encounter pose {pose.rank}, score {number(pose.score_kcal_per_mol, 2)}"
        + (f", {pose.face} face" if pose.face else "")
        + (", ready to attack" if pose.attack_ready else ""),
        note="",
        bonded=False,
        drug=drug,
        receptor=points,
        near=near_residues(base, points, drug),
        link=_attack(pose, drug, base, points, result),
        dashes=(),
    )


def _laid_on(base: Structure, receptor: Structure, name: str) -> FloatArray:
    """Return a pose's receptor coordinates in the order of the base structure."""
    index = receptor.index()
    for atom in base.atoms:
        if atom.key not in index:
            raise OutputError(
                f"the 3D view cannot be drawn: {name} lacks atom "
                f"{atom.chain}:{atom.residue_number}:{atom.name} of the first pose's receptor"
            )
    return receptor.coordinates[[index[atom.key] for atom in base.atoms]]


def near_residues(base: Structure, points: FloatArray, drug: Drug) -> frozenset[ResidueKey]:
    """Return the residues with an atom within 4.5 A of the drug's."""
    distances = np.linalg.norm(points[:, None] - drug.coordinates[None], axis=-1)
    close = np.flatnonzero((distances < NEAR_ANGSTROM).any(axis=1))
    return frozenset(base.atoms[i].residue for i in close)


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


def _bond(
    name: str,
    recorded: float | None,
    drug: Drug,
    base: Structure,
    points: FloatArray,
    result: DockingResult,
) -> Link:
    """Find the carbon that is bonded to the sulphur."""
    sulphur = base.place(address_of(result.receptor))
    if sulphur is None:
        raise OutputError(f"the 3D view cannot be drawn: {name} lacks its sulphur")
    distances = np.linalg.norm(drug.coordinates - points[sulphur], axis=1)
    carbon = int(distances.argmin())
    found = float(distances[carbon])
    if recorded is None or abs(found - recorded) > SAME_DISTANCE_ANGSTROM:
        raise OutputError(
            f"the 3D view cannot be drawn: S-C is {found:.2f} A in the complex of {name}, and "
            f"{recorded} A in its record"
        )
    return Link(sulphur, carbon, found)


def _attack(
    pose: EncounterRecord, drug: Drug, base: Structure, points: FloatArray, result: DockingResult
) -> Link | None:
    """Find the carbon that the sulphur attacks; ``None`` where the record says otherwise."""
    sulphur = base.place(address_of(result.receptor))
    carbon = (result.ligand.get("warhead") or {}).get("reactive_atom_index", -1)
    recorded = pose.sg_c_distance_angstrom
    if sulphur is None or recorded is None or not 0 <= carbon < len(drug.coordinates):
        return None
    found = float(np.linalg.norm(drug.coordinates[carbon] - points[sulphur]))
    return Link(sulphur, carbon, found) if abs(found - recorded) <= SAME_DISTANCE_ANGSTROM else None


def _dashes(
    pose: PoseRecord, drug: Drug, base: Structure, points: FloatArray
) -> Iterator[tuple[FloatArray, int, str]]:
    """Yield the directed contacts whose two ends can be told without doubt."""
    for contact in pose.interactions:
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
