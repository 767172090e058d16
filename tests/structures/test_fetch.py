"""Fetching against a real server on this machine, with every fault that we could think of."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from fault_server import ENTRY, FaultServer, converted, entry_text, kept
from pydantic import ValidationError
from structure_cases import human_entry

from workbench.cli import main
from workbench.errors import FetchError, ReceptorError
from workbench.settings import FetchSettings
from workbench.structures.description import describe_entry
from workbench.structures.download import redirected
from workbench.structures.fetch import fetch_entry
from workbench.structures.loading import load_receptor

FAULTS = {
    "fails": "status 500 3 times",
    "asks_patience": "status 503 3 times",
    "missing": "no such entry",
    "forbidden": "status 403",
    "short": "broke off before the end",
    "short_chunks": "broke",
    "cut": "damaged|cut off",
    "cut_at_a_line": "cut off",
    "cut_unmarked": "cut off",
    "cut_gzip": "gzip file that is damaged or cut off",
    "spoilt_gzip": "gzip file that is damaged or cut off",
    "bomb": "more than 4 MB when unpacked",
    "silent": "does not answer in time",
    "drips": "too slow",
    "hangs_up": "broke the connection",
    "circle": "redirects more than 5 times",
    "to_a_file": "not on the web",
    "to_nonsense": "not on the web",
    "circle_with_endless_body": "redirects more than 5 times",
    "page": "web page instead of a structure",
    "other_entry": "entry '8ABC' instead of 9XPO",
    "nameless": "does not say which entry",
    "without_atoms": "holds no atoms",
    "empty": "empty file",
    "blank": "empty file",
    "message": "no mmCIF",
    "binary": "no mmCIF",
    "long": "more than 4 MB",
    "long_without_length": "more than 4 MB",
}
SOUND = [
    *("good", "good_gzip", "good_encoded", "good_unmarked", "good_elsewhere", "fails_once"),
    "hangs_up_once",
]
NO_IDS = [
    *("", "7L5", "7L5E5", "0L5E", "../7L5E", "7L5E\0", "7L5E\n.", "\u0667L5E", "7l5\u212a"),
    *("pdb_7L5E", "pdb_0000../../", "AF-", "AF-O14980-F0", "AF-../../etc", "AF-O1498\u00b2"),
    *("AF-" + "A" * 5000, "http://127.0.0.1/7L5E", "7L5E;ls"),
]


# Faults of time need limits that they overstep and that a busy machine keeps.
LIMITS = {"silent": {"read_timeout_s": 2.0}, "drips": {"total_timeout_s": 3.0}}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named_and_leaves_nothing(cache: Path, server: FaultServer, fault: str) -> None:
    limits = LIMITS.get(fault, {})
    with pytest.raises(FetchError, match=FAULTS[fault]) as caught:
        fetch_entry(ENTRY, server.settings(fault, **limits))
    assert kept(cache) == []
    message = str(caught.value)
    assert ENTRY in message and "127.0.0.1" in message
    assert "\n" not in message and len(message) < 400 and str(cache) not in message
    # the next mirror saves the day
    found = fetch_entry(ENTRY, server.settings(fault, "good", **limits))
    assert found.origin == "network" and found.url.endswith("/good/9xpo.cif")
    assert re.search(f"because .*({FAULTS[fault]})", found.notes[0])
    assert kept(cache) == ["9xpo.cif", "registry.json"]


def test_refused_connection(cache: Path, server: FaultServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/{{id}}.cif"
    settings = server.settings("good", pdb_servers=(closed,))
    with pytest.raises(FetchError, match="refuses the connection"):
        fetch_entry(ENTRY, settings)
    assert kept(cache) == []
    both = server.settings("good", pdb_servers=(closed, *server.settings("good").pdb_servers))
    assert fetch_entry(ENTRY, both).origin == "network"


@pytest.mark.parametrize("way", SOUND)
def test_sound_answer_is_cached_unpacked(cache: Path, server: FaultServer, way: str) -> None:
    found = fetch_entry(ENTRY, server.settings(way))
    style = "Simple" if way == "good_unmarked" else "Pdbx"
    content = entry_text(ENTRY, style).encode()
    assert found.path.read_bytes() == content
    record = json.loads((cache / "registry.json").read_text())["9xpo.cif"]
    assert record["sha256"] == found.sha256 == hashlib.sha256(content).hexdigest()
    assert record["n_bytes"] == len(content) and record["url"].endswith("9xpo.cif")
    server.counts.clear()
    again = fetch_entry("9xpo", server.settings("fails", offline=True))
    assert (again.origin, again.path, again.sha256) == ("cache", found.path, found.sha256)
    assert not server.counts


def test_every_server_is_told_apart_when_all_fail(cache: Path, server: FaultServer) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_entry(ENTRY, server.settings("fails", "page", "missing"))
    message = str(caught.value)
    assert message.index("500") < message.index("web page") < message.index("404")
    with pytest.raises(FetchError, match=r"there is no entry 9XPO .* check the id"):
        fetch_entry(ENTRY, server.settings("missing", "missing"))


def test_four_processes_get_one_good_file(cache: Path, server: FaultServer) -> None:
    code = (
        "import sys; from workbench.settings import FetchSettings;"
        "from workbench.structures.fetch import fetch_entry;"
        "f = fetch_entry('9XPO', FetchSettings.model_validate_json(sys.argv[1]));"
        "print(f.sha256, f.path)"
    )
    settings = server.settings("good_late")
    words = [sys.executable, "-c", code, settings.model_dump_json()]
    running = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ends = [(process.communicate(timeout=50), process.returncode) for process in running]
    assert [code for _, code in ends] == [0] * 4, ends
    assert len({out for (out, _), _ in ends}) == 1
    digest = hashlib.sha256(entry_text(ENTRY).encode()).hexdigest()
    assert ends[0][0][0].startswith(digest)
    assert server.counts["good_late"] == 1
    assert kept(cache) == ["9xpo.cif", "registry.json"]


def test_spoilt_cached_file_is_set_aside_and_fetched_again(
    cache: Path, server: FaultServer
) -> None:
    path = fetch_entry(ENTRY, server.settings("good")).path
    sound = path.read_bytes()
    path.write_bytes(sound.replace(b"CYS", b"SER"))
    with pytest.raises(FetchError, match=r"9xpo\.cif no longer matched its checksum.*set aside"):
        fetch_entry(ENTRY, server.settings("good", offline=True))
    path.write_bytes(sound[:-5])
    found = fetch_entry(ENTRY, server.settings("good"))
    assert found.origin == "network" and found.path.read_bytes() == sound
    assert "no longer matched its checksum" in found.notes[0]
    assert len([name for name in kept(cache) if ".damaged-" in name]) == 2


def test_file_that_the_registry_does_not_know_is_not_trusted(
    cache: Path, server: FaultServer
) -> None:
    cache.mkdir(parents=True)
    (cache / "9xpo.cif").write_text(entry_text("8ABC"))
    with pytest.raises(FetchError, match="no checksum on record"):
        fetch_entry(ENTRY, server.settings("good", offline=True))
    assert fetch_entry(ENTRY, server.settings("good")).path.read_text() == entry_text(ENTRY)


def test_what_a_killed_process_left_is_removed(cache: Path, server: FaultServer) -> None:
    left = cache / ".arriving-9xpo.cif-abc"
    left.mkdir(parents=True)
    (left / "sent").write_bytes(b"half")
    fetch_entry(ENTRY, server.settings("good"))
    assert kept(cache) == ["9xpo.cif", "registry.json"]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"9xpo.cif": {"sha": 1}}', b"\xff\xfe"])
def test_damaged_registry_is_named(cache: Path, server: FaultServer, content: bytes) -> None:
    cache.mkdir(parents=True)
    (cache / "registry.json").write_bytes(content)
    with pytest.raises(FetchError, match=r"registry\.json .* delete it"):
        fetch_entry(ENTRY, server.settings("good"))


def test_cache_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: FaultServer
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(taken))
    with pytest.raises(FetchError, match=r"cannot be written.*WORKBENCH_CACHE_DIR"):
        fetch_entry(ENTRY, server.settings("good"))


def test_offline_asks_nobody(cache: Path, server: FaultServer) -> None:
    with pytest.raises(FetchError, match="network is switched off"):
        fetch_entry(ENTRY, server.settings("good", offline=True))
    assert not server.counts and not cache.exists()


@pytest.mark.parametrize("text", NO_IDS)
def test_what_is_no_id_goes_nowhere(cache: Path, server: FaultServer, text: str) -> None:
    with pytest.raises(FetchError, match="no id of an entry"):
        fetch_entry(text, server.settings("good"))
    assert not server.counts and not cache.exists()


@pytest.mark.parametrize(
    ("usual", "forms"),
    [
        ("9XPO", ("9xpo", "pdb_00009xpo", "PDB_00009XPO")),
        ("pdb_1000abcd", ("pdb_1000ABCD",)),
        ("AF-O14980-F1", ("af-o14980", "AF-O14980-F1")),
        ("AF-A0A024R1R8-F12", ("AF-A0A024R1R8-f12",)),
    ],
)
def test_forms_of_an_id(
    cache: Path, server: FaultServer, usual: str, forms: tuple[str, ...]
) -> None:
    server.files["PDB_1000ABCD"] = entry_text("pdb_1000abcd").encode()
    for text in forms:
        found = fetch_entry(text, server.settings("good"))
        assert found.entry_id == usual
        assert found.path.name in (f"{usual}.cif", f"{usual.lower()}.cif")


@pytest.mark.parametrize(
    "address", ["ftp://h/{id}", "file:///{id}", "http://h/entry", "https://me:pw@h/{id}", "{id}"]
)
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        FetchSettings(pdb_servers=(address,))
    assert main(["fetch", ENTRY, "--server", address]) == 2


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/b.cif", "https://host/b.cif"),
        ("https://other/b.cif", "https://other/b.cif"),
        ("//other/b.cif", "https://other/b.cif"),
        ("http://host/a.cif", "plain http"),
        ("file:///etc/passwd", "not on the web"),
        ("ftp://host/a.cif", "not on the web"),
        ("https://[::1/a", "not on the web"),
        ("data:text/plain,x", "not on the web"),
    ],
)
def test_redirects_stay_on_the_web_and_keep_https(location: str, leads_to: str) -> None:
    if leads_to.startswith("https"):
        assert redirected("https://host/a.cif", location) == leads_to
    else:
        with pytest.raises(FetchError, match=leads_to):
            redirected("https://host/a.cif", location)


def test_verb_fetch_lists_what_failed(
    cache: Path,
    server: FaultServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WORKBENCH_OFFLINE")
    address = server.settings("good").pdb_servers[0]
    assert main(["fetch", ENTRY, "../etc", "AF-O14980", "--server", address]) == 3
    said = capsys.readouterr()
    assert [line.split()[:2] for line in said.out.splitlines()] == [
        [ENTRY, "network"],
        ["AF-O14980-F1", "network"],
    ]
    assert said.err.count("failed") == 1 and "'../etc'" in said.err
    assert main(["fetch", "9xpo", "--offline", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["origin"] == "cache"
    assert row["sha256"] == hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest()
    assert main(["fetch", "8ABC", "--offline"]) == 1
    assert "switched off" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "asked", "fits"),
    [
        ("9xpo.cif", "9XPO", True),
        ("9XPO_final.PDB.gz", "9XPO", True),
        ("pdb9xpo.ent", "9XPO", True),
        ("9xpo.txt", "9XPO", False),
        ("9xpob.cif", "9XPO", False),
        ("my9xpo.cif", "9XPO", False),
        ("AF-O14980-F1-model_v4.pdb", "af-o14980-f1", True),
        ("af-o14980.pdb", "AF-O14980-F1", True),
        ("AF-O14980-F2.pdb", "AF-O14980", False),
        ("AF-O14980-F12.pdb", "AF-O14980", False),
    ],
)
def test_own_folder_goes_first(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, asked: str, fits: bool
) -> None:
    content = (entry_text(ENTRY) if name.endswith("cif") else human_entry()).encode()
    (tmp_path / name).write_bytes(
        gzip.compress(content, mtime=0) if name.endswith("gz") else content
    )
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(tmp_path))
    if fits:
        found = fetch_entry(asked, FetchSettings(offline=True))
        assert (found.origin, found.path) == ("folder", tmp_path / name)
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


def test_real_entries_through_the_server(
    cache: Path, server: FaultServer, shared_structures: Path
) -> None:
    server.files["4I39"] = (shared_structures / "adducts" / "4i39.cif").read_bytes()
    server.files["3M1I"] = converted(shared_structures / "receptors" / "3m1i.pdb")
    settings = server.settings("good_gzip")
    assert fetch_entry("4i39", settings).path.read_bytes() == server.files["4I39"]
    xpo1 = describe_entry(fetch_entry("3M1I", settings).path).xpo1
    assert xpo1 is not None and xpo1["groove_state"] == "closed"
    assert (xpo1["verdict"], xpo1["entry_residue"]) == ("no_thiol", "C:THR:539")
    for fault in ("cut", "cut_at_a_line", "short", "cut_gzip"):
        shutil.rmtree(cache)
        with pytest.raises(FetchError):
            fetch_entry("4I39", server.settings(fault))
        assert kept(cache) == []
