"""BinaryCIF turned into mmCIF text, so that one reader serves both.

Reference
---------
Sehnal et al. 2020, PLoS Comput. Biol. 16, e1008247, doi:10.1371/journal.pcbi.1008247, and the
specification of the format, version 0.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import gemmi
import msgpack
import numpy as np
from numpy.typing import NDArray

from workbench.errors import ReceptorError

CATEGORIES = frozenset(
    {
        "_atom_site",
        "_cell",
        "_entity",
        "_entity_poly",
        "_entity_poly_seq",
        "_entity_src_gen",
        "_entity_src_nat",
        "_entry",
        "_exptl",
        "_pdbx_entity_src_syn",
        "_refine",
        "_struct",
        "_struct_asym",
        "_struct_conn",
        "_symmetry",
    }
)
"""What the reader of mmCIF uses; an entry holds hundreds of others."""

_TYPES = {1: "<i1", 2: "<i2", 3: "<i4", 4: "<u1", 5: "<u2", 6: "<u4", 32: "<f4", 33: "<f8"}
_MOST_VALUES = 50_000_000
_NULLS = {1: ".", 2: "?"}

Array = NDArray[Any]
Encoding = Mapping[str, Any]


def mmcif_of_bcif(data: bytes, name: str) -> str:
    """Return the categories of a BinaryCIF file that describe its structure, as mmCIF text.

    Parameters
    ----------
    data
        Decompressed content of the file.
    name
        How errors call the file.

    Raises
    ------
    ReceptorError
        When the content is no BinaryCIF, or a column cannot be decoded.
    """
    try:
        blocks = msgpack.unpackb(data, raw=False)["dataBlocks"]
        document = gemmi.cif.Document()
        block = document.add_new_block(_plain(blocks[0]["header"]) or "entry")
        for category in blocks[0]["categories"]:
            if category["name"] in CATEGORIES:
                _add(block, category)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise ReceptorError(
            f"{name} is no BinaryCIF file, or a damaged one: get it again, or give mmCIF"
        ) from error
    return str(document.as_string())


def _plain(header: str) -> str:
    return "".join(c for c in header if c.isascii() and c.isalnum())


def _add(block: gemmi.cif.Block, category: Mapping[str, Any]) -> None:
    tags = [column["name"] for column in category["columns"]]
    values = [_texts(column) for column in category["columns"]]
    if not values or len({len(column) for column in values}) != 1:
        raise ValueError("columns of different lengths")
    block.init_loop(f"{category['name']}.", tags).set_all_values(values)


def _texts(column: Mapping[str, Any]) -> list[str]:
    """Return a column's values as CIF tokens."""
    values = _decoded(column["data"])
    if values.dtype.kind == "f":
        digits = 7 if values.dtype.itemsize == 4 else 12
        tokens = [f"{value:.{digits}g}" for value in values]
    elif values.dtype.kind in "iu":
        tokens = [str(value) for value in values]
    else:
        tokens = [gemmi.cif.quote(value) for value in values]
    if column.get("mask"):
        mask = _decoded(column["mask"])
        tokens = [_NULLS.get(int(m), t) for m, t in zip(mask, tokens, strict=True)]
    return tokens


def _decoded(packed: Mapping[str, Any]) -> Array:
    """Undo a column's encodings, the last one first."""
    values: Any = packed["data"]
    for encoding in reversed(packed["encoding"]):
        values = _DECODERS[encoding["kind"]](values, encoding)
    return np.asarray(values)


def _byte_array(data: bytes, encoding: Encoding) -> Array:
    return np.frombuffer(data, _TYPES[encoding["type"]])


def _fixed_point(data: Array, encoding: Encoding) -> Array:
    return np.asarray((data / encoding["factor"]).astype(_TYPES[encoding["srcType"]]))


def _interval_quantization(data: Array, encoding: Encoding) -> Array:
    step = (encoding["max"] - encoding["min"]) / (encoding["numSteps"] - 1)
    return np.asarray((encoding["min"] + data * step).astype(_TYPES[encoding["srcType"]]))


def _run_length(data: Array, encoding: Encoding) -> Array:
    size = int(encoding["srcSize"])
    counts = data[1::2].astype(np.int64)
    if size > _MOST_VALUES or (counts < 0).any() or counts.sum() != size:
        raise ValueError("run lengths do not add up")
    return np.repeat(data[::2], counts).astype(_TYPES[encoding["srcType"]])


def _delta(data: Array, encoding: Encoding) -> Array:
    summed = np.cumsum(data.astype(np.int64)) + int(encoding["origin"])
    return np.asarray(summed.astype(_TYPES[encoding["srcType"]]))


def _integer_packing(data: Array, encoding: Encoding) -> Array:
    """Add up runs of the extreme value and the value that ends each."""
    limits = np.iinfo(data.dtype)
    extreme = data == limits.max
    if not encoding["isUnsigned"]:
        extreme |= data == limits.min
    ends = np.flatnonzero(~extreme)
    if len(ends) != int(encoding["srcSize"]):
        raise ValueError("packed integers do not add up")
    totals = np.cumsum(data.astype(np.int64))[ends]
    return np.diff(totals, prepend=0).astype("<i4")


def _string_array(data: bytes, encoding: Encoding) -> Array:
    text = encoding["stringData"]
    offsets = _decoded({"data": encoding["offsets"], "encoding": encoding["offsetEncoding"]})
    chosen = _decoded({"data": data, "encoding": encoding["dataEncoding"]})
    strings = [text[a:b] for a, b in pairwise(offsets)]
    # -1 stands for no value; the mask says which kind of none
    return np.array([strings[k] if k >= 0 else "" for k in chosen], dtype=object)


_DECODERS: Mapping[str, Callable[[Any, Encoding], Array]] = {
    "ByteArray": _byte_array,
    "FixedPoint": _fixed_point,
    "IntervalQuantization": _interval_quantization,
    "RunLength": _run_length,
    "Delta": _delta,
    "IntegerPacking": _integer_packing,
    "StringArray": _string_array,
}
