"""Amber's parameters of ligands: terms by type, the shipped tables, and what was fitted."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import permutations, product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Types = tuple[str, ...]
MOLECULES_FILE = "molecules.json"
TERMS_FILE = "terms.csv"
_GAFF2 = "GAFF2"
_MARK = 1
FITTED_FILE = "fitted.csv"

ACETAL = "c3*"
"""Type of the carbon between the sulphur and an azole's nitrogen: c3, but for fitted terms."""

_CARBON, _AZOLE = "c3", "na"


class Term(NamedTuple):
    """Parameters of one term, and where they are from (empty: GAFF2 as published).

    ``values`` holds k and the length or angle at rest; of a torsion k, phase and periodicity.
    """

    values: tuple[float, ...]
    source: str = ""


@dataclass
class AmberTerms:
    """All parameters that some molecules need, by atom types.

    Van der Waals rows are half the distance of the minimum, depth, source; impropers have their
    centre third.
    """

    van_der_waals: dict[str, tuple[float, float, str]] = field(default_factory=dict)
    bonds: dict[Types, Term] = field(default_factory=dict)
    angles: dict[Types, Term] = field(default_factory=dict)
    propers: dict[Types, list[Term]] = field(default_factory=dict)
    impropers: dict[Types, Term] = field(default_factory=dict)

    def bond(self, types: Types) -> Term | None:
        """Return a bond's parameters from either end."""
        return self.bonds.get(types) or self.bonds.get(types[::-1])

    def angle(self, types: Types) -> Term | None:
        """Return an angle's parameters from either end."""
        return self.angles.get(types) or self.angles.get(types[::-1])

    def proper(self, types: Types) -> list[Term] | None:
        """Return a torsion's terms from either end."""
        return self.propers.get(types) or self.propers.get(types[::-1])

    def improper(self, centre: str, around: Types) -> tuple[tuple[int, int, int], Term] | None:
        """Return how the three neighbours are ordered about the centre (third), and the term.

        Of neighbours of one type the earlier stands first, as Amber's tleap has it.
        """
        for i, j, k in permutations(range(3)):
            found = self.impropers.get((around[i], around[j], centre, around[k]))
            if found is not None:
                return (i, j, k), found
        return None

    def merge(self, others: Iterable[AmberTerms]) -> None:
        """Take in the parameters of other molecules."""
        for other in others:
            self.van_der_waals |= other.van_der_waals
            self.bonds |= other.bonds
            self.angles |= other.angles
            self.propers |= other.propers
            self.impropers |= other.impropers


@dataclass(frozen=True)
class AmberMolecule:
    """What Amber needs to know about the atoms of a drug, whole or bonded (``form``).

    Heavy atoms stand before hydrogens; ``charges`` is ``(n_atoms,)`` and ``bonds`` ``(n_bonds,
    2)``. ``reactive`` bears the sulphur (``None`` in the intact drug), and ``side_chain`` has the
    charges of CB, HB2, HB3 and SG. Charges are the mean of ``n_geometries``, and ``spread`` was
    added to each atom of drug and side chain to make the residue's charge whole.
    """

    name: str
    form: str
    elements: tuple[str, ...]
    types: tuple[str, ...]
    charges: FloatArray
    bonds: IntArray
    reactive: int | None
    side_chain: dict[str, float]
    n_geometries: int
    spread: float


def shipped_molecule(
    elements: Sequence[str], edges: Sequence[tuple[int, int]], reactive: int | None
) -> tuple[AmberMolecule, IntArray] | None:
    """Return the shipped description of a drug and its atoms (see :func:`placed`), if one fits.

    Symbols and bonds are of the drug with its hydrogens, of an adduct the drug's part alone;
    ``reactive`` bears the sulphur.
    """
    for molecule in shipped_molecules():
        found = placed(molecule, elements, edges, reactive)
        if found is not None:
            return molecule, found
    return None


def placed(
    molecule: AmberMolecule,
    elements: Sequence[str],
    edges: Sequence[tuple[int, int]],
    reactive: int | None,
) -> IntArray | None:
    """Return the given atom for each atom of a description, ``(n_atoms,)``.

    Elements and bonds count, stereo does not; ``None`` when they do not fit.
    """
    if len(elements) != len(molecule.elements) or len(edges) != len(molecule.bonds):
        return None
    if (reactive is None) != (molecule.reactive is None):
        return None
    query = _graph(molecule.elements, molecule.bonds.tolist(), molecule.reactive)
    match = _graph(elements, edges, reactive).GetSubstructMatch(query)
    return np.array(match, dtype=np.int64) if match else None


