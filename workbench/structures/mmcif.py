"""Structures as mmCIF text, with struct_conn and the ligand's bonds."""

from __future__ import annotations

from collections.abc import Sequence

import gemmi
import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.receptor import Atom, FloatArray, IntArray, Receptor
from workbench.structures.topology import STANDARD_RESIDUES
from workbench.structures.writing import Link, file_places

_SITE_TAGS = [
    "group_PDB",
    "id",
    "type_symbol",
    "label_atom_id",
    "label_alt_id",
    "label_comp_id",
    "label_asym_id",
    "label_entity_id",
    "label_seq_id",
    "pdbx_PDB_ins_code",
    "Cartn_x",
    "Cartn_y",
    "Cartn_z",
    "occupancy",
    "B_iso_or_equiv",
    "pdbx_formal_charge",
    "auth_seq_id",
    "auth_comp_id",
    "auth_asym_id",
    "auth_atom_id",
    "pdbx_PDB_model_num",
]
_PARTNER_TAGS = [
    "label_asym_id",
    "label_comp_id",
    "label_seq_id",
    "label_atom_id",
    "auth_asym_id",
    "auth_comp_id",
    "auth_seq_id",
]
_ORDERS = {1: "sing", 2: "doub", 3: "trip"}


def mmcif_text(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    *,
    bonds: IntArray,
    links: Sequence[Link] = (),
    title: str = "",
    name: str = "complex",
) -> str:
    """Return an mmCIF file: atom_site, struct_conn, chem_comp and the bonds of ligands.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom.
    bonds
        ``(n_bonds, 3)``: two atom indices and the order; those within a residue that is no
        amino acid become ``_chem_comp_bond`` rows.
    links
        Pairs of atom indices, written as ``covale``.
    title, name
        ``_struct.title``; the block is called by ``name``, its odd characters replaced.

    Raises
    ------
    ReceptorError
        When atoms and coordinates do not fit together, or a coordinate is no number.
    """
    coordinates = np.asarray(coordinates, dtype=np.float64)
    if coordinates.shape != (len(atoms), 3) or not np.all(np.isfinite(coordinates)):
        raise ReceptorError(
            f"{len(atoms)} atoms and coordinates of shape {coordinates.shape} do not fit "
            "together, or a coordinate is no number"
        )
    document = gemmi.cif.Document()
    block = document.add_new_block(_block_name(name))
    quote = gemmi.cif.quote
    block.set_pair("_entry.id", quote(_block_name(name)))
    if title:
        clean = "".join(c if 32 <= ord(c) < 127 else "?" for c in " ".join(title.split()))
        block.set_pair("_struct.entry_id", quote(_block_name(name)))
        block.set_pair("_struct.title", quote(clean))
    labels = _Labels(atoms)
    _add_components(block, atoms)
    _add_entities(block, labels)
    _add_sites(block, atoms, coordinates, labels)
    _add_connections(block, atoms, coordinates, links, labels)
    _add_component_bonds(block, atoms, bonds)
    text: str = document.as_string()
    return text


def receptor_mmcif(receptor: Receptor) -> str:
    """Return the mmCIF file of a receptor."""
    return mmcif_text(
        receptor.atoms,
        receptor.coordinates,
        bonds=receptor.bonds,
        title=receptor.name,
        name=receptor.name,
    )


