"""The scene of a comparison: the shown pose of every drug in the groove that they share."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np

from workbench.records.comparison import ComparedDrug, Comparison
from workbench.records.docking import DockingResult, best_pose
from workbench.report.frames import Frame, read_drug, read_frames
from workbench.report.pdb_lines import Structure
from workbench.report.scene import assembled, crystal_reference, thin, view_of
from workbench.report.summary import number

COLOURS = ("#1e6ec8", "#be1886", "#c86a14", "#6b4fb3", "#0a7d74")
DOCKED, ALIGNED = "As docked", "Core laid on the reference compound's, not as docked"


def build_comparison_scene(comparison: Comparison) -> dict[str, Any] | None:
    """Return all that the viewer draws, as plain data; ``None`` when no drug has a pose.

    Each drug's shown pose, then those laid on the reference compound's core. The reference
    compound's pose and each drug's crystal reference can be drawn beside it.

    Raises
    ------
    OutputError
        When a pose's parts contradict each other.
    """
    base: Structure | None = None
    frames: list[Frame] = []
    owners: list[int] = []
    for index, (drug, result) in enumerate(zip(comparison.drugs, comparison.results, strict=True)):
        found, own = _shown(drug, result, index)
        if own is not None and (base is None or (found and found.atoms == base.atoms)):
            base = base or found
            frames.append(own)
            owners.append(index)
    if base is None:
        return None
    aligned = [
        (_aligned(frame, comparison.drugs[owner]), owner)
        for frame, owner in zip(frames, owners, strict=True)
        if comparison.drugs[owner].core is not None
    ]
    beside = next(
        (f for f, o in zip(frames, owners, strict=True) if _is_reference(comparison, o)), None
    )
    everything = [*frames, *(frame for frame, _ in aligned)]
    scene, center = assembled(base, everything, beside or frames[0], comparison.results[0].receptor)
    for pose, owner in zip(
        scene["poses"], [*owners, *(owner for _, owner in aligned)], strict=True
    ):
        pose["reference"] = crystal_reference(comparison.results[owner], center)
        other = None if beside is None or _is_reference(comparison, owner) else beside.drug
        pose["beside"] = thin(other, comparison.reference, center) if other else None
    return scene


def view_comparison(comparison: Comparison) -> Any:
    """Return a py3Dmol view: the reference compound in the groove, the others in their colours.

    py3Dmol loads its script from the network; without one the view is a still picture of the
    reference compound.

    Raises
    ------
    OutputError
        When the reference compound has no structure.
    """
    index = next(k for k in range(len(comparison.drugs)) if _is_reference(comparison, k))
    view = view_of(comparison.results[index])
    colours = cycle(COLOURS)
    for k, result in enumerate(comparison.results):
        best = best_pose(result)
        if k != index and best is not None and best[1].drug_sdf:
            view.addModel(best[1].drug_sdf, "mol")
            view.setStyle({"model": -1}, {"stick": {"radius": 0.14, "color": next(colours)}})
    return view


def pose_id(index: int) -> str:
    """Return the name of a drug's pose in the scene."""
    return f"drug-{index}"


def _is_reference(comparison: Comparison, index: int) -> bool:
    return comparison.drugs[index].name == comparison.reference


def _shown(
    drug: ComparedDrug, result: DockingResult, index: int
) -> tuple[Structure | None, Frame | None]:
    """Return the receptor and the frame of a drug's shown pose."""
    best = best_pose(result)
    if best is None:
        return None, None
    adduct, pose = best
    alone = replace(result, adducts=(replace(adduct, poses=(pose,)),), encounter=())
    base, frames = read_frames(alone)
    if not frames:
        return base, None
    title = f"{drug.name}, {adduct.label}, score {number(pose.score_kcal_per_mol, 2)}"
    return base, replace(frames[0], name=pose_id(index), group=DOCKED, title=title)


def _aligned(frame: Frame, drug: ComparedDrug) -> Frame:
    """Return a frame with its drug moved onto the reference compound's core."""
    assert drug.core is not None
    moved = read_drug(drug.core.aligned_sdf, f"{drug.name}, aligned")
    return replace(
        frame,
        name=f"{frame.name}-aligned",
        group=ALIGNED,
        title=f"{drug.name}, core on core",
        note="Moved onto the reference compound's core: not where it docked",
        bonded=False,
        drug=replace(frame.drug, coordinates=np.asarray(moved.coordinates)),
        link=None,
        dashes=(),
    )
