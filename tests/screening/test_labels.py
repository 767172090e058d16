"""Labels of a screen: what is read, what is refused, what is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from screening_cases import SETTINGS, STUBS, rows, run

from workbench.cli import main
from workbench.errors import LigandError, OutputError, UsageError
from workbench.records.screen import ScreenResult
from workbench.screening.labels import read_labels
from workbench.screening.run import screen, write_page
from workbench.settings import ClusterSettings


def test_words_and_columns(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("smiles,Active,Name\nC,yes,a\nN,0,b\n\nO,TRUE,c\n")
    assert read_labels(file) == ("name", {"a": True, "b": False, "c": True})
    file.write_text("Inchikey;active;x\nAAA;1;2\nBBB;;2\nCCC;no;2\n")
    assert read_labels(file) == ("inchikey", {"AAA": True, "CCC": False})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no label"),
        ("name,active\n", "holds no label"),
        ("name,score\na,1\n", "column active"),
        ("smiles,active\nC,1\n", "name or inchikey"),
        ("name,active\na,maybe\n", "line 2.*active is 1 or 0, not 'maybe'"),
        ("name,active\na\nb,\n", "holds no label"),
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


TABLE = "smiles,name,active\n" + "".join(
    f"{text},fluorine{k},{int(k == 2)}\n"
    for k, text in enumerate(["CF", "FCF", "FC(F)F", "FC(F)(F)F", "C"])
)


def _told(file: Path, out: Path, cluster: ClusterSettings) -> tuple[ScreenResult, list[str]]:
    """Screen a table with the stubs; return the screen and what it said of labels."""
    said: list[str] = []
    result = screen(
        file,
        out,
        settings=SETTINGS,
        cluster=cluster,
        functions=STUBS,
        resume=True,
        progress=lambda text, done, total: said.append(text),
    )
    return result, [text for text in said if text.startswith("labels")]


@pytest.mark.skipif(os.name != "posix", reason="signals and file systems of POSIX")
def test_a_column_active_of_the_ligands_is_taken_and_the_page_shows_it(
    tmp_path: Path, cluster: ClusterSettings
) -> None:
    file, out = tmp_path / "few.csv", tmp_path / "out"
    file.write_text(TABLE)
    result, said = _told(file, out, cluster)
    assert not said
    # the active has three fluorines: one of the four others has more
    assert result.enrichment is not None
    assert result.enrichment.measures["roc_auc"].value == pytest.approx(3 / 4)
    assert (result.enrichment.actives, result.enrichment.decoys) == (1, 4)
    page = (out / "screen.html").read_text()
    assert ">Enrichment</h2>" in page and "1 actives and 4 others" in page
    # labels given later take their place, on the page too
    labels = tmp_path / "labels.csv"
    labels.write_text("name,active\nfluorine3,1\nfluorine0,0\nfluorine4,0\n")
    again = write_page(out, labels)
    assert again.enrichment is not None
    assert again.enrichment.measures["roc_auc"].value == 1.0
    assert "1 actives and 2 others" in (out / "screen.html").read_text()
    assert write_page(out).enrichment == again.enrichment
    (out / "enrichment.json").write_text("{}")
    with pytest.raises(OutputError, match=r"enrichment\.json in 'out' cannot be understood"):
        write_page(out)


@pytest.mark.skipif(os.name != "posix", reason="signals and file systems of POSIX")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",1\n", ",6.2\n", "active is 1 or 0, not '6.2'"),
        (",1\n", ",0\n", "needs both actives and decoys"),
    ],
)
def test_a_column_active_that_is_no_label_is_told_and_left(
    old: str, new: str, told: str, tmp_path: Path, cluster: ClusterSettings
) -> None:
    file = tmp_path / "few.csv"
    file.write_text(TABLE.replace(old, new))
    result, (said,) = _told(file, tmp_path / "out", cluster)
    assert told in said and "the column active is not used" in said
    assert result.enrichment is None and result.counts == {"done": 5}
    assert ">Enrichment</h2>" not in (tmp_path / "out" / "screen.html").read_text()
