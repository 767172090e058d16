"""Remake ``docs/data/calibration_energies.csv``; run again to go on where it was stopped.

    python scripts/make_calibration.py --scratch scratch/ [--levels gfn2 dft]

The affinity of each Michael acceptor of ``docs/data/calibration.csv`` for an anion: electronic
energy of acceptor + anion -> adduct at GFN2-xTB geometries in water, solvents by ALPB. In the
SMILES the attacked atom has the map number 1, the one that takes the charge 2. Rows that the
table holds are left alone: delete them to remake them.
"""

from __future__ import annotations

import argparse
import csv
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem

from workbench.errors import MechanismError, WorkbenchError
from workbench.gfn2 import KCAL_PER_HARTREE, Gfn2
from workbench.ligands.reading import load_ligand
from workbench.mechanism.species import Species, deprotonated, from_starts, shapes_of, species
from workbench.mechanism.thermochemistry import BASIS, dft_energy
from workbench.mechanism.truncation import cut_back, kept_atoms
from workbench.progress import to_stream

DATA = Path(__file__).resolve().parents[1] / "docs/data"
ACCEPTORS, TABLE = DATA / "calibration.csv", DATA / "calibration_energies.csv"
LEVELS = ("gfn2", "dft", "dft diffuse")
PROBES = {"methanethiolate": "C[S-:2]", "methyl anion": "[CH3-:2]"}
MEDIA = {"water": "water", "dmso": "DMSO", "gas": ""}
DRUGS = ("selinexor", "eltanexor")
DIFFUSE_BASIS = "def2-SVPD"
N_EMBEDDED, N_OPTIMISED = 20, 2


def main() -> None:
    """Compute what the table lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True, metavar="DIR")
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=LEVELS)
    parser.add_argument("--probes", nargs="+", choices=list(PROBES), default=list(PROBES))
    arguments = parser.parse_args()
    arguments.scratch.mkdir(exist_ok=True)
    with TABLE.open(encoding="utf-8", newline="") as handle:
        present = {(row["name"], row["probe"], row["level"]) for row in csv.DictReader(handle)}
    told, wanted = to_stream(), wanted_molecules()
    for level in arguments.levels:
        for number, (name, smiles) in enumerate(wanted, start=1):
            for probe in arguments.probes:
                if (name, probe, level) in present:
                    continue
                try:
                    note, values = "", affinity(name, smiles, probe, level, arguments.scratch)
                except WorkbenchError as error:
                    note, values = str(error), {}
                append_rows(name, probe, level, note, values)
            told(f"{level}: {name}", number, len(wanted))


def wanted_molecules() -> list[tuple[str, str]]:
    """Return name and marked SMILES: acceptors that choose the scale, drugs, those held out."""
    with ACCEPTORS.open(encoding="utf-8", newline="") as handle:
        rows = sorted(
            csv.DictReader(handle), key=lambda row: Chem.MolFromSmiles(row["smiles"]).GetNumAtoms()
        )
    choice = [(row["name"], row["smiles"]) for row in rows if row["part"] == "choice"]
    held_out = [(row["name"], row["smiles"]) for row in rows if row["part"] != "choice"]
    return [*choice, *((name, marked_model(name)) for name in DRUGS), *held_out]


def marked_model(name: str) -> str:
    """Return the SMILES of a drug's truncated model with its map numbers."""
    ligand = load_ligand(name)
    assert ligand.warhead is not None
    mol = Chem.Mol(ligand.mol)
    mol.GetAtomWithIdx(ligand.warhead.reactive_atom_index).SetAtomMapNum(1)
    mol.GetAtomWithIdx(ligand.warhead.partner_atom_index).SetAtomMapNum(2)
    return Chem.MolToSmiles(cut_back(mol, kept_atoms(ligand)))


def affinity(name: str, smiles: str, probe: str, level: str, scratch: Path) -> dict[str, float]:
    """Return the affinity in each medium, kcal/mol; minima and energies are kept in ``scratch``.

    Raises
    ------
    MechanismError
        When a molecule has no minimum at GFN2-xTB.
    """
    acceptor = Chem.MolFromSmiles(smiles)
    sides = []
    for mol, title in (
        (acceptor, name),
        (Chem.MolFromSmiles(PROBES[probe]), probe),
        (adduct_anion(acceptor, probe), f"the {probe} adduct of {name}"),
    ):
        stem = scratch / "".join(c if c.isalnum() else "_" for c in title)
        found = kept(stem.with_name(f"{stem.name}.pickle"), lowest_minimum, mol, title)
        sides.append(energies(found, level, stem))
    first, anion, product = sides
    return {medium: product[medium] - first[medium] - anion[medium] for medium in MEDIA}


