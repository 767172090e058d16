"""Labels of a screen: what is read, what is refused, what is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from screening_cases import rows, run

from workbench.cli import main
from workbench.errors import LigandError, UsageError
from workbench.screening.labels import read_labels
from workbench.settings import ClusterSettings


def test_words_and_columns(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("smiles,Active,Name\nC,yes,a\nN,0,b\n\nO,TRUE,c\n")
    assert read_labels(file) == ("name", {"a": True, "b": False, "c": True})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no label"),
        ("name,active\n", "holds no label"),
        ("name,score\na,1\n", "column active"),
        ("smiles,active\nC,1\n", "name or inchikey"),
        ("name,active\na,maybe\n", "line 2.*active is 1 or 0, not 'maybe'"),
        ("name,active\na\n", "active is 1 or 0"),
        ("active,name\n1\n", "line 2.*no name"),
        ("name,active\na,1\na,0\n", "line 3.*active and inactive"),
        ("name,active\na\x00,1\n", "NUL"),
    ],
)
def test_labels_that_are_refused(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_labels(file)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LigandError, match="does not exist"):
        read_labels(tmp_path / "none.csv")


@pytest.mark.skipif(os.name != "posix", reason="signals and file systems of POSIX")
def test_the_report_tells_the_enrichment(
    tmp_path: Path, cluster: ClusterSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    # the score is minus the number of fluorines: with the active the best but one of six
    file, out = tmp_path / "few.smi", tmp_path / "out"
    texts = ["CF", "FCF", "FC(F)F", "FC(F)(F)F", "C", "bad"]
    file.write_text("".join(f"{text} fluorine{k}\n" for k, text in enumerate(texts)))
    run(file, out, cluster)
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "name,active\n" + "".join(f"fluorine{k},{int(k == 2)}\n" for k in range(5)) + "other,0\n"
    )
    assert main(["screen", "report", str(out), "--labels", str(labels)]) == 0
    assert "ROC-AUC: 0.75" in capsys.readouterr().out
    found = json.loads((out / "enrichment.json").read_text())
    assert found["measures"]["roc_auc"]["value"] == pytest.approx(3 / 4)
    assert (found["actives"], found["decoys"], found["labels_not_found"]) == (1, 4, 1)
    assert len(rows(out)) == 6
    labels.write_text("name,active\nothers,1\n")
    assert main(["screen", "report", str(out), "--labels", str(labels)]) == 2
    assert "no ligand of the screen has a label" in capsys.readouterr().err
