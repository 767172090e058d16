"""Settings of each stage: frozen, with a unit in each name; an unknown key is refused."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SERVER_PATTERN = r"^https?://[^/\s@]+/\S*\{id\}\S*$"
"""What the address of a server looks like: ``https://host/folder/{id}.cif.gz``."""

_DIVIDED = "/data/structures/divided/mmCIF/{middle}/{id}.cif.gz"

Server = Annotated[str, Field(pattern=SERVER_PATTERN)]

ForceFieldName = Literal["mmff94s", "amber"]
SolventName = Literal["auto", "none", "obc2"]
SOLVENT_WORDS = (
    "auto: none for mmff94s, obc2 for amber; none: dielectric 4r with mmff94s, gas phase with "
    "amber; obc2: implicit water, constant dielectric"
)

CUTOFF_WORDS = (
    "none: the force field's own, 10 for mmff94s, 12 for amber; mmff94s in implicit water counts "
    "all pairs whatever it is"
)

FRAME_PS = 0.5
"""Between two frames of a run of dynamics; each is a checkpoint too."""


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
    max_loop_residues: int = Field(
        8,
        ge=0,
        le=8,
        description="missing residues between two kept ones, taken over from the human model",
    )
    relax_spring_kcal_per_mol_angstrom2: float = Field(
        10.0, gt=0, le=1000, description="k of k/2 x^2 on heavy atoms, when all are relaxed"
    )


class FetchSettings(Settings):
    """Servers of mmCIF files, asked in turn until one gives a sound file; limits of a download.

    In an address ``{id}`` is the entry (``7l5e``, ``AF-O14980-F1``), ``{middle}`` its folder in
    the archive (``l5``).
    """

    pdb_servers: tuple[Server, ...] = Field(
        (
            "https://files.rcsb.org/download/{id}.cif.gz",
            "https://ftp.ebi.ac.uk/pub/databases/pdb" + _DIVIDED,
            "https://files.pdbj.org/pub/pdb" + _DIVIDED,
        ),
        min_length=1,
        description="RCSB PDB, then PDBe and PDBj",
    )
    alphafold_servers: tuple[Server, ...] = Field(
        (
            "https://alphafold.ebi.ac.uk/files/{id}-model_v6.cif",
            "https://alphafold.ebi.ac.uk/files/{id}-model_v4.cif",
        ),
        min_length=1,
        description="AlphaFold DB: the newest version first",
    )
    connect_timeout_s: float = Field(10.0, gt=0, le=300)
    read_timeout_s: float = Field(30.0, gt=0, le=3600, description="between two pieces of data")
    total_timeout_s: float = Field(300.0, gt=0, le=86400, description="for one file of one server")
    retries: int = Field(2, ge=0, le=10, description="after a 5xx answer or a broken connection")
    backoff_s: float = Field(0.5, ge=0, le=60, description="before the second retry; then doubled")
    max_redirects: int = Field(5, ge=0, le=30)
    max_megabytes: float = Field(200.0, gt=0, le=2000, description="of a file, and unpacked")
    offline: bool = Field(
        default_factory=lambda: os.environ.get("WORKBENCH_OFFLINE", "") not in ("", "0"),
        description="use no network; WORKBENCH_OFFLINE=1 says the same for every command",
    )


class ConformerSettings(Settings):
    """Shapes of a molecule on its own."""

    window_kcal_per_mol: float = Field(20.0, gt=0, description="above the best, then dropped")
    distinct_angstrom: float = Field(0.5, ge=0, le=5, description="heavy-atom RMSD of two")
    form_window_kcal_per_mol: float = Field(
        5.0,
        gt=0,
        description="a cis or trans form this far above the best is not offered to the docking: "
        "takes in cis hydrazides (2-3 kcal/mol), leaves out E esters",
    )
    max_steps: int = Field(2000, ge=1, description="minimisation steps per conformer, MMFF94s")
    force_tolerance: float = Field(
        1e-4, gt=0, le=1, description="that ends a conformer's minimisation, as RDKit defines it"
    )
    embedding_attempts: int = Field(50, ge=1, description="per conformer, before it is given up")


