"""Receptors that the package ships: reading them, and the files that hold one."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import gemmi
import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.receptor import Atom, Receptor
from workbench.structures.topology import assign_topology
from workbench.structures.writing import receptor_mmcif

_FILES = {"human-groove": "human_groove", "human-groove-3nc1": "human_groove_3nc1"}
_KEPT = (
    "name",
    "source",
    "verdict",
    "reactive_residue_number",
    "entry_residue",
    "organism",
    "numbering",
    "groove_state",
    "groove_measures",
    "mutations",
    "partners",
    "covalent_bonds",
    "residue_map",
    "changes",
    "provenance",
)


def embedded_names() -> tuple[str, ...]:
    """Return the names of the receptors that the package ships."""
    return tuple(_FILES)


def read_embedded(name: str) -> Receptor:
    """Return a receptor that the package ships.

    Raises
    ------
    ReceptorError
        When there is none of that name.
    """
    if name not in _FILES:
        raise ReceptorError(
            f"there is no embedded receptor {name!r}: known are {', '.join(embedded_names())}"
        )
    folder = files("workbench").joinpath("data/receptors")
    packed = folder.joinpath(f"{_FILES[name]}.cif.gz").read_bytes()
    record = json.loads(folder.joinpath(f"{_FILES[name]}.json").read_text(encoding="utf-8"))
    atoms, coordinates = _atoms(gzip.decompress(packed).decode("ascii"))
    charged, bonds = assign_topology(atoms, coordinates)
    return _receptor(record, charged, coordinates, bonds)


def embedded_files(receptor: Receptor) -> dict[str, bytes]:
    """Return the two files that hold a receptor, by suffix: ``.cif.gz`` and ``.json``."""
    record: dict[str, Any] = {key: getattr(receptor, key) for key in _KEPT}
    text = json.dumps(record, indent=1, sort_keys=True) + "\n"
    # no time stamp, so that the same receptor gives the same bytes
    packed = gzip.compress(receptor_mmcif(receptor).encode("ascii"), mtime=0)
    return {".cif.gz": packed, ".json": text.encode("utf-8")}


def _atoms(text: str) -> tuple[list[Atom], np.ndarray[Any, np.dtype[np.float64]]]:
    block = gemmi.cif.read_string(text).sole_block()
    tags = [
        "auth_atom_id",
        "type_symbol",
        "auth_comp_id",
        "auth_seq_id",
        "auth_asym_id",
        "Cartn_x",
        "Cartn_y",
        "Cartn_z",
    ]
    atoms: list[Atom] = []
    rows: list[list[float]] = []
    for row in block.find("_atom_site.", tags):
        atoms.append(Atom(row.str(0), row.str(1), row.str(2), int(row.str(3)), row.str(4)))
        rows.append([float(row.str(i)) for i in (5, 6, 7)])
    return atoms, np.array(rows, dtype=np.float64)


def _receptor(
    record: dict[str, Any], atoms: tuple[Atom, ...], coordinates: Any, bonds: Any
) -> Receptor:
    kept = {key: record[key] for key in _KEPT}
    kept["residue_map"] = {int(number): entry for number, entry in kept["residue_map"].items()}
    for key in ("mutations", "partners", "covalent_bonds", "changes"):
        kept[key] = tuple(kept[key])
    receptor = Receptor(
        atoms=atoms, coordinates=coordinates, bonds=bonds, reactive_atom=None, **kept
    )
    if receptor.verdict != "thiol":
        return receptor
    index = receptor.find(receptor.reactive_residue_number, "SG")
    return replace(receptor, reactive_atom=index)
