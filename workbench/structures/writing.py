"""Receptors and complexes as PDB, PDBQT and JSON."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.groove import receptor_pockets
from workbench.structures.receptor import Atom, FloatArray, IntArray, Receptor
from workbench.structures.topology import CAPS, STANDARD_RESIDUES, residue_groups

Link = tuple[int, int]
Place = tuple[str, int, str]

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
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
    for a double bond, and for each link.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom.
    bonds
        ``(n_bonds, 3)``: two atom indices and the order; those between a ligand's atoms and
        those of a cap are needed, others are not written.
    links
        Pairs of atom indices: covalent bonds between residues that a reader cannot guess.

    Raises
    ------
    ReceptorError
        When a coordinate or a name does not fit the format.
    """
    coordinates = np.asarray(coordinates, dtype=np.float64)
    _check(atoms, coordinates)
    places = file_places(atoms)
    serials = _serials(atoms, places)
    lines = _title_lines(title)
    lines += [_link_line(atoms, coordinates, places, link) for link in links]
    for index, atom in enumerate(atoms):
        lines.append(_atom_line(atom, coordinates[index], places[index], serials[index]))
        if _ends_chain(atoms, places, index):
            lines.append(_ter_line(atom, places[index], serials[index] + 1))
    lines += _conect_lines(atoms, bonds if bonds is not None else [], links, serials)
    lines.append("END")
    return "\n".join(f"{line:<80}" for line in lines) + "\n"


def receptor_pdb(receptor: Receptor) -> str:
    """Return the PDB file of a receptor."""
    return pdb_text(receptor.atoms, receptor.coordinates, bonds=receptor.bonds, title=receptor.name)


