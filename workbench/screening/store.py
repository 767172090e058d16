"""The folder of a screen: one run at a time, chunks that are complete or not there."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import OutputError
from workbench.files.writing import prepare_output_folder, write_files
from workbench.screening.plan import Item, Row

CHUNKS = "chunks"
LOCK = ".lock"
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.tmp")

_COMMON = {
    "record": "int64",
    "isomer": "int32",
    "status": "string",
    "kind": "string",
    "reason": "string",
}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "read": {
        **_COMMON,
        "where": "string",
        "name": "string",
        "key": "string",
        "smiles": "string",
        "inchikey": "string",
        "formula": "string",
        "warhead": "string",
        "scaffold": "string",
        "alerts": "string",
        "molecular_weight_g_per_mol": "float64",
        "heavy_atoms": "int32",
        "clogp": "float64",
        "tpsa_angstrom2": "float64",
        "hydrogen_bond_donors": "int32",
        "polar_hydrogens": "int32",
        "hydrogen_bond_acceptors": "int32",
        "rotatable_bonds": "int32",
        "fraction_sp3": "float64",
        "qed": "float64",
        "seconds": "float64",
    },
    "search": {
        **_COMMON,
        "diastereomer": "string",
        "score_kcal_per_mol": "float64",
        "scores": "string",
        "poses": "string",
        "seconds": "float64",
    },
    "minimise": {
        **_COMMON,
        "minimised_diastereomer": "string",
        "valid": "bool",
        "failed_checks": "string",
        "minimised_energy_kcal_per_mol": "float64",
        "strain_kcal_per_mol": "float64",
        "sg_c_distance_angstrom": "float64",
        "moved_by_minimisation_angstrom": "float64",
        "sdf": "string",
        "seconds": "float64",
    },
    "react": {
        **_COMMON,
        "reaction_diastereomer": "string",
        "reaction_level": "string",
        "delta_g_kcal_per_mol": "float64",
        "relative_to_selinexor_kcal_per_mol": "float64",
        "reaction_uncertainty_kcal_per_mol": "float64",
        "seconds": "float64",
    },
}
"""Name and type of what a row of each stage holds."""


@dataclass(frozen=True)
class Chunk:
    """Some items of a stage, which become one file; numbered from 1."""

    stage: str
    number: int
    items: Sequence[Item] = field(repr=False)

    @property
    def file_name(self) -> str:
        """Name of its file."""
        return f"{self.stage}-{self.number:07d}.parquet"

    def digest(self, fingerprint: str) -> str:
        """Return what its file must have been made from."""
        content = json.dumps([fingerprint, self.stage, self.number, list(self.items)])
        return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()


@contextmanager
def opened_folder(path: str | Path) -> Iterator[Path]:
    """Make a screen's folder ready and keep other runs out of it.

    What an earlier run left half written is removed.

    Raises
    ------
    OutputError
        When nothing can be written to it, or another run is at work in it.
    """
    from filelock import FileLock, Timeout

    folder = prepare_output_folder(path)
    prepare_output_folder(folder / CHUNKS)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise OutputError(
            f"another run is at work in {folder.name!r}: wait for it, or choose another folder "
            "with --out"
        ) from error
    except OSError as error:
        raise OutputError(f"{folder.name!r} cannot be locked: {error.strerror}") from error
    try:
        for place in (folder, folder / CHUNKS):
            for left in place.iterdir():
                if _TEMPORARY.fullmatch(left.name):
                    left.unlink(missing_ok=True)
        yield folder
    finally:
        lock.release()


def is_done(folder: Path, chunk: Chunk, fingerprint: str) -> bool:
    """Return whether a chunk's file is there, sound, and made from the same items.

    File times are not looked at: a clock that was changed does no harm.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        found = parquet.read_schema(folder / CHUNKS / chunk.file_name).metadata or {}
    except (OSError, pyarrow.ArrowException):
        return False
    return bool(found.get(b"digest") == chunk.digest(fingerprint).encode())


def write_chunk(folder: Path, chunk: Chunk, rows: Sequence[Row], fingerprint: str) -> None:
    """Write a chunk's rows, sorted by record and isomer; a missing value is null.

    Raises
    ------
    KeyError
        When a row holds a column that the stage does not have.
    OutputError
        When it cannot be written; no half file stays behind.
    """
    import pyarrow
    from pyarrow import parquet

    columns = COLUMNS[chunk.stage]
    for row in rows:
        if unknown := row.keys() - columns.keys():
            raise KeyError(f"{chunk.stage} has no column {sorted(unknown)}")
    schema = pyarrow.schema(
        [(name, pyarrow.type_for_alias(kind)) for name, kind in columns.items()],
        metadata={"digest": chunk.digest(fingerprint)},
    )
    ordered = sorted(rows, key=lambda row: (row["record"], row["isomer"]))
    content: dict[str, list[Any]] = {name: [row.get(name) for row in ordered] for name in columns}
    sink = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pydict(content, schema=schema), sink, compression="zstd")
    write_files(folder / CHUNKS, {chunk.file_name: sink.getvalue()})
