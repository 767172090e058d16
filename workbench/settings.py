"""Settings of each stage: frozen, with a unit in each name; an unknown key is refused."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of all settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PreparationSettings(Settings):
    """How a receptor is made from an entry."""

    ph: float = Field(7.4, ge=0, le=14, description="pH at which hydrogens are placed")
    shell_angstrom: float = Field(
        9.0, gt=0, le=40, description="residues this near to the groove's lining are kept"
    )
    force_field: str = Field("amber14/protein.ff14SB.xml", description="for the hydrogens")


class GridSettings(Settings):
    """The maps of the covalent search."""

    spacing_angstrom: float = Field(0.375, gt=0.1, le=1.0)
    margin_angstrom: float = Field(4.0, ge=0, le=20, description="beyond the reach of the adduct")


class SearchSettings(Settings):
    """The covalent search."""

    n_conformers: int = Field(32, ge=1, le=200)
    n_poses: int = Field(10, ge=1, le=200, description="poses kept per diastereomer")
    cluster_angstrom: float = Field(1.0, ge=0, le=5)
    random_starts: int = Field(200, ge=1, description="random poses before each chain's first")
    hops_per_torsion: int = Field(15, ge=1, description="length of a chain")
    temperature_kcal_per_mol: float = Field(1.2, gt=0, description="of accepting a worse minimum")
    max_steps: int = Field(60, ge=1, description="quasi-Newton steps per hop")
    refine_steps: int = Field(300, ge=1, description="the same for the poses that are kept")
    chain_batch: int = Field(4, ge=1, description="chains between two tests of agreement")
    max_chains: int = Field(32, ge=1)
    agreeing_chains: int = Field(4, ge=1, description="chains that must share the best score")
    agreement_kcal_per_mol: float = Field(0.1, gt=0, description="what counts as the same score")


class EncounterSettings(Settings):
    """The non-covalent docking of the intact drug."""

    exhaustiveness: int = Field(8, ge=1, le=128)
    n_poses: int = Field(9, ge=1, le=50)
    attack_distance_angstrom: float = Field(
        4.2, gt=0, description="S...C distance at or under which a pose can react"
    )
    attack_angle_degree: float = Field(
        107.0, gt=0, lt=180, description="ideal S...C=C angle (Buergi and Dunitz 1973)"
    )
    attack_angle_tolerance_degree: float = Field(25.0, gt=0, lt=90)
    edge_angstrom: float = Field(26.0, ge=10, le=60, description="edge of the docking box")


class MinimizationSettings(Settings):
    """The minimisation of the bonded complex."""

    force_field: Literal["mmff94s"] = "mmff94s"
    mobile_angstrom: float = Field(
        5.0, ge=0, description="residues this near to the ligand move with it"
    )
    cutoff_angstrom: float = Field(10.0, gt=2)
    rms_gradient_kcal_per_mol_angstrom: float = Field(0.3, gt=0)
    max_iterations: int = Field(2000, ge=1)
    platform: str = Field("auto", description="auto, or an OpenMM platform by name")


class DockSettings(Settings):
    """Of every stage of ``workbench dock``."""

    grid: GridSettings = GridSettings()
    search: SearchSettings = SearchSettings()
    encounter: EncounterSettings = EncounterSettings()
    minimization: MinimizationSettings = MinimizationSettings()

    def asked(self, *, poses: int, platform: str) -> DockSettings:
        """Return the same settings with what a user asked for on the command line."""
        return self.model_copy(
            update={
                "search": self.search.model_copy(update={"n_poses": poses}),
                "minimization": self.minimization.model_copy(update={"platform": platform}),
            }
        )
