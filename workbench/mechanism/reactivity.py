"""``react``: how readily a drug lets a thiol go again, against selinexor at one level."""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench import __version__
from workbench.errors import MechanismError
from workbench.ligands.adducts import thiol_named
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.mechanism.energetics import LEVELS, METHANETHIOL, Addition, Bench, Level, addition
from workbench.mechanism.reaction_table import REFERENCE, level_spread, rows_of
from workbench.mechanism.truncation import RULE
from workbench.progress import Progress, silent
from workbench.provenance import public_command, version_of
from workbench.records.reaction import AdductEnergy, Model, Reaction, Reactions

LIMITS = (
    "differences between drugs at one level; no affinity, no rate and no barrier",
    "a small thiol in implicit water stands for Cys528: the groove's own hold on drug and adduct "
    "is left out",
)
SHIPPED_SEED = 1
"""Another one is a search of its own, for selinexor too."""

_INDICES = (
    "lumo_ev",
    "thiolate_addition_kcal_per_mol",
    "proton_transfer_kcal_per_mol",
    "lactone_hydrolysis_kcal_per_mol",
    "lactone_hydrolysis_at_ph_7_4_kcal_per_mol",
)


def react(
    ligands: str | Ligand | Sequence[str | Ligand],
    *,
    level: Level = "gfn2",
    model: Model = "truncated",
    thiol: str = METHANETHIOL,
    seed: int = 1,
    live: bool = False,
    progress: Progress = silent,
) -> Reactions:
    """Return what the addition of a thiol to each drug costs or yields.

    Parameters
    ----------
    ligands
        Names, SMILES, files with one ligand, or ligands.
    level
        ``gfn2``, or ``dft`` for one M06-2X energy at each minimum.
    model
        ``truncated`` computes the warhead and its surroundings (``truncation.RULE``).
    thiol
        ``methanethiol`` or ``capped cysteine``.
    seed
        Of the conformer searches; the shipped table was made with 1, another computes everything.
    live
        Compute drugs that the shipped table holds, too.

    Raises
    ------
    WorkbenchError
        For the first drug that cannot be read or computed.
    """
    texts = [ligands] if isinstance(ligands, (str, Ligand)) else list(ligands)
    read = [one if isinstance(one, Ligand) else load_ligand(one) for one in texts]
    bench = ReactionBench(level, model, thiol, seed, live, progress)
    return Reactions(bench.reaction(ligand) for ligand in read)


@dataclass
class ReactionBench:
    """One level, model and thiol for several drugs; see ``react`` for the parameters."""

    level: Level = "gfn2"
    model: Model = "truncated"
    thiol: str = METHANETHIOL
    seed: int = 1
    live: bool = False
    progress: Progress = silent
    command: str = ""
    _bench: Bench = field(init=False, repr=False)
    _reference: Addition | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.level not in LEVELS or self.model not in ("truncated", "whole"):
            raise MechanismError(
                f"level {self.level!r}, model {self.model!r}: choose gfn2 or dft, truncated or "
                "whole"
            )
        self.thiol = thiol_named(self.thiol).name
        self._bench = Bench(seed=self.seed, level=self.level, progress=self.progress)

    def reaction(self, ligand: Ligand) -> Reaction:
        """Return the reaction of one drug.

        Raises
        ------
        WorkbenchError
            When it cannot be computed.
        """
        found, made = self._addition(ligand, self.live)
        if ligand.smiles == load_ligand(REFERENCE).smiles:
            self._reference = found
        reference = self._of_selinexor()
        base_label = min(reference.delta_g, key=lambda label: reference.delta_g[label])
        base = reference.delta_g[base_label]
        of_levels = level_spread(LEVELS["gfn2"], LEVELS["dft"], ligand.name)
        itself = found.delta_g == reference.delta_g
        adducts = []
        for label, delta_g in found.delta_g.items():
            parts = [
                found.conformer_uncertainty[label],
                reference.conformer_uncertainty[base_label],
                of_levels or 0.0,
            ]
            uncertainty = 0.0 if itself and delta_g == base else math.hypot(*parts)
            adducts.append(AdductEnergy(label, delta_g, delta_g - base, uncertainty))
        warnings = list(found.warnings)
        if of_levels is None:
            warnings.append("the uncertainty is of conformers only: no second level was computed")
        return Reaction(
            ligand=ligand.name,
            level=LEVELS[self.level],
            model=self.model,
            adducts=tuple(adducts),
            index=found.index,
            warnings=(*warnings, *LIMITS),
            provenance=self._provenance(ligand, made),
        )

    def _of_selinexor(self) -> Addition:
        if self._reference is None:
            self._reference, _ = self._addition(load_ligand(REFERENCE), live=False)
        return self._reference

    def _addition(self, ligand: Ligand, live: bool) -> tuple[Addition, str]:
        """Return energies and where they are from: the shipped table, or this run."""
        if not live and self.seed == SHIPPED_SEED:
            shipped = _from_table(ligand, self.model, self.thiol, self.level)
            if shipped is not None:
                return shipped
        return addition(ligand, self._bench, model=self.model, thiol=self.thiol), "this run"

    def _provenance(self, ligand: Ligand, made: str) -> dict[str, Any]:
        return {
            "command": public_command(self.command),
            "smiles": ligand.smiles,
            "energies_from": made,
            "thiol": self.thiol,
            "seed": self.seed,
            "model_rule": RULE if self.model == "truncated" else "the whole drug",
            "state": "water, 1 M, 298.15 K",
            "versions": {"workbench": __version__, "python": platform.python_version()}
            | {name: version_of(name) for name in ("tblite", "geometric", "pyscf", "rdkit")},
        }


def _from_table(
    ligand: Ligand, model: Model, thiol: str, level: Level
) -> tuple[Addition, str] | None:
    """Return a drug's shipped energies and their source, where the table has them."""
    rows = rows_of(ligand.smiles, model=model, thiol=thiol, level=LEVELS[level])
    if not rows:
        return None
    delta_g = {row.adduct: row.delta_g_kcal_per_mol for row in rows}
    index = {name: getattr(rows[0], name) for name in _INDICES}
    known = {name: value for name, value in index.items() if value is not None}
    found = Addition(
        delta_g=delta_g,
        conformer_uncertainty={row.adduct: row.conformer_uncertainty_kcal_per_mol for row in rows},
        index=known | {"retro_michael_kcal_per_mol": -min(delta_g.values())},
        warnings=(),
    )
    return found, f"reaction_energies.csv, {rows[0].date}, {rows[0].source}"