def adduct_anion(acceptor: Chem.Mol, probe: str) -> Chem.Mol:
    """Return the product of adding an anion, its charge on the atom beside the attacked one."""
    mol = Chem.RWMol(acceptor)
    marked = {atom.GetAtomMapNum(): atom.GetIdx() for atom in mol.GetAtoms()}
    bond = mol.GetBondBetweenAtoms(marked[1], marked[2])
    bond.SetStereo(Chem.BondStereo.STEREONONE)
    bond.SetBondType(Chem.BondType.SINGLE)
    for other in mol.GetBonds():
        other.SetBondDir(Chem.BondDir.NONE)
    mol.GetAtomWithIdx(marked[2]).SetFormalCharge(-1)
    last = marked[1]
    for number in (6,) if probe == "methyl anion" else (16, 6):
        new = mol.AddAtom(Chem.Atom(number))
        mol.AddBond(last, new, Chem.BondType.SINGLE)
        last = new
    Chem.SanitizeMol(mol)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol.GetMol()


def lowest_minimum(mol: Chem.Mol, name: str) -> Species:
    """Return the lowest conformer in water; a carbanion starts from its conjugate acid's shapes."""
    if not Chem.GetFormalCharge(mol):
        return species(
            mol, name, 1, n_embedded=N_EMBEDDED, n_optimised=N_OPTIMISED, vibrations=False
        )
    acid = Chem.RWMol(mol)
    place = next(atom for atom in acid.GetAtoms() if atom.GetAtomMapNum() == 2)
    place.SetFormalCharge(0)
    place.SetNumExplicitHs(place.GetNumExplicitHs() + 1)
    Chem.SanitizeMol(acid)
    full, shapes = shapes_of(acid.GetMol(), name, 1, N_EMBEDDED)
    ion, starts = deprotonated(full, place.GetIdx(), shapes[:N_OPTIMISED])
    return from_starts(ion, starts, Gfn2(ion, name=name), name=name, vibrations=False)


def energies(found: Species, level: str, stem: Path) -> dict[str, float]:
    """Return the energy of a minimum in each medium, kcal/mol."""
    if level == "gfn2":
        return {
            medium: Gfn2(found.mol, solvent=solvent)(found.coordinates).energy
            for medium, solvent in MEDIA.items()
        }
    store = stem.with_name(f"{stem.name}_{level.replace(' ', '_')}.pickle")
    molecule = (found.mol, found.coordinates, found.name)
    if level == "dft diffuse":
        added = kept(store, diffuse_energy, *molecule)
        return {medium: value + added for medium, value in energies(found, "dft", stem).items()}
    lower = energies(found, "gfn2", stem)
    gas = kept(store, dft_energy, *molecule)
    return {medium: gas + value - lower["gas"] for medium, value in lower.items()}


def diffuse_energy(mol: Chem.Mol, coordinates: Any, name: str) -> float:
    """Return what diffuse basis functions add by Hartree-Fock, kcal/mol.

    Reference
    ---------
    def2-SVPD: Rappoport 2010 J. Chem. Phys. 133:134105, 10.1063/1.3484283.
    """
    from pyscf import gto, scf

    found = []
    for basis in (BASIS, DIFFUSE_BASIS):
        symbols = [atom.GetSymbol() for atom in mol.GetAtoms()]
        atoms = list(zip(symbols, coordinates.tolist(), strict=True))
        shell = gto.M(atom=atoms, basis=basis, charge=Chem.GetFormalCharge(mol), verbose=0)
        field = scf.RHF(shell).density_fit()
        field.conv_tol = 1e-6
        field.kernel()
        if not field.converged:
            raise MechanismError(f"Hartree-Fock/{basis} did not converge for {name}")
        found.append(float(field.e_tot))
    return float(np.diff(found)[0]) * KCAL_PER_HARTREE


def kept(store: Path, compute: Any, *arguments: Any) -> Any:
    """Return what a file of the scratch folder holds, computed where it is missing."""
    if not store.exists():
        store.write_bytes(pickle.dumps(compute(*arguments)))
    return pickle.loads(store.read_bytes())


def append_rows(name: str, probe: str, level: str, note: str, values: dict[str, float]) -> None:
    """Write one acceptor's rows at the end of the table, blank where there is no minimum."""
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    with TABLE.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        for medium in MEDIA:
            value = f"{values[medium]:.2f}" if values else ""
            writer.writerow(
                (name, probe, level, medium, value, note, date, "scripts/make_calibration.py")
            )


if __name__ == "__main__":
    main()
