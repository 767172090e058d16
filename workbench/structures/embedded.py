"""Receptors that the package ships: reading them, and the files that hold one."""

from __future__ import annotations

import gzip
import json
from dataclasses import fields
from importlib import resources
from typing import Any

import gemmi
import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.receptor import Atom, Receptor
from workbench.structures.topology import assign_topology
from workbench.structures.writing import receptor_mmcif

_FILES = {"human-groove": "human_groove", "human-groove-3nc1": "human_groove_3nc1"}
_TAGS = [
    *("auth_atom_id", "type_symbol", "auth_comp_id", "auth_seq_id", "auth_asym_id"),
    *("Cartn_x", "Cartn_y", "Cartn_z"),
]
_KEPT = [
    field.name
    for field in fields(Receptor)
    if field.name not in ("atoms", "coordinates", "bonds", "reactive_atom", "titration")
]


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
    folder = resources.files("workbench").joinpath("data/receptors")
    packed = folder.joinpath(f"{_FILES[name]}.cif.gz").read_bytes()
    record = json.loads(folder.joinpath(f"{_FILES[name]}.json").read_text(encoding="utf-8"))
    block = gemmi.cif.read_string(gzip.decompress(packed).decode("ascii")).sole_block()
    rows = list(block.find("_atom_site.", _TAGS))
    atoms = [Atom(r.str(0), r.str(1), r.str(2), int(r.str(3)), r.str(4)) for r in rows]
    coordinates = np.array([[float(r.str(i)) for i in (5, 6, 7)] for r in rows])
    charged, bonds = assign_topology(atoms, coordinates)
    kept = {key: record[key] for key in _KEPT}
    kept["residue_map"] = {int(number): entry for number, entry in kept["residue_map"].items()}
    for key in ("mutations", "partners", "covalent_bonds", "changes"):
        kept[key] = tuple(kept[key])
    return Receptor(
        atoms=charged, coordinates=coordinates, bonds=bonds, reactive_atom=None, **kept
    ).with_reactive_atom()


def embedded_files(receptor: Receptor) -> dict[str, bytes]:
    """Return the two files that hold a receptor, by suffix: ``.cif.gz`` and ``.json``."""
    record: dict[str, Any] = {key: getattr(receptor, key) for key in _KEPT}
    text = json.dumps(record, indent=1, sort_keys=True) + "\n"
    # no time stamp, so that the same receptor gives the same bytes
    packed = gzip.compress(receptor_mmcif(receptor).encode("ascii"), mtime=0)
    return {".cif.gz": packed, ".json": text.encode("utf-8")}
