"""Whether a pose stays where it is over a trajectory, read by MDAnalysis (extra dynamics)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.ligands.geometry import placed_atoms, self_mappings
from workbench.optional import mdanalysis_package
from workbench.physics.complex import Assembly, heavy_mask, ligand_mask
from workbench.structures.topology import CAPS

FloatArray = NDArray[np.float64]

CONTACT_ANGSTROM = 4.5


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
        ``(n_frames, n_residues)``: heavy atoms within 4.5 angstrom of the drug's.
    residues
        Of the columns of ``contacts``, ``LYS568``; the tethered one is left out.
    at_start
        ``(n_residues,)``: those that touch the drug in the start.
    """

    drug_rmsd_angstrom: FloatArray
    sg_c_angstrom: FloatArray
    contacts: NDArray[np.bool_]
    residues: tuple[str, ...]
    at_start: NDArray[np.bool_]


def stability(start: Assembly, trajectory: Path) -> Stability:
    """Compare the frames of a DCD file with the start.

    Raises
    ------
    PhysicsError
        When MDAnalysis is missing, or cannot read the file.
    """
    mdanalysis = mdanalysis_package("a run of dynamics", PhysicsError)
    universe = mdanalysis.Universe.empty(len(start.atoms), trajectory=True)
    try:
        universe.load_new(str(trajectory), format="DCD")
        frames = universe.trajectory.timeseries(order="fac").astype(np.float64)
    except (OSError, ValueError) as error:
        raise PhysicsError(f"{trajectory.name} cannot be read: {error}") from error
    residues, column = _residues(start)
    drug, receptor = ligand_mask(start) & heavy_mask(start), column >= 0

    def touched(points: FloatArray) -> NDArray[np.bool_]:
        pairs = mdanalysis.lib.distances.capped_distance(
            points[drug], points[receptor], CONTACT_ANGSTROM, return_distances=False
        )
        return np.isin(np.arange(len(residues)), column[receptor][pairs[:, 1]])

    bond = frames[:, start.sg] - frames[:, start.reactive_carbon]
    return Stability(
        drug_rmsd_angstrom=_drug_rmsd(start, frames),
        sg_c_angstrom=np.linalg.norm(bond, axis=1),
        contacts=np.array([touched(points) for points in frames]),
        residues=residues,
        at_start=touched(start.coordinates),
    )


def _drug_rmsd(start: Assembly, frames: FloatArray) -> FloatArray:
    counted = [i for i in placed_atoms(start.graph) if i < len(start.drug_atoms)]
    orders = self_mappings(start.graph, counted)
    reference = start.coordinates[start.drug_atoms[orders]]
    now = frames[:, start.drug_atoms[counted]]
    squared = ((now[:, None] - reference[None]) ** 2).sum(axis=-1).mean(axis=-1)
    return np.asarray(np.sqrt(squared.min(axis=1)))


def _residues(start: Assembly) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the receptor's residues and each heavy atom's place among them, -1 for the rest."""
    tethered = start.atoms[start.sg].residue_number if start.bonded else None
    column = np.full(len(start.atoms), -1)
    places: dict[str, int] = {}
    for index in np.flatnonzero(heavy_mask(start) & ~ligand_mask(start)).tolist():
        atom = start.atoms[index]
        if atom.residue_name not in CAPS and atom.residue_number != tethered:
            label = f"{atom.residue_name}{atom.residue_number}"
            column[index] = places.setdefault(label, len(places))
    return tuple(places), column