class _Labels:
    """The mmCIF identifiers of each atom: each piece of a polymer is its own asym and entity."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self.places = file_places(atoms)
        self.asym: list[str] = []
        self.entity: list[int] = []
        self.sequence: list[int | None] = []
        self.entity_types: dict[int, str] = {}
        entity = position = 0
        previous: Atom | None = None
        for index, atom in enumerate(atoms):
            polymer = _in_polymer(atom)
            if previous is None or self._breaks(atoms, index):
                entity, position = entity + 1, 0
                self.entity_types[entity] = "polymer" if polymer else "non-polymer"
            if previous is None or self.places[index] != self.places[index - 1] or position == 0:
                position += 1
            self.asym.append(_asym_name(entity))
            self.entity.append(entity)
            self.sequence.append(position if polymer else None)
            previous = atom

    def _breaks(self, atoms: Sequence[Atom], index: int) -> bool:
        before, atom = atoms[index - 1], atoms[index]
        if self.places[index] == self.places[index - 1]:
            return False
        if before.chain != atom.chain or _in_polymer(before) != _in_polymer(atom):
            return True
        return before.residue_name == "NME" or not _in_polymer(atom)


def _in_polymer(atom: Atom) -> bool:
    return atom.residue_name in STANDARD_RESIDUES or atom.residue_name in ("ACE", "NME")


def _asym_name(number: int) -> str:
    """Return A, B ... Z, AA, AB ... as the archive counts."""
    name = ""
    while number:
        number, digit = divmod(number - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def _block_name(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in name) or "_"


def _add_components(block: gemmi.cif.Block, atoms: Sequence[Atom]) -> None:
    loop = block.init_loop("_chem_comp.", ["id", "type"])
    for name in sorted({atom.residue_name for atom in atoms}):
        kind = "NON-POLYMER"
        if name in STANDARD_RESIDUES:
            kind = "PEPTIDE LINKING" if name == "GLY" else "L-PEPTIDE LINKING"
        loop.add_row([gemmi.cif.quote(name), gemmi.cif.quote(kind)])


def _add_entities(block: gemmi.cif.Block, labels: _Labels) -> None:
    loop = block.init_loop("_entity.", ["id", "type"])
    for entity, kind in labels.entity_types.items():
        loop.add_row([str(entity), kind])
    asym = block.init_loop("_struct_asym.", ["id", "entity_id"])
    for entity in labels.entity_types:
        asym.add_row([_asym_name(entity), str(entity)])


def _add_sites(
    block: gemmi.cif.Block, atoms: Sequence[Atom], coordinates: FloatArray, labels: _Labels
) -> None:
    loop = block.init_loop("_atom_site.", _SITE_TAGS)
    quote = gemmi.cif.quote
    for i, atom in enumerate(atoms):
        chain, number, code = labels.places[i]
        sequence = labels.sequence[i]
        loop.add_row(
            [
                "ATOM" if atom.residue_name in STANDARD_RESIDUES else "HETATM",
                str(i + 1),
                quote(atom.element),
                quote(atom.name),
                ".",
                quote(atom.residue_name),
                labels.asym[i],
                str(labels.entity[i]),
                "." if sequence is None else str(sequence),
                code or "?",
                *(f"{value:.3f}" for value in coordinates[i]),
                "1.00",
                "0.00",
                str(atom.formal_charge) if atom.formal_charge else "?",
                str(number),
                quote(atom.residue_name),
                quote(chain),
                quote(atom.name),
                "1",
            ]
        )


def _add_connections(
    block: gemmi.cif.Block,
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    links: Sequence[Link],
    labels: _Labels,
) -> None:
    if not links:
        return
    tags = ["id", "conn_type_id"]
    for partner in ("ptnr1", "ptnr2"):
        tags += [f"{partner}_{tag}" for tag in _PARTNER_TAGS]
        tags += [f"{partner}_symmetry", f"pdbx_{partner}_PDB_ins_code"]
    loop = block.init_loop("_struct_conn.", [*tags, "pdbx_dist_value"])
    quote = gemmi.cif.quote
    for count, link in enumerate(links, start=1):
        row = [f"covale{count}", "covale"]
        for i in link:
            chain, number, code = labels.places[i]
            sequence = labels.sequence[i]
            row += [
                labels.asym[i],
                quote(atoms[i].residue_name),
                "." if sequence is None else str(sequence),
                quote(atoms[i].name),
                quote(chain),
                quote(atoms[i].residue_name),
                str(number),
                "1_555",
                code or "?",
            ]
        length = float(np.linalg.norm(coordinates[link[0]] - coordinates[link[1]]))
        loop.add_row([*row, f"{length:.3f}"])
    block.init_loop("_struct_conn_type.", ["id"]).add_row(["covale"])


def _add_component_bonds(block: gemmi.cif.Block, atoms: Sequence[Atom], bonds: IntArray) -> None:
    rows = []
    for i, j, order in np.asarray(bonds).reshape(-1, 3):
        first, second = atoms[int(i)], atoms[int(j)]
        if _in_polymer(first) or first.residue_name != second.residue_name:
            continue
        rows.append([first.residue_name, first.name, second.name, _ORDERS[int(order)]])
    if not rows:
        return
    loop = block.init_loop("_chem_comp_bond.", ["comp_id", "atom_id_1", "atom_id_2", "value_order"])
    for row in rows:
        loop.add_row([gemmi.cif.quote(value) for value in row])