@cache
def shipped_molecules() -> tuple[AmberMolecule, ...]:
    """Return every description that is shipped."""
    rows = json.loads(data_text(MOLECULES_FILE))["molecules"]
    return tuple(_molecule(row) for row in rows)


@cache
def shipped_terms(name: str = TERMS_FILE) -> AmberTerms:
    """Return the parameters of the shipped descriptions, or of another table of theirs."""
    return read_terms(data_text(name))


def read_terms(text: str) -> AmberTerms:
    """Read a table of parameters."""
    terms = AmberTerms()
    for row in csv.DictReader(io.StringIO(text)):
        types = tuple(row["types"].split("-"))
        source = "" if row["source"] == _GAFF2 else row["source"]
        k, rest = float(row["k"]), float(row["at_rest"])
        if row["kind"] == "van_der_waals":
            terms.van_der_waals[types[0]] = (rest, k, source)
        elif row["kind"] in ("bond", "angle"):
            getattr(terms, f"{row['kind']}s")[types] = Term((k, rest), source)
        else:
            term = Term((k, rest, float(row["periodicity"])), source)
            if row["kind"] == "proper":
                terms.propers.setdefault(types, []).append(term)
            else:
                terms.impropers[types] = term
    return terms


def _molecule(row: dict[str, Any]) -> AmberMolecule:
    return AmberMolecule(
        **row
        | {
            "elements": tuple(row["elements"]),
            "types": tuple(row["types"]),
            "charges": np.array(row["charges"]),
            "bonds": np.array(row["bonds"], dtype=np.int64),
        }
    )


def _graph(
    elements: Sequence[str], edges: Sequence[tuple[int, int]], marked: int | None
) -> Chem.Mol:
    """Return bare atoms and single bonds; the marked atom is an isotope of its own."""
    mol = Chem.RWMol()
    for symbol in elements:
        mol.AddAtom(Chem.Atom(symbol))
    for i, j in edges:
        mol.AddBond(int(i), int(j), Chem.BondType.SINGLE)
    if marked is not None:
        mol.GetAtomWithIdx(marked).SetIsotope(_MARK)
    return mol.GetMol()


def data_text(name: str) -> str:
    """Return a file of ``data/amber``."""
    return files("workbench").joinpath("data", "amber", name).read_text(encoding="utf-8")


def refitted(
    molecule: AmberMolecule, terms: AmberTerms, fits: AmberTerms | None = None
) -> tuple[AmberMolecule, AmberTerms]:
    """Return a molecule and its terms with the fitted ones (default: ``fitted.csv``) in place."""
    found = AmberTerms()
    found.merge([terms])
    if _is_acetal(molecule):
        types = list(molecule.types)
        types[molecule.reactive or 0] = ACETAL
        molecule = replace(molecule, types=tuple(types))
        _copied(found)
    chosen = shipped_terms(FITTED_FILE) if fits is None else fits
    for name in ("bonds", "angles", "propers"):
        table: dict[Types, Any] = getattr(found, name)
        for key, value in getattr(chosen, name).items():
            for there in (key, key[::-1]):
                if there in table:
                    table[there] = value
    return molecule, found


def _is_acetal(molecule: AmberMolecule) -> bool:
    centre = molecule.reactive
    if centre is None or molecule.types[centre] != _CARBON:
        return False
    around = [pair for pair in molecule.bonds.tolist() if centre in pair]
    return any(molecule.types[i] == _AZOLE for pair in around for i in pair)


def _copied(terms: AmberTerms) -> None:
    """Add the rows of c3 for the acetal carbon."""
    terms.van_der_waals[ACETAL] = terms.van_der_waals[_CARBON]
    for name in ("bonds", "angles", "propers", "impropers"):
        table: dict[Types, Any] = getattr(terms, name)
        for key in list(table):
            choices = [(kind, ACETAL) if kind == _CARBON else (kind,) for kind in key]
            for copy in product(*choices):
                table.setdefault(copy, table[key])
