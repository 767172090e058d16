"""Structure files, whole, odd and broken: read as what they are, or refused in one sentence."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from structure_cases import edited, human_entry

from workbench.errors import ReceptorError
from workbench.structures.description import describe_entry
from workbench.structures.loading import load_receptor
from workbench.structures.reading import read_structure
from workbench.structures.writing import receptor_mmcif

ATOM = "ATOM      1  N   ALA A   1      11.104   6.134  -6.504  1.00  0.00           N\n"
WATER = "HETATM    1  O   HOH A   1      11.104   6.134  -6.504  1.00  0.00           O\n"
CIF = (
    "data_x\nloop_\n_atom_site.id\n_atom_site.type_symbol\n_atom_site.label_atom_id\n"
    "_atom_site.label_alt_id\n_atom_site.label_comp_id\n_atom_site.label_asym_id\n"
    "_atom_site.label_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n"
    "_atom_site.auth_asym_id\n_atom_site.auth_seq_id\n1 N N . ALA A 1 {} 1 1 A 1\n"
)


def cif() -> str:
    return receptor_mmcif(load_receptor("human-groove"))


def packed() -> bytes:
    return gzip.compress(human_entry().encode())


def flipped(data: bytes) -> bytes:
    return data[:200] + bytes([data[200] ^ 0xFF]) + data[201:]


def without(numbers: range) -> Callable[[], str]:
    return lambda: edited(lambda x: None if int(x[22:26]) in numbers else x)


def only(*names: str) -> Callable[[], str]:
    return lambda: edited(lambda x: x if x[12:16].strip() in names else None)


REFUSED: list[tuple[str, Callable[[], bytes | str], str]] = [
    ("empty.cif", lambda: b"", "empty"),
    ("blank.ent", lambda: b"\n\r\n", "empty"),
    ("utf16.pdb", lambda: human_entry().encode("utf-16"), "binary"),
    ("gzipped.pdb", packed, "binary"),
    ("page.ent", lambda: "<!DOCTYPE html><html></html>", "no atoms"),
    ("page.mmcif", lambda: "<!DOCTYPE html><html></html>", "damaged"),
    ("json.pdb", lambda: '{"error": "not found"}', "no atoms"),
    ("json.cif", lambda: '{"error": "not found"}', "damaged"),
    ("pdb_named.cif", human_entry, "damaged"),
    ("cif_named.pdb", cif, "no atoms|coordinate|no protein"),
    ("tail.cif", lambda: cif()[:60_000], "damaged|no atoms|groove|528"),
    ("quote.cif", lambda: "data_x\n_struct.title 'unclosed\n", "damaged"),
    ("header.cif", lambda: "data_x\n_entry.id X\n", "no atoms"),
    ("comment.cif", lambda: "# nothing but a comment\n", "no atoms"),
    ("second_loop.cif", lambda: cif() + "\nloop_\n_atom_site.id\n1\n", "damaged"),
    (
        "no_column.cif",
        lambda: cif().replace("_atom_site.Cartn_x", "_atom_site.x"),
        "no atoms|coord",
    ),
    ("plain.pdb.gz", human_entry, "cannot be read"),
    ("cut.cif.gz", lambda: gzip.compress(cif().encode())[:9000], "cannot be read"),
    ("flipped.pdb.gz", lambda: flipped(packed()), "cannot be read"),
    ("notes.txt", human_entry, "not a structure file"),
    ("script.pdb.sh", human_entry, "not a structure file"),
    ("archive.tar.gz", lambda: b"x", "not a structure file"),
    ("model.bcif", lambda: b"\x83\xa7", "mmCIF"),
    ("model.bcif.gz", lambda: b"\x83\xa7", "mmCIF"),
    ("nan.pdb", lambda: ATOM.replace("11.104", "   nan"), "coordinate"),
    ("stars.pdb", lambda: ATOM.replace("  11.104", "********"), "coordinate"),
    ("gap.pdb", lambda: ATOM.replace("  11.104", "        "), "coordinate"),
    ("exponent.pdb", lambda: ATOM.replace("11.104", "1e9999"), "coordinate"),
    ("comma.pdb", lambda: ATOM.replace(".", ","), "coordinate"),
    ("short.pdb", lambda: ATOM[:36], "coordinate"),
    ("far.cif", lambda: CIF.format("1e30"), "out of any range"),
    ("unknown.cif", lambda: CIF.format("?"), "no number"),
    ("water.pdb", lambda: WATER, "no protein"),
    ("trace.pdb", only("CA"), "backbone"),
    ("side_chains.pdb", only("CB", "CG", "SG"), "backbone"),
    ("glycines.pdb", lambda: edited(lambda x: f"{x[:17]}GLY{x[20:]}"), "no XPO1"),
    ("no_groove.pdb", without(range(500, 600)), "no XPO1|528"),
    ("no_cysteine.pdb", without(range(528, 529)), "528"),
    ("few.pdb", without(range(540, 1100)), "no XPO1"),
]


@pytest.mark.parametrize(("name", "content", "message"), REFUSED, ids=[r[0] for r in REFUSED])
def test_broken_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: Callable[[], bytes | str], message: str
) -> None:
    path = tmp_path / name
    made = content()
    path.write_bytes(made.encode() if isinstance(made, str) else made)
    with pytest.raises(ReceptorError, match=message) as caught:
        load_receptor(path)
    text = str(caught.value)
    assert "\n" not in text and str(tmp_path) not in text and len(text) < 500


@pytest.mark.parametrize(
    "spec",
    ["", "  ", "4GMX", "AF-O14980", "human-grove", "gone.pdb", "a" * 5000 + ".pdb", "x\0.pdb", "."],
)
def test_what_is_no_receptor_is_refused(spec: str) -> None:
    with pytest.raises(ReceptorError):
        load_receptor(spec)


def test_a_folder_is_no_structure(tmp_path: Path) -> None:
    folder = tmp_path / "entry.pdb"
    folder.mkdir()
    with pytest.raises(ReceptorError, match="not a file"):
        load_receptor(folder)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.structures.reading.MAX_BYTES", 1_000_000)
    path = tmp_path / "bomb.pdb.gz"
    path.write_bytes(gzip.compress(b" " * 5_000_000, mtime=0))
    with pytest.raises(ReceptorError, match="too large"):
        read_structure(path)


def models() -> str:
    body = human_entry().replace("END", "   ")
    return "".join(f"MODEL     {i:4d}\n{body}\nENDMDL\n" for i in range(1, 6))


READ: list[tuple[str, Callable[[], bytes | str], str]] = [
    ("crlf.pdb", lambda: human_entry().replace("\n", "\r\n"), ""),
    ("crlf.cif", lambda: cif().replace("\n", "\r\n"), ""),
    ("bom.pdb", lambda: b"\xef\xbb\xbf" + b"REMARK\n" + human_entry().encode(), ""),
    ("latin.pdb", lambda: b"REMARK  \xe9\xe8\n" + human_entry().encode(), ""),
    ("CAPITALS.PDB", human_entry, ""),
    ("packed.pdb.gz", packed, ""),
    ("short_lines.pdb", lambda: edited(lambda x: x[:54]), ""),
    ("zero_occupancy.pdb", lambda: edited(lambda x: f"{x[:54]}  0.00{x[60:]}"), ""),
    ("hybrid36.pdb", lambda: edited(lambda x: f"{x[:6]}A{int(x[6:11]):04d}{x[11:]}"), ""),
    ("stars.pdb", lambda: edited(lambda x: f"{x[:6]}*****{x[11:]}"), ""),
    ("twins.pdb", lambda: edited(lambda x: f"{x}\n{x}"), ""),
    ("no_chain.pdb", lambda: edited(lambda x: f"{x[:21]} {x[22:]}"), ""),
    ("models.pdb", models, "model 1 of 5"),
    ("open_end.pdb", lambda: human_entry().replace("END", ""), ""),
    ("negative.pdb", lambda: edited(lambda x: f"{x[:22]}{int(x[22:26]) - 1200:4d}{x[26:]}"), ""),
    ("icodes.pdb", lambda: edited(lambda x: f"{x[:26]}B{x[27:]}"), ""),
    ("hid.pdb", lambda: human_entry().replace("HIS", "HID"), ""),
    ("labels.pdb", lambda: edited(lambda x: f"{x[:16]}A{x[17:]}"), "alternate"),
]


@pytest.mark.parametrize(("name", "content", "note"), READ, ids=[r[0] for r in READ])
def test_odd_file_is_read_as_what_it_is(
    tmp_path: Path, name: str, content: Callable[[], bytes | str], note: str
) -> None:
    path = tmp_path / name
    made = content()
    path.write_bytes(made.encode() if isinstance(made, str) else made)
    found = describe_entry(path)
    assert found.xpo1 is not None
    assert found.xpo1["human_residue"] == 528 and found.xpo1["verdict"] == "thiol"
    assert found.xpo1["groove_state"] == "open" and found.xpo1["identity_to_human"] == 1.0
    assert not note or note in " ".join(found.notes)


def test_mmcif_pdb_and_gzip_hold_the_same(tmp_path: Path) -> None:
    for name, content in (("a.pdb", human_entry().encode()), ("a.cif", cif().encode()),
                          ("a.ent.gz", packed())):  # fmt: skip
        (tmp_path / name).write_bytes(content)
    first, *others = (read_structure(p).protein_chains()["A"] for p in sorted(tmp_path.iterdir()))
    for residues in others:
        assert [r.address for r in residues] == [r.address for r in first]
        for one, other in zip(residues, first, strict=True):
            np.testing.assert_allclose(one.coordinates, other.coordinates, atol=1e-6)
    assert not any("H" in r.elements for r in first)


def _altloc_lines(occupancies: tuple[float, float]) -> str:
    place = {"N": 0.0, "CA": 1.5, "C": 3.0, "O": 4.2}
    tail = "   0.000   0.000  1.00  0.00           "
    lines = [
        f"ATOM  {i:5d}  {name:<3} CYS A   7    {x:8.3f}{tail}{name[0]}"
        for i, (name, x) in enumerate(place.items(), 1)
    ]
    for serial, (label, occupancy) in enumerate(zip("AB", occupancies, strict=True), 5):
        lines += [
            f"ATOM  {serial:5d}  {name:<3}{label}CYS A   7    {1.5:8.3f}{y + serial:8.3f}   0.000"
            f"{occupancy:6.2f}  0.00           {name[0]}"
            for name, y in (("CB", 1.0), ("SG", 2.0))
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("occupancies", "sulphur_y"), [((0.7, 0.3), 7.0), ((0.3, 0.7), 8.0), ((0.5, 0.5), 7.0)]
)
def test_conformer_with_the_highest_occupancy_is_kept(
    tmp_path: Path, occupancies: tuple[float, float], sulphur_y: float
) -> None:
    path = tmp_path / "altloc.pdb"
    path.write_text(_altloc_lines(occupancies))
    structure = read_structure(path)
    (residue,) = structure.residues
    assert sorted(residue.atom_names) == ["C", "CA", "CB", "N", "O", "SG"]
    assert residue.position("SG")[1] == sulphur_y
    assert residue.position("CB")[1] == sulphur_y - 1.0
    assert structure.alternates


def test_headers_of_whole_depositions(shared_structures: Path) -> None:
    yeast = read_structure(shared_structures / "receptors" / "3m1i.pdb")
    assert yeast.name == "3M1I" and len(yeast.protein_chains()["C"]) == 1023
    assert yeast.organisms["C"] == "Saccharomyces cerevisiae"
    adduct = read_structure(shared_structures / "adducts" / "4i39.cif")
    assert adduct.organisms == {"A": "Halorhodospira halophila"}
    assert ("A:69", "SG", "C1") in {(*link[:2], link[3]) for link in adduct.links}
