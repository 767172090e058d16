from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from structure_cases import as_entry

from workbench.errors import ReceptorError
from workbench.structures.loading import load_receptor
from workbench.structures.mmcif import receptor_mmcif
from workbench.structures.reading import read_structure

ATOM = "ATOM      1  N   ALA A   1      11.104   6.134  -6.504  1.00  0.00           N\n"
WATER = "HETATM    1  O   HOH A   1      11.104   6.134  -6.504  1.00  0.00           O\n"
CIF = (
    "data_x\nloop_\n_atom_site.id\n_atom_site.type_symbol\n_atom_site.label_atom_id\n"
    "_atom_site.label_alt_id\n_atom_site.label_comp_id\n_atom_site.label_asym_id\n"
    "_atom_site.label_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n"
    "_atom_site.auth_asym_id\n_atom_site.auth_seq_id\n1 N N . ALA A 1 {} 1 1 A 1\n"
)

BAD_FILES = [
    ("empty.pdb", b"", "empty"),
    ("blank.pdb", b" \n\n \n", "empty"),
    ("page.pdb", b"<html><body>404</body></html>", "no atoms"),
    ("page.cif", b"<html><body>404</body></html>", "damaged"),
    ("header.cif", b"data_x\n_entry.id X\n", "no atoms"),
    ("noblock.cif", b"# nothing but a comment\n", "no atoms"),
    ("bare.pdb.gz", b"ATOM, but not gzipped", "cannot be read"),
    ("cut.pdb.gz", gzip.compress(ATOM.encode() * 500)[:40], "cannot be read"),
    ("broken.cif.gz", gzip.compress(b"x")[:-8] + b"\0" * 8, "cannot be read"),
    ("nan.pdb", ATOM.replace("11.104", "   nan").encode(), "coordinate"),
    ("stars.pdb", ATOM.replace("  11.104", "********").encode(), "coordinate"),
    ("gap.pdb", ATOM.replace("  11.104", "        ").encode(), "coordinate"),
    ("exponent.pdb", ATOM.replace("11.104", "1e9999").encode(), "coordinate"),
    ("far.cif", CIF.format("1e30").encode(), "out of any range"),
    ("unknown.cif", CIF.format("?").encode(), "no number"),
    ("short.pdb", ATOM[:36].encode(), "coordinate"),
    ("binary.pdb", bytes(range(256)) * 9, "binary"),
    ("water.pdb", WATER.encode(), "no protein"),
    ("one.pdb", ATOM.encode(), "no protein"),
    ("model.bcif", b"\x83\xa7", "BinaryCIF"),
    ("notes.txt", ATOM.encode(), "not a structure file"),
    ("archive.tar.gz", b"x", "not a structure file"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD_FILES, ids=[b[0] for b in BAD_FILES])
def test_bad_file_is_refused_with_its_reason(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReceptorError, match=message) as caught:
        load_receptor(path)
    assert str(tmp_path) not in str(caught.value)


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
    path.write_bytes(gzip.compress(b" " * 5_000_000))
    with pytest.raises(ReceptorError, match="too large"):
        read_structure(path)


def test_chain_of_alpha_carbons_is_refused(tmp_path: Path) -> None:
    lines = as_entry(load_receptor("human-groove"), chain="A", shift=0).splitlines()
    path = tmp_path / "trace.pdb"
    path.write_text("\n".join(line for line in lines if line[12:16] == " CA "))
    with pytest.raises(ReceptorError, match="backbone"):
        load_receptor(path)


def test_mmcif_pdb_and_gzip_hold_the_same(tmp_path: Path) -> None:
    receptor = load_receptor("human-groove")
    pdb, cif, packed = tmp_path / "a.pdb", tmp_path / "a.cif", tmp_path / "a.ent.gz"
    pdb.write_text(as_entry(receptor, chain="A", shift=0))
    cif.write_text(receptor_mmcif(receptor))
    packed.write_bytes(gzip.compress(pdb.read_bytes()))
    read = [read_structure(path).protein_chains()["A"] for path in (pdb, cif, packed)]
    for residues in read:
        assert [r.address for r in residues] == [r.address for r in read[0]]
        for one, other in zip(residues, read[0], strict=True):
            np.testing.assert_allclose(one.coordinates, other.coordinates, atol=1e-6)
    assert not any("H" in r.elements for r in read[0])


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
    sulphur, carbon = residue.position("SG"), residue.position("CB")
    assert sulphur is not None and carbon is not None
    assert sulphur[1] == sulphur_y and carbon[1] == sulphur_y - 1.0
    assert "alternate" in structure.notes[0]


def test_headers_of_a_whole_deposition(shared_structures: Path) -> None:
    structure = read_structure(shared_structures / "receptors" / "3m1i.pdb")
    assert structure.name == "3M1I"
    assert structure.organisms["C"] == "Saccharomyces cerevisiae"
    chains = structure.protein_chains()
    assert {chain: len(residues) for chain, residues in chains.items()}["C"] == 1023


def test_organism_and_link_of_an_mmcif(shared_structures: Path) -> None:
    structure = read_structure(shared_structures / "adducts" / "4i39.cif")
    assert structure.organisms == {"A": "Halorhodospira halophila"}
    pairs = {(link.residue_1, link.atom_1, link.atom_2) for link in structure.links}
    assert ("A:69", "SG", "C1") in pairs