class LigandSettings(Settings):
    """How a ligand is understood: charges, tautomer, open stereo, warhead, columns of a table."""

    ph: float | None = Field(
        None, ge=0, le=14, description="charge state at this pH; none: neutral as far as possible"
    )
    tautomer: Literal["drawn", "canonical"] = Field(
        "drawn", description="canonical: the tautomer that RDKit's scoring rules prefer"
    )
    max_stereoisomers: int = Field(
        1, ge=1, description="undefined stereo is enumerated up to this many isomers; 1: not at all"
    )
    warhead: str = Field(
        "", description="which of several reacts: its name or its attacked atom's index"
    )
    smiles_column: str = Field("", description="of a table; blank: found by its usual names")
    name_column: str = Field("", description="of a table or SD file; blank: by its usual names")


class GridSettings(Settings):
    """The maps of the covalent search."""

    spacing_angstrom: float = Field(0.375, gt=0.1, le=1.0)
    margin_angstrom: float = Field(4.0, ge=0, le=20, description="beyond the reach of the adduct")


class SearchSettings(Settings):
    """The covalent search."""

    n_conformers: int = Field(20, ge=1, le=200)
    n_poses: int = Field(10, ge=1, le=200, description="poses kept per diastereomer")
    cluster_angstrom: float = Field(1.0, ge=0, le=5)
    pool_members: int = Field(60, ge=2, le=1000, description="minima in one bank")
    annealing_per_torsion: int = Field(
        120, ge=1, description="children over which minima may come nearer to each other"
    )
    patience_per_torsion: int = Field(
        60, ge=1, description="children without a better best score that end a pool"
    )
    children_per_torsion: int = Field(400, ge=1, description="the most in one pool")
    agreeing_pools: int = Field(2, ge=1, description="pools that must share the best score")
    max_pools: int = Field(6, ge=1)
    refine_steps: int = Field(300, ge=1, description="quasi-Newton steps for poses that are kept")
    flexible: Literal["auto", "none"] | tuple[int, ...] = Field(
        "auto",
        description="residues whose side chains turn; auto: long ones that reach the thiol",
    )
    rotamer_penalty_kcal_per_mol: float = Field(
        1.0,
        ge=0,
        le=10,
        description="of turning a flexible side chain's dihedral half round from the receptor's",
    )
    torsion_weight: float = Field(0.2, ge=0, le=2, description="of the torsion profiles")
    spread_seeds: int = Field(
        3,
        ge=1,
        le=20,
        description="searches of each diastereomer with seeds of their own: poses are pooled, the "
        "range of the best scores is the spread; 1: not measured",
    )
    agreement_kcal_per_mol: float = Field(0.1, gt=0, description="what counts as the same score")


class EncounterSettings(Settings):
    """The non-covalent docking of the intact drug."""

    exhaustiveness: int = Field(12, ge=1, le=128)
    n_runs: int = Field(3, ge=1, le=16, description="that share the exhaustiveness")
    max_evaluations: int = Field(
        0, ge=0, le=10**9, description="in each of Vina's runs; 0: as many as Vina finds fit"
    )
    n_poses: int = Field(
        9,
        ge=1,
        le=50,
        description="kept by score; the best that is ready to attack is kept for each face",
    )
    n_sampled: int = Field(40, ge=1, le=500, description="poses to choose from, of each form")
    sampled_kcal_per_mol: float = Field(6.0, gt=0, description="those this near to the best")
    attack_distance_angstrom: float = Field(
        4.2, gt=0, description="S...C distance at or under which a pose can react"
    )
    attack_angle_tolerance_degree: float = Field(
        25.0, gt=0, lt=90, description="around the ideal angle of the warhead"
    )
    attack_elevation_degree: float = Field(
        45.0, ge=0, lt=90, description="least elevation of S above the plane of a trigonal atom"
    )
    n_forms: int = Field(4, ge=1, le=16, description="cis and trans; share the exhaustiveness")
    distinct_angstrom: float = Field(1.0, ge=0, le=5, description="RMSD of poses of two forms")
    edge_angstrom: float = Field(26.0, ge=10, le=60, description="edge of the docking box")


