"""``workbench dynamics``: what is refused, in one sentence, before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli import main
from workbench.cli.main import build_parser


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "result.json in 'nowhere' cannot be read"),
        ([".", "--timestep-fs", "9"], "timestep_fs"),
        ([".", "--length-ps", "0.7", "--report-ps", "0.5"], "length_ps must be a whole multiple"),
        ([".", "--temperature-k", "5000"], "temperature_k"),
        ([".", "--hydrogen-mass", "0.5"], "hydrogen_mass_amu"),
        ([".", "--receptor", "human-grove"], "human-groove"),
    ],
)
def test_bad_input_is_one_sentence(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(["dynamics", *words, "--out", str(tmp_path / "out")])
    message = capsys.readouterr().err
    assert code in (1, 2)
    assert said in message
    assert message.startswith("workbench: ") and "Traceback" not in message
    assert len(message.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words", [["--length-ps", "0"], ["--replicas", "0"], ["--encounter", "-1"]]
)
def test_numbers_that_are_none_are_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["dynamics", "x", *words])
    assert stopped.value.code == 2


def test_the_encounter_option_takes_a_rank_or_none() -> None:
    parser = build_parser()
    assert parser.parse_args(["dynamics", "x"]).encounter is None
    assert parser.parse_args(["dynamics", "x", "--encounter"]).encounter == 0
    assert parser.parse_args(["dynamics", "x", "--encounter", "3"]).encounter == 3
