"""BinaryCIF: every encoding of the format, read as the same structure as its mmCIF."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import gemmi
import msgpack
import numpy as np
import pytest
from Bio.PDB.binary_cif import BinaryCIFParser

from workbench.errors import ReceptorError
from workbench.structures.loading import load_receptor
from workbench.structures.mmcif import receptor_mmcif
from workbench.structures.reading import read_structure

_KINDS = {"<i1": 1, "<i2": 2, "<i4": 3, "<u1": 4, "<u2": 5, "<u4": 6, "<f4": 32, "<f8": 33}
_FLOATS = ("Cartn_x", "Cartn_y", "Cartn_z", "occupancy", "B_iso_or_equiv")
_INTEGERS = ("id", "auth_seq_id", "pdbx_PDB_model_num")


def _bytes(values: Any, kind: str) -> tuple[bytes, dict[str, Any]]:
    array = np.asarray(values).astype(kind)
    return array.tobytes(), {"kind": "ByteArray", "type": _KINDS[kind]}


def _packed(values: Any) -> tuple[bytes, list[dict[str, Any]]]:
    out: list[int] = []
    for value in np.asarray(values, dtype=np.int64).tolist():
        limit = 127 if value >= 0 else -128
        count, rest = divmod(value, limit)
        out += [limit] * count + [rest]
    data, last = _bytes(out, "<i1")
    packing = {
        "kind": "IntegerPacking",
        "byteCount": 1,
        "isUnsigned": False,
        "srcSize": len(values),
    }
    return data, [packing, last]


def _delta(values: Any) -> tuple[Any, dict[str, Any]]:
    array = np.asarray(values, dtype=np.int64)
    steps = np.diff(array, prepend=array[0])
    return steps, {"kind": "Delta", "origin": int(array[0]), "srcType": 3}


def _column(name: str, values: list[str], numeric: bool) -> dict[str, Any]:
    mask = [1 if v == "." else 2 if v == "?" else 0 for v in values]
    texts = [gemmi.cif.as_string(v) for v in values]
    if numeric and name in _FLOATS:
        steps, delta = _delta(np.round(np.array(texts, dtype=float) * 1000))
        data, rest = _packed(steps)
        fixed = {"kind": "FixedPoint", "factor": 1000, "srcType": 33}
        encoded = {"data": data, "encoding": [fixed, delta, *rest]}
    elif numeric and name in _INTEGERS:
        steps, delta = _delta([int(t) for t in texts])
        starts = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
        counts = np.diff(np.append(starts, len(steps)))
        runs = np.stack([steps[starts], counts], axis=1).ravel()
        data, last = _bytes(runs, "<i4")
        lengths = {"kind": "RunLength", "srcType": 3, "srcSize": len(texts)}
        encoded = {"data": data, "encoding": [delta, lengths, last]}
    else:
        unique = sorted(set(texts))
        offsets, offset_last = _bytes(np.cumsum([0, *map(len, unique)]), "<u4")
        data, data_last = _bytes([unique.index(t) for t in texts], "<u2")
        strings = {
            "kind": "StringArray",
            "stringData": "".join(unique),
            "offsets": offsets,
            "offsetEncoding": [offset_last],
            "dataEncoding": [data_last],
        }
        encoded = {"data": data, "encoding": [strings]}
    data, last = _bytes(mask, "<u1")
    masked = {"data": data, "encoding": [last]} if any(mask) else None
    return {"name": name, "data": encoded, "mask": masked}


def _encoded(text: str) -> bytes:
    block = gemmi.cif.read_string(text)[0]
    categories = []
    for prefix in block.get_mmcif_category_names():
        table = block.find_mmcif_category(prefix)
        columns = [
            _column(tag.removeprefix(prefix), list(table.column(k)), prefix == "_atom_site.")
            for k, tag in enumerate(table.tags)
        ]
        categories.append({"name": prefix.rstrip("."), "columns": columns})
    header = {"header": block.name, "categories": categories}
    return bytes(msgpack.packb({"version": "0.3.0", "encoder": "test", "dataBlocks": [header]}))


@pytest.fixture(scope="module")
def text() -> str:
    return receptor_mmcif(load_receptor("human-groove"))


@pytest.mark.parametrize("suffix", [".bcif", ".bcif.gz"])
def test_the_same_structure_as_the_mmcif(text: str, tmp_path: Path, suffix: str) -> None:
    plain, packed = tmp_path / "groove.cif", tmp_path / f"groove{suffix}"
    plain.write_text(text)
    content = _encoded(text)
    packed.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    wanted, found = read_structure(plain), read_structure(packed)
    assert len(found.residues) == len(wanted.residues) > 100
    for first, second in zip(found.residues, wanted.residues, strict=True):
        assert (first.address, first.atom_names) == (second.address, second.atom_names)
        assert np.abs(first.coordinates - second.coordinates).max() < 5e-4
    assert found.links == wanted.links


def test_another_reader_takes_the_test_file_for_the_same(text: str, tmp_path: Path) -> None:
    path = tmp_path / "groove.bcif"
    path.write_bytes(_encoded(text))
    other = BinaryCIFParser().get_structure("x", str(path))
    atoms = {a.get_id(): a.coord for r in other.get_residues() for a in r if r.id[1] == 528}
    ours = next(r for r in read_structure(path).residues if r.number == 528)
    for name, position in zip(ours.atom_names, ours.coordinates, strict=True):
        assert np.abs(atoms[name] - position).max() < 5e-4


def test_interval_quantization_spans_its_interval() -> None:
    from workbench.structures.bcif import _DECODERS

    encoding = {"min": -1.0, "max": 3.0, "numSteps": 5, "srcType": 33}
    values = _DECODERS["IntervalQuantization"](np.array([0, 1, 4]), encoding)
    assert values == pytest.approx([-1.0, 0.0, 3.0])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x83\xa7",
        b"HEADER",
        msgpack.packb({"dataBlocks": []}),
        msgpack.packb({"dataBlocks": [{"header": "x", "categories": 3}]}),
        msgpack.packb([1, 2]),
        msgpack.packb("x" * 1000),
    ],
)
def test_damaged_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.bcif"
    path.write_bytes(content)
    with pytest.raises(ReceptorError, match=r"broken\.bcif"):
        read_structure(path)


def test_every_cut_of_a_file_is_refused_or_read(text: str, tmp_path: Path) -> None:
    content = _encoded(text)
    path = tmp_path / "cut.bcif"
    for share in np.linspace(0.05, 0.99, 12):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(ReceptorError, match=r"cut\.bcif"):
            read_structure(path)
