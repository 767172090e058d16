"""Checks of handedness: new and old stereocentres, double bonds, the receptor's amino acids.

Handedness is compared as geometry, never as a CIP label: a label can change when a neighbour is
exchanged in the same place.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from rdkit import Chem

from workbench import geometry
from workbench.analysis.checks import CheckResult, Limits
from workbench.analysis.parts import CAPS, ComplexParts
from workbench.geometry import FloatArray

_TAGS = {
    Chem.ChiralType.CHI_TETRAHEDRAL_CCW: 1,
    Chem.ChiralType.CHI_TETRAHEDRAL_CW: -1,
}
_CIS = (Chem.BondStereo.STEREOZ, Chem.BondStereo.STEREOCIS)
_TRANS = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS)
# Centre and three neighbours whose signed volume is positive in the natural amino acid.
_NATURAL_CENTRES = (
    (None, "CA", ("N", "C", "CB")),
    ("ILE", "CB", ("CA", "CG1", "CG2")),
    ("THR", "CB", ("CA", "OG1", "CG2")),
)


def asked_handedness(atom: Chem.Atom) -> int:
    """Return the sign of the signed volume that a drawn stereocentre asks for.

    Parameters
    ----------
    atom
        An atom of the adduct. Its neighbours are taken in RDKit's order, the first three of
        four; an implicit hydrogen comes last.

    Returns
    -------
    sign
        1, -1, or 0 when the drawing leaves the centre open.
    """
    return _TAGS.get(atom.GetChiralTag(), 0)


def handedness(mol: Chem.Mol, index: int, coordinates: FloatArray) -> float:
    """Return the signed volume at an atom, neighbours in RDKit's order; 0 is flat.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, in the order of ``mol``.
    """
    near = [neighbour.GetIdx() for neighbour in mol.GetAtomWithIdx(index).GetNeighbors()][:3]
    return float(geometry.signed_volume(coordinates[index], *coordinates[near]))


def new_stereocentres(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the centres made by the addition have the handedness of the label."""
    centres = [centre.atom_index for centre in parts.complex.adduct.stereocentres]
    return _centres(parts, limits, "new_stereocentres", centres)


def kept_stereocentres(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the stereocentres that the drug brought along are as drawn."""
    adduct = parts.complex.adduct
    new = {centre.atom_index for centre in adduct.stereocentres}
    kept = [
        atom.GetIdx()
        for atom in adduct.mol.GetAtoms()
        if asked_handedness(atom) and atom.GetIdx() not in new
    ]
    return _centres(parts, limits, "kept_stereocentres", kept)


def double_bond_stereo(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the double bonds left in the adduct are cis or trans as drawn."""
    points = parts.adduct_coordinates
    details = []
    for bond in parts.complex.adduct.mol.GetBonds():
        if bond.GetStereo() not in _CIS + _TRANS:
            continue
        first, last = bond.GetStereoAtoms()
        middle = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        torsion = abs(float(geometry.dihedral(*points[[first, *middle, last]])))
        if (torsion < 90.0) != (bond.GetStereo() in _CIS):
            i, j = (parts.label(int(parts.adduct_atoms[index])) for index in middle)
            details.append(f"{i}={j} has its substituents at {torsion:.0f} degrees")
    return CheckResult("double_bond_stereo", not details, {}, tuple(details))


def receptor_chirality(parts: ComplexParts, limits: Limits) -> CheckResult:
    """Check that the amino acids near the drug are still L, and Ile and Thr natural.

    A strained minimisation can push a centre through the plane of its neighbours.
    """
    residues = _residues_near(parts, limits.neighbourhood)
    lowest, details = None, []
    for (chain, number, name), atoms in sorted(residues.items()):
        for only_in, centre, neighbours in _NATURAL_CENTRES:
            if only_in not in (None, name) or not {centre, *neighbours} <= atoms.keys():
                continue
            points = parts.coordinates[[atoms[key] for key in (centre, *neighbours)]]
            volume = float(geometry.signed_volume(*points))
            lowest = volume if lowest is None else min(lowest, volume)
            if volume < limits.receptor_stereo_volume_minimum:
                details.append(f"{chain}:{number}:{centre} of {name} is inverted or flat")
    measures = {} if lowest is None else {"min_receptor_stereo_volume": lowest}
    return CheckResult("receptor_chirality", not details, measures, tuple(details))


def _centres(parts: ComplexParts, limits: Limits, name: str, centres: Iterable[int]) -> CheckResult:
    mol, points = parts.complex.adduct.mol, parts.adduct_coordinates
    lowest, details = None, []
    for index in centres:
        sign = asked_handedness(mol.GetAtomWithIdx(index))
        volume = sign * handedness(mol, index, points)
        lowest = volume if lowest is None else min(lowest, volume)
        label = parts.label(int(parts.adduct_atoms[index]))
        if sign == 0:
            details.append(f"{label} is drawn without a configuration")
        elif volume < limits.stereo_volume_minimum:
            fault = "flat" if abs(volume) < limits.stereo_volume_minimum else "inverted"
            details.append(f"{label} is {fault} (signed volume {volume:.2f} of the one asked)")
    measures = {} if lowest is None else {f"min_{name}_volume": lowest}
    return CheckResult(name, not details, measures, tuple(details))


def _residues_near(
    parts: ComplexParts, cutoff: float
) -> dict[tuple[str, int, str], dict[str, int]]:
    """Return the heavy atoms, by name, of each whole residue with an atom near the drug."""
    points = parts.coordinates[parts.receptor_heavy]
    drug = parts.coordinates[parts.complex.drug_atoms]
    near = geometry.distance(points[:, None], drug[None]).min(axis=1) <= cutoff
    atoms = parts.complex.atoms
    keys = [
        (atoms[i].chain, atoms[i].residue_number, atoms[i].residue_name)
        for i in parts.receptor_heavy
    ]
    wanted = {key for key, is_near in zip(keys, np.asarray(near), strict=True) if is_near}
    residues: dict[tuple[str, int, str], dict[str, int]] = {}
    for key, index in zip(keys, parts.receptor_heavy, strict=True):
        if key in wanted and key[2] not in CAPS:
            residues.setdefault(key, {})[atoms[index].name] = int(index)
    return residues
