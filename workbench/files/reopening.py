"""A docked pose as a complex again, from the folder that ``workbench dock`` wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import gemmi
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import OutputError, UsageError
from workbench.files.docking import read_docking_result
from workbench.ligands.adducts import adducts_in_form
from workbench.ligands.molecules import Adduct, Ligand, Pose
from workbench.ligands.reading import load_ligand
from workbench.physics.assembly import bond, ligand_records, place
from workbench.physics.complex import Complex, EncounterComplex, address
from workbench.records.docking import best_pose
from workbench.structures.loading import load_receptor
from workbench.structures.reading import embedded_names
from workbench.structures.receptor import Atom, Receptor
from workbench.structures.writing import file_places

FloatArray = NDArray[np.float64]

_Key = tuple[str, str, str, str, str]


class DockedFolder:
    """What ``workbench dock`` wrote.

    Parameters
    ----------
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
        try:
            self.result = read_docking_result(folder)
            drug, docked_to = self.result.ligand, self.result.receptor
            warhead = drug["warhead"]
            self.ligand: Ligand = load_ligand(
                str(drug["smiles"]),
                warhead="" if warhead is None else str(int(warhead["reactive_atom_index"])),
                name=str(drug["name"]),
            )
            name, mutations = str(docked_to["name"]), tuple(map(str, docked_to["mutations"]))
        except OutputError as error:
            raise UsageError(str(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"result.json in {folder.name!r} lacks {error}: dock again") from error
        if receptor is None and name not in embedded_names():
            raise UsageError(
                f"{folder.name} was docked to {name[:60]!r}, which does not ship with the "
                "workbench: give the same receptor with --receptor"
            )
        self.receptor = receptor or load_receptor(name, mutations=mutations)

    @property
    def force_field(self) -> str:
        """The one that minimised the bonded poses."""
        return str(self.result.provenance.get("force_field", ""))

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
        poses = {f"{a.label}_{p.rank}": (a, p) for a in self.result.adducts for p in a.poses}
        best = best_pose(self.result)
        if best is None:
            raise UsageError(
                f"{self.folder.name} holds no bonded pose ({self.result.verdict}): ask for "
                "--encounter"
            )
        if pose and pose not in poses:
            raise UsageError(
                f"{self.folder.name} has no pose {pose[:40]!r}; it has {', '.join(sorted(poses))}"
            )
        record, chosen = poses[pose] if pose else best
        formed = adducts_in_form(self.ligand, record.form)
        adduct = next((a for a in formed if a.label == record.label), None)
        if adduct is None:
            raise UsageError(f"{self.ligand.name} has no adduct {record.label}: dock again")
        name = f"complex_{record.label}_{chosen.rank}.cif"
        sites = _sites(chosen.complex_cif, name)
        score = chosen.score_kcal_per_mol
        rebuilt = _rebuilt(self.receptor, adduct, sites, name, score)
        return rebuilt, f"{record.label} {chosen.rank}"

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
        poses = self.result.encounter
        ready = [k for k, pose in enumerate(poses, 1) if pose.attack_ready]
        chosen = rank or (ready[0] if ready else 1)
        if not 1 <= chosen <= len(poses):
            raise UsageError(
                f"{self.folder.name} has {len(poses)} encounter poses, none of rank {chosen}"
            )
        mol = Chem.MolFromMolBlock(poses[chosen - 1].sdf, sanitize=False, removeHs=False)
        drawn = [a.GetSymbol() for a in self.ligand.mol.GetAtoms()]
        if mol is None or [a.GetSymbol() for a in mol.GetAtoms()] != drawn:
            raise UsageError(f"encounter.sdf in {self.folder.name!r} holds another drug")
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


def _sites(text: str, name: str) -> dict[_Key, FloatArray]:
    """Return the position of every atom of an mmCIF file by chain, number, code and names."""
    tags = ["auth_asym_id", "auth_seq_id", "pdbx_PDB_ins_code", "auth_comp_id", "auth_atom_id",
            "Cartn_x", "Cartn_y", "Cartn_z"]  # fmt: skip
    try:
        block = gemmi.cif.read_string(text).sole_block()
        rows = [
            [gemmi.cif.as_string(cell) for cell in row] for row in block.find("_atom_site.", tags)
        ]
        found = {
            (row[0], row[1], row[2], row[3], row[4]): np.array([float(x) for x in row[5:8]])
            for row in rows
        }
    except (RuntimeError, ValueError, IndexError) as error:
        raise UsageError(f"{name} cannot be read as mmCIF: dock again") from error
    if not found or not np.isfinite(list(found.values())).all():
        raise UsageError(f"{name} holds no positions: dock again")
    return found
