"""The reaction of a drug with a thiol: free energies of its adducts, and indices of reactivity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import MechanismError, WorkbenchError
from workbench.gfn2 import Gfn2
from workbench.ligands.adducts import (
    adduct_with,
    after,
    enumerate_adducts,
    steps_of,
    thiol_mol,
    thiol_named,
)
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.warheads import reacted
from workbench.mechanism.reaction_table import ionisation_energy, measured_lactones
from workbench.mechanism.species import (
    N_OPTIMISED,
    Species,
    deprotonated,
    from_starts,
    species,
)
from workbench.mechanism.thermochemistry import DFT, GFN2, dft_energy
from workbench.mechanism.truncation import cut_back, kept_atoms, mirrored, model_adduct
from workbench.progress import Progress, silent
from workbench.records.reaction import Model

FloatArray = NDArray[np.float64]
Level = Literal["gfn2", "dft"]

LEVELS: Mapping[Level, str] = {"gfn2": GFN2, "dft": DFT}
METHANETHIOL = "methanethiol"
_PH = 7.4
_ANION_STARTS = 3
LACTONE_HYDROLYSIS = "lactone hydrolysis"
ALPHA = 1
"""Atom map number of the atom that takes up the thiol's proton."""


@dataclass
class Bench:
    """Molecules at one level, each computed once; enantiomers share one computation.

    Parameters
    ----------
    level
        ``gfn2``, or ``dft``: one density functional energy at each lowest conformer.
    known, shifts
        What was computed: species by SMILES, and what the level adds to them.
    """

    seed: int = 1
    level: Level = "gfn2"
    n_optimised: int = N_OPTIMISED
    progress: Progress = silent
    known: dict[str, Species] = field(default_factory=dict, repr=False)
    shifts: dict[str, float] = field(default_factory=dict, repr=False)

    def species(self, mol: Chem.Mol, name: str) -> Species:
        """Return a neutral molecule or its mirror image over its conformers."""
        key = min(Chem.MolToSmiles(mol), Chem.MolToSmiles(mirrored(mol)))
        if key not in self.known:
            done = 0

            def tick() -> None:
                nonlocal done
                done += 1
                self.progress(name, min(done, self.n_optimised + 1), self.n_optimised + 1)

            plain = Chem.MolFromSmiles(key)
            self.known[key] = species(
                plain, name, self.seed, n_optimised=self.n_optimised, tick=tick
            )
        return self.known[key]

    def free_energy(self, mol: Chem.Mol, name: str) -> float:
        """Return the free energy in water at 1 M at the level of the bench, kcal/mol."""
        found = self.species(mol, name)
        return found.free_energy + self._shift(found)

    def _shift(self, found: Species) -> float:
        """Return what the level adds to GFN2-xTB; the solvent's part stays that of ALPB."""
        if self.level == "gfn2":
            return 0.0
        key = Chem.MolToSmiles(found.mol)
        if key not in self.shifts:
            self.progress(f"{found.name}, {DFT.split('//', maxsplit=1)[0]}", 1, 1)
            gas = Gfn2(found.mol, solvent="", name=found.name)(found.coordinates).energy
            self.shifts[key] = dft_energy(found.mol, found.coordinates, found.name) - gas
        return self.shifts[key]


class AdductModel(NamedTuple):
    """One diastereomer as it is computed: label as docking writes it, and the model's molecule."""

    label: str
    adduct: Adduct
    mol: Chem.Mol


@dataclass(frozen=True)
class Addition:
    """Free energies of a drug's additions by label of the adduct, kcal/mol in water at 1 M.

    ``conformer_uncertainty`` is their change when every second conformer of drug and adduct is
    left out; ``index`` holds reactivity indices by name.
    """

    delta_g: Mapping[str, float]
    conformer_uncertainty: Mapping[str, float]
    index: Mapping[str, float]
    warnings: tuple[str, ...]


def modelled(ligand: Ligand, model: Model, thiol: str) -> tuple[Chem.Mol, tuple[AdductModel, ...]]:
    """Return the drug and its adducts as they are computed.

    Raises
    ------
    MechanismError
        When the drug has no warhead, is charged, or is a radical.
    LigandError
        When its stereo is open.
    """
    if ligand.warhead is None:
        raise MechanismError(f"{ligand.name} forms no adduct: {ligand.warhead_problem}")
    if any(atom.GetNumRadicalElectrons() for atom in ligand.mol.GetAtoms()):
        raise MechanismError(
            f"{ligand.name} is a radical; reaction energies are for closed shells only"
        )
    if Chem.GetFormalCharge(ligand.mol):
        raise MechanismError(
            f"{ligand.name} has the charge {Chem.GetFormalCharge(ligand.mol):+d}; implicit water "
            "is too rough for ions to be compared with neutral drugs: give the neutral form"
        )
    kept = tuple(range(ligand.mol.GetNumAtoms())) if model == "whole" else kept_atoms(ligand)
    adducts = enumerate_adducts(ligand)
    if adducts[0].left_atoms:
        raise MechanismError(
            f"{ligand.name} loses a group when the thiol attacks; energies are for additions only"
        )
    return cut_back(ligand.mol, kept), tuple(
        AdductModel(adduct.label, adduct, _marked_model(adduct, thiol, kept)) for adduct in adducts
    )


