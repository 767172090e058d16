"""Remake the embedded receptor ``human-groove`` from the AlphaFold model of human XPO1.

The model is AF-O14980-F1 of the AlphaFold Protein Structure Database (CC-BY 4.0).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from workbench.structures.embedded import embedded_files
from workbench.structures.preparation import prepare_receptor

ATTRIBUTION = (
    "Computed from the AlphaFold model AF-O14980-F1 (DeepMind and EMBL-EBI, AlphaFold Protein "
    "Structure Database, CC-BY 4.0; Jumper et al. 2021, doi:10.1038/s41586-021-03819-2; Varadi "
    "et al. 2022, doi:10.1093/nar/gkab1061). Changed: residues near the NES groove only, capped, "
    "hydrogens added and minimised."
)
COMMAND = (
    "python scripts/make_human_groove.py --source AF-O14980-F1.pdb --out workbench/data/receptors"
)


def main() -> None:
    """Prepare the model and write the two files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="PDB file of AF-O14980-F1")
    parser.add_argument("--out", type=Path, required=True, help="folder of the two files")
    arguments = parser.parse_args()
    receptor = prepare_receptor(arguments.source)
    receptor = replace(
        receptor,
        name="human-groove",
        source="AF-O14980-F1",
        provenance={
            **receptor.provenance,
            "source": "AF-O14980-F1",
            "attribution": ATTRIBUTION,
            "licence": "CC-BY-4.0",
            "command": COMMAND,
        },
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    for suffix, content in embedded_files(receptor).items():
        path = arguments.out / f"human_groove{suffix}"
        path.write_bytes(content)
        print(f"{path.name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
