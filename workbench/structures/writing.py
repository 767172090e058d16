"""Receptors and complexes as PDB and mmCIF (both by gemmi), PDBQT and JSON."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Collection, Sequence
from typing import Any

import gemmi
import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.groove import receptor_pockets
from workbench.structures.reading import KEPT
from workbench.structures.receptor import Atom, FloatArray, IntArray, Receptor
from workbench.structures.topology import CAPS, STANDARD_RESIDUES, residue_groups
from workbench.text import ascii_line

Link = tuple[int, int]
Place = tuple[str, int, str]

_CODES = ("", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ORDERS = {1: "sing", 2: "doub", 3: "trip"}
_AROMATIC_CARBONS = {
    "HIS": {"CG", "CD2", "CE1"},
    "PHE": {"CG", "CD1", "CD2", "CE1", "CE2", "CZ"},
    "TYR": {"CG", "CD1", "CD2", "CE1", "CE2", "CZ"},
    "TRP": {"CG", "CD1", "CD2", "CE2", "CE3", "CZ2", "CZ3", "CH2"},
}


def pdb_text(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    *,
    bonds: IntArray | None = None,
    links: Sequence[Link] = (),
    title: str = "",
) -> str:
    """Return a PDB file with LINK and CONECT records.

    CONECT is written for every bond of a residue that is no amino acid (ligands, caps), twice
    for a double bond, and for each link, a pair of atom indices that a reader cannot guess.
    Coordinates are ``(n_atoms, 3)`` angstrom, bonds ``(n_bonds, 3)``: two indices and the order.

    Raises
    ------
    ReceptorError
        When a coordinate or a name does not fit the format.
    """
    # eight columns hold -999.999 to 9999.999
    coordinates = np.asarray(coordinates, dtype=np.float64)
    if not np.all((coordinates > -1000) & (coordinates < 10000)):
        raise ReceptorError("a coordinate is no number or does not fit the PDB format")
    for atom in atoms:
        if len(atom.name) > 4 or len(atom.residue_name) > 3 or len(atom.chain) != 1:
            raise ReceptorError(
                f"{atom.chain}:{atom.residue_name}:{atom.name} does not fit the PDB format: "
                "write mmCIF"
            )
    structure = _gemmi_structure(atoms, coordinates, links)
    structure.assign_serial_numbers(True)  # TER takes a number of its own
    serials = [site.atom.serial for site in structure[0].all()]
    linked = {frozenset(link) for link in links}
    for i, j, order in () if bonds is None else np.asarray(bonds).reshape(-1, 3).tolist():
        ends = (atoms[i].residue_name, atoms[j].residue_name)
        if frozenset((i, j)) not in linked and not STANDARD_RESIDUES.issuperset(ends):
            structure.add_conect(serials[i], serials[j], order)
    for i, j in links:
        structure.add_conect(serials[i], serials[j], 1)
    options = gemmi.PdbWriteOptions()
    options.minimal_file, options.cryst1_record = True, False
    options.conect_records = options.preserve_serial = True
    clean = ascii_line(title)
    pieces = [clean[i : i + 69] for i in range(0, len(clean), 69)][:99]
    head = [
        f"{f'TITLE   {i + 1:2d} {piece}' if i else f'TITLE     {piece}':<80}\n"
        for i, piece in enumerate(pieces)
    ]
    return "".join(head) + str(structure.make_pdb_string(options))


def receptor_pdb(receptor: Receptor) -> str:
    """Return the PDB file of a receptor."""
    return pdb_text(receptor.atoms, receptor.coordinates, bonds=receptor.bonds, title=receptor.name)


def mmcif_text(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    *,
    bonds: IntArray,
    links: Sequence[Link] = (),
    title: str = "",
    name: str = "complex",
) -> str:
    """Return an mmCIF file: atom_site, struct_conn, chem_comp and the bonds of each component.

    Arguments are those of ``pdb_text``: bonds within a residue become
    ``_chem_comp_bond`` rows, links ``covale``. The block is called by ``name``, its odd characters
    replaced.

    Raises
    ------
    ReceptorError
        When atoms and coordinates do not fit together, or a coordinate is no number.
    """
    structure = _gemmi_structure(atoms, coordinates, links)
    structure.name = re.sub(r"[^A-Za-z0-9_.-]", "_", name) or "_"
    if title:
        structure.info["_struct.title"] = ascii_line(title)
    groups = gemmi.MmcifOutputGroups(False)
    for wanted in ("block_name", "entry", "title_keywords", "entity", "struct_asym", "conn",
                   "atoms", "group_pdb", "auth_all"):  # fmt: skip
        setattr(groups, wanted, True)
    document = gemmi.cif.Document()
    block = document.add_copied_block(structure.make_mmcif_block(groups))
    quote = gemmi.cif.quote
    components = block.init_loop("_chem_comp.", ["id", "type"])
    for component in sorted({atom.residue_name for atom in atoms}):
        kind = "L-PEPTIDE LINKING" if component in STANDARD_RESIDUES else "NON-POLYMER"
        kind = "PEPTIDE LINKING" if component == "GLY" else kind
        components.add_row([quote(component), quote(kind)])
    # all components: PyMOL leaves those without rows unbonded. Of the tautomers of histidine, the
    # first gives the orders.
    orders: dict[tuple[str, str, str], str] = {}
    places = file_places(atoms)
    for i, j, order in np.asarray(bonds).reshape(-1, 3).tolist():
        if places[i] == places[j]:
            ends = sorted((atoms[i].name, atoms[j].name))
            orders.setdefault((atoms[i].residue_name, ends[0], ends[1]), _ORDERS[order])
    if orders:
        tags = ["comp_id", "atom_id_1", "atom_id_2", "value_order"]
        loop = block.init_loop("_chem_comp_bond.", tags)
        for row, value in sorted(orders.items()):
            loop.add_row([*map(quote, row), value])
    return str(document.as_string())


def receptor_mmcif(receptor: Receptor) -> str:
    """Return the mmCIF file of a receptor."""
    return mmcif_text(
        receptor.atoms,
        receptor.coordinates,
        bonds=receptor.bonds,
        title=receptor.name,
        name=receptor.name,
    )


def receptor_json(receptor: Receptor) -> dict[str, Any]:
    """Return what ``receptor.json`` holds."""
    pockets, human = receptor_pockets(receptor), receptor.numbering == "human"
    return {
        "name": receptor.name,
        "source": receptor.source,
        "organism": receptor.organism,
        "xpo1_chain": receptor.entry_residue.split(":")[0] if human else "",
        "entry_residue": receptor.entry_residue,
        "human_residue": receptor.reactive_residue_number if human else None,
        "reactive_atom": receptor.reactive_address(),
        "numbering": receptor.numbering,
        "verdict": receptor.verdict,
        "groove_state": receptor.groove_state,
        "groove_measures": dict(receptor.groove_measures),
        **(pockets.to_dict() if pockets else {}),
        "partners": list(receptor.partners),
        "mutations": list(receptor.mutations),
        "covalent_bonds": [dict(bond) for bond in receptor.covalent_bonds],
        "residue_map": {str(number): entry for number, entry in receptor.residue_map.items()},
        "titration": [dict(group) for group in receptor.titration],
        "changes": list(receptor.changes),
        "provenance": dict(receptor.provenance),
    }


def embedded_files(receptor: Receptor) -> dict[str, bytes]:
    """Return the two files that hold an embedded receptor, by suffix: ``.cif.gz``, ``.json``."""
    record = {key: getattr(receptor, key) for key in KEPT}
    text = json.dumps(record, indent=1, sort_keys=True) + "\n"
    # no time stamp, so that the same receptor gives the same bytes
    packed = gzip.compress(receptor_mmcif(receptor).encode("ascii"), mtime=0)
    return {".cif.gz": packed, ".json": text.encode("utf-8")}


def _gemmi_structure(
    atoms: Sequence[Atom], coordinates: FloatArray, links: Sequence[Link]
) -> gemmi.Structure:
    """Return the atoms as a gemmi structure, coordinates rounded to 0.001 angstrom.

    Each piece of a chain up to its NME cap, and each residue that is no polymer, is a chain of
    its own under the same letter: it ends with TER and is an entity in mmCIF.
    """
    coordinates = np.asarray(coordinates, dtype=np.float64)
    if coordinates.shape != (len(atoms), 3) or not np.all(np.isfinite(coordinates)):
        raise ReceptorError(
            f"{len(atoms)} atoms and coordinates of shape {coordinates.shape} do not fit "
            "together, or a coordinate is no number"
        )
    places = file_places(atoms)
    rounded = np.round(coordinates, 3).tolist()
    structure, model = gemmi.Structure(), gemmi.Model(1)
    before: Atom | None = None
    for group in residue_groups(atoms):
        first, polymer = atoms[group[0]], _is_polymer(atoms[group[0]])
        if (
            before is None
            or before.chain != first.chain
            or before.residue_name == "NME"
            or not (polymer and _is_polymer(before))
        ):
            chain = model.add_chain(gemmi.Chain(first.chain))
        residue = gemmi.Residue()
        residue.name = first.residue_name
        residue.seqid = _seqid(places[group[0]])
        residue.het_flag = "A" if first.residue_name in STANDARD_RESIDUES else "H"
        kinds = gemmi.EntityType
        residue.entity_type = kinds.Polymer if polymer else kinds.NonPolymer
        residue.subchain, residue.entity_id = _asym_name(len(model)), str(len(model))
        if polymer:
            residue.label_seq = len(chain) + 1
        for index in group:
            atom = gemmi.Atom()
            atom.name, atom.element = atoms[index].name, gemmi.Element(atoms[index].element)
            atom.pos = gemmi.Position(*rounded[index])
            atom.charge, atom.occ, atom.b_iso = atoms[index].formal_charge, 1.0, 0.0
            residue.add_atom(atom)
        chain.add_residue(residue)
        before = first
    structure.add_model(model)
    for number, chain in enumerate(structure[0], start=1):
        entity = gemmi.Entity(str(number))
        entity.entity_type, entity.subchains = chain[0].entity_type, [_asym_name(number)]
        structure.entities.append(entity)
    for count, link in enumerate(links, start=1):
        bond = gemmi.Connection()
        bond.name, bond.type = f"covale{count}", gemmi.ConnectionType.Covale
        bond.asu = gemmi.Asu.Same
        bond.partner1, bond.partner2 = (
            gemmi.AtomAddress(
                atoms[i].chain, _seqid(places[i]), atoms[i].residue_name, atoms[i].name, "\0"
            )
            for i in link
        )
        structure.connections.append(bond)
    return structure


def _seqid(place: Place) -> gemmi.SeqId:
    return gemmi.SeqId(place[1], place[2] or " ")


def _asym_name(number: int) -> str:
    """Return A, B ... Z, AA, AB ... as the archive counts."""
    name = ""
    while number:
        number, digit = divmod(number - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def _is_polymer(atom: Atom) -> bool:
    return atom.residue_name in STANDARD_RESIDUES or atom.residue_name in CAPS


def file_places(atoms: Sequence[Atom]) -> list[Place]:
    """Return chain, number and insertion code of each atom's residue in a file.

    A cap carries the number of the residue that it replaces. Where that number is taken (the
    chain is broken between neighbours, or two caps meet), the cap gets an insertion code.

    Raises
    ------
    ReceptorError
        When residues other than caps share a number, or no code is left.
    """
    groups = residue_groups(atoms)
    taken: set[Place] = set()
    places: dict[int, Place] = {}
    # caps last: they take what the others leave free
    for group in sorted(groups, key=lambda group: atoms[group[0]].residue_name in CAPS):
        first = atoms[group[0]]
        place = f"{first.chain}:{first.residue_number}"
        codes = _CODES if first.residue_name in CAPS else ("",)
        free = ((first.chain, first.residue_number, code) for code in codes)
        found = next((one for one in free if one not in taken), None)
        if found is None:
            raise ReceptorError(
                f"no insertion code is left for the cap at {place}"
                if first.residue_name in CAPS
                else f"two residues are called {place}: they cannot be written to one file"
            )
        taken.add(found)
        places[group[0]] = found
    return [places[group[0]] for group in groups for _ in group]


def autodock_types(receptor: Receptor) -> tuple[str, ...]:
    """Return the AutoDock4 type of each atom; empty for a hydrogen on carbon.

    Aromatic carbon is ``A``, other carbon ``C``; a ring nitrogen of histidine without a
    hydrogen accepts (``NA``), other nitrogen does not (``N``); oxygen is ``OA``, sulphur
    ``SA`` and a hydrogen on nitrogen, oxygen or sulphur ``HD``.

    References
    ----------
    Morris et al. 2009, doi:10.1002/jcc.21256.
    """
    atoms = receptor.atoms
    ends = [(a, b) for i, j, _ in receptor.bonds.tolist() for a, b in ((i, j), (j, i))]
    parent = {light: heavy for heavy, light in ends if atoms[light].element == "H"}
    with_hydrogen = set(parent.values())
    types = []
    for index, atom in enumerate(atoms):
        if atom.element == "H":
            types.append("HD" if atoms[parent[index]].element in ("N", "O", "S") else "")
        elif atom.element == "C":
            aromatic = atom.name in _AROMATIC_CARBONS.get(atom.residue_name, set())
            types.append("A" if aromatic else "C")
        elif atom.element == "N":
            accepts = atom.residue_name == "HIS" and atom.name != "N" and index not in with_hydrogen
            types.append("NA" if accepts else "N")
        elif atom.element in ("O", "S"):
            types.append(f"{atom.element}A")
        else:
            raise ReceptorError(f"{atom.element} of {atom.residue_name} has no AutoDock type")
    return tuple(types)


def receptor_pdbqt(receptor: Receptor, leave_out: Collection[int] = ()) -> str:
    """Return a rigid receptor in PDBQT: polar hydrogens only, without the atoms ``leave_out``.

    All charges are zero: Vina and Vinardo take none, AutoDock4 needs them.
    """
    omitted = set(leave_out)
    types = autodock_types(receptor)
    places = file_places(receptor.atoms)
    lines = ["REMARK  rigid receptor, polar hydrogens only, charges not assigned (0.000)"]
    for index, atom in enumerate(receptor.atoms):
        if not types[index] or index in omitted:
            continue
        chain, number, code = places[index]
        x, y, z = receptor.coordinates[index]
        name = f" {atom.name:<3}" if len(atom.name) < 4 else atom.name
        lines.append(
            f"ATOM  {len(lines) % 100_000:5d} {name:<4} {atom.residue_name:>3} {chain}{number:4d}"
            f"{code or ' '}   {x:8.3f}{y:8.3f}{z:8.3f}{1:6.2f}{0:6.2f}    {0:6.3f} "
            f"{types[index]:<2}"
        )
    return "\n".join(lines) + "\n"
