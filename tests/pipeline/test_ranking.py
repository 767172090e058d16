"""When a diastereomer is preferred, and when nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.pipeline.ranking import ranking
from workbench.records.docking import AdductRecord, PoseRecord


def adduct(label: str, seeds: tuple[float, ...], *, valid: bool = True) -> AdductRecord:
    blank: dict[str, Any] = dict.fromkeys(PoseRecord.__dataclass_fields__)
    pose = PoseRecord(**blank | {"rank": 1, "score_kcal_per_mol": min(seeds), "valid": valid})
    return AdductRecord(label, "", "", (), (pose,), seed_scores_kcal_per_mol=seeds)


@pytest.mark.parametrize(
    ("first", "second", "preferred", "gap", "spread", "words"),
    [
        ((-12.0, -11.9, -11.8), (-10.0, -9.9, -9.5), "bR", 2.0, 0.5, "preferred by score"),
        ((-12.0, -9.0, -9.5), (-10.0, -9.9, -9.5), None, 2.0, 3.0, "within the search's spread"),
        ((-12.0, -11.9, -12.0), (-11.5, -11.4, -11.5), None, 0.5, 0.1, "score can tell apart"),
        ((-12.0,), (-8.0,), None, 4.0, None, "ran with one seed"),
    ],
)
def test_a_winner_is_named_only_beyond_the_spread(
    first: tuple[float, ...],
    second: tuple[float, ...],
    preferred: str | None,
    gap: float,
    spread: float | None,
    words: str,
) -> None:
    told = ranking([adduct("bR", first), adduct("bS", second)])
    assert told["best_scored"] == "bR"
    assert told["preferred"] == preferred
    assert told["gap_kcal_per_mol"] == pytest.approx(gap)
    assert told["spread_kcal_per_mol"] == (None if spread is None else pytest.approx(spread))
    assert words in told["words"]


def test_invalid_poses_do_not_compete() -> None:
    bad = adduct("bR", (-20.0, -20.0), valid=False)
    told = ranking([bad, adduct("bS", (-8.0, -8.1))])
    assert (told["best_scored"], told["preferred"], told["gap_kcal_per_mol"]) == ("bS", None, None)
    assert told["words"] == "only bS with a valid pose"
    assert ranking([bad, bad])["words"] == "none of them with a valid pose"


def test_the_third_diastereomer_does_not_widen_the_spread() -> None:
    wild = adduct("bS_aS", (-5.0, -1.0))
    told = ranking([adduct("bR", (-9.0, -9.1)), adduct("bS", (-7.0, -7.0)), wild])
    assert told["spread_kcal_per_mol"] == pytest.approx(0.1)
    assert told["preferred"] == "bR"
