"""The shipped Amber descriptions of catalogue drugs, and how a molecule finds its own.

``data/amber/molecules.json`` holds types and charges, ``data/amber/terms.csv`` the parameters
that these molecules need. Both are results of ``scripts/make_amber_tables.py``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.physics.amber_molecules import AmberMolecule
from workbench.physics.amber_terms import AmberTerms, Term

IntArray = NDArray[np.int64]

MOLECULES_FILE = "molecules.json"
TERMS_FILE = "terms.csv"
COLUMNS = ("kind", "types", "k", "at_rest", "periodicity", "source")

_GAFF2 = "GAFF2"
_MARK = 1


def shipped_molecule(
    elements: Sequence[str], edges: Sequence[tuple[int, int]], reactive: int | None
) -> tuple[AmberMolecule, IntArray] | None:
    """Return the shipped description of a drug, and where its atoms are.

    Parameters
    ----------
    elements, edges
        Symbols and bonds of the drug with its hydrogens; of an adduct the drug's part alone.
    reactive
        The atom that bears the sulphur; ``None`` for the intact drug.

    Returns
    -------
    AmberMolecule, IntArray or None
        See :func:`placed`; ``None`` when no description fits.
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
def shipped_terms() -> AmberTerms:
    """Return the parameters of the shipped descriptions."""
    return read_terms(data_text(TERMS_FILE))


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


def terms_text(terms: AmberTerms) -> str:
    """Return parameters as a table, sorted by kind and types."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)

    def write(
        kind: str, types: tuple[str, ...], k: float, rest: float, fold: str, why: str
    ) -> None:
        writer.writerow((kind, "-".join(types), f"{k:.6g}", f"{rest:.6g}", fold, why or _GAFF2))

    for name, (radius, depth, source) in sorted(terms.van_der_waals.items()):
        write("van_der_waals", (name,), depth, radius, "", source)
    for kind, table in (("bond", terms.bonds), ("angle", terms.angles)):
        for types, term in sorted(table.items()):
            k, rest = term.values
            write(kind, types, k, rest, "", term.source)
    for types, rows in sorted(terms.propers.items()):
        for k, phase, fold in (term.values for term in rows):
            write("proper", types, k, phase, f"{fold:g}", rows[-1].source)
    for types, term in sorted(terms.impropers.items()):
        k, phase, fold = term.values
        write("improper", types, k, phase, f"{fold:g}", term.source)
    return out.getvalue()


def molecules_text(molecules: Sequence[AmberMolecule], provenance: dict[str, Any]) -> str:
    """Return descriptions as JSON, one line per drug and field."""
    rows = []
    for molecule in molecules:
        row = asdict(molecule)
        row["charges"] = [round(charge, 6) for charge in molecule.charges.tolist()]
        row["bonds"] = molecule.bonds.tolist()
        row["side_chain"] = {name: round(q, 6) for name, q in molecule.side_chain.items()}
        row["spread"] = round(molecule.spread, 6)
        fields = ",\n   ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in row.items())
        rows.append(f"  {{{fields}}}")
    head = json.dumps(provenance, indent=1)
    return f'{{"provenance": {head},\n "molecules": [\n' + ",\n".join(rows) + "\n ]}\n"


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
