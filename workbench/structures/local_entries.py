"""A user's own folder of structure files, looked at before the cache and the network."""

from __future__ import annotations

import os
import re
from pathlib import Path

from workbench.errors import FetchError
from workbench.structures.entry_ids import EntryId, parse_entry_id
from workbench.structures.reading import SUFFIXES, read_structure

FOLDER_VARIABLE = "WORKBENCH_STRUCTURE_DIR"
_OLD_FORMAT = (".pdb", ".ent")


def local_file(entry_id: EntryId) -> Path | None:
    """Return the entry's file in the folder that ``WORKBENCH_STRUCTURE_DIR`` names, if any.

    A name fits when it begins with the id in any case and goes on with anything but a letter
    or digit: ``4hb2.cif``, ``4HB2_pdbredo.PDB.gz``, ``AF-O14980-F1-model_v4.cif``; the PDB's
    own ``pdb4hb2.ent`` fits too. mmCIF goes before PDB, then the shorter name.

    Raises
    ------
    FetchError
        When there is no such folder, or the file says that it is another entry.
    ReceptorError
        When the file cannot be read.
    """
    named = os.environ.get(FOLDER_VARIABLE, "")
    if not named:
        return None
    try:
        names = os.listdir(named)
    except (OSError, ValueError) as error:
        raise FetchError(
            f"{FOLDER_VARIABLE} names no folder that can be read: correct it or unset it"
        ) from error
    fitting = sorted((name for name in names if _fits(entry_id, name)), key=_rank)
    if not fitting:
        return None
    path = Path(named) / fitting[0]
    stated = parse_entry_id(read_structure(path).name)
    if stated is not None and stated.archive == "pdb" and stated != entry_id:
        raise FetchError(
            f"{path.name} in {FOLDER_VARIABLE} says that it is {stated.text}, not "
            f"{entry_id.text}: rename or remove it"
        )
    return path


def _stem_and_suffix(name: str) -> tuple[str, str]:
    bare = name.lower().removesuffix(".gz")
    for suffix in SUFFIXES:
        if bare.endswith(suffix):
            return bare.removesuffix(suffix), suffix
    return bare, ""


def _fits(entry_id: EntryId, name: str) -> bool:
    stem, suffix = _stem_and_suffix(name)
    if not suffix:
        return False
    if entry_id.archive == "pdb":
        pattern = rf"(?:pdb)?{re.escape(entry_id.file_stem)}(?![a-z0-9])"
    else:
        # a file of the whole model may leave F1 out; another fragment never fits
        whole, _, fragment = entry_id.text.lower().rpartition("-")
        optional = "?" if fragment == "f1" else ""
        pattern = rf"{re.escape(whole)}(?:-{fragment}){optional}(?![a-z0-9])(?!-f[0-9])"
    return re.match(pattern, stem, re.ASCII) is not None


def _rank(name: str) -> tuple[bool, int, str]:
    _, suffix = _stem_and_suffix(name)
    return suffix in _OLD_FORMAT, len(name), name
