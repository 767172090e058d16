"""The columns of each stage's files: what a row holds, by name and type."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.screening.job import Row

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


def parquet_bytes(stage: str, rows: Sequence[Row], metadata: Mapping[str, str]) -> bytes:
    """Return rows as a Parquet file with the stage's columns; a missing value is null.

    Raises
    ------
    KeyError
        When a row holds a column that the stage does not have.
    """
    import pyarrow
    from pyarrow import parquet

    columns = COLUMNS[stage]
    for row in rows:
        if unknown := row.keys() - columns.keys():
            raise KeyError(f"{stage} has no column {sorted(unknown)}")
    types = {
        "string": pyarrow.string(),
        "bool": pyarrow.bool_(),
        "int32": pyarrow.int32(),
        "int64": pyarrow.int64(),
        "float64": pyarrow.float64(),
    }
    schema = pyarrow.schema(
        [(name, types[kind]) for name, kind in columns.items()], metadata=dict(metadata)
    )
    table = pyarrow.Table.from_pydict(
        {name: [row.get(name) for row in rows] for name in columns}, schema=schema
    )
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def parquet_metadata(path: Any) -> dict[str, str]:
    """Return what ``parquet_bytes`` was given as metadata; empty when the file is no sound one."""
    import pyarrow
    from pyarrow import parquet

    try:
        found = parquet.read_schema(path).metadata or {}
    except (OSError, pyarrow.ArrowException):
        return {}
    return {name.decode(): text.decode() for name, text in found.items()}
