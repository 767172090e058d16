"""Where a result came from: command, seed, versions, inputs; nothing about who or where."""

from __future__ import annotations

import hashlib
import platform as host
import re
import shlex
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from workbench import __version__
from workbench.errors import UsageError

PACKAGES = ("rdkit", "openmm", "numpy", "numba", "vina", "gemmi", "meeko")
SHA256 = re.compile(r"[0-9a-f]{64}")
CHUNK = 1 << 20


def collect(
    command: str | Sequence[str],
    seed: int,
    inputs: Mapping[str, bytes | Path | str],
    platform: str | Mapping[str, Any],
    force_field: str,
) -> dict[str, Any]:
    """Return the provenance of one run, ready to be written as JSON.

    Parameters
    ----------
    command
        The command line, as one text or as its words. Absolute paths are cut to their last
        part, so that no name of a user or a folder leaves the machine.
    seed
        The seed of all random numbers.
    inputs
        By name: the content, a file to read, or a SHA-256 digest that is already known.
    platform, force_field
        The OpenMM platform that did the work, and the force field.

    Returns
    -------
    dict
        ``command``, ``seed``, ``versions`` (``"not installed"`` where a package is missing),
        ``platform``, ``force_field``, ``inputs`` (name to SHA-256) and ``machine``.

    Raises
    ------
    UsageError
        When an input cannot be read, or is a text that is no digest.
    """
    return {
        "command": public_command(command),
        "seed": int(seed),
        "versions": versions(),
        "platform": platform,
        "force_field": force_field,
        "inputs": {_last_part(name): _digest(name, inputs[name]) for name in sorted(inputs)},
        "machine": f"{host.system()} {host.machine()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of the workbench, Python and what the results depend on."""
    found = {"workbench": __version__, "python": host.python_version()}
    return found | {package: version_of(package) for package in PACKAGES}


def version_of(package: str) -> str:
    """Return the version of an installed package, or that it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def public_command(command: str | Sequence[str]) -> str:
    """Return a command line in which every absolute path is cut to its last part."""
    if isinstance(command, str):
        try:
            words = shlex.split(command)
        except ValueError:
            words = command.split()
    else:
        words = [str(word) for word in command]
    return shlex.join(_public_word(word) for word in words)


def _public_word(word: str) -> str:
    """Cut the path in ``/a/b/c`` or ``--out=/a/b/c``; a SMILES stays as it is."""
    option, sign, value = word.partition("=") if word.startswith("-") else ("", "", word)
    return option + sign + _last_part(value)


def _last_part(text: str) -> str:
    if text.startswith(("/", "~")):
        return PurePosixPath(text).name or "/"
    if PureWindowsPath(text).drive:
        return PureWindowsPath(text).name
    return text


def _digest(name: str, content: bytes | Path | str) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    if isinstance(content, Path):
        digest = hashlib.sha256()
        try:
            with content.open("rb") as handle:
                while chunk := handle.read(CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise UsageError(
                f"input {name!r} cannot be read: {error.strerror}; check that the file exists"
            ) from error
        return digest.hexdigest()
    if not SHA256.fullmatch(content):
        raise UsageError(f"input {name!r} is no SHA-256 digest: give bytes, a path or a digest")
    return content
