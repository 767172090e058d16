"""Types and charges of a ligand by Amber's own programs.

References
----------
Wang et al. 2004 (GAFF): 10.1002/jcc.20035
Jakalian, Jack, Bayly 2002 (AM1-BCC): 10.1002/jcc.10128
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.amber_terms import AmberTerms, Kind, Term
from workbench.physics.assembly import with_conformer

FloatArray = NDArray[np.float64]

HOME_VARIABLE = "WORKBENCH_AMBER_BIN"
"""Names the folder that holds antechamber, parmchk2 and sqm when they are not on the PATH."""

PROGRAMS = ("antechamber", "parmchk2", "sqm")

_SECONDS = 1800
# Single point: the geometry is another method's. The others are antechamber's own defaults.
_SQM = "qm_theory='AM1', grms_tol=0.0005, scfconv=1.d-8, ndiis_attempts=700, maxcyc=0"
_SECTIONS: dict[str, tuple[Kind, int]] = {
    **{"NONBON": ("size", 4), "BOND": ("bond", 5), "ANGLE": ("angle", 8)},
    **{"DIHE": ("torsion", 11), "IMPROPER": ("improper", 11)},
}
"""Kind of term and width of its types in a parameter file."""


@dataclass(frozen=True)
class Typing:
    """GAFF2 types, ``(n_atoms,)`` AM1-BCC charges and mol2 file of one molecule by antechamber."""

    types: tuple[str, ...]
    charges: FloatArray
    mol2: str


def program_folder() -> Path:
    """Return the folder of Amber's programs.

    Raises
    ------
    PhysicsError
        When one of them is not there; the message says what to install.
    """
    named = os.environ.get(HOME_VARIABLE)
    found = shutil.which(PROGRAMS[0], path=named) if named else shutil.which(PROGRAMS[0])
    folder = Path(found).parent if found else None
    lacking = [name for name in PROGRAMS if folder is None or not (folder / name).is_file()]
    if folder is None or lacking:
        where = f"the folder that {HOME_VARIABLE} names" if named else "the PATH"
        raise PhysicsError(
            "the force field amber has no parameters for this ligand, and to make them Amber's "
            f"programs {', '.join(PROGRAMS)} are needed, of which {', '.join(lacking)} is not in "
            f"{where}: "
            f"install AmberTools (or the acpype wheel) and set {HOME_VARIABLE} to its bin folder, "
            "or use --force-field mmff94s."
        )
    return folder


def programs_found() -> bool:
    """Return whether Amber's programs are there."""
    try:
        program_folder()
    except PhysicsError:
        return False
    return True


def typing(mol: Chem.Mol, coordinates: FloatArray) -> Typing:
    """Return GAFF2 types and AM1-BCC charges of a closed-shell molecule with explicit hydrogens.

    The coordinates, ``(n_atoms, 3)`` angstrom, are used as they are.

    Raises
    ------
    PhysicsError
        When the programs are missing or fail.
    """
    shaped = with_conformer(mol, coordinates)
    words = ("-fi", "sdf", "-fo", "mol2", "-at", "gaff2", "-c", "bcc", "-ek", _SQM)
    more = ("-nc", str(Chem.GetFormalCharge(mol)), "-pf", "n", "-dr", "no")
    given = Chem.MolToMolBlock(shaped, kekulize=True)
    text = _run("antechamber", (*words, *more), given, ("in.sdf", "out.mol2"))
    part = text.partition("@<TRIPOS>ATOM")[2].partition("@<TRIPOS>")[0]
    rows = [line.split() for line in part.splitlines() if line.strip()]
    if len(rows) != mol.GetNumAtoms():
        raise PhysicsError(f"antechamber returned {len(rows)} atoms of {mol.GetNumAtoms()}.")
    return Typing(tuple(row[5] for row in rows), np.array([float(row[8]) for row in rows]), text)


def selected_terms(typed: Typing) -> AmberTerms:
    """Return every GAFF2 parameter that a molecule needs, found or estimated by parmchk2.

    Raises
    ------
    PhysicsError
        When the programs are missing or fail, or a parameter was left open.
    """
    # "-s 2" is GAFF2; parmchk2 takes "-s gaff2", which its help names too, for GAFF 1.
    words = ("-f", "mol2", "-s", "2", "-a", "Y")
    terms = read_frcmod(_run("parmchk2", words, typed.mol2, ("in.mol2", "out.frcmod")))
    published = program_folder().parent / "dat" / "leap" / "parm" / "gaff2.dat"
    if published.is_file():
        _unrounded(terms, published.read_text(encoding="ascii", errors="replace"))
    return terms


def _unrounded(terms: AmberTerms, gaff2: str) -> None:
    """Put in GAFF2's own digits where parmchk2 has rounded its lengths and angles."""
    for kind, width in (_SECTIONS["BOND"], _SECTIONS["ANGLE"]):
        for line in gaff2.splitlines():
            types = tuple(part.strip() for part in line[:width].split("-"))
            if len(types) != (width + 1) // 3 or line[width : width + 1] not in (" ", ""):
                continue
            found = terms.find(kind, types)
            if found and not found[0].source:
                k, rest = line[width:].split()[:2]
                found[0] = Term((float(k), float(rest)))


def read_frcmod(text: str) -> AmberTerms:
    """Read a parameter file of parmchk2.

    Raises
    ------
    PhysicsError
        When a parameter needs revision by hand.
    """
    if "ATTN" in text:
        line = next(line for line in text.splitlines() if "ATTN" in line)
        raise PhysicsError(f"parmchk2 found no parameter for {line[:11].strip()}.")
    terms = AmberTerms()
    section = ""
    for line in text.splitlines()[1:]:
        if line.strip() in (*_SECTIONS, "MASS"):
            section = line.strip()
        elif line.strip() and section in _SECTIONS:
            kind, width = _SECTIONS[section]
            types = tuple(part.strip() for part in line[:width].split("-"))
            terms.add(kind, types, _term(kind, line[width:].split()))
    return terms


def _term(kind: Kind, words: list[str]) -> Term:
    if kind == "torsion":
        shared, barrier, phase, fold = (float(word) for word in words[:4])
        return Term((barrier / shared, phase, abs(fold)), _source(words[4:]))
    n_values = 3 if kind == "improper" else 2
    values = tuple(float(word) for word in words[:n_values])
    return Term(values[::-1] if kind == "size" else values, _source(words[n_values:]))


def _source(words: list[str]) -> str:
    """Return where a parameter is from: GAFF2 itself, or parmchk2's choice in its words."""
    return " ".join(" ".join(words).replace("- ", "-").replace(" -", "-").split()).rstrip(")")


def _run(program: str, words: tuple[str, ...], given: str, names: tuple[str, str]) -> str:
    """Run a program on a text and return the file that it makes; ``names`` of both files."""
    path = program_folder() / program
    environment = dict(os.environ)
    environment["PATH"] = f"{path.parent}{os.pathsep}{environment.get('PATH', '')}"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, names[0]).write_text(given, encoding="ascii")
        try:
            done = subprocess.run(
                [str(path), "-i", names[0], "-o", names[1], *words],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PhysicsError(f"{program} did not finish: {error}.") from error
        made = Path(folder, names[1])
        if not done.returncode and made.is_file():
            return made.read_text(encoding="ascii", errors="replace")
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    raise PhysicsError(
        f"{program} failed: {(lines or ['it said nothing'])[-1].strip()[:200]}; "
        "use --force-field mmff94s."
    )
