"""Receptors by id: from the user's own folder first, then from a server."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
from fault_server import ENTRY, FaultServer, converted, entry_text, kept
from structure_cases import as_entry

from workbench.errors import FetchError, ReceptorError
from workbench.settings import FetchSettings
from workbench.structures.fetch import fetch_entry
from workbench.structures.loading import load_receptor


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("9xpo.cif", True),
        ("9XPO_final.CIF", True),
        ("pdb9xpo.ent", True),
        ("9xpo-model.PDB.gz", True),
        ("9xpo.txt", False),
        ("9xpob.cif", False),
        ("my9xpo.cif", False),
    ],
)
def test_own_folder_goes_first(
    cache: Path,
    server: FaultServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fits: bool,
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(folder))
    content = (entry_text(ENTRY) if name.lower().endswith("cif") else pdb_text()).encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    found = fetch_entry(ENTRY, server.settings("good"))
    assert found.origin == ("folder" if fits else "network")
    assert bool(server.counts) is not fits
    if fits:
        assert found.path == folder / name


def pdb_text() -> str:
    return as_entry(load_receptor("human-groove"), chain="A", shift=0)


@pytest.mark.parametrize(
    ("name", "asked", "fits"),
    [
        ("AF-O14980-F1_human.pdb", "AF-O14980", True),
        ("af-o14980.pdb", "AF-O14980-F1", True),
        ("AF-O14980-F1-model_v4.pdb", "af-o14980-f1", True),
        ("AF-O14980-F2.pdb", "AF-O14980", False),
        ("AF-O14980-F1.pdb", "AF-O14980-F2", False),
        ("AF-O14980-F12.pdb", "AF-O14980", False),
    ],
)
def test_own_model_goes_first(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, asked: str, fits: bool
) -> None:
    (tmp_path / name).write_text(pdb_text())
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(tmp_path))
    if fits:
        assert fetch_entry(asked, FetchSettings(offline=True)).path.name == name
    else:
        with pytest.raises(FetchError, match="switched off"):
            fetch_entry(asked, FetchSettings(offline=True))


def test_own_file_of_another_entry_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(tmp_path))
    (tmp_path / "9xpo.cif").write_text(entry_text("8ABC"))
    with pytest.raises(FetchError, match="says that it is 8ABC, not 9XPO"):
        fetch_entry(ENTRY)
    (tmp_path / "9xpo.cif").write_text("data_x\n")
    with pytest.raises(ReceptorError, match="no atoms"):
        fetch_entry(ENTRY)
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(tmp_path / "gone"))
    with pytest.raises(FetchError, match="WORKBENCH_STRUCTURE_DIR names no folder"):
        fetch_entry(ENTRY)


def test_receptor_by_id(cache: Path, server: FaultServer) -> None:
    receptor = load_receptor("9xpo", fetching=server.settings("good"))
    assert (receptor.name, receptor.verdict, receptor.reactive_address()) == (
        ENTRY,
        "thiol",
        "A:528:SG",
    )
    assert receptor.groove_state == "open"
    entry = receptor.provenance["entry"]
    assert entry["origin"] == "network" and entry["url"].endswith("/good/9xpo.cif")


def test_receptor_by_uniprot_id_names_its_licence(
    cache: Path, shared_structures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(shared_structures / "receptors"))
    receptor = load_receptor("AF-O14980")
    assert receptor.name == "AF-O14980-F1" and receptor.entry_residue == "A:CYS:528"
    assert receptor.provenance["licence"] == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("entry_id", "name"),
    [
        ("4HB2", "4hb2_pdbredo.pdb"),
        ("3nc1", "3nc1_pdbredo.pdb"),
        ("5DIF", "5dif_groove_495-650.pdb"),
    ],
)
def test_shared_folder_is_looked_at_by_id(
    cache: Path,
    shared_structures: Path,
    monkeypatch: pytest.MonkeyPatch,
    entry_id: str,
    name: str,
) -> None:
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(shared_structures / "receptors"))
    assert fetch_entry(entry_id).path.name == name


def test_real_entries_through_the_server(
    cache: Path, server: FaultServer, shared_structures: Path
) -> None:
    server.files["4I39"] = (shared_structures / "adducts" / "4i39.cif").read_bytes()
    server.files["3M1I"] = converted(shared_structures / "receptors" / "3m1i.pdb")
    settings = server.settings("good_gzip")
    assert fetch_entry("4i39", settings).path.read_bytes() == server.files["4I39"]
    receptor = load_receptor("3M1I", fetching=settings)
    assert (receptor.verdict, receptor.entry_residue) == ("no_thiol", "C:THR:539")
    assert receptor.groove_state == "closed"
    for fault in ("cut", "cut_at_a_line", "short", "cut_gzip"):
        shutil.rmtree(cache)
        with pytest.raises(FetchError):
            fetch_entry("4I39", server.settings(fault))
        assert kept(cache) == []
