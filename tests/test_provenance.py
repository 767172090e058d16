"""Provenance: what was run on what, and nothing about who or where."""

from __future__ import annotations

import getpass
import json
import platform
import socket
from pathlib import Path
from typing import Any

import pytest

from workbench import __version__
from workbench.errors import UsageError
from workbench.provenance import collect, public_command

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_inputs_are_named_by_their_sha256(tmp_path: Path) -> None:
    file = tmp_path / "groove.pdb"
    file.write_bytes(b"abc")
    inputs = {"bytes": b"abc", "known": EMPTY, "empty": b"", str(file): file}
    found = collect("workbench dock selinexor", 3, inputs, "CPU", "mmff94s")
    expected = {"bytes": ABC, "known": EMPTY, "empty": EMPTY, "groove.pdb": ABC}
    assert found["inputs"] == expected
    assert (found["seed"], found["platform"], found["force_field"]) == (3, "CPU", "mmff94s")


def test_versions_are_those_installed_and_no_name_is_of_a_person_or_a_machine(
    tmp_path: Path,
) -> None:
    command = ["/opt/bin/workbench", "dock", str(tmp_path / "mine.sdf"), f"--out={tmp_path}/out"]
    found = collect(command, 1, {str(tmp_path / "x"): b""}, "CPU", "mmff94s")
    assert found["versions"]["workbench"] == __version__
    assert found["versions"]["python"] == platform.python_version()
    assert {"openmm", "numba", "vina", "gemmi", "meeko", "rdkit"} <= set(found["versions"])
    text = json.dumps(found)
    assert str(tmp_path) not in text
    assert str(Path.home()) + "/" not in text
    words = set(text.replace('"', " ").replace(",", " ").split())
    assert not {socket.gethostname(), getpass.getuser()} & words


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["/usr/bin/workbench", "dock", "/home/ada/a.sdf"], "workbench dock a.sdf"),
        ("workbench dock '/home/ada/my file.sdf'", "workbench dock 'my file.sdf'"),
        ("workbench dock --out=/home/ada/out x", "workbench dock --out=out x"),
        ("workbench 'unclosed /home/ada/x", "workbench ''\"'\"'unclosed' x"),
        (["workbench", r"C:\Users\ada\x.sdf"], "workbench x.sdf"),
        (["workbench", "dock", "C/C=C\\n1cnc1"], "workbench dock 'C/C=C\\n1cnc1'"),
    ],
)
def test_paths_are_cut_to_their_last_part(command: Any, shown: str) -> None:
    assert public_command(command) == shown


@pytest.mark.parametrize(
    ("content", "said"),
    [(Path("/missing/file"), "cannot be read"), ("abc", "no SHA-256"), (ABC.upper(), "no SHA-256")],
)
def test_an_input_that_cannot_be_hashed_is_refused(content: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        collect("x", 1, {"input": content}, "CPU", "mmff94s")
