"""Odd and broken files: each is read as it should be, or refused in one sentence."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from structure_cases import as_entry

from workbench.errors import ReceptorError
from workbench.structures.description import Description, describe_entry
from workbench.structures.loading import load_receptor
from workbench.structures.mmcif import receptor_mmcif


@cache
def entry() -> str:
    return as_entry(load_receptor("human-groove"), chain="A", shift=0)


@cache
def cif() -> str:
    return receptor_mmcif(load_receptor("human-groove"))


def _atoms(change: Callable[[str], str]) -> bytes:
    lines = entry().splitlines()
    return "\n".join(change(x) if x[:4] == "ATOM" else x for x in lines).encode()


def _without(numbers: range) -> bytes:
    lines = entry().splitlines()
    kept = [x for x in lines if x[:4] != "ATOM" or int(x[22:26]) not in numbers]
    return "\n".join(kept).encode()


def _renumbered(line: str, text: str) -> str:
    return f"{line[:22]}{text:>4}{line[26:]}"


def _models(count: int) -> bytes:
    body = entry().replace("END", "   ")
    return "".join(f"MODEL     {i:4d}\n{body}\nENDMDL\n" for i in range(1, count + 1)).encode()


def _without_column(cif_text: str, tag: str) -> bytes:
    return cif_text.replace(f"_atom_site.{tag}", f"_atom_site.x_{tag}").encode()


def _only(names: set[str]) -> bytes:
    lines = entry().splitlines()
    return "\n".join(x for x in lines if x[:4] == "ATOM" and x[12:16].strip() in names).encode()


def _hybrid(line: str) -> str:
    return f"{line[:6]}A{int(line[6:11]):04d}{line[11:]}"


REFUSED = [
    ("empty.cif", lambda: b"", "empty"),
    ("newlines.ent", lambda: b"\n\r\n", "empty"),
    ("null.pdb", lambda: b"\0" * 90, "binary"),
    ("utf16.pdb", lambda: entry().encode("utf-16"), "binary"),
    ("page.ent", lambda: b"<!DOCTYPE html><html></html>", "no atoms"),
    ("page.mmcif", lambda: b"<!DOCTYPE html><html></html>", "damaged"),
    ("json.pdb", lambda: b'{"error": "not found"}', "no atoms"),
    ("json.cif", lambda: b'{"error": "not found"}', "damaged"),
    ("pdb_named.cif", lambda: entry().encode(), "damaged"),
    ("cif_named.pdb", lambda: cif().encode(), "no atoms|coordinate|no protein"),
    ("mol.pdb", lambda: b"\n  RDKit\n\n  1  0  0\n", "no atoms"),
    ("tail.cif", lambda: bytes(cif(), "ascii")[:60_000], "damaged|no atoms|groove|528"),
    ("quote.cif", lambda: b"data_x\n_struct.title 'unclosed\n", "damaged"),
    ("loop.cif", lambda: b"data_x\nloop_\n_a.b\n_a.c\n1 2 3\n", "damaged"),
    ("header.pdb", lambda: b"HEADER    TRANSPORT PROTEIN\nEND\n", "no atoms"),
    ("gzipped.pdb", lambda: gzip.compress(entry().encode()), "binary"),
    ("plain.pdb.gz", lambda: entry().encode(), "cannot be read"),
    ("cut.cif.gz", lambda: gzip.compress(cif().encode())[:9000], "cannot be read"),
    ("flipped.pdb.gz", lambda: _flipped(gzip.compress(entry().encode())), "cannot be read"),
    ("notes.txt", lambda: entry().encode(), "not a structure file"),
    ("noext", lambda: entry().encode(), "not a structure file"),
    ("script.pdb.sh", lambda: entry().encode(), "not a structure file"),
    ("inf.pdb", lambda: _atoms(lambda x: f"{x[:30]}     inf{x[38:]}"), "coordinate"),
    ("comma.pdb", lambda: _atoms(lambda x: x[:30] + x[30:54].replace(".", ",") + x[54:]), "coord"),
    ("shift.pdb", lambda: _atoms(lambda x: f"{x[:30]} {x[30:]}"), "coordinate"),
    ("cut_lines.pdb", lambda: _atoms(lambda x: x[:40]), "coordinate"),
    ("tabs.pdb", lambda: _atoms(lambda x: "\t".join(x.split())), "coordinate|no protein|damaged"),
    ("trace.pdb", lambda: _only({"CA"}), "backbone"),
    ("sidechains.pdb", lambda: _only({"CB", "CG", "SG"}), "backbone"),
    ("waters.pdb", lambda: _atoms(lambda x: f"{x[:17]}HOH{x[20:]}"), "no protein|no XPO1"),
    ("glycines.pdb", lambda: _atoms(lambda x: f"{x[:17]}GLY{x[20:]}"), "no XPO1"),
    ("no_columns.cif", lambda: _without_column(cif(), "Cartn_x"), "no atoms|number|damaged|coord"),
    ("no_groove.pdb", lambda: _without(range(500, 600)), "no XPO1|528"),
    ("no_cys.pdb", lambda: _without(range(528, 529)), "528"),
    ("few.pdb", lambda: _without(range(540, 1100)), "no XPO1"),
    ("second_loop.cif", lambda: cif().encode() + b"\nloop_\n_atom_site.id\n1\n", "damaged"),
]  # fmt: skip


def _flipped(data: bytes) -> bytes:
    return data[:200] + bytes([data[200] ^ 0xFF]) + data[201:]


@pytest.mark.parametrize(("name", "content", "message"), REFUSED, ids=[r[0] for r in REFUSED])
def test_broken_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: Callable[[], bytes], message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    with pytest.raises(ReceptorError, match=message) as caught:
        described = describe_entry(path)
        if described.xpo1 is None:
            load_receptor(path)
    text = str(caught.value)
    assert "\n" not in text and str(tmp_path) not in text and len(text) < 500


READ = [
    ("crlf.pdb", lambda: entry().replace("\n", "\r\n").encode(), ""),
    ("crlf.cif", lambda: cif().replace("\n", "\r\n").encode(), ""),
    ("bom.pdb", lambda: b"\xef\xbb\xbf" + b"REMARK\n" + entry().encode(), ""),
    ("latin.pdb", lambda: b"REMARK  \xe9\xe8\n" + entry().encode(), ""),
    ("CAPITALS.PDB", lambda: entry().encode(), ""),
    ("twice.pdb.gz", lambda: gzip.compress(entry().encode()), ""),
    ("no_element.pdb", lambda: _atoms(lambda x: x[:76]), ""),
    ("short_lines.pdb", lambda: _atoms(lambda x: x[:54]), ""),
    ("no_occupancy.pdb", lambda: _atoms(lambda x: f"{x[:54]}{'':12}{x[66:]}"), ""),
    ("zero_occupancy.pdb", lambda: _atoms(lambda x: f"{x[:54]}  0.00{x[60:]}"), ""),
    ("hybrid36.pdb", lambda: _atoms(_hybrid), ""),
    ("stars.pdb", lambda: _atoms(lambda x: f"{x[:6]}*****{x[11:]}"), ""),
    ("twins.pdb", lambda: _atoms(lambda x: f"{x}\n{x}"), ""),
    ("no_chain.pdb", lambda: _atoms(lambda x: f"{x[:21]} {x[22:]}"), ""),
    ("models.pdb", lambda: _models(5), "model 1 of 5"),
    ("open_end.pdb", lambda: entry().replace("END", "").encode(), ""),
    ("negative.pdb",
     lambda: _atoms(lambda x: _renumbered(x, str(int(x[22:26]) - 1200))), ""),
    ("icodes.pdb", lambda: _atoms(lambda x: f"{x[:26]}B{x[27:]}"), ""),
    ("hid.pdb", lambda: entry().replace("HIS", "HID").encode(), ""),
    ("labels.pdb", lambda: _atoms(lambda x: f"{x[:16]}A{x[17:]}"), "alternate"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "note"), READ, ids=[r[0] for r in READ])
def test_odd_file_is_read_as_what_it_is(
    tmp_path: Path, name: str, content: Callable[[], bytes], note: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    found: Description = describe_entry(path)
    assert found.xpo1 is not None
    assert found.xpo1["human_residue"] == 528 and found.xpo1["verdict"] == "thiol"
    assert found.xpo1["groove_state"] == "open" and found.xpo1["identity_to_human"] == 1.0
    assert not note or note in " ".join(found.notes)


def test_there_are_enough_cases() -> None:
    assert len(REFUSED) + len(READ) >= 40
