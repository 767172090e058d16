"""Entries read from PDB or mmCIF files (first model, one conformer); receptors that ship."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import fields
from importlib import resources
from pathlib import Path

import gemmi
import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.receptor import (
    Atom,
    LinkRecord,
    Receptor,
    Residue,
    ResidueKind,
    Structure,
)
from workbench.structures.topology import assign_topology
from workbench.text import ascii_line

MAX_BYTES = 400_000_000
"""Largest decompressed file that is read: ten times the largest entry that holds XPO1."""

SUFFIXES = (".pdb", ".ent", ".cif", ".mmcif")
PROTONATION_NAMES = {
    **dict.fromkeys(("HID", "HIE", "HIP", "HSD", "HSE", "HSP"), "HIS"),
    **dict.fromkeys(("CYX", "CYM"), "CYS"),
    **{"ASH": "ASP", "GLH": "GLU", "LYN": "LYS"},
}
"""Names that force fields give to protonation states, and the residue that they are."""

KEPT = [
    field.name
    for field in fields(Receptor)
    if field.name not in ("atoms", "coordinates", "bonds", "reactive_atom", "titration")
]
"""What the JSON file of an embedded receptor holds; its atoms are in the mmCIF file."""

_EMBEDDED = {"human-groove": "human_groove", "human-groove-3nc1": "human_groove_3nc1"}
_SITE_TAGS = [
    *("auth_atom_id", "type_symbol", "auth_comp_id", "auth_seq_id", "auth_asym_id"),
    *("Cartn_x", "Cartn_y", "Cartn_z"),
]
_LONGEST_TITLE = 120
_FARTHEST_ANGSTROM = 1e5
_DECIMAL = re.compile(r"[-+]?\d+\.?\d*|[-+]?\.\d+")
_AMINO_ACIDS = frozenset("ACDEFGHIKLMNPQRSTVWY")
_CAPS = ("ACE", "NME", "NH2")
_ORGANISMS = {
    "_entity_src_gen.": "pdbx_gene_src_scientific_name",
    "_entity_src_nat.": "pdbx_organism_scientific",
    "_pdbx_entity_src_syn.": "organism_scientific",
}


def read_structure(path: str | Path) -> Structure:
    """Return what a PDB or mmCIF file (plain or gzipped) holds.

    The first model is read; where atoms have alternate locations, one conformer per residue
    is kept: that with the highest occupancy, the first of equals. Hydrogens are left out.

    Raises
    ------
    ReceptorError
        When the file is missing, too large, damaged, not a structure, or holds no usable
        coordinates.
    """
    path = Path(path)
    data = _file_bytes(path)
    text = data.decode("utf-8", errors="replace")
    structure, block = _parsed(text, path.name)
    if len(structure) == 0 or structure[0].count_atom_sites() == 0:
        raise ReceptorError(
            f"{path.name} holds no atoms: give a PDB or mmCIF file with coordinates"
        )
    structure.setup_entities()
    notes: list[str] = []
    alternates: dict[str, str] = {}
    if len(structure) > 1:
        notes.append(f"model 1 of {len(structure)} was used")
    residues = tuple(_residues(structure[0], path.name, notes, alternates))
    organisms = _from_pdb(text) if block is None else _from_mmcif(structure, block)
    return Structure(
        name=_entry_name(structure, path),
        source=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        residues=residues,
        links=_link_records(structure),
        organisms=organisms,
        notes=tuple(notes),
        title=_title(structure),
        alternates=alternates,
    )


def embedded_names() -> tuple[str, ...]:
    """Return the names of the receptors that the package ships."""
    return tuple(_EMBEDDED)


def read_embedded(name: str) -> Receptor:
    """Return a receptor that the package ships.

    Raises
    ------
    ReceptorError
        When there is none of that name.
    """
    if name not in _EMBEDDED:
        raise ReceptorError(
            f"there is no embedded receptor {name!r}: known are {', '.join(embedded_names())}"
        )
    folder = resources.files("workbench").joinpath("data/receptors")
    packed = folder.joinpath(f"{_EMBEDDED[name]}.cif.gz").read_bytes()
    record = json.loads(folder.joinpath(f"{_EMBEDDED[name]}.json").read_text(encoding="utf-8"))
    block = gemmi.cif.read_string(gzip.decompress(packed).decode("ascii")).sole_block()
    rows = list(block.find("_atom_site.", _SITE_TAGS))
    atoms = [Atom(r.str(0), r.str(1), r.str(2), int(r.str(3)), r.str(4)) for r in rows]
    coordinates = np.array([[float(r.str(i)) for i in (5, 6, 7)] for r in rows])
    charged, bonds = assign_topology(atoms, coordinates)
    kept = {key: record[key] for key in KEPT}
    kept["residue_map"] = {int(number): entry for number, entry in kept["residue_map"].items()}
    for key in ("mutations", "partners", "covalent_bonds", "changes"):
        kept[key] = tuple(kept[key])
    return Receptor(
        atoms=charged, coordinates=coordinates, bonds=bonds, reactive_atom=None, **kept
    ).with_reactive_atom()


def _title(structure: gemmi.Structure) -> str:
    """Return the title as one short line of printable ASCII."""
    clean = ascii_line(dict(structure.info.items()).get("_struct.title", ""))
    return clean if len(clean) <= _LONGEST_TITLE else f"{clean[:_LONGEST_TITLE]}..."


def _file_bytes(path: Path) -> bytes:
    name = path.name.lower()
    bare = name.removesuffix(".gz")
    if bare.endswith(".bcif"):
        raise ReceptorError(f"{path.name} is BinaryCIF, which is not read: give the entry's mmCIF")
    if not bare.endswith(SUFFIXES):
        raise ReceptorError(
            f"{path.name} is not a structure file that is read: give .pdb, .ent or .cif, "
            "plain or gzipped"
        )
    try:
        if not path.exists():
            raise ReceptorError(f"there is no file {path.name}: check the path")
        if not path.is_file():
            raise ReceptorError(f"{path.name} is not a file: give one structure file")
        with path.open("rb") as handle:
            stream = gzip.GzipFile(fileobj=handle) if name.endswith(".gz") else handle
            data = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ReceptorError(
            f"{path.name} cannot be read ({_brief(error)}): get it again"
        ) from error
    if len(data) > MAX_BYTES:
        raise ReceptorError(f"{path.name} holds more than {MAX_BYTES // 1_000_000} MB: too large")
    if not data.strip():
        raise ReceptorError(f"{path.name} is empty: get it again")
    if b"\0" in data:
        raise ReceptorError(f"{path.name} is binary, not a PDB or mmCIF text: get it again")
    return data


def _parsed(text: str, name: str) -> tuple[gemmi.Structure, gemmi.cif.Block | None]:
    """Return the structure, and for mmCIF the block that it came from."""
    bare = name.lower().removesuffix(".gz")
    try:
        if bare.endswith((".cif", ".mmcif")):
            document = gemmi.cif.read_string(text)
            block = document[0] if len(document) else gemmi.cif.Block("empty")
            return gemmi.make_structure_from_block(block), block
        _check_pdb_numbers(text, name)
        return gemmi.read_pdb_string(text), None
    except (RuntimeError, ValueError, IndexError) as error:
        raise ReceptorError(f"{name} is damaged or not a structure ({_brief(error)})") from error


def _check_pdb_numbers(text: str, name: str) -> None:
    """Refuse a coordinate that is no number: the parser would take it for zero."""
    for count, line in enumerate(text.splitlines(), start=1):
        if not line.startswith(("ATOM  ", "HETATM")):
            continue
        for field in (line[30:38], line[38:46], line[46:54]):
            if not _DECIMAL.fullmatch(field.strip()):
                raise ReceptorError(
                    f"line {count} of {name} has {field.strip()[:8]!r} for a coordinate; "
                    "get the file again"
                )


def _brief(error: Exception) -> str:
    """Return the first line of an error, without a path."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _entry_name(structure: gemmi.Structure, path: Path) -> str:
    stem = path.name
    for suffix in (".gz", *SUFFIXES):
        if stem.lower().endswith(suffix):
            stem = stem[: -len(suffix)]
    entry = str(dict(structure.info.items()).get("_entry.id", ""))
    return entry if re.fullmatch(r"[0-9][A-Za-z0-9]{3}|pdb_[A-Za-z0-9]{8}", entry) else stem


