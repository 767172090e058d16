"""The heavy atoms of a PDB text, as the 3D view needs them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.errors import OutputError

FloatArray = NDArray[np.float64]

CAPS = frozenset({"ACE", "NME"})
LIGAND = "LIG"


@dataclass(frozen=True)
class HeavyAtom:
    """One heavy atom: where it belongs, without its place in space."""

    name: str
    element: str
    residue_name: str
    chain: str
    residue_number: int
    insertion: str

    @property
    def residue(self) -> tuple[str, int, str]:
        """Chain, number and insertion code: what tells one residue from another."""
        return self.chain, self.residue_number, self.insertion

    @property
    def key(self) -> tuple[str, int, str, str]:
        """The residue and the atom's name."""
        return *self.residue, self.name


@dataclass(frozen=True)
class Structure:
    """The heavy atoms of one PDB text: ``atoms`` and ``coordinates`` ``(n, 3)`` angstrom."""

    atoms: tuple[HeavyAtom, ...]
    coordinates: FloatArray

    def select(self, wanted: list[bool]) -> Structure:
        """Return the atoms whose flag in ``wanted`` (one per atom) is set."""
        atoms = tuple(atom for atom, keep in zip(self.atoms, wanted, strict=True) if keep)
        return Structure(atoms, self.coordinates[np.asarray(wanted, dtype=bool)])

    def index(self) -> dict[tuple[str, int, str, str], int]:
        """Return the position of each atom by its key."""
        return {atom.key: i for i, atom in enumerate(self.atoms)}


def read_structure(text: str) -> tuple[Structure, Structure]:
    """Read the receptor and the ligand (residue ``LIG``) of a PDB text.

    Hydrogens and terminal caps (ACE, NME) are left out: the view draws neither.

    Parameters
    ----------
    text
        ATOM and HETATM lines; other lines are passed over.

    Returns
    -------
    tuple of Structure
        The receptor, and the ligand (without atoms when there is none).

    Raises
    ------
    OutputError
        When a line cannot be read or a coordinate is not finite.
    """
    atoms, points = [], []
    for line in text.splitlines():
        if not line.startswith(("ATOM  ", "HETATM")):
            continue
        atom, point = _read_line(line)
        if atom.element not in ("H", "D") and atom.residue_name not in CAPS:
            atoms.append(atom)
            points.append(point)
    whole = Structure(tuple(atoms), np.asarray(points, dtype=np.float64).reshape(-1, 3))
    if not np.isfinite(whole.coordinates).all():
        raise OutputError("the 3D view cannot be drawn: a complex holds a non-finite coordinate")
    is_ligand = [atom.residue_name == LIGAND for atom in atoms]
    return whole.select([not flag for flag in is_ligand]), whole.select(is_ligand)


def _read_line(line: str) -> tuple[HeavyAtom, tuple[float, float, float]]:
    try:
        point = (float(line[30:38]), float(line[38:46]), float(line[46:54]))
        number = int(line[22:26])
    except ValueError as error:
        raise OutputError(
            f"the 3D view cannot be drawn: unreadable atom line {line[:54]!r}"
        ) from error
    name = line[12:16].strip()
    element = line[76:78].strip().capitalize() or name.lstrip("0123456789")[:1]
    atom = HeavyAtom(
        name=name,
        element=element,
        residue_name=line[17:20].strip(),
        chain=line[21].strip(),
        residue_number=number,
        insertion=line[26:27].strip(),
    )
    return atom, point
