"""A program: one small pool of KPT-185's adduct; prints every bit of how its best score fell."""

from __future__ import annotations

from docking_cases import make_case
from test_pool import BRIEF, _problem

from workbench.docking import annealing
from workbench.docking.search import search_plan

case = make_case("KPT-185", "bR")
_, evaluations, _, history = annealing.anneal(
    _problem(case), 3, search_plan(case.tree.n_torsions, BRIEF)
)
print(evaluations, *(float(score).hex() for score in history[:, 1]))
