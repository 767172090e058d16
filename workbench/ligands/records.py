"""Text into molecules: SMILES and mol blocks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rdkit import Chem, rdBase

from workbench.errors import LigandError
from workbench.ligands.names import quoted

MAX_SMILES_LENGTH = 4000
MAX_ATOMS = 600

_TIME_STAMP = re.compile(r"^\[[\d:]+\]\s*", re.MULTILINE)
_POSITION = re.compile(r"around position (\d+)")
_OTHER_KINDS = (
    (re.compile(r"InChI=1"), "an InChI"),
    (re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]"), "an InChIKey"),
    (re.compile(r"[^<>]*>[^<>]*>[^<>]*"), "a reaction SMILES"),
    (re.compile(r"(?:[A-Z][a-z]?\d*)*[A-Z][a-z]?\d+(?:[A-Z][a-z]?\d*)*"), "a molecular formula"),
)


@dataclass(frozen=True)
class Record:
    """One ligand of a file, not parsed yet; ``where`` names it in errors.

    Parameters
    ----------
    problem
        Why it cannot be parsed at all; blank when it may.
    notes
        What the reading of the file has to tell about it.
    """

    where: str
    name: str
    text: str
    is_block: bool
    problem: str = ""
    notes: tuple[str, ...] = ()

    def parse(self) -> Chem.Mol:
        """Return the molecule (see ``mol_from_smiles``, ``mol_from_block``)."""
        if self.problem or not self.text.strip():
            raise LigandError(self.problem or f"{self.where}: no SMILES")
        reader = mol_from_block if self.is_block else mol_from_smiles
        return reader(self.text, self.where)


@contextmanager
def captured_log() -> Iterator[list[str]]:
    """Keep RDKit's error log off the terminal and append it to the list that is yielded.

    RDKit before 2026.3 can only silence its log: the list then stays empty.
    """
    lines: list[str] = []
    capture = getattr(rdBase, "CaptureErrorLog", None)
    with rdBase.BlockLogs():
        if capture is None:
            yield lines
            return
        with capture() as log:
            yield lines
            lines.extend(_TIME_STAMP.sub("", log.messages).splitlines())


def mol_from_smiles(text: str, where: str = "the input") -> Chem.Mol:
    """Return the sanitised molecule of a SMILES.

    Raises
    ------
    LigandError
        Saying where the SMILES breaks, or which atom's chemistry is impossible.
    """
    smiles = text.strip()
    if len(smiles) > MAX_SMILES_LENGTH:
        raise LigandError(f"{where}: a SMILES of {len(smiles)} characters is over the limit")
    if not smiles.isascii() or any(c.isspace() or not c.isprintable() for c in smiles):
        raise LigandError(f"{where}: {quoted(smiles)} holds characters that no SMILES has")
    parameters: Any = Chem.SmilesParserParams()
    parameters.sanitize = parameters.removeHs = False
    parameters.allowCXSMILES = parameters.parseName = False
    with captured_log() as log:
        raw = Chem.MolFromSmiles(smiles, parameters)
    if raw is None:
        raise LigandError(f"{where}: {quoted(smiles)} is no SMILES: {_syntax_problem(smiles, log)}")
    _refuse_impossible(raw, f"{where}: {quoted(smiles)}")
    parameters.sanitize = parameters.removeHs = True
    return _settled(lambda: Chem.MolFromSmiles(smiles, parameters), where)


def mol_from_block(text: str, where: str = "the input") -> Chem.Mol:
    """Return the sanitised molecule of a mol block (V2000 or V3000), stereo from its coordinates.

    Raises
    ------
    LigandError
        When the block cannot be read, its chemistry is impossible or a coordinate is no number.
    """
    if text.startswith(("$RXN", "$MDL", "$RDFILE")):
        raise LigandError(f"{where}: a reaction or R-group file; give one complete molecule")
    with captured_log() as log:
        try:
            raw = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False)
        except (RuntimeError, ValueError) as error:
            raise LigandError(f"{where}: no readable mol block ({quoted(str(error))})") from error
    if raw is None:
        reason = log[0] if log else "it breaks the MDL format"
        raise LigandError(f"{where}: no readable mol block ({quoted(reason, 120)})")
    for conformer in raw.GetConformers():
        for index, xyz in enumerate(conformer.GetPositions()):
            if not all(math.isfinite(value) for value in xyz):
                raise LigandError(f"{where}: atom {index + 1} has a coordinate that is no number")
    _refuse_impossible(raw, where)
    return _settled(lambda: Chem.MolFromMolBlock(text), where)


def _settled(read: Callable[[], Chem.Mol | None], where: str) -> Chem.Mol:
    """Return what a second, sanitising reading gives."""
    with captured_log() as log:
        try:
            mol = read()
        except (RuntimeError, ValueError) as error:
            raise LigandError(f"{where}: impossible chemistry: {quoted(str(error))}") from error
    if mol is None:
        raise LigandError(f"{where}: RDKit refuses the molecule ({quoted(' '.join(log), 120)})")
    return mol


def _syntax_problem(smiles: str, log: list[str]) -> str:
    """Return what the text seems to be instead, or where RDKit stumbled, in one clause."""
    for pattern, kind in _OTHER_KINDS:
        if pattern.match(smiles) and (kind == "an InChI" or pattern.fullmatch(smiles)):
            return f"it looks like {kind}; give the SMILES of one molecule"
    text = "\n".join(log)
    found = _POSITION.search(text)
    if found:
        position = int(found.group(1))
        return f"it breaks at character {position} ({quoted(smiles[position - 1 : position + 9])})"
    for line in log:
        if "SMILES Parse Error:" in line:
            reason = line.split("SMILES Parse Error:")[1].split("for input")[0].strip()
            return quoted(reason, 100).strip("'")
    return "it breaks the SMILES grammar"


def _refuse_impossible(mol: Chem.Mol, where: str) -> None:
    """Raise on molecules too large to sanitise safely, and on impossible valences or rings."""
    if mol.GetNumAtoms() > MAX_ATOMS:
        raise LigandError(f"{where}: {mol.GetNumAtoms()} atoms are over the limit of {MAX_ATOMS}")
    with captured_log():
        problems = Chem.DetectChemistryProblems(mol)
    if problems:
        raise LigandError(f"{where}: impossible chemistry: {problems[0].Message()}")
