"""Side chains with ideal geometry on a given backbone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.structures.building import completed
from workbench.structures.fragment import FragmentResidue
from workbench.structures.source import FloatArray

_BACKBONE = ("N", "CA", "C", "O")


def with_side_chain(residue: FragmentResidue) -> FragmentResidue:
    """Return a residue that has its backbone, and CB unless it is glycine, with all its atoms.

    The side chain is PDBFixer's, built on the backbone alone and then moved rigidly onto the CB
    that is there; any rotamer. Next to other residues PDBFixer would bend a side chain that
    starts in a clash.
    """
    if not residue.missing:
        return residue
    bare = _without(residue, [name for name in residue.atom_names if name not in _BACKBONE])
    ((ideal,),), _ = completed([(bare,)])
    if "CB" not in residue.atom_names or residue.name == "PRO":
        # the ring of proline closes on its own N: the ideal CB is kept with it
        return ideal
    old, new = _frame(ideal), _frame(residue)
    names = residue.missing
    rows = [
        residue.position("CB") + (ideal.position(name) - ideal.position("CB")) @ old.T @ new
        for name in names
    ]
    return replace(
        residue,
        atom_names=(*residue.atom_names, *names),
        coordinates=np.concatenate([residue.coordinates, np.array(rows)]),
    )


def _without(residue: FragmentResidue, names: list[str]) -> FragmentResidue:
    keep = [i for i, name in enumerate(residue.atom_names) if name not in names]
    return replace(
        residue,
        atom_names=tuple(residue.atom_names[i] for i in keep),
        coordinates=residue.coordinates[keep],
    )


def _frame(residue: FragmentResidue) -> FloatArray:
    """Return unit axes as rows: along CA-CB, towards N, and across."""
    along = residue.position("CB") - residue.position("CA")
    along = along / np.linalg.norm(along)
    inward = residue.position("N") - residue.position("CA")
    inward = inward - np.dot(inward, along) * along
    inward = inward / np.linalg.norm(inward)
    return np.array([along, inward, np.cross(along, inward)])
