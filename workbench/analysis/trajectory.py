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
        Residue (``LYS568``) that has a heavy atom within 4.5 angstrom of the drug's in the start,
        but for the tethered one -> ``(n_frames,)`` whether it has one still.
    """

    drug_rmsd_angstrom: FloatArray
    sg_c_angstrom: FloatArray
    contacts: dict[str, NDArray[np.bool_]]


def stability(start: Assembly, trajectory: Path) -> Stability:
    """Compare the frames of a DCD file with the start.

    Raises
    ------
    PhysicsError
        When MDAnalysis is missing, or cannot read the file.
    """
    mdanalysis = mdanalysis_package("a run of dynamics", PhysicsError)
    try:
        with mdanalysis.lib.formats.libdcd.DCDFile(str(trajectory)) as file:
            frames = file.readframes().xyz.astype(np.float64)
    except (OSError, ValueError) as error:
        raise PhysicsError(f"{trajectory.name} cannot be read: {error}") from error
    tethered = start.atoms[start.sg].residue_number if start.bonded else None
    other = [a.residue_name not in CAPS and a.residue_number != tethered for a in start.atoms]
    drug, heavy = ligand_mask(start), heavy_mask(start)
    receptor = heavy & ~drug & np.array(other)
    names = np.array([f"{a.residue_name}{a.residue_number}" for a in start.atoms])[receptor]

    def touched(points: FloatArray) -> set[str]:
        pairs = mdanalysis.lib.distances.capped_distance(
            points[drug & heavy], points[receptor], CONTACT_ANGSTROM, return_distances=False
        )
        return set(names[pairs[:, 1]].tolist())

    first, then = touched(start.coordinates), [touched(points) for points in frames]
    bond = frames[:, start.sg] - frames[:, start.reactive_carbon]
    return Stability(
        drug_rmsd_angstrom=_drug_rmsd(start, frames),
        sg_c_angstrom=np.linalg.norm(bond, axis=1),
        contacts={
            name: np.array([name in now for now in then])
            for name in dict.fromkeys(names.tolist())
            if name in first
        },
    )


def _drug_rmsd(start: Assembly, frames: FloatArray) -> FloatArray:
    counted = [i for i in placed_atoms(start.graph) if i < len(start.drug_atoms)]
    orders = self_mappings(start.graph, counted)
    reference = start.coordinates[start.drug_atoms[orders]]
    now = frames[:, start.drug_atoms[counted]]
    squared = ((now[:, None] - reference[None]) ** 2).sum(axis=-1).mean(axis=-1)
    return np.asarray(np.sqrt(squared.min(axis=1)))
