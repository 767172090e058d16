"""How far a pose lies from a reference pose: symmetry-corrected and without a refit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.geometry import connectivity, equivalent_mappings
from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# 1,2,4-triazole with its tail on N1 and a six-membered aromatic ring on C3: what SINEs share.
_CORE = Chem.MolFromSmarts("[#7]1(-[#6,#7])[#7][#6](-!@[a]2[a][a][a][a][a]2)[#7][#6]1")
_CORE_ORDER = ("n1", "tail", "n2", "c3", "ipso", "o1", "m1", "p", "m2", "o2", "n4", "c5")


@dataclass(frozen=True)
class Core:
    """The aryl-triazole of a SINE, as drug atom indices.

    Parameters
    ----------
    aryl
        Six ring atoms, from the one bonded to the triazole onwards.
    triazole
        N1 (which bears the warhead carbon), N2, C3 (which bears the aryl ring), N4, C5.
    """

    aryl: tuple[int, ...]
    triazole: tuple[int, ...]

    @property
    def rings(self) -> tuple[int, ...]:
        """Atoms of both rings."""
        return self.aryl + self.triazole


class PlacedMolecule(Protocol):
    """A molecule in the receptor's frame: what a reference pose has to offer.

    ``mol`` holds heavy atoms (hydrogens after them are ignored); ``coordinates`` is
    ``(n_atoms, 3)`` angstrom in the order of ``mol``.
    """

    @property
    def mol(self) -> Chem.Mol:
        """The molecule."""

    @property
    def coordinates(self) -> FloatArray:
        """Its coordinates."""


@dataclass(frozen=True)
class ReferenceComparison:
    """A pose against the reference pose of the same drug.

    Parameters
    ----------
    rmsd_angstrom
        Heavy drug atoms, in place, lowest over the symmetry-equivalent atom orders.
    core_rmsd_angstrom
        The same for the two core rings alone; ``None`` without an aryl-triazole.
    """

    rmsd_angstrom: float
    core_rmsd_angstrom: float | None


def find_core(mol: Chem.Mol) -> Core | None:
    """Return the aryl-triazole of a drug or adduct, or ``None`` when it has none or several."""
    found: dict[frozenset[int], dict[str, int]] = {}
    for match in mol.GetSubstructMatches(_CORE, uniquify=False):
        found.setdefault(frozenset(match), dict(zip(_CORE_ORDER, match, strict=True)))
    if len(found) != 1:
        return None
    (named,) = found.values()
    return Core(
        aryl=tuple(named[key] for key in ("ipso", "o1", "m1", "p", "m2", "o2")),
        triazole=tuple(named[key] for key in ("n1", "n2", "c3", "n4", "c5")),
    )


def symmetric_rmsd(coordinates: FloatArray, reference: FloatArray, mappings: IntArray) -> float:
    """Return the lowest in-place RMSD over equivalent atom orders.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom.
    reference
        ``(n_reference_atoms, 3)`` angstrom.
    mappings
        ``(n_mappings, n_atoms)``: reference atom of each atom.

    References
    ----------
    Meli and Biggin 2020, doi:10.1186/s13321-020-00455-2
    """
    squared = ((coordinates - reference[mappings]) ** 2).sum(axis=-1).mean(axis=-1)
    return float(np.sqrt(squared.min()))


def compare_to_reference(
    adduct: Adduct, drug_coordinates: FloatArray, reference: PlacedMolecule
) -> ReferenceComparison:
    """Compare a pose of an adduct with the reference pose of its drug, without any refit.

    Parameters
    ----------
    adduct
        What was docked.
    drug_coordinates
        ``(n_drug_atoms, 3)`` angstrom, heavy drug atoms in the drug's order.
    reference
        The same compound in the same frame; its bond orders and atom order do not matter.

    Raises
    ------
    LigandError
        When the reference is another compound, or coordinates are missing or not finite.
    """
    pose, target, mappings = matched(adduct, drug_coordinates, reference)
    core = find_core(adduct.mol)
    rmsd = symmetric_rmsd(pose, target, mappings)
    if core is None:
        return ReferenceComparison(rmsd, None)
    rings = list(core.rings)
    return ReferenceComparison(rmsd, symmetric_rmsd(pose[rings], target, mappings[:, rings]))


def matched(
    adduct: Adduct, drug_coordinates: FloatArray, reference: PlacedMolecule
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return pose, reference, and the reference's atom for each drug atom in every equal order."""
    n_drug = adduct.n_drug_atoms
    skeleton = connectivity(reference.mol)
    pose = _checked(drug_coordinates, n_drug, "the pose")
    target = _checked(reference.coordinates, skeleton.GetNumAtoms(), "the reference")
    return pose, target, equivalent_mappings(connectivity(adduct.mol, n_drug), skeleton)


def _checked(coordinates: FloatArray, n_atoms: int, what: str) -> FloatArray:
    array = np.asarray(coordinates, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] < n_atoms or array.shape[1] != 3:
        raise LigandError(
            f"The coordinates of {what} have shape {array.shape}, but ({n_atoms}, 3) is needed: "
            "one row per heavy atom."
        )
    if not np.isfinite(array[:n_atoms]).all():
        raise LigandError(f"The coordinates of {what} are not finite; discard it.")
    return array[:n_atoms]