class MinimizationSettings(Settings):
    """The minimisation of the bonded complex."""

    force_field: ForceFieldName = "mmff94s"
    solvent: SolventName = Field("auto", description=SOLVENT_WORDS)
    mobile_angstrom: float = Field(
        5.0, ge=0, description="residues this near to the ligand move with it"
    )
    cutoff_angstrom: float | None = Field(None, gt=2, description=CUTOFF_WORDS)
    rms_gradient_kcal_per_mol_angstrom: float = Field(0.3, gt=0)
    max_iterations: int = Field(2000, ge=1)
    strain_hops: int = Field(
        120, ge=0, description="steps of the search for the lowest energy of the free adduct"
    )
    platform: str = Field("auto", description="auto, or an OpenMM platform by name")


class SolventSettings(Settings):
    """The implicit solvent: generalised Born OBC2, with a surface term."""

    dielectric: float = Field(78.5, ge=1, le=200, description="of the solvent; 1 inside")
    surface_kcal_per_mol_angstrom2: float = Field(
        0.0054, ge=0, le=0.1, description="surface energy; 0 leaves the surface term out"
    )


class DynamicsSettings(Settings):
    """A run in time of a complex in its pocket, by the protocol of ``physics.dynamics``."""

    length_ps: float = Field(
        50.0, ge=FRAME_PS, le=1e6, multiple_of=FRAME_PS, description="of each replica"
    )
    seed: int = Field(1, ge=1, lt=2**31 - 1000, description="of the first replica; then counted up")
    force_field: ForceFieldName = "mmff94s"
    platform: str = Field("auto", description="auto, or an OpenMM platform by name")


class DockSettings(Settings):
    """Of every stage of ``workbench dock``."""

    grid: GridSettings = GridSettings()
    search: SearchSettings = SearchSettings()
    encounter: EncounterSettings = EncounterSettings()
    minimization: MinimizationSettings = MinimizationSettings()

    @classmethod
    def quick(cls) -> DockSettings:
        """Return settings for a first look, in about a quarter of the time.

        One short search for each diastereomer (``ScreenSettings``) and a short docking of the
        intact drug (``ScanSettings``). The spread over seeds is not measured.
        """
        return cls(search=ScreenSettings().search, encounter=ScanSettings().encounter)

    def asked(self, *, poses: int, platform: str, force_field: str) -> DockSettings:
        """Return the same settings with what a user asked for on the command line."""
        asked = {"platform": platform, "force_field": force_field}
        return self.model_copy(
            update={
                "search": self.search.model_copy(update={"n_poses": poses}),
                "minimization": self.minimization.model_copy(update=asked),
            }
        )


class ScanSettings(Settings):
    """Of ``workbench scan``: less effort than a docking run, the same for every pair."""

    n_seeds: int = Field(
        2, ge=2, le=20, description="searches of each pair; the range of their best scores is shown"
    )
    grid: GridSettings = GridSettings()
    search: SearchSettings = SearchSettings(
        n_conformers=16,
        n_poses=1,
        pool_members=30,
        annealing_per_torsion=60,
        patience_per_torsion=30,
        max_pools=2,
        flexible="none",
        spread_seeds=1,
    )
    encounter: EncounterSettings = EncounterSettings(
        exhaustiveness=2,
        n_runs=1,
        max_evaluations=500_000,
        n_poses=1,
        n_sampled=5,
        n_forms=2,
        edge_angstrom=22.0,
    )

    @classmethod
    def quick(cls) -> ScanSettings:
        """Return settings for a first look: shorter searches in a smaller box, two seeds still."""
        plain = cls()
        search = {"n_conformers": 8, "annealing_per_torsion": 30, "max_pools": 1}
        encounter = {
            "exhaustiveness": 1,
            "max_evaluations": 60_000,
            "n_forms": 1,
            "edge_angstrom": 20.0,
        }
        return plain.model_copy(
            update={
                "search": plain.search.model_copy(update=search),
                "encounter": plain.encounter.model_copy(update=encounter),
            }
        )


