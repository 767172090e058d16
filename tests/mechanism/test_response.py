"""The mRNA marker against the times that are published, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

import workbench
from workbench.mechanism.response import mrna_response
from workbench.report.simulation_page import notebook_html


def test_peak_and_end_are_the_published_ones() -> None:
    times = np.arange(0.0, 72.0, 0.05)
    found = mrna_response("selinexor", [(0.0, 80.0)], times)
    assert found is not None
    middle, low, high = found
    assert times[middle.argmax()] == pytest.approx(6.0, abs=0.1)
    assert middle.max() == pytest.approx(1.0, abs=1e-4)
    # half of it is left in the middle of 24 to 48 h
    assert np.interp(36.0, times, middle) == pytest.approx(0.5, abs=1e-3)
    # at the ends of the ranges: half after 24 h at the earliest, after 48 h at the latest
    assert np.interp(24.0, times, low) == pytest.approx(0.5, abs=1e-3)
    assert np.interp(48.0, times, high) == pytest.approx(0.5, abs=1e-3)
    assert (low <= middle + 1e-12).all()
    assert (middle <= high + 1e-12).all()


def test_doses_do_not_add_up() -> None:
    times = np.arange(0.0, 120.0, 0.5)
    one = mrna_response("selinexor", [(0.0, 80.0)], times)
    two = mrna_response("selinexor", [(0.0, 80.0), (24.0, 20.0)], times)
    assert one is not None
    assert two is not None
    assert two[2].max() == pytest.approx(1.0, abs=1e-3)
    assert (two[0] >= one[0]).all()


def test_only_a_drug_with_figures_has_it() -> None:
    assert mrna_response("eltanexor", [(0.0, 10.0)], np.arange(3.0)) is None
    own = workbench.simulate("selinexor", days=2.0)
    borrowed = workbench.simulate(
        "eltanexor", regimen="10 mg daily", days=2.0, pharmacokinetics="selinexor"
    )
    assert "xpo1_mrna_response" in own.to_frame()
    assert "xpo1_mrna_response" not in borrowed.to_frame()
    assert notebook_html(own).count("<svg") == 3
    assert notebook_html(borrowed).count("<svg") == 3
