"""Regimens as people write them: which days, which doses, which word is wrong."""

from __future__ import annotations

import pytest

from workbench.errors import MechanismError
from workbench.mechanism.regimens import parse_regimen


def days(text: str, length: float = 28) -> list[tuple[int, float]]:
    return [(round(at / 24) + 1, mg) for at, mg in parse_regimen(text).doses(length)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80 mg days 1,3 weekly", [1, 3, 8, 10, 15, 17, 22, 24]),
        ("60mg Days 1 and 3", [1, 3, 8, 10, 15, 17, 22, 24]),
        ("60 mg twice weekly", [1, 3, 8, 10, 15, 17, 22, 24]),
        ("100 mg weekly", [1, 8, 15, 22]),
        ("40 mg daily", list(range(1, 29))),
        ("40 mg every other day", list(range(1, 29, 2))),
        ("80 mg once", [1]),
        ("80 mg days 1,8,15 every 28 days", [1, 8, 15]),
        ("80 mg days 1,3 weekly for 3 weeks, 1 week off", [1, 3, 8, 10, 15, 17]),
        ("80 mg weekly for 1 week, 1 week off", [1, 15]),
        ("80 mg weekly for 2 weeks", [1, 8]),
        ("80 mg days 1,3 weekly, missed dose 2", [1, 8, 10, 15, 17, 22, 24]),
        ("80 mg weekly, missed doses 1, 3", [8, 22]),
        ("80 mg weekly for 1 week, 1 week off, missed dose 2", [1]),
    ],
)
def test_days(text: str, expected: list[int]) -> None:
    assert [day for day, _ in days(text)] == expected


def test_steps_of_reduction() -> None:
    found = days("100 mg weekly for 2 weeks then 80 mg weekly for 1 week then 60 mg weekly")
    assert found == [(1, 100), (8, 100), (15, 80), (22, 60)]
    again = days("80 mg days 1,3 for 3 weeks, 1 week off then 60 mg weekly", 42)
    assert again[-2:] == [(29, 60), (36, 60)]
    assert len(again) == 8


def test_a_dose_by_weight() -> None:
    assert parse_regimen("1.5 mg/kg weekly", weight_kg=60).doses(1) == ((0.0, 90.0),)


def test_doses_end_with_the_time() -> None:
    assert days("40 mg daily", 2.5) == [(1, 40), (2, 40), (3, 40)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0 mg daily", "'0' (character 1) is no dose"),
        ("9000 mg daily", "'9000' (character 1) is no dose"),
        ("80 days 1", "'days' (character 4) is no unit"),
        ("1 mg/kg weekly", "'mg/kg' (character 3) needs the body weight"),
        ("80 mg fortnightly", "'fortnightly' (character 7) is no schedule"),
        ("80 mg twice daily", "'daily' (character 13)"),
        ("80 mg days 1,9 weekly", "'9' (character 14) lies beyond"),
        ("80 mg days 1,1 weekly", "'1' (character 14) stands there twice"),
        ("80 mg days 1.5", "'1.5' (character 12)"),
        ("80 mg weekly, 1 week off", "'off' (character 22)"),
        ("80 mg weekly then 60 mg weekly", "'then' (character 14)"),
        ("80 mg weekly, sometimes", "'sometimes' (character 15)"),
        ("80 mg daily for 0 weeks", "'0' (character 17)"),
        ("80 mg daily for 9999 weeks", "'9999' (character 17)"),
        ("80 mg", "something is missing after 'mg'"),
        ("80 mg \u0663 daily", "(character 7)"),
        ("  ", "the regimen is empty"),
    ],
)
def test_the_wrong_word_is_pointed_at(text: str, word: str) -> None:
    with pytest.raises(MechanismError) as caught:
        parse_regimen(text).doses(28)
    assert word in str(caught.value)


def test_a_missed_dose_must_be_there() -> None:
    with pytest.raises(MechanismError, match="missed dose 9 is not among the 4 doses"):
        days("80 mg weekly, missed dose 9")
