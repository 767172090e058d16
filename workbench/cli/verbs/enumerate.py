"""``workbench enumerate``: a library from a core and a table of building blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.cli.options import Seed, argument, choice, option
from workbench.cli.terminal import tell
from workbench.errors import UsageError
from workbench.files.writing import growing_text

if TYPE_CHECKING:
    from workbench.ligands.enumeration import BuildingBlocks, Group, Library, Product

EXAMPLES = (
    "workbench enumerate sine --count 200 --out sine.smi",
    r'workbench enumerate "[*:1]c1ncn(/C=C\C(=O)[*:3])n1" --out acryloyl.smi',
    'workbench enumerate selinexor --core "O=CN[NH:1]" --groups groups.csv --out mine.csv',
)
SUFFIXES = (".smi", ".csv")
PROPERTIES = ("molecular_weight_g_per_mol", "clogp", "tpsa_angstrom2", "rotatable_bonds")


def run(
    scaffold: str = argument(
        "CORE", "sine, another core of the table, a SMILES with [*:1]; with --core a ligand"
    ),
    out: Path = option(..., "FILE", ".smi or .csv"),
    core: str | None = option(None, "SMARTS", "cut the core from the ligand, open at its labels"),
    groups: Path | None = option(None, "FILE", "table of building blocks"),
    number: int | None = option(None, "N", "pick so many (default: all of them)", "--count", min=1),
    pick: Literal["diverse", "random"] = choice(
        "diverse", "how --count picks: far from each other (MaxMin), or at random"
    ),
    seed: Seed = 1,
    pairs: Path | None = option(
        None,
        "FILE",
        "also write the pairs that differ in one group, with what that does to properties",
    ),
) -> int:
    """Enumerate a library from a core and a table of building blocks.

    Hangs groups on a core at its labelled atoms and writes each molecule once (by InChIKey), the
    geometry of double bonds kept. The core is one of the table's, a SMILES with [*:1], or a
    ligand from which --core cuts it. Without --groups the common groups of the SINE drugs are
    taken. A table has the columns position, name and smiles; [*:1]OC hangs at position 1, and a
    group with a further label is filled in its turn.
    """
    from workbench.ligands.enumeration import Library, read_building_blocks, shipped_groups

    kind = out.suffix.lower()
    if kind not in SUFFIXES:
        raise UsageError(f"--out ends in {' or '.join(SUFFIXES)}, not {out.name[:60]!r}")
    blocks = read_building_blocks(groups or shipped_groups())
    library = Library(_core(scaffold, core, blocks), blocks.groups)
    picked = library.diverse if pick == "diverse" else library.random
    products: Iterable[Product] = picked(number, seed) if number else library.products()
    if pairs:
        products = list(products)
    written = _write_library(products, out, library, kind)
    print(f"{written} molecules of {library.size} combinations written to {out.name}")
    if pairs:
        print(f"{_write_pairs(list(products), pairs)} matched pairs written to {pairs.name}")
    if number and written < number:
        tell(f"the library holds only {written}")
    return 0


def _core(text: str, smarts: str | None, blocks: BuildingBlocks) -> Group:
    from workbench.ligands.enumeration import cut_core, labelled_group
    from workbench.ligands.reading import load_ligand

    if smarts is not None:
        from rdkit import Chem

        ligand = load_ligand(text)
        return cut_core(Chem.RemoveHs(ligand.mol), smarts, ligand.name)
    if text in blocks.cores:
        return blocks.cores[text]
    if "*" not in text:
        known = ", ".join(blocks.cores) or "none"
        raise UsageError(
            f"{text[:60]!r} is no core: the table has {known}; or give a SMILES with [*:1], or a "
            "ligand and --core"
        )
    return labelled_group(text, "product", 0, "the core")


def _write_library(products: Iterable[Product], path: Path, library: Library, kind: str) -> int:
    """Write the molecules as they come; return how many there were."""
    from workbench.files.exports import csv_line

    positions = library.positions
    count = 0
    with growing_text(path.parent, path.name) as append:
        if kind == ".csv":
            append(csv_line(["smiles", "name", "inchikey", *(f"R{p}" for p in positions)]))
        for product in products:
            if kind == ".smi":
                append(f"{product.smiles} {product.name}\n")
            else:
                names = {group.position: group.name for group in product.groups}
                cells = [names.get(position, "") for position in positions]
                append(csv_line([product.smiles, product.name, product.inchikey, *cells]))
            count += 1
    return count


def _write_pairs(products: Sequence[Product], path: Path) -> int:
    """Write the pairs; return how many there are."""
    from dataclasses import asdict

    from workbench.files.exports import csv_line
    from workbench.ligands.enumeration import exchanges
    from workbench.ligands.properties import drug_properties
    from workbench.ligands.reading import mol_from_smiles

    known = {p.number: asdict(drug_properties(mol_from_smiles(p.smiles))) for p in products}
    count = 0
    with growing_text(path.parent, path.name) as append:
        changes = [f"change_of_{name}" for name in PROPERTIES]
        append(csv_line(["first", "second", "position", "taken_out", "put_in", *changes]))
        for pair in exchanges(products):
            old, new = known[pair.first.number], known[pair.second.number]
            differences = [round(new[name] - old[name], 3) for name in PROPERTIES]
            place = [pair.first.name, pair.second.name, pair.position]
            append(csv_line([*place, pair.taken_out.name, pair.put_in.name, *differences]))
            count += 1
    return count
