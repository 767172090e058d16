"""Make ``workbench/data/amber``: types, charges and parameters of the catalogue's SINE drugs.

Needs tblite (``xpo1-workbench[react]``) and Amber's antechamber, parmchk2 and sqm, found on the
PATH or in the folder that WORKBENCH_AMBER_BIN names; takes about three minutes per drug.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem

from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.physics.amber_molecules import amber_adduct, amber_drug
from workbench.physics.amber_system import amber_parameters, fragment_parameters
from workbench.physics.amber_tables import (
    MOLECULES_FILE,
    TERMS_FILE,
    AmberMolecule,
    AmberTerms,
    Term,
    Types,
    placed,
    refitted,
)

DRUGS = ("selinexor", "eltanexor", "KPT-185", "KPT-276", "KPT-251", "verdinexor")
PER_PAIR, PER_MANY, PER_DRUG = 3, 2, 4
"""Geometries per diastereomer of two, of more than two, and of an intact drug."""
FOLDER = Path(__file__).resolve().parent.parent / "workbench" / "data" / "amber"


def terms_text(terms: AmberTerms) -> str:
    """Return parameters as a table, sorted by kind and types."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("kind", "types", "k", "at_rest", "periodicity", "source"))

    def write(
        kind: str, types: tuple[str, ...], k: float, rest: float, fold: str, why: str
    ) -> None:
        writer.writerow((kind, "-".join(types), f"{k:.6g}", f"{rest:.6g}", fold, why or "GAFF2"))

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


class Noted(AmberTerms):
    """Parameters that note which of them were asked for."""

    def __init__(self, terms: AmberTerms) -> None:
        super().__init__()
        self.merge([terms])
        self.asked = AmberTerms()

    def _note(self, name: str, types: Types) -> Any:
        table = getattr(self, name)
        found = table.get(types) or table.get(types[::-1])
        if found is not None:
            getattr(self.asked, name)[min(types, types[::-1])] = found
        return found

    def bond(self, types: Types) -> Term | None:
        """Return a bond's parameters."""
        return self._note("bonds", types)

    def angle(self, types: Types) -> Term | None:
        """Return an angle's parameters."""
        return self._note("angles", types)

    def proper(self, types: Types) -> list[Term] | None:
        """Return a torsion's terms."""
        return self._note("propers", types)

    def improper(self, centre: str, around: Types) -> tuple[tuple[int, int, int], Term] | None:
        """Return an improper torsion's order and term."""
        found = super().improper(centre, around)
        if found is not None:
            (i, j, k), term = found
            self.asked.impropers[around[i], around[j], centre, around[k]] = term
        return found


def needed(ligand: Ligand, molecule: AmberMolecule, terms: AmberTerms) -> AmberTerms:
    """Return the parameters that a molecule uses, of all that its model needed."""
    noted = Noted(terms)
    adduct = enumerate_adducts(ligand)[0]
    whole = molecule.reactive is None
    mol = Chem.AddHs(ligand.mol if whole else adduct.mol)
    if whole:
        amber_parameters(mol, (), np.arange(mol.GetNumAtoms()), molecule, noted, sulphur=None)
    else:
        heavy = [*range(adduct.n_drug_atoms)]
        mine = heavy + [
            n.GetIdx()
            for i in heavy
            for n in mol.GetAtomWithIdx(i).GetNeighbors()
            if n.GetAtomicNum() == 1
        ]
        place = {atom: k for k, atom in enumerate(mine)}
        edges = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]
        inner = [(place[i], place[j]) for i, j in edges if i in place and j in place]
        elements = [mol.GetAtomWithIdx(i).GetSymbol() for i in mine]
        found = placed(molecule, elements, inner, place[adduct.reactive_atom_index])
        fragment_parameters(mol, adduct, molecule, noted, np.array(mine)[found])
    noted.asked.van_der_waals = {t: noted.van_der_waals[t] for t in molecule.types}
    return noted.asked


def main() -> int:
    """Make both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    molecules, used = [], AmberTerms()
    for name in DRUGS:
        ligand = load_ligand(name)
        for made in (
            amber_adduct(
                enumerate_adducts(ligand),
                PER_PAIR if len(enumerate_adducts(ligand)) == 2 else PER_MANY,
            ),
            amber_drug(ligand, PER_DRUG),
        ):
            molecule, terms = refitted(*made)
            molecules.append(molecule)
            used.merge([needed(ligand, molecule, terms)])
            print(f"{name} {molecule.form}: {molecule.n_geometries} geometries", file=sys.stderr)
    provenance = {
        "command": "python scripts/make_amber_tables.py",
        "charges": "AM1-BCC (antechamber, sqm single point), mean over geometries and "
        "diastereomers",
        "geometries": "GFN2-xTB with ALPB water, from MMFF94s conformers",
        "types": "GAFF2 (antechamber); c3* is c3 with fitted terms, see fitted.csv",
        "programs": "AmberTools 22.0 as in acpype 2023.10.27; tblite 0.8.0",
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / MOLECULES_FILE).write_text(molecules_text(molecules, provenance))
    (arguments.out / TERMS_FILE).write_text(terms_text(used))
    return 0


if __name__ == "__main__":
    sys.exit(main())
