"""The real stages on single ligands: what is dropped and why, what counts as one compound."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.docking.covalent import adduct_maps, covalent_site
from workbench.docking.search import search as search_adduct
from workbench.docking.torsions import build_tree
from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed
from workbench.ligands.reading import load_ligand
from workbench.screening import stages
from workbench.screening.plan import Job
from workbench.settings import (
    FilterSettings,
    GridSettings,
    LigandSettings,
    MinimizationSettings,
    ScreenSettings,
    SearchSettings,
)
from workbench.structures.loading import load_receptor

ESTER = "CC(C)OC(=O)/C=C\\n1cnc(-c2cccc(Cl)c2)n1"
HASTY = SearchSettings(
    n_conformers=2,
    n_poses=2,
    pool_members=8,
    annealing_per_torsion=4,
    patience_per_torsion=4,
    children_per_torsion=8,
    max_pools=1,
    agreeing_pools=1,
    refine_steps=50,
    spread_seeds=1,
    flexible="none",
)


def _job(**settings: Any) -> Job:
    return Job(load_receptor("human-groove"), ScreenSettings(**settings))


def _item(text: str, problem: str = "") -> dict[str, Any]:
    item = {"record": 3, "where": "line 3 of 'x.smi'", "name": "x", "is_block": False}
    return {**item, "text": text, "problem": problem}


def _read(text: str, **settings: Any) -> dict[str, Any]:
    (row,) = stages.read(_job(**settings), _item(text))
    return row


@pytest.mark.parametrize(
    ("text", "filters", "reason"),
    [
        (ESTER, {}, ""),
        ("c1ccccc1", {}, "no warhead: "),
        (ESTER, {"max_heavy_atoms": 19}, "heavy atoms above 19"),
        (ESTER, {"max_heavy_atoms": 20}, ""),
        (ESTER, {"max_molecular_weight_g_per_mol": 291}, "molecular weight above 291"),
        (ESTER, {"max_clogp": 2}, "clogP above 2"),
        (ESTER, {"min_clogp": 5}, "clogP below 5"),
        (ESTER, {"max_rotatable_bonds": 3}, "rotatable bonds above 3"),
        (ESTER, {"warheads": ("nitrile",)}, "warhead "),
        # an azo dye beside the warhead: PAINS azo_A, BRENK azo
        ("C=CC(=O)Nc1ccc(/N=N/c2ccccc2)cc1", {"alerts": ("PAINS",)}, "PAINS alert"),
        ("C=CC(=O)Nc1ccc(/N=N/c2ccccc2)cc1", {}, ""),
    ],
)
def test_what_is_dropped(text: str, filters: dict[str, Any], reason: str) -> None:
    row = _read(text, filters=FilterSettings(**filters))
    assert row["status"] == ("dropped" if reason else "ready")
    assert row["reason"].startswith(reason)


def test_one_compound_drawn_differently_has_one_key_and_its_isomers_others() -> None:
    drawn = "Clc1cccc(c1)-c1ncn(n1)/C=C\\C(=O)OC(C)C"
    assert _read(ESTER)["key"] == _read(drawn)["key"]
    assert _read(ESTER)["key"] != _read(ESTER.replace("\\", "/"))["key"]
    # the standard InChI gives both amidines one key: the proton could sit on either nitrogen
    first, second = (_read(f"C=CC(=O)Nc1ccc(/C(C)=N{side}C)cc1") for side in ("\\", "/"))
    assert first["key"] != second["key"]


def test_open_stereo_becomes_one_row_for_each_isomer() -> None:
    job = _job(ligand=LigandSettings(max_stereoisomers=4))
    rows = stages.read(job, _item("C=CC(=O)N[C](C)(F)c1ccccc1"))
    assert [row["isomer"] for row in rows] == [0, 1]
    assert len({row["key"] for row in rows}) == 2


def test_a_broken_or_huge_record_says_where() -> None:
    with pytest.raises(LigandError, match=r"line 3 of 'x\.smi'.*2000 atoms are over the limit"):
        stages.read(_job(), _item("C" * 2000))
    with pytest.raises(LigandError, match="no CSV row"):
        stages.read(_job(), _item("", "line 3 of 'x.smi' to line 4: no CSV row"))


def test_shared_maps_hold_what_maps_of_one_ligand_hold() -> None:
    site = covalent_site(load_receptor("human-groove"))
    adducts = [enumerate_adducts(load_ligand(text))[0] for text in ("C=CC(=O)Nc1ccccc1", ESTER)]
    trees = [build_tree(adduct, embed(adduct, 2, 1), site.backbone) for adduct in adducts]
    scores = []
    for order in ((0, 1), (1, 0)):
        library = stages.MapLibrary(site, 20.0, GridSettings())
        for k in order:
            library.maps_for(adducts[k], [trees[k]])
        shared = library.maps_for(adducts[1], [trees[1]])
        found = search_adduct(site, adducts[1], trees[1], shared, HASTY, 1)
        scores.append([pose.score_kcal_per_mol for pose in found.poses])
    assert scores[0] == scores[1]
    own = adduct_maps(site, adducts[1], [trees[1]], GridSettings())
    more = (shared.coefficients.shape[1] - own.coefficients.shape[1]) // 2
    assert more > 0
    inner = slice(more + 8, -more - 8)
    for k, probe in enumerate(own.probes):
        large = shared.coefficients[shared.probes.index(probe)][inner, inner, inner]
        small = own.coefficients[k][8:-8, 8:-8, 8:-8]
        # float32 and the spline's mirrored rim; repulsion inside atoms is thousands
        assert abs(large - small).max() < 1e-3 * abs(small).max()
    small_box = stages.MapLibrary(site, 5.0, GridSettings()).maps_for(adducts[1], [trees[1]])
    assert small_box.coefficients.shape == own.coefficients.shape


def test_search_and_minimisation_of_an_ester() -> None:
    job = _job(
        search=HASTY,
        minimised_poses=1,
        minimization=MinimizationSettings(max_iterations=60, strain_hops=2, platform="CPU"),
    )
    item = {"record": 1, "isomer": 0, "name": "x", "smiles": _read(ESTER)["smiles"]}
    (found,) = stages.search(job, item)
    scores = json.loads(found["scores"])
    assert set(scores) == {"bR", "bS"}
    assert found["score_kcal_per_mol"] == min(scores.values()) == scores[found["diastereomer"]]
    (pose,) = json.loads(found["poses"])
    # 20 heavy atoms of the drug, then SG, CB and CA
    assert len(pose["coordinates"]) == 23
    (row,) = stages.minimise(job, {**item, "poses": found["poses"]})
    assert row["minimised_diastereomer"] == pose["label"]
    assert row["sg_c_distance_angstrom"] == pytest.approx(1.82, abs=0.05)
    assert row["sdf"].count("$$$$") == 1
