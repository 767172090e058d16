"""The score that ranks is the one that the accuracy tables name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.docking.covalent import adduct_maps, build_problem, covalent_site
from workbench.docking.flexible import with_side_chains
from workbench.docking.scoring import SCORE_NAME
from workbench.docking.search import scored_pose
from workbench.docking.torsions import build_tree
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_pose
from workbench.settings import GridSettings, SearchSettings
from workbench.structures.loading import load_receptor

DOCS = Path(__file__).resolve().parents[2] / "docs"
STORED = {
    "vina-chi1-1": {
        ("KPT-185", "bR"): (
            -2.705113,
            -6.602607,
            21.173845,
            -1.760004,
            -0.340362,
            0.491652,
            2.2485,
        ),
        ("selinexor", "bS"): (-2.149155, -7.070140, 3.706751, -1.569416, 0.0, 0.491652, 2.3717),
    }
}
"""Terms by the name of the score, kcal/mol. A term that changes asks for a new name and numbers."""


@pytest.mark.parametrize(("drug", "label"), STORED[SCORE_NAME])
def test_the_score_of_stored_poses_is_that_of_its_name(drug: str, label: str) -> None:
    """The crystal estimate, every torsion turned by 0.2 radian, Glu529 and Lys537 too."""
    receptor, settings = load_receptor("human-groove"), SearchSettings()
    adduct = next(a for a in enumerate_adducts(load_ligand(drug)) if a.label == label)
    placed = np.empty((1, adduct.mol.GetNumAtoms(), 3))
    placed[0, : adduct.n_drug_atoms] = reference_pose(drug).coordinates_for(adduct.remnant())[0]
    for atom, name in ((adduct.sg_index, "SG"), (adduct.cb_index, "CB"), (adduct.ca_index, "CA")):
        placed[0, atom] = receptor.coordinates[receptor.find(528, name)]
    site = covalent_site(receptor, (529, 537))
    tree = build_tree(adduct, placed, site.backbone)
    tree = with_side_chains(tree, site.flexible, settings.rotamer_penalty_kcal_per_mol)
    maps = adduct_maps(site, adduct, [tree], GridSettings(spacing_angstrom=1.0))
    problem = build_problem(site, adduct, tree, maps, settings.torsion_weight)
    pose = scored_pose(problem, site, adduct, tree, np.full(tree.n_torsions, 0.2), 0)
    *vina, side_chains, torsional = STORED[SCORE_NAME][drug, label]
    names = ("gauss_1", "gauss_2", "repulsion", "hydrophobic", "hydrogen_bond")
    assert [pose.terms[name] for name in names] == pytest.approx(vina, abs=1e-4)
    assert pose.terms["side_chains"] == pytest.approx(side_chains, abs=1e-4)
    # profiles of MMFF94s fragments, as this version of RDKit minimises them
    assert pose.terms["torsional"] == pytest.approx(torsional, abs=0.02)
    counted = sum(value for name, value in pose.terms.items() if name != "intramolecular")
    assert pose.score_kcal_per_mol == pytest.approx(counted, abs=1e-9)


def test_the_accuracy_tables_are_of_this_score() -> None:
    assert f"Score: `{SCORE_NAME}`." in (DOCS / "accuracy.md").read_text(encoding="utf-8")
