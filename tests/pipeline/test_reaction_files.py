"""Reactions from a file: found by any spelling of the name, anything else refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.ligands.reading import load_ligand
from workbench.pipeline.comparing import reactions_from, shipped_reaction
from workbench.records.reaction import AdductEnergy, Reaction

REACTION = Reaction(
    "kpt 185",
    "GFN2-xTB/ALPB(water)",
    "truncated",
    (AdductEnergy("bR", -8.0, 1.5, 0.5), AdductEnergy("bS", -9.0, 0.5, None)),
)


def test_a_reaction_is_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "reactions.json"
    path.write_text(json.dumps([REACTION.to_dict()]))
    found = reactions_from(path)(load_ligand("KPT-185"))
    assert found is not None
    assert (found.best.label, found.best.relative_to_selinexor_kcal_per_mol) == ("bS", 0.5)
    assert found.adducts == REACTION.adducts
    assert reactions_from(path)(load_ligand("selinexor")) is None


def test_the_shipped_table_knows_the_drugs_and_nothing_else() -> None:
    first = shipped_reaction(load_ligand("selinexor"))
    assert first is not None
    assert first.best.relative_to_selinexor_kcal_per_mol == 0.0
    other = shipped_reaction(load_ligand("eltanexor"))
    assert other is not None
    # reported as the more reversible of the two
    assert other.best.relative_to_selinexor_kcal_per_mol > 0.0
    assert shipped_reaction(load_ligand("COC(=O)/C=C\\n1cnc(-c2cccc(Cl)c2)n1")) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}x",
        "[1]",
        '{"ligand": "selinexor"}',
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


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        reactions_from(tmp_path / "nothing.json")