def _residues(
    model: gemmi.Model, file_name: str, notes: list[str], alternates: dict[str, str]
) -> Iterator[Residue]:
    for chain in model:
        for group in _by_position(chain):
            residue = max(group, key=lambda r: sum(a.occ for a in r) / max(len(r), 1))
            atoms, kept = _one_conformer(residue)
            if atoms:
                record = _record(chain.name, residue, atoms, file_name)
                if kept or len(group) > 1:
                    alternates[record.key] = kept or residue.name
                yield record
    if alternates:
        count = f"{len(alternates)} residue{'s' if len(alternates) > 1 else ''}"
        notes.append(
            f"{count} had alternate locations; the conformer with the highest occupancy was kept"
        )


def _by_position(chain: gemmi.Chain) -> Iterator[list[gemmi.Residue]]:
    """Yield the residues of a chain; those that share one place (point mutants) together."""
    group: list[gemmi.Residue] = []
    for residue in chain:
        if group and residue.seqid == group[0].seqid and _is_amino_acid(residue):
            group.append(residue)
            continue
        if group:
            yield group
        group = [residue]
    if group:
        yield group


def _is_amino_acid(residue: gemmi.Residue) -> bool:
    if residue.name in PROTONATION_NAMES:
        return True
    return bool(gemmi.find_tabulated_residue(residue.name).is_amino_acid())


