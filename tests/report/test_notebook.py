"""Results in notebooks: registered with IPython, drawn by functions, never by the records."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from report_cases import comparison, dynamics, reactions, scan, screen, simulated

import workbench
from workbench.errors import OutputError, UsageError
from workbench.records.docking import DockingResult
from workbench.records.reaction import Reactions
from workbench.report.notebook import NotebookView, cell_html

IN_IPYTHON = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import workbench
from workbench.records.reaction import AdductEnergy, Reaction, Reactions
assert not any(name.startswith("workbench.report") for name in sys.modules)
one = Reaction("a<b", "GFN2", "whole", (AdductEnergy("bR", -1.0, 0.5, None),))
print(shell.display_formatter.format(Reactions([one]))[0]["text/html"])
"""


def test_ipython_shows_a_result_and_loads_the_pages_only_then() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_IPYTHON], capture_output=True, text=True, check=True
    )
    assert "a&lt;b" in done.stdout
    assert "<table" in done.stdout


@pytest.mark.parametrize(
    ("result", "drawings"),
    [
        (comparison(), 0),
        (dynamics(), 0),
        (Reactions(reactions()), 1),
        (Reactions(), 0),
        (scan(), 0),
        (screen(), 1),
        (screen(top=(), scores={"edges_kcal_per_mol": (), "counts": ()}), 0),
        (simulated(), 3),
    ],
)
def test_a_cell_has_its_drawings(result: object, drawings: int) -> None:
    cell = cell_html(result)
    assert cell.count("<svg") == drawings
    assert "<script" not in cell


def test_a_view_holds_the_whole_complex_over_a_still(docked: DockingResult) -> None:
    view = workbench.view(docked)
    assert json.dumps(docked.adducts[0].poses[0].complex_pdb)[1:-1] in view.startjs
    cell = view._repr_html_()
    assert cell.index("<svg") < cell.index("3dmolviewer")
    assert cell.count("<script>") == cell.count("</script>") == 1
    with pytest.raises(OutputError, match="no structure"):
        workbench.view(replace(docked, adducts=(), encounter=(), receptor_pdb=""))


def test_a_scan_shows_the_mutant_in_its_own_colour_and_a_comparison_both_drugs() -> None:
    shown = workbench.view(scan()).write_html()
    assert all(json.dumps(groove.pdb)[1:-1] in shown for groove in scan().grooves)
    assert shown.count('"#be1886"') == 2  # the mutant's side chains, and the drug there
    with pytest.raises(OutputError, match="no structure"):
        workbench.view(replace(scan(), grooves=()))
    assert workbench.view(comparison()).startjs.count("addModel") == 2


def test_a_molecule_cannot_end_the_script_of_a_view() -> None:
    view = NotebookView("<svg></svg>")
    view.addModel("</script><script>alert(1)</script><!--", "mol")
    shown = view.write_html()
    assert shown.count("</script>") == 1
    assert "<!--" not in shown


def test_a_figure_lays_runs_over_each_other() -> None:
    axes = workbench.plot(simulated(), simulated("eltanexor")).axes
    assert [len(axis.lines) for axis in axes] == [2, 2, 2]
    assert axes[2].lines[0].get_xdata().tolist() == [0.0, 0.5, 1.0]  # days


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError):
        workbench.view(Reactions())  # type: ignore[arg-type]
    for results in ((), (Reactions(),)):
        with pytest.raises(UsageError):
            workbench.plot(*results)  # type: ignore[arg-type]
