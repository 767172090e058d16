"""Remake an embedded receptor from the file of its source.

``human-groove`` comes from the AlphaFold model of human XPO1 (AF-O14980-F1, CC-BY 4.0),
``human-groove-3nc1`` from the crystal structure 3NC1 (PDB data, CC0) as re-refined by PDB-REDO.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.geometry import superposed
from workbench.structures.mutation import differences_from_human
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import read_embedded
from workbench.structures.receptor import FloatArray, Receptor
from workbench.structures.topology import CAPS
from workbench.structures.writing import embedded_files

FRAME = range(489, 600)


@dataclass(frozen=True)
class Recipe:
    """What an embedded receptor says of its source."""

    source: str
    organism: str
    attribution: str
    licence: str
    command: str
    moved: bool


RECIPES = {
    "human-groove": Recipe(
        source="AF-O14980-F1",
        organism="Homo sapiens",
        attribution=(
            "Computed from the AlphaFold model AF-O14980-F1 (DeepMind and EMBL-EBI, AlphaFold "
            "Protein Structure Database, CC-BY 4.0; Jumper et al. 2021, "
            "doi:10.1038/s41586-021-03819-2; Varadi et al. 2022, doi:10.1093/nar/gkab1061). "
            "Changed: residues near the NES groove only, capped, hydrogens added and minimised."
        ),
        licence="CC-BY-4.0",
        command=(
            "python scripts/make_human_groove.py --source AF-O14980-F1.pdb "
            "--out workbench/data/receptors"
        ),
        moved=False,
    ),
    "human-groove-3nc1": Recipe(
        source="3NC1 (PDB-REDO)",
        organism="Mus musculus",
        attribution=(
            "Computed from PDB entry 3NC1 (mouse CRM1 with Ran-GTP, 3.35 angstrom; Guettler et "
            "al. 2010, doi:10.1038/nsmb.1931; PDB data, CC0 1.0) as re-refined by PDB-REDO "
            "(Joosten et al. 2014, doi:10.1107/S2052252514009324). Changed: residues near the "
            "NES groove only, capped, hydrogens added and minimised."
        ),
        licence="CC0-1.0",
        command=(
            "python scripts/make_human_groove.py --receptor human-groove-3nc1 "
            "--source 3nc1_pdbredo.pdb --out workbench/data/receptors"
        ),
        moved=True,
    ),
}


def main() -> None:
    """Prepare the source and write the two files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receptor", choices=sorted(RECIPES), default="human-groove")
    parser.add_argument("--source", type=Path, required=True, help="PDB file of the source")
    parser.add_argument("--out", type=Path, required=True, help="folder of the two files")
    arguments = parser.parse_args()
    receptor = remade(arguments.receptor, arguments.source)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for suffix, content in embedded_files(receptor).items():
        path = arguments.out / f"{arguments.receptor.replace('-', '_')}{suffix}"
        path.write_bytes(content)
        print(f"{path.name}: {len(content)} bytes")


def remade(name: str, path: Path) -> Receptor:
    """Return an embedded receptor, made anew from its source."""
    recipe = RECIPES[name]
    receptor = prepare_receptor(path)
    different = differences_from_human(receptor)
    if different:
        raise SystemExit(f"{path.name} differs from human in the groove: {different}")
    receptor = replace(
        receptor,
        name=name,
        source=recipe.source,
        organism=recipe.organism,
        provenance={
            **receptor.provenance,
            "source": recipe.source,
            "attribution": recipe.attribution,
            "licence": recipe.licence,
            "command": recipe.command,
        },
    )
    return in_reference_frame(receptor) if recipe.moved else receptor


def in_reference_frame(receptor: Receptor) -> Receptor:
    """Return the receptor in the frame of ``human-groove``, in which the reference poses lie."""
    target = _alpha_carbons(read_embedded("human-groove"))
    mobile = _alpha_carbons(receptor)
    shared = sorted(set(mobile) & set(target))
    fit = superposed(np.array([mobile[n] for n in shared]), np.array([target[n] for n in shared]))
    frame = (
        f"moved rigidly onto human-groove by CA of {len(shared)} residues between human "
        f"{FRAME[0]} and {FRAME[-1]}, rmsd {fit.rmsd_angstrom:.2f} angstrom"
    )
    return replace(
        receptor.with_coordinates(fit.moved(receptor.coordinates)),
        changes=(*receptor.changes, frame),
        provenance={**receptor.provenance, "frame": frame},
    )


def _alpha_carbons(receptor: Receptor) -> dict[int, FloatArray]:
    return {
        atom.residue_number: position
        for atom, position in zip(receptor.atoms, receptor.coordinates, strict=True)
        if atom.name == "CA" and atom.residue_name not in CAPS and atom.residue_number in FRAME
    }


if __name__ == "__main__":
    main()
