"""An adduct hung in the groove, made once for all docking tests."""

from __future__ import annotations

import pytest
from docking_cases import Case, make_case


@pytest.fixture(scope="session")
def kpt_185() -> Case:
    return make_case("KPT-185", "bR")