def _marked_model(adduct: Adduct, thiol: str, kept: tuple[int, ...]) -> Chem.Mol:
    """Return an adduct's model with its alpha atom marked by an atom map number."""
    whole = adduct_with(adduct, thiol)
    warhead = adduct.ligand.warhead
    assert warhead is not None, "an adduct has a warhead"
    whole.GetAtomWithIdx(adduct.drug_atoms.index(warhead.partner_atom_index)).SetAtomMapNum(ALPHA)
    return model_adduct(adduct, whole, kept)


def addition(
    ligand: Ligand, bench: Bench, *, model: Model = "truncated", thiol: str = METHANETHIOL
) -> Addition:
    """Return what the addition of a thiol to a drug costs or yields.

    Raises
    ------
    WorkbenchError
        See ``modelled`` and ``species``.
    """
    drug, adducts = modelled(ligand, model, thiol)
    thiol = thiol_named(thiol).name
    unmapped = Chem.Mol(thiol_mol(thiol))
    for atom in unmapped.GetAtoms():
        atom.SetAtomMapNum(0)
    free = Chem.MolFromSmiles(Chem.MolToSmiles(unmapped))
    start = bench.free_energy(drug, ligand.name) + bench.free_energy(free, thiol)
    delta_g, uncertainty = {}, {}
    for one in adducts:
        name = f"{ligand.name}, adduct {one.label}"
        delta_g[one.label] = bench.free_energy(one.mol, name) - start
        uncertainty[one.label] = float(
            np.hypot(bench.species(drug, "").halved, bench.species(one.mol, "").halved)
        )
    best = min(adducts, key=lambda one: delta_g[one.label])
    index = {
        "lumo_ev": bench.species(drug, "").lumo_ev,
        "retro_michael_kcal_per_mol": -delta_g[best.label],
    }
    further: list[Callable[[], dict[str, float]]] = []
    if thiol == METHANETHIOL:
        further.append(partial(_anion_index, ligand, best, bench, drug))
    if LACTONE_HYDROLYSIS in {step.name for step in steps_of(best.adduct)}:
        further.append(partial(_lactone_index, ligand, best, bench, thiol, model))
    warnings = []
    for more in further:
        try:
            index |= more()
        except WorkbenchError as error:
            warnings.append(str(error))
    return Addition(delta_g, uncertainty, index, tuple(warnings))


def _anion_index(
    ligand: Ligand, best: AdductModel, bench: Bench, drug: Chem.Mol
) -> dict[str, float]:
    """Return the energies of thiolate addition and of the proton transfer that follows it."""
    anion = carbanion(best, ligand, bench)
    thiolate = thiolate_species(bench.seed)
    affinity = anion.energy - bench.species(drug, ligand.name).energy - thiolate.energy
    partner = bench.species(Chem.MolFromSmiles("CS"), METHANETHIOL).energy
    transfer = bench.species(best.mol, "").energy + thiolate.energy - anion.energy - partner
    return {
        "thiolate_addition_kcal_per_mol": affinity,
        "proton_transfer_kcal_per_mol": transfer,
    }


def thiolate_species(seed: int) -> Species:
    """Return methanethiolate."""
    return species(Chem.MolFromSmiles("C[S-]"), "methanethiolate", seed, vibrations=False)


def carbanion(one: AdductModel, ligand: Ligand, bench: Bench) -> Species:
    """Return the adduct of the thiolate: the adduct without the proton at its alpha carbon.

    Electronic energies only; started from the adduct's lowest conformers.
    """
    name = f"the thiolate adduct of {ligand.name}"
    warhead = ligand.warhead
    assert warhead is not None, "a model has a warhead"
    _, changed = reacted(ligand.mol, warhead.reaction, warhead.atom_indices)
    if len(changed) != 1:
        raise MechanismError(f"{name} is not computed: its charge has no single place")
    neutral = bench.species(one.mol, f"{ligand.name}, adduct {one.label}")
    alpha = next(atom for atom in neutral.mol.GetAtoms() if atom.GetAtomMapNum() == ALPHA)
    ion, starts = deprotonated(neutral.mol, alpha.GetIdx(), neutral.shapes[:_ANION_STARTS])
    return from_starts(ion, starts, Gfn2(ion, name=name), name=name, vibrations=False)


def _lactone_index(
    ligand: Ligand, best: AdductModel, bench: Bench, thiol: str, model: Model
) -> dict[str, float]:
    """Return the free energy of opening the adduct's lactone with water, and with its ionisation.

    As a difference to a lactone whose equilibrium was measured, so that the level's own error in
    making an acid and an alcohol of an ester and water cancels.
    """
    kept = kept_atoms(ligand) if model == "truncated" else tuple(range(ligand.mol.GetNumAtoms()))
    opened = _marked_model(after(best.adduct, LACTONE_HYDROLYSIS), thiol, kept)
    opening = bench.free_energy(opened, f"{ligand.name}, opened adduct") - bench.free_energy(
        best.mol, ""
    )
    (known,) = measured_lactones()
    lactone, acid = (Chem.MolFromSmiles(smiles) for smiles in (known.lactone, known.acid))
    reference = bench.free_energy(acid, f"{known.name}, opened") - bench.free_energy(
        lactone, known.name
    )
    opening += known.free_energy - reference
    return {
        "lactone_hydrolysis_kcal_per_mol": opening,
        "lactone_hydrolysis_at_ph_7_4_kcal_per_mol": opening + ionisation_energy(opened, _PH),
    }
