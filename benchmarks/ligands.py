"""How fast ligands are read, and in how much memory: a Markdown table.

``python benchmarks/ligands.py --records 1000 10000 100000 --adducts 1000``

The peer is plain RDKit on the same file in the same run: parse, sanitise, canonical SMILES. One
process per size, so that each peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

from rdkit import Chem, rdBase

from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.building import build_ligands
from workbench.ligands.files import read_records
from workbench.ligands.reading import LigandFailure, each_ligand, parsed
from workbench.ligands.warheads import find_warheads
from workbench.settings import LigandSettings

SUBSTITUENTS = ("F", "Cl", "Br", "C", "CC", "OC", "OCC", "C(F)(F)F", "C#N", "N(C)C", "SC", "OC(F)F")
TAILS = (
    *("OC", "OCC", "OC(C)C", "OCCOC", "OC1CCC1", "OCC(F)(F)F", "N", "NC", "NCC", "N(C)C", "NC1CC1"),
    *("NNc1cnccn1", "NNc1ccccn1", "NNc1cnccc1", "N1CCC1", "N1CC(F)(F)C1", "N1CCOCC1", "NCc1ccccc1"),
    *("NCCOC", "N1CCN(C)CC1", "Nc1ccccc1", "NOC", "C", "NCC#N"),
)
GEOMETRIES = ("/C=C\\", "/C=C/")
AZOLES = ("n1cnc({})n1", "n1ccc({})n1", "n1cc({})cn1", "n1nnc({})n1")
ARYLS = (
    "c2cc({})cc({})c2",
    "c2ccc({})c({})c2",
    "c2c({})cccc2{}",
    "c2cc({})nc({})c2",
    "c2c({})cc({})s2",
)


def analogs() -> Iterator[str]:
    """Yield SMILES of SINE analogs: aryl, azole, alkene and tail combined."""
    for aryl, azole, first, second, geometry, tail in product(
        ARYLS, AZOLES, SUBSTITUENTS, SUBSTITUENTS, GEOMETRIES, TAILS
    ):
        ring = azole.format("-" + aryl.format(first, second))
        yield f"O=C({geometry}{ring}){tail}"


def write_analogs(path: Path, count: int) -> None:
    """Write a list of SMILES with names; every tenth is a hydrochloride."""
    distinct = islice(analogs(), count)
    with path.open("w", encoding="ascii") as file:
        written = 0
        for written, smiles in enumerate(distinct, start=1):
            file.write(f"{smiles}{'' if written % 10 else '.Cl'} analog-{written}\n")
    if written < count:
        raise SystemExit(f"only {written} analogs can be made")


def rate(count: int, started: float) -> float:
    """Return records per second."""
    return count / (time.perf_counter() - started)


def measured(path: Path, n_adducts: int) -> dict[str, float]:
    """Return the rates of each stage and the peak memory of this process."""
    settings = LigandSettings()
    rates: dict[str, float] = {}
    started, count, broken = time.perf_counter(), 0, 0
    sample = []
    for outcome in each_ligand(path, settings=settings):
        if isinstance(outcome, LigandFailure):
            broken += 1
            continue
        count += 1
        if len(sample) < n_adducts:
            sample.append(outcome)
    rates["read, standardised, classified, records/s"] = rate(count, started)
    rates["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rates["records"], rates["failures"] = count, broken

    started, made = time.perf_counter(), sum(len(enumerate_adducts(ligand)) for ligand in sample)
    rates["adducts enumerated, ligands/s"] = rate(len(sample), started)
    rates["adducts"] = made
    rates |= stages(path, settings, len(sample))
    return rates


def stages(path: Path, settings: LigandSettings, count: int) -> dict[str, float]:
    """Return the rates of single stages over the first records, and the peer's."""
    rates = {}
    started = time.perf_counter()
    records = list(islice(read_records(path, settings), count))
    rates["file to records, records/s"] = rate(count, started)
    started = time.perf_counter()
    mols = [parsed(record) for record in records]
    rates["parsed and checked, records/s"] = rate(count, started)
    started = time.perf_counter()
    ligands = [build_ligands(mol, "", "", settings)[0] for mol in mols]
    rates["built, records/s"] = rate(count, started)
    started = time.perf_counter()
    for ligand in ligands:
        find_warheads(ligand.mol)
    rates["warheads found (part of built), records/s"] = rate(count, started)
    started = time.perf_counter()
    with rdBase.BlockLogs():
        for line in islice(path.open(encoding="ascii"), count):
            Chem.MolToSmiles(Chem.MolFromSmiles(line.split()[0]))
    rates["peer: RDKit parse, sanitise, canonical SMILES, records/s"] = rate(count, started)
    return rates


def main() -> None:
    """Measure each size in a process of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--records", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--adducts", type=int, default=1000, help="ligands of the adduct sample")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measured(arguments.measure, arguments.adducts)))
        return
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.records:
            path = Path(folder) / f"analogs_{count}.smi"
            write_analogs(path, count)
            command = [sys.executable, __file__, "--measure", path]
            command += ["--adducts", str(arguments.adducts)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            results.append(json.loads(done.stdout))
            print(f"{count} records: {results[-1]}", file=sys.stderr)
    print("| | " + " | ".join(f"{count} records" for count in arguments.records) + " |")
    print("|---|" + "---|" * len(results))
    for key in results[0]:
        print(f"| {key} | " + " | ".join(f"{result[key]:.0f}" for result in results) + " |")
    peer = "peer: RDKit parse, sanitise, canonical SMILES, records/s"
    whole = "read, standardised, classified, records/s"
    ratios = [result[peer] / result[whole] for result in results]
    print("| peer is faster by | " + " | ".join(f"{ratio:.1f} times" for ratio in ratios) + " |")


if __name__ == "__main__":
    main()