def _one_conformer(residue: gemmi.Residue) -> tuple[list[gemmi.Atom], str]:
    """Return one heavy atom per name, of one alternate location, and its label (or ``""``)."""
    labels: dict[str, list[float]] = {}
    for atom in residue:
        if atom.has_altloc():
            labels.setdefault(atom.altloc, []).append(atom.occ)
    # max() keeps the first of equals, and labels come in the file's order: A before B
    kept = max(labels, key=lambda label: sum(labels[label]) / len(labels[label]), default="")
    chosen: dict[str, gemmi.Atom] = {}
    for atom in residue:
        if atom.is_hydrogen():
            continue
        rival = chosen.get(atom.name)
        if rival is None or (atom.altloc == kept and rival.altloc != kept):
            chosen[atom.name] = atom
    return list(chosen.values()), kept


def _record(chain: str, residue: gemmi.Residue, atoms: list[gemmi.Atom], file_name: str) -> Residue:
    coordinates = np.array([atom.pos.tolist() for atom in atoms], dtype=np.float64)
    if not np.all(np.abs(coordinates) < _FARTHEST_ANGSTROM):
        raise ReceptorError(
            f"{file_name}: residue {chain}:{residue.name}:{residue.seqid} has a coordinate that "
            "is no number or is out of any range; get the file again"
        )
    name = PROTONATION_NAMES.get(residue.name, residue.name)
    names = tuple(atom.name for atom in atoms)
    table = gemmi.find_tabulated_residue(name)
    kind: ResidueKind = "other"
    if table.is_water():
        kind = "water"
    elif _is_chain_residue(residue, names):
        kind = "protein"
    letter = table.one_letter_code.upper() if table.is_amino_acid() else ""
    return Residue(
        name=name,
        number=int(residue.seqid.num or 0),
        atom_names=names,
        coordinates=coordinates,
        chain=chain,
        insertion_code=residue.seqid.icode.strip(),
        kind=kind,
        letter=letter if letter in _AMINO_ACIDS else "X",
        elements=tuple(atom.element.name for atom in atoms),
    )


def _is_chain_residue(residue: gemmi.Residue, names: tuple[str, ...]) -> bool:
    """Return whether a residue is an amino acid (or unknown) with its backbone in a polymer."""
    if not {"N", "CA", "C"} <= set(names) or residue.name in _CAPS:
        return False
    if residue.entity_type == gemmi.EntityType.NonPolymer:
        return False
    return _is_amino_acid(residue) or residue.entity_type == gemmi.EntityType.Polymer


def _link_records(structure: gemmi.Structure) -> tuple[LinkRecord, ...]:
    """Return the covalent bonds and disulfides on record; metal contacts are left out."""
    kinds = gemmi.ConnectionType
    return tuple(
        (
            _key(link.partner1),
            link.partner1.atom_name,
            _key(link.partner2),
            link.partner2.atom_name,
        )
        for link in structure.connections
        # a LINK record of the PDB format does not say what kind of bond it is
        if link.type in (kinds.Covale, kinds.Disulf, kinds.Unknown)
        and link.partner1.atom_name
        and link.partner2.atom_name
    )


def _key(address: gemmi.AtomAddress) -> str:
    return f"{address.chain_name}:{str(address.res_id.seqid).strip()}"


def _from_mmcif(structure: gemmi.Structure, block: gemmi.cif.Block) -> dict[str, str]:
    """Return chain -> organism, as the mmCIF states it."""
    by_entity: dict[str, str] = {}
    for category, item in _ORGANISMS.items():
        for row in block.find(category, ["entity_id", item]):
            name = row.str(1)
            if name and name not in "?.":
                by_entity[row.str(0)] = _sentence(name)
    chains: dict[str, str] = {}
    for chain in structure[0]:
        entity = structure.get_entity_of(chain.get_polymer())
        if entity is not None and entity.name in by_entity:
            chains[chain.name] = by_entity[entity.name]
    return chains


def _from_pdb(text: str) -> dict[str, str]:
    """Return chain -> organism, as the COMPND and SOURCE records state it."""
    chains = _specification(text, "COMPND", "CHAIN")
    organisms = _specification(text, "SOURCE", "ORGANISM_SCIENTIFIC")
    return {
        chain.strip(): _sentence(organisms[molecule])
        for molecule, listed in chains.items()
        if molecule in organisms
        for chain in listed.split(",")
    }


def _specification(text: str, record: str, token: str) -> dict[str, str]:
    """Return MOL_ID -> the value of one token of the COMPND or SOURCE records."""
    lines = [line[10:80].strip() for line in text.splitlines() if line.startswith(record)]
    values: dict[str, str] = {}
    molecule = ""
    for item in " ".join(lines).split(";"):
        key, _, value = item.partition(":")
        if key.strip() == "MOL_ID":
            molecule = value.strip()
        elif key.strip() == token:
            values[molecule] = value.strip()
    return values


def _sentence(name: str) -> str:
    """Return a species name in its usual case: ``HOMO SAPIENS`` becomes ``Homo sapiens``."""
    clean = re.sub(r"\s+", " ", name).strip()
    return clean.capitalize() if clean.isupper() else clean
