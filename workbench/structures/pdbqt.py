"""A rigid receptor as PDBQT, the format of AutoDock and Vina."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.addresses import file_places
from workbench.structures.receptor import Receptor

_AROMATIC_CARBONS = {
    "HIS": {"CG", "CD2", "CE1"},
    "PHE": {"CG", "CD1", "CD2", "CE1", "CE2", "CZ"},
    "TYR": {"CG", "CD1", "CD2", "CE1", "CE2", "CZ"},
    "TRP": {"CG", "CD1", "CD2", "CE2", "CE3", "CZ2", "CZ3", "CH2"},
}


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