class FilterSettings(Settings):
    """What is not worth docking: cheap to compute, and told with its reason."""

    max_molecular_weight_g_per_mol: float = Field(
        800.0, gt=0, description="what is heavier is dropped"
    )
    max_heavy_atoms: int = Field(60, ge=1, description="leptomycin B has 39")
    max_rotatable_bonds: int = Field(15, ge=0, description="RDKit's strict definition")
    min_clogp: float = Field(-5.0, description="Wildman-Crippen")
    max_clogp: float = Field(8.0, description="Wildman-Crippen")
    alerts: tuple[Literal["PAINS", "BRENK", "NIH"], ...] = Field(
        (),
        description="filters whose alerts drop a ligand, those on the warhead itself apart; none: "
        "alerts are listed only",
    )
    warheads: tuple[str, ...] = Field(
        (), description="names of the warheads that are let through; none: all that can bond"
    )


class IsolationSettings(Settings):
    """What one ligand may take before it is given up and listed."""

    timeout_s: float = Field(600.0, gt=0, le=86400, description="for one ligand in one stage")
    memory_gb: float = Field(4.0, ge=0.25, le=1000, description="of the process that works on it")
    attempts: int = Field(3, ge=1, le=10, description="when the process or its worker dies")


class ScreenSettings(Settings):
    """Of every stage of ``workbench screen``: whatever changes a result is here."""

    seed: int = Field(1, ge=0, lt=2**31, description="of the random numbers")
    chunk_size: int = Field(100, ge=1, le=100_000, description="ligands in one file")
    ligand: LigandSettings = LigandSettings()
    filters: FilterSettings = FilterSettings()
    grid: GridSettings = GridSettings()
    maps_half_width_angstrom: float = Field(
        20.0,
        ge=5,
        le=60,
        description="of the maps that ligands share; one that reaches farther gets its own",
    )
    search: SearchSettings = Field(
        SearchSettings(
            n_conformers=8,
            n_poses=3,
            pool_members=30,
            annealing_per_torsion=40,
            patience_per_torsion=20,
            children_per_torsion=120,
            agreeing_pools=1,
            max_pools=1,
            spread_seeds=1,
        ),
        description="one short pool for each diastereomer",
    )
    minimised_fraction: float = Field(
        0.1, ge=0, le=1, description="of the docked ligands, best score first"
    )
    minimised_poses: int = Field(2, ge=1, le=50, description="of each such ligand, best first")
    minimization: MinimizationSettings = MinimizationSettings(platform="CPU")
    reacted: int = Field(
        0, ge=0, le=100_000, description="best ligands whose thiol addition is computed; 0: none"
    )
    isolation: IsolationSettings = IsolationSettings()


class ClusterSettings(Settings):
    """Where a screen runs; nothing here changes a result."""

    scheduler: str = Field(
        "local",
        pattern=r"^(local|slurm|pbs|lsf|sge|(tcp|tls)://\S+)$",
        description="local processes, a running Dask scheduler's address, or a queue to submit to",
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=100_000, description="one core each"
    )
    least_workers: int | None = Field(
        None, ge=0, description="scale between this and workers as there is work; none: fixed"
    )
    ligands_per_task: int = Field(
        1,
        ge=1,
        le=100_000,
        description="more where a ligand takes milliseconds; a lost worker loses a task's",
    )
    worker_memory_gb: float = Field(4.0, gt=0, description="asked of the queue for one worker")
    walltime: str = Field("24:00:00", pattern=r"^[0-9:.\-]+$", description="of one worker's job")
    queue: str = Field("", description="of the queueing system; blank: its default")
    account: str = Field("", description="that the queueing system charges")
    worker_start_s: float | None = Field(
        None,
        gt=0,
        description="the screen ends when no worker has been alive for so long; none: 120 for "
        "local workers, 600 for a running scheduler, 86400 for a queue",
    )
    lost_after_s: float = Field(
        60.0, ge=15, description="a worker not heard of for so long is lost, its work given again"
    )
