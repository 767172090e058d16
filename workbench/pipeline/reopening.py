"""A docked pose, read back from the folder that ``workbench dock`` wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import UsageError
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.poses import Pose
from workbench.ligands.reading import load_ligand
from workbench.physics.assembly import bond, ligand_records, place
from workbench.physics.complex import Complex, EncounterComplex, address
from workbench.pipeline.docking import adducts_of
from workbench.structures.embedded import embedded_names
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Atom, Receptor
from workbench.structures.writing import file_places

FloatArray = NDArray[np.float64]

RESULT_FILE = "result.json"
ENCOUNTER_FILE = "encounter.sdf"

_MOST_BYTES = 200_000_000
_Key = tuple[str, str, str, str, str]


class DockedFolder:
    """What ``workbench dock`` wrote.

    Parameters
    ----------
    folder
        Holds ``result.json`` and the files that it names.
    receptor
        The one that was docked to, for a receptor that does not ship; ``None`` takes the
        embedded one of that name.

    Raises
    ------
    UsageError
        When the folder holds no such result, or the receptor is not known.
    """

    def __init__(self, folder: Path, receptor: Receptor | None = None) -> None:
        self.folder = folder
        self.record = _read_record(folder)
        try:
            drug = self.record["ligand"]
            warhead = drug["warhead"]
            self.ligand: Ligand = load_ligand(
                str(drug["smiles"]),
                warhead="" if warhead is None else str(int(warhead["reactive_atom_index"])),
                name=str(drug["name"]),
            )
            self.receptor = receptor or self._shipped(self.record["receptor"])
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(folder) from error

    def _shipped(self, record: dict[str, Any]) -> Receptor:
        name = str(record["name"])
        if name not in embedded_names():
            raise UsageError(
                f"{self.folder.name} was docked to {name[:60]!r}, which does not ship with the "
                "workbench: give the same receptor with --receptor"
            )
        return load_receptor(name, mutations=tuple(str(m) for m in record["mutations"]))

    @property
    def force_field(self) -> str:
        """The one that minimised the bonded poses; empty when the result does not tell."""
        provenance = self.record.get("provenance")
        return str(provenance.get("force_field", "")) if isinstance(provenance, dict) else ""

    def bonded(self, pose: str = "") -> tuple[Complex, str]:
        """Return a minimised bonded complex and what it is called, ``bR 1``.

        Parameters
        ----------
        pose
            Diastereomer and rank, ``bR_1``; the best valid pose when empty.

        Raises
        ------
        UsageError
            When there is no such pose, or its file does not fit the receptor.
        """
        label, rank, form, score = self._chosen(pose)
        try:
            adduct = next(a for a in adducts_of(self.ligand, form) if a.label == label)
        except StopIteration:
            raise _damaged(self.folder) from None
        name = f"complex_{label}_{rank}.cif"
        sites = _sites(self.folder / name)
        return _rebuilt(self.receptor, adduct, sites, name, score), f"{label} {rank}"

    def _chosen(self, pose: str) -> tuple[str, int, str, float]:
        """Return label, rank, form and score of the pose asked for, or of the best."""
        try:
            rows = [
                (not p["valid"], float(p["score_kcal_per_mol"]), str(a["label"]), int(p["rank"]),
                 str(a["form"]))
                for a in self.record["adducts"]
                for p in a["poses"]
            ]  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(self.folder) from error
        if not rows:
            raise UsageError(
                f"{self.folder.name} holds no bonded pose ({self.record.get('verdict')}): ask for "
                "--encounter"
            )
        named = {
            f"{label}_{rank}": (label, rank, form, score) for _, score, label, rank, form in rows
        }
        if not pose:
            pose = "{2}_{3}".format(*min(rows))
        if pose not in named:
            raise UsageError(
                f"{self.folder.name} has no pose {pose[:40]!r}; it has {', '.join(sorted(named))}"
            )
        return named[pose]

    def encounter(self, rank: int | None = None) -> tuple[EncounterComplex, str]:
        """Return the intact drug in its docked place, and what the pose is called.

        Parameters
        ----------
        rank
            ``None`` takes the best that is ready to attack, else the best.

        Raises
        ------
        UsageError
            When there is no such pose.
        """
        path = self.folder / ENCOUNTER_FILE
        text = _text(path)
        mols = [m for m in _records(text) if m is not None]
        if not mols:
            raise UsageError(f"{path.name} in {self.folder.name} holds no pose: dock again")
        ready = [k for k, mol in enumerate(mols, 1) if _tag(mol, "attack_ready") == "True"]
        chosen = rank or (ready[0] if ready else 1)
        if not 1 <= chosen <= len(mols):
            raise UsageError(
                f"{self.folder.name} has {len(mols)} encounter poses, none of rank {chosen}"
            )
        mol = mols[chosen - 1]
        drawn = [a.GetSymbol() for a in self.ligand.mol.GetAtoms()]
        if [a.GetSymbol() for a in mol.GetAtoms()] != drawn:
            raise _damaged(self.folder)
        points = np.array(mol.GetConformer().GetPositions(), dtype=np.float64)
        return place(self.receptor, self.ligand, points), f"encounter {chosen}"


def _rebuilt(
    receptor: Receptor, adduct: Adduct, sites: dict[_Key, FloatArray], name: str, score: float
) -> Complex:
    """Bond the adduct anew, with every atom where the file has it."""
    records = ligand_records(adduct.mol, range(adduct.n_drug_atoms))
    drug = _points(records, sites, name)
    placed = receptor.coordinates.copy()
    kept = [i for i, key in enumerate(_keys(receptor.atoms)) if key in sites]
    placed[kept] = [sites[key] for key in _keys(receptor.atoms) if key in sites]
    there = receptor.with_coordinates(placed)
    number = receptor.reactive_residue_number
    cysteine = [receptor.atoms[receptor.find(number, atom)] for atom in ("SG", "CB", "CA")]
    points = np.empty((adduct.mol.GetNumAtoms(), 3))
    points[: adduct.n_drug_atoms] = drug
    points[[adduct.sg_index, adduct.cb_index, adduct.ca_index]] = _points(cysteine, sites, name)
    bonded = bond(there, Pose(adduct, points, score, {}))
    coordinates = _points(bonded.atoms, sites, name)
    return replace(bonded, receptor=receptor, coordinates=coordinates)


def _points(atoms: Sequence[Atom], sites: dict[_Key, FloatArray], name: str) -> FloatArray:
    keys = _keys(atoms)
    absent = [atom for atom, key in zip(atoms, keys, strict=True) if key not in sites]
    if absent:
        raise UsageError(
            f"{name} has no atom {address(absent[0])}: it was made with another receptor; give "
            "that one with --receptor, prepared the same way"
        )
    return np.array([sites[key] for key in keys])


def _keys(atoms: Sequence[Atom]) -> list[_Key]:
    return [
        (chain, str(number), code, atom.residue_name, atom.name)
        for atom, (chain, number, code) in zip(atoms, file_places(atoms), strict=True)
    ]


def _sites(path: Path) -> dict[_Key, FloatArray]:
    """Return the position of every atom of an mmCIF file by chain, number, code and names."""
    tags = ["auth_asym_id", "auth_seq_id", "pdbx_PDB_ins_code", "auth_comp_id", "auth_atom_id",
            "Cartn_x", "Cartn_y", "Cartn_z"]  # fmt: skip
    try:
        block = gemmi.cif.read_string(_text(path)).sole_block()
        rows = [
            [gemmi.cif.as_string(cell) for cell in row] for row in block.find("_atom_site.", tags)
        ]
        found = {
            (row[0], row[1], row[2], row[3], row[4]): np.array([float(x) for x in row[5:8]])
            for row in rows
        }
    except (RuntimeError, ValueError, IndexError) as error:
        raise UsageError(f"{path.name} cannot be read as mmCIF: dock again") from error
    if not found or not np.isfinite(list(found.values())).all():
        raise UsageError(f"{path.name} holds no positions: dock again")
    return found


def _records(text: str) -> list[Chem.Mol | None]:
    supplier = Chem.SDMolSupplier()
    supplier.SetData(text, sanitize=False, removeHs=False)
    return list(supplier)


def _tag(mol: Chem.Mol, name: str) -> str:
    return str(mol.GetProp(name)) if mol.HasProp(name) else ""


def _read_record(folder: Path) -> dict[str, Any]:
    text = _text(folder / RESULT_FILE)
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(folder) from error
    if not isinstance(record, dict) or record.get("schema_version") != 1:
        raise _damaged(folder)
    return record


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path.name} is larger than any that the workbench writes")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(
            f"{path.name} in {path.parent.name!r} cannot be read ({reason}): give a folder that "
            "workbench dock wrote"
        ) from error


def _damaged(folder: Path) -> UsageError:
    return UsageError(f"{RESULT_FILE} in {folder.name!r} is none that workbench dock wrote")
