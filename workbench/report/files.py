"""A result as files: each appears under its final name only when it is complete."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report.exports import encounter_sdf, json_text, poses_csv, poses_sdf, reference_sdf
from workbench.report.page import report_html
from workbench.report.sessions import CHIMERAX_FILE, PYMOL_FILE, session_scripts

LABEL = re.compile(r"[A-Za-z0-9]{1,12}(_[A-Za-z0-9]{1,12}){0,3}")
COMPLEX_FILE = re.compile(r"complex_[A-Za-z0-9_]{1,60}_[1-9][0-9]{0,5}\.(cif|pdb)")
ENCOUNTER_FILE = "encounter.sdf"
RECEPTOR_FILE = "receptor.pdb"
REFERENCE_FILE = "reference.sdf"
SOMETIMES = (ENCOUNTER_FILE, RECEPTOR_FILE, REFERENCE_FILE, PYMOL_FILE, CHIMERAX_FILE)
NO_LABEL = "adduct"


def prepare_output_folder(path: str | Path) -> Path:
    """Make sure, before any work is done, that results can be written to a folder.

    Parameters
    ----------
    path
        The folder; it is made when only its last part is missing.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        When it is a file, its parent is missing, or nothing can be written to it.
    """
    folder = Path(path)
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{_shown(path)} is not a folder: choose another with --out")
        if not folder.exists() and not folder.parent.is_dir():
            raise OutputError(f"the folder that should hold {_shown(path)} does not exist: make it")
        folder.mkdir(exist_ok=True)
        probe = folder / f".{secrets.token_hex(8)}.tmp"
        with probe.open("xb"):
            pass
        probe.unlink()
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{_shown(path)} cannot be written to: {_cause(error)}; choose another with --out"
        ) from error
    return folder


def write_docking_result(result: DockingResult, folder: str | Path) -> DockingResult:
    """Write everything that ``workbench dock`` promises into a folder.

    All texts are made first, then written under temporary names, then renamed, ``result.json``
    last: a file under its final name is complete, and a failure leaves no temporary behind.
    Structures of an earlier run that this one does not have are removed at the end.

    Parameters
    ----------
    result
        What was found.
    folder
        Where to; see :func:`prepare_output_folder`.

    Returns
    -------
    DockingResult
        The same result with the ``files`` of each pose filled in (names relative to the folder).

    Raises
    ------
    OutputError
        When the folder cannot be written to, or the result cannot be turned into files.
    """
    target = prepare_output_folder(folder)
    named = _with_files(result)
    texts = _texts(named)
    write_texts(target, texts)
    for stale in target.iterdir():
        ours = COMPLEX_FILE.fullmatch(stale.name) or stale.name in SOMETIMES
        if ours and stale.name not in texts:
            with _explained(stale.name, target):
                stale.unlink()
    return named


def write_texts(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Write several texts as UTF-8; see :func:`write_files`."""
    return write_files(folder, {name: as_bytes(text) for name, text in texts.items()})


def as_bytes(text: str) -> bytes:
    """Return a text as UTF-8; a name from a broken encoding does not stop the run."""
    return text.encode("utf-8", "backslashreplace")


def write_files(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    """Write several files so that each appears under its name only when it is complete.

    Parameters
    ----------
    folder
        Where to; it exists.
    contents
        By file name, in the order in which the files appear.

    Returns
    -------
    list of Path
        The files, in that order.

    Raises
    ------
    OutputError
        When one cannot be written; no temporary file stays behind.
    """
    suffix = f".{secrets.token_hex(8)}.tmp"
    temporary = {name: folder / f".{name}{suffix}" for name in contents}
    try:
        for name, content in contents.items():
            with _explained(name, folder), temporary[name].open("xb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        for name in contents:
            with _explained(name, folder):
                os.replace(temporary[name], folder / name)
    finally:
        # what is left is ours, and a second failure here would hide the first
        for path in temporary.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return [folder / name for name in contents]


@contextmanager
def growing_text(folder: Path, name: str) -> Iterator[Callable[[str], object]]:
    """Yield what appends to a file that appears under its name only when it is complete.

    Until then it has no name: an interruption leaves nothing behind.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    temporary = folder / f".{name}.{secrets.token_hex(8)}.tmp"
    with _explained(name, folder), tempfile.TemporaryFile(dir=folder) as growing:
        yield lambda text: growing.write(as_bytes(text))
        growing.seek(0)
        try:
            with temporary.open("xb") as handle:
                shutil.copyfileobj(growing, handle)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(temporary, folder / name)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _with_files(result: DockingResult) -> DockingResult:
    """Name each pose's files after its diastereomer and rank, and nothing else."""
    names: set[str] = set()
    adducts = []
    for adduct in result.adducts:
        label = adduct.label or NO_LABEL
        if not LABEL.fullmatch(label):
            raise OutputError(f"{_shown(adduct.label)} cannot be part of a file's name")
        poses = []
        for pose in adduct.poses:
            stem = f"complex_{label}_{int(pose.rank)}"
            if stem in names or not COMPLEX_FILE.fullmatch(f"{stem}.cif"):
                raise OutputError(f"two poses, or none, would be written as {stem}")
            names.add(stem)
            texts = {"cif": pose.complex_cif, "pdb": pose.complex_pdb}
            poses.append(
                replace(
                    pose, files={kind: f"{stem}.{kind}" for kind, text in texts.items() if text}
                )
            )
        adducts.append(replace(adduct, poses=tuple(poses)))
    return replace(result, adducts=tuple(adducts))


def _texts(result: DockingResult) -> dict[str, str]:
    """Make the content of every file, in the order in which the files appear."""
    texts = {}
    for adduct in result.adducts:
        for pose in adduct.poses:
            for kind, name in pose.files.items():
                texts[name] = pose.complex_cif if kind == "cif" else pose.complex_pdb
    texts["poses.csv"] = poses_csv(result)
    texts["poses.sdf"] = poses_sdf(result)
    if any(pose.sdf for pose in result.encounter):
        texts[ENCOUNTER_FILE] = encounter_sdf(result)
    if result.receptor_pdb:
        texts[RECEPTOR_FILE] = result.receptor_pdb
    if result.reference and result.reference.get("sdf"):
        texts[REFERENCE_FILE] = reference_sdf(result)
    texts |= session_scripts(result)
    texts["report.html"] = report_html(result)
    texts["provenance.json"] = json_text(result.provenance)
    texts["result.json"] = json_text(result.to_dict())
    return texts


@contextmanager
def _explained(name: str, folder: Path) -> Iterator[None]:
    """Turn the operating system's refusal into one sentence."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{name} cannot be written in {_shown(folder)}: {_cause(error)}; free some space or "
            "choose another folder with --out"
        ) from error


def _cause(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _shown(path: str | Path) -> str:
    """Return a path as the user gave it, control characters made visible."""
    return ascii(str(path)) if not str(path).isprintable() else f"'{path}'"
