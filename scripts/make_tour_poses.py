"""Cut the poses that ``workbench tour`` shows out of two finished docking runs.

The runs that the shipped poses come from::

    workbench dock selinexor --poses 3 --seed 1 --out selinexor
    workbench dock selinexor --mutate C528S --poses 3 --seed 1 --out c528s
    python scripts/make_tour_poses.py selinexor c528s

Of the first run the best encounter pose that is ready to attack stays, and the best valid bonded
pose of the diastereomer that it leads to; of the second the best encounter pose. Hydrogens of the
complex are left out.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from workbench.files.docking import read_docking_result
from workbench.records.docking import DockingResult
from workbench.report.docking_page import write_docking
from workbench.report.tour import MUTANT, POSES, WILD_TYPE

KEPT = ("result.json", "poses.sdf", "encounter.sdf", "reference.sdf")


def main() -> None:
    """Write the two folders."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wild_type", type=Path, metavar="DIR", help="workbench dock selinexor")
    parser.add_argument("mutant", type=Path, metavar="DIR", help="the same with --mutate C528S")
    arguments = parser.parse_args()
    _write(touch_and_bond(read_docking_result(arguments.wild_type)), POSES / WILD_TYPE)
    mutant = read_docking_result(arguments.mutant)
    _write(replace(mutant, encounter=mutant.encounter[:1], adducts=()), POSES / MUTANT)


def touch_and_bond(result: DockingResult) -> DockingResult:
    """Return a run with its best ready encounter pose and the best bonded pose it leads to."""
    touches = [pose for pose in result.encounter if pose.attack_ready and pose.leads_to]
    bonds = [
        (pose.score_kcal_per_mol, adduct, pose)
        for adduct in result.adducts
        for pose in adduct.poses
        if pose.valid and touches and adduct.label in touches[0].leads_to
    ]
    if not bonds:
        raise SystemExit("no bonded pose that an encounter pose leads to: dock again")
    _, adduct, pose = min(bonds, key=lambda row: row[0])
    lines = pose.complex_pdb.splitlines()
    heavy = [x for x in lines if x[76:78].strip() != "H" and not x.startswith("CONECT")]
    shown = replace(pose, complex_pdb="\n".join(heavy) + "\n", complex_cif="")
    return replace(result, encounter=(touches[0],), adducts=(replace(adduct, poses=(shown,)),))


def _write(result: DockingResult, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as temporary:
        write_docking(replace(result, receptor_pdb="", timing={}), temporary)
        for path in Path(temporary).iterdir():
            if path.name in KEPT or path.suffix == ".pdb":
                (folder / path.name).write_bytes(path.read_bytes())
    print(f"{folder.name}: {', '.join(sorted(path.name for path in folder.iterdir()))}")


if __name__ == "__main__":
    main()
