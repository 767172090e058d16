"""Drugs side by side: taken over when finished, none takes another down; reactions from a file."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pipeline_cases import HASTY
from rdkit import Chem
from scipy.spatial.distance import pdist

from workbench.errors import DockingError, UsageError
from workbench.ligands.reading import load_ligand
from workbench.pipeline import comparing
from workbench.pipeline.comparing import compare, folder_name, reactions_from, shipped_reaction
from workbench.records.comparison import Comparison, drug_row
from workbench.records.docking import best_pose
from workbench.records.reaction import AdductEnergy, Reaction

HOSTILE = "=1+1 <script>alert(1)</script> ../../x \u202eabc \U0001f600" + "n" * 10_000
HARMLESS = replace(load_ligand("CCOc1ccccc1"), name=HOSTILE)
"""In chemistry: it has no warhead."""

DRUGS = ("KPT-185", "KPT-251", HARMLESS)
SHORT = HASTY.model_copy(
    update={
        "encounter": HASTY.encounter.model_copy(update={"edge_angstrom": 16.0}),
        "minimization": HASTY.minimization.model_copy(update={"max_iterations": 20}),
    }
)


def reaction(ligand: object) -> Reaction | None:
    if getattr(ligand, "name", "") != "KPT-251":
        return None
    return Reaction("KPT-251", "made up", "truncated", (AdductEnergy("bR", -5.0, 1.5, 0.5),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compared")


@pytest.fixture(scope="module")
def compared(folder: Path) -> Comparison:
    return compare(
        DRUGS,
        out=folder,
        settings=SHORT,
        poses=1,
        jobs=2,
        weights={"strain": 1.0, "novelty": 2.0},
        reaction_of=reaction,
    )


def test_the_table_holds_what_the_runs_found(compared: Comparison) -> None:
    first, second, third = compared.drugs
    assert compared.reference == first.name == "KPT-185"
    assert [d.verdict for d in compared.drugs] == ["adduct", "adduct", "no_warhead"]
    shown = best_pose(compared.results[1])
    assert shown is not None
    assert second.adduct_score.value == shown[1].score_kcal_per_mol
    assert (second.diastereomer, second.rank) == (shown[0].label, shown[1].rank)
    assert (second.reaction.value, second.reaction.spread) == (1.5, 0.5)
    assert first.reaction.value is None and first.reaction.basis == "not computed"
    assert third.adduct_score.value is None and third.rank is None
    assert third.name == HOSTILE and third.folder == folder_name(HARMLESS)
    assert first.novelty is None and first.core is None
    assert second.novelty is not None and 0 <= (second.novelty.share.value or 0) <= 1
    # KPT-185 and KPT-251 share the aryl-triazole with its vinyl carbon and substituents
    assert second.core is not None and second.core.atoms >= 17
    assert second.core.superposed_angstrom <= second.core.in_place_angstrom
    laid, placed = (
        Chem.MolFromMolBlock(block, sanitize=False).GetConformer().GetPositions()
        for block in (second.core.aligned_sdf, shown[1].drug_sdf)
    )
    assert np.abs(pdist(laid) - pdist(placed)).max() < 2e-3
    assert "covalent" in second.reversibility and second.reversibility_status == "compound"
    assert third.weighted is None
    assert first.weighted == 0.0
    share, (before, after) = second.novelty.share.value, (d.strain.value for d in (first, second))
    assert share is not None and before is not None and after is not None
    assert second.weighted == pytest.approx(after - before + 2 * share, abs=2e-3)
    assert list(drug_row(first)) == list(drug_row(third))
    json.dumps(compared.to_dict())


def test_a_finished_run_is_taken_over_and_another_is_not(
    compared: Comparison, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(function: str, setup: None, tasks: list[comparing.Task], *_: object) -> Any:
        return (
            (k, DockingError(f"{task.ligand.name} was docked again"))
            for k, task in enumerate(tasks)
        )

    monkeypatch.setattr(comparing, "answers", never)
    again = compare(DRUGS, out=folder, settings=SHORT, poses=1, jobs=1)
    assert [d.adduct_score for d in again.drugs] == [d.adduct_score for d in compared.drugs]
    for change in ({"seed": 2}, {"poses": 2}, {"mutations": ("C528S",)}):
        asked = {"settings": SHORT, "poses": 1, **change}
        with pytest.raises(UsageError, match="KPT-185 was docked again"):
            compare(DRUGS, out=folder, jobs=1, **asked)  # type: ignore[arg-type]
    (folder / folder_name(load_ligand("KPT-251")) / "poses.sdf").write_text("")
    cut = compare(DRUGS, out=folder, settings=SHORT, poses=1, jobs=1)
    assert cut.failures == ({"name": "KPT-251", "reason": "KPT-251 was docked again"},)
    assert [d.name for d in cut.drugs] == ["KPT-185", compared.drugs[2].name]


def test_a_crash_takes_only_its_own_drug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in sys.path if p))
    monkeypatch.setattr(comparing, "_FUNCTION", "pipeline_cases:crash_on_kpt_251")
    with pytest.raises(UsageError, match=r"KPT-185 could not be docked: not crashed"):
        compare(DRUGS[:2], out=tmp_path, settings=SHORT, jobs=2)
    with pytest.raises(UsageError, match=r"KPT-251 could not be .* died of signal 6"):
        compare(DRUGS[:2], out=tmp_path, reference="KPT-251", settings=SHORT, jobs=2)


@pytest.mark.parametrize(
    ("ligands", "options", "said"),
    [
        (["selinexor", "KPT-330"], {}, "at least two"),
        (["selinexor", "eltanexor"], {"reference": "<script>"}, "not among the ligands"),
        (["selinexor", "eltanexor"], {"weights": {"beauty": 1.0}}, "no weight 'beauty'"),
        (["selinexor", "eltanexor"], {"weights": {"strain": float("nan")}}, "finite"),
    ],
)
def test_bad_input(ligands: list[str], options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        compare(ligands, **options)  # type: ignore[arg-type]


def test_a_folder_is_named_safely() -> None:
    ligand = load_ligand("KPT-185")
    for name in (HOSTILE, "..", "con", "/etc/passwd", "", "\U0001f600"):
        found = folder_name(replace(ligand, name=name))
        assert re.fullmatch(rf"[A-Za-z0-9-]{{1,32}}_{ligand.inchikey}", found)


REACTION = Reaction(
    "kpt 185",
    "GFN2-xTB/ALPB(water)",
    "truncated",
    (AdductEnergy("bR", -8.0, 1.5, 0.5), AdductEnergy("bS", -9.0, 0.5, None)),
)


def test_a_reaction_is_found_by_name_in_a_file_and_by_drug_in_the_shipped_table(
    tmp_path: Path,
) -> None:
    path = tmp_path / "reactions.json"
    path.write_text(json.dumps([REACTION.to_dict()]))
    found = reactions_from(path)(load_ligand("KPT-185"))
    assert found is not None and found.adducts == REACTION.adducts
    assert (found.best.label, found.best.relative_to_selinexor_kcal_per_mol) == ("bS", 0.5)
    assert reactions_from(path)(load_ligand("selinexor")) is None
    first, other = (shipped_reaction(load_ligand(name)) for name in ("selinexor", "eltanexor"))
    assert first is not None and other is not None
    assert first.best.relative_to_selinexor_kcal_per_mol == 0.0
    # reported as the more reversible of the two
    assert other.best.relative_to_selinexor_kcal_per_mol > 0.0
    assert shipped_reaction(load_ligand("COC(=O)/C=C\\n1cnc(-c2cccc(Cl)c2)n1")) is None


@pytest.mark.parametrize(
    "text",
    [
        "{}x",
        "[1]",
        '[{"ligand": "selinexor"}]',
        json.dumps([REACTION.to_dict()]).replace("-9.0", "NaN"),
        json.dumps([REACTION.to_dict()]).replace("-9.0", '"=1+1"'),
        "[" * 100_000,
    ],
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "reactions.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="is no list of reactions"):
        reactions_from(path)
