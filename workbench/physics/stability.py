"""Whether a pose stays where it is: the drug's RMSD in place, the tether, the contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench.ligands.geometry import placed_atoms, self_mappings
from workbench.physics.complex import Assembly
from workbench.physics.pocket import CAPS, heavy_mask, ligand_mask

FloatArray = NDArray[np.float64]

CONTACT_ANGSTROM = 4.5
_N_BLOCKS = 5


@dataclass(frozen=True)
class Stability:
    """A pose over the frames of a run.

    Parameters
    ----------
    drug_rmsd_angstrom
        ``(n_frames,)``: heavy atoms of the drug against the start, in place (the frozen shell
        is the frame), least over symmetry-equivalent orders; terminal halogens left out.
    sg_c_angstrom
        ``(n_frames,)``: from SG to the carbon that it attacks, or has bonded to.
    contacts
        Residue -> share of the frames with a heavy atom within 4.5 angstrom of the drug's, for
        the residues that touched it at the start; a tethered one is not counted.
    new_contacts
        The same for residues that did not touch it at the start.
    """

    drug_rmsd_angstrom: FloatArray
    sg_c_angstrom: FloatArray
    contacts: dict[str, float]
    new_contacts: dict[str, float]

    @property
    def kept_contacts(self) -> float:
        """Mean share of the starting contacts that a frame has; 1 when there were none."""
        return float(np.mean(list(self.contacts.values()))) if self.contacts else 1.0

    def summary(self) -> dict[str, float]:
        """Return means, standard deviations and extremes, in angstrom."""
        return {
            "drug_rmsd_mean_angstrom": float(self.drug_rmsd_angstrom.mean()),
            "drug_rmsd_last_angstrom": float(self.drug_rmsd_angstrom[-1]),
            "drug_rmsd_highest_angstrom": float(self.drug_rmsd_angstrom.max()),
            "sg_c_mean_angstrom": float(self.sg_c_angstrom.mean()),
            "sg_c_standard_deviation_angstrom": float(self.sg_c_angstrom.std()),
            "sg_c_highest_angstrom": float(self.sg_c_angstrom.max()),
            "kept_contacts": self.kept_contacts,
        }


@dataclass(frozen=True)
class Temperature:
    """Mean temperature of a run and its uncertainty (standard error of five blocks), kelvin.

    ``error_k`` is ``None`` when there are fewer than ten frames.
    """

    mean_k: float
    error_k: float | None
    standard_deviation_k: float


def stability(bonded: Assembly, frames: FloatArray) -> Stability:
    """Compare frames with the start.

    Parameters
    ----------
    bonded
        The start.
    frames
        ``(n_frames, n_atoms, 3)`` angstrom, at least one.
    """
    shares = _contact_shares(bonded, frames)
    at_start = _contact_shares(bonded, bonded.coordinates[None])
    bond = frames[:, bonded.sg] - frames[:, bonded.reactive_carbon]
    return Stability(
        drug_rmsd_angstrom=_drug_rmsd(bonded, frames),
        sg_c_angstrom=np.linalg.norm(bond, axis=1),
        contacts={name: shares.get(name, 0.0) for name in at_start},
        new_contacts={name: share for name, share in shares.items() if name not in at_start},
    )


def temperature(values: FloatArray) -> Temperature:
    """Return mean, error and standard deviation of a run's temperatures, ``(n_frames,)``."""
    error = None
    if len(values) >= 2 * _N_BLOCKS:
        blocks = np.array([block.mean() for block in np.array_split(values, _N_BLOCKS)])
        error = float(blocks.std(ddof=1) / np.sqrt(_N_BLOCKS))
    return Temperature(float(values.mean()), error, float(values.std()))


def _drug_rmsd(bonded: Assembly, frames: FloatArray) -> FloatArray:
    n_drug = len(bonded.drug_atoms)
    counted = [i for i in placed_atoms(bonded.graph) if i < n_drug]
    orders = self_mappings(bonded.graph, counted)
    start = bonded.coordinates[bonded.drug_atoms[orders]]
    now = frames[:, bonded.drug_atoms[counted]]
    squared = ((now[:, None] - start[None]) ** 2).sum(axis=-1).mean(axis=-1)
    return np.asarray(np.sqrt(squared.min(axis=1)))


def _contact_shares(bonded: Assembly, frames: FloatArray) -> dict[str, float]:
    """Return residue -> share of the frames in which it touches the drug, by number."""
    ligand, heavy = ligand_mask(bonded), heavy_mask(bonded)
    own = bonded.atoms[bonded.sg].residue_number if bonded.bonded else None
    theirs = [
        i
        for i in np.flatnonzero(heavy & ~ligand).tolist()
        if bonded.atoms[i].residue_name not in CAPS and bonded.atoms[i].residue_number != own
    ]
    names = [f"{bonded.atoms[i].residue_name}{bonded.atoms[i].residue_number}" for i in theirs]
    count = dict.fromkeys(names, 0)
    for points in frames:
        distance, _ = cKDTree(points[ligand & heavy]).query(points[theirs])
        for name in {names[k] for k in np.flatnonzero(distance <= CONTACT_ANGSTROM).tolist()}:
            count[name] += 1
    return {name: hits / len(frames) for name, hits in count.items() if hits}