def receptor_json(receptor: Receptor) -> dict[str, Any]:
    """Return what ``receptor.json`` holds."""
    pockets = receptor_pockets(receptor)
    return {
        "name": receptor.name,
        "source": receptor.source,
        "organism": receptor.organism,
        "xpo1_chain": receptor.entry_residue.split(":")[0] if _is_xpo1(receptor) else "",
        "entry_residue": receptor.entry_residue,
        "human_residue": receptor.reactive_residue_number if _is_xpo1(receptor) else None,
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


def _is_xpo1(receptor: Receptor) -> bool:
    return receptor.numbering == "human"


def _check(atoms: Sequence[Atom], coordinates: FloatArray) -> None:
    if coordinates.shape != (len(atoms), 3):
        raise ReceptorError(
            f"{len(atoms)} atoms and coordinates of shape {coordinates.shape} do not fit together"
        )
    # eight columns hold -999.999 to 9999.999
    if not np.all((coordinates > -1000) & (coordinates < 10000)):
        raise ReceptorError("a coordinate is no number or does not fit the PDB format")
    for atom in atoms:
        if len(atom.name) > 4 or len(atom.residue_name) > 3 or len(atom.chain) != 1:
            raise ReceptorError(
                f"{atom.chain}:{atom.residue_name}:{atom.name} does not fit the PDB format: "
                "write mmCIF"
            )


def _title_lines(title: str) -> list[str]:
    """Return TITLE records: printable ASCII only, continued as the format asks."""
    clean = "".join(c if 32 <= ord(c) < 127 else "?" for c in " ".join(title.split()))
    pieces = [clean[i : i + 69] for i in range(0, len(clean), 69)]
    return [
        f"TITLE     {piece}" if i == 0 else f"TITLE   {i + 1:2d} {piece}"
        for i, piece in enumerate(pieces[:99])
    ]


def _serials(atoms: Sequence[Atom], places: Sequence[Place]) -> list[int]:
    """Return the serial of each atom: TER records take one too."""
    serials, serial = [], 0
    for index in range(len(atoms)):
        serial += 1
        serials.append(serial)
        serial += _ends_chain(atoms, places, index)
    return serials


def _ends_chain(atoms: Sequence[Atom], places: Sequence[Place], index: int) -> bool:
    """Return whether TER follows: the polymer ends, or a piece of it with its NME cap does."""
    atom = atoms[index]
    if not _is_polymer(atom):
        return False
    if index + 1 == len(atoms):
        return True
    after = atoms[index + 1]
    if places[index + 1] == places[index] and after.residue_name == atom.residue_name:
        return False
    return after.chain != atom.chain or not _is_polymer(after) or atom.residue_name == "NME"


def _is_polymer(atom: Atom) -> bool:
    return atom.residue_name in STANDARD_RESIDUES or atom.residue_name in CAPS


def _serial_text(serial: int) -> str:
    """Return five columns: a decimal, or hybrid-36 from 100000 on."""
    return f"{serial:5d}" if serial < 100_000 else _hybrid36(serial - 100_000, 5)


def _number_text(number: int) -> str:
    return f"{number:4d}" if -1000 < number < 10_000 else _hybrid36(number - 10_000, 4)


def _hybrid36(value: int, width: int) -> str:
    """Return a number past the decimal range as capital base 36 that starts with a letter."""
    value += 10 * 36 ** (width - 1)
    digits = ""
    for _ in range(width):
        value, digit = divmod(value, 36)
        digits = _BASE36[digit] + digits
    if value:
        raise ReceptorError("there are more atoms or residues than the PDB format counts")
    return digits


def _name_text(atom: Atom) -> str:
    """Return four columns: a one-letter element stands in the second."""
    if len(atom.element) == 1 and len(atom.name) < 4:
        return f" {atom.name:<3}"
    return f"{atom.name:<4}"


def _residue_text(atom: Atom, place: Place) -> str:
    chain, number, code = place
    return f"{atom.residue_name:>3} {chain}{_number_text(number)}{code or ' '}"


def _atom_line(atom: Atom, position: FloatArray, place: Place, serial: int) -> str:
    record = "ATOM  " if atom.residue_name in STANDARD_RESIDUES else "HETATM"
    x, y, z = position
    charge = ""
    if atom.formal_charge:
        charge = f"{abs(atom.formal_charge)}{'+' if atom.formal_charge > 0 else '-'}"
    return (
        f"{record}{_serial_text(serial)} {_name_text(atom)} {_residue_text(atom, place)}   "
        f"{x:8.3f}{y:8.3f}{z:8.3f}{1:6.2f}{0:6.2f}          {atom.element.upper():>2}{charge:>2}"
    )


def _ter_line(atom: Atom, place: Place, serial: int) -> str:
    return f"TER   {_serial_text(serial)}      {_residue_text(atom, place)}"


def _link_line(
    atoms: Sequence[Atom], coordinates: FloatArray, places: Sequence[Place], link: Link
) -> str:
    i, j = link
    length = float(np.linalg.norm(coordinates[i] - coordinates[j]))
    first = f"{_name_text(atoms[i])} {_residue_text(atoms[i], places[i])}"
    second = f"{_name_text(atoms[j])} {_residue_text(atoms[j], places[j])}"
    return f"LINK        {first}               {second}    1555   1555 {length:5.2f}"


def _conect_lines(
    atoms: Sequence[Atom],
    bonds: IntArray | list[int],
    links: Sequence[Link],
    serials: Sequence[int],
) -> list[str]:
    neighbours: dict[int, list[int]] = {}
    linked = {frozenset(link) for link in links}
    pairs = [(int(i), int(j), int(order)) for i, j, order in np.asarray(bonds).reshape(-1, 3)]
    shown = [
        (i, j, order)
        for i, j, order in pairs
        if frozenset((i, j)) not in linked
        and not all(atoms[k].residue_name in STANDARD_RESIDUES for k in (i, j))
    ]
    for i, j, order in [*shown, *((i, j, 1) for i, j in links)]:
        # readers take a bond that is listed twice for a double one
        neighbours.setdefault(i, []).extend([j] * order)
        neighbours.setdefault(j, []).extend([i] * order)
    lines = []
    for index in sorted(neighbours):
        partners = sorted(neighbours[index])
        for start in range(0, len(partners), 4):
            columns = [_serial_text(serials[k]) for k in partners[start : start + 4]]
            lines.append(f"CONECT{_serial_text(serials[index])}{''.join(columns)}")
    return lines


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
    for group in groups:
        first = atoms[group[0]]
        place = (first.chain, first.residue_number, "")
        if first.residue_name in CAPS:
            continue
        if place in taken:
            raise ReceptorError(
                f"two residues are called {first.chain}:{first.residue_number}: they cannot be "
                "written to one file"
            )
        taken.add(place)
    places: list[Place] = []
    for group in groups:
        first = atoms[group[0]]
        place = (first.chain, first.residue_number, "")
        if first.residue_name in CAPS:
            place = _free(place, taken)
            taken.add(place)
        places += [place] * len(group)
    return places


def _free(place: Place, taken: set[Place]) -> Place:
    chain, number, _ = place
    for code in ("", *_BASE36[10:]):
        if (chain, number, code) not in taken:
            return (chain, number, code)
    raise ReceptorError(f"no insertion code is left for the cap at {chain}:{number}")


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
    hydrogens = np.zeros(len(atoms), dtype=np.int64)
    parent: dict[int, int] = {}
    for i, j, _ in receptor.bonds.tolist():
        for heavy, light in ((i, j), (j, i)):
            if atoms[light].element == "H":
                hydrogens[heavy] += 1
                parent[light] = heavy
    types = []
    for index, atom in enumerate(atoms):
        if atom.element == "H":
            types.append("HD" if atoms[parent[index]].element in ("N", "O", "S") else "")
        elif atom.element == "C":
            aromatic = atom.name in _AROMATIC_CARBONS.get(atom.residue_name, set())
            types.append("A" if aromatic else "C")
        elif atom.element == "N":
            accepts = atom.residue_name == "HIS" and atom.name != "N" and not hydrogens[index]
            types.append("NA" if accepts else "N")
        elif atom.element in ("O", "S"):
            types.append(f"{atom.element}A")
        else:
            raise ReceptorError(f"{atom.element} of {atom.residue_name} has no AutoDock type")
    return tuple(types)


def receptor_pdbqt(receptor: Receptor, leave_out: Collection[int] = ()) -> str:
    """Return a rigid receptor in PDBQT: polar hydrogens only, all charges zero.

    Vina and the Vinardo function take no charges; AutoDock4 needs them and must not be run
    on this file without adding some.

    Parameters
    ----------
    leave_out
        Indices of atoms that are not written, such as a side chain that is docked.
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
