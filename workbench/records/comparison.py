"""What a comparison of several drugs holds: the object that its files and its page read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from workbench.records.docking import DockingResult

COMPARISON_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Quantity:
    """A number with its spread; ``None`` where nobody computed or measured it.

    ``basis`` says in words what the spread is of, or why there is no number.
    """

    value: float | None
    spread: float | None = None
    basis: str = ""


@dataclass(frozen=True)
class ContactNovelty:
    """Contacts of a drug's poses beside those of the reference compound.

    Parameters
    ----------
    share
        Contacts that only one of the two has, over those that either has: 0 the same, 1 none in
        common (Jaccard distance of kind-and-residue pairs); its spread is the range over the
        poses that the score does not tell apart.
    gained, lost
        Contacts of the shown pose that the reference's shown pose lacks, and the other way.
    against
        What the contacts were held against.
    """

    share: Quantity
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    against: str


@dataclass(frozen=True)
class CoreFit:
    """The common core of a drug and the reference compound, in the poses shown.

    Parameters
    ----------
    atoms
        Heavy atoms in the core.
    in_place_angstrom
        RMSD of the core as both poses lie in the receptor.
    superposed_angstrom
        RMSD after the core was laid on the reference's.
    aligned_sdf
        Mol block of the pose moved onto the reference's core.
    """

    atoms: int
    in_place_angstrom: float
    superposed_angstrom: float
    aligned_sdf: str = field(repr=False, default="")


@dataclass(frozen=True)
class ComparedDrug:
    """One drug's row. Scores, strain and reaction in kcal/mol, lengths in angstrom, angles degree.

    Parameters
    ----------
    folder
        Of its docking run, relative to the comparison's.
    diastereomer, rank
        Of the pose shown: the best score among the valid ones; blank and ``None`` without one.
    preferred
        The diastereomer that the score tells from the others; ``None`` when it tells nothing.
    reaction
        Free energy of thiol addition relative to selinexor; positive lets go more easily.
    reversibility, reversibility_status
        In words; ``published`` with its source, or ``class`` when only the warhead's class says it.
    contacts
        Kind and residue of each contact of the shown pose, with the share of the poses that the
        score does not tell apart that have it.
    brain
        What was measured, in words with its source; nothing estimated.
    changes
        Groups exchanged against the reference compound, as SMILES.
    weighted
        Sum of the weighted differences to the reference compound; ``None`` without weights, or
        where a weighted quantity has no value.
    drawing
        SVG, laid out as the reference is, differences tinted.
    """

    name: str
    smiles: str
    inchikey: str
    folder: str
    verdict: str
    reason: str
    diastereomer: str
    rank: int | None
    preferred: str | None
    valid: bool | None
    adduct_score: Quantity
    encounter_score: Quantity
    strain: Quantity
    reaction: Quantity
    sg_c_distance: Quantity
    c_s_c_angle: Quantity
    reversibility: str
    reversibility_status: str
    reversibility_source: str
    contacts: Mapping[str, float]
    novelty: ContactNovelty | None
    core: CoreFit | None
    brain: tuple[str, ...]
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: float
    weighted: float | None = None
    drawing: str = field(repr=False, default="")


@dataclass(frozen=True)
class Comparison:
    """Several drugs on one receptor, beside a reference compound.

    Parameters
    ----------
    reference
        Name of the compound that differences are to.
    drugs
        One row each, in the order in which they were asked for.
    results
        The docking runs of the rows.
    failures
        ``{"name", "reason"}`` of each drug that could not be compared.
    weights
        As the user set them; empty when nothing is weighed.
    """

    reference: str
    receptor: str
    drugs: tuple[ComparedDrug, ...]
    results: tuple[DockingResult, ...] = field(repr=False)
    failures: tuple[dict[str, str], ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``comparison.json``; structures and drawings are left out."""
        return {
            "schema_version": COMPARISON_SCHEMA_VERSION,
            "reference": self.reference,
            "receptor": self.receptor,
            "weights": dict(self.weights),
            "ligands": [_plain(drug) for drug in self.drugs],
            "failures": list(self.failures),
            "provenance": dict(self.provenance),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row per drug: the content of ``comparison.csv``."""
        return pd.DataFrame([drug_row(drug) for drug in self.drugs])


def drug_row(drug: ComparedDrug) -> dict[str, Any]:
    """Return what the tables say of a drug, by column with the unit in its name."""
    novelty, core = drug.novelty, drug.core
    return {
        "ligand": drug.name,
        "verdict": drug.verdict,
        "diastereomer": drug.diastereomer,
        "rank": drug.rank,
        "preferred_diastereomer": drug.preferred or "",
        "valid": drug.valid,
        **_pair("adduct_score", "kcal_per_mol", drug.adduct_score),
        **_pair("encounter_score", "kcal_per_mol", drug.encounter_score),
        **_pair("strain", "kcal_per_mol", drug.strain),
        **_pair("reaction_relative_to_selinexor", "kcal_per_mol", drug.reaction),
        "reversibility": drug.reversibility,
        "reversibility_status": drug.reversibility_status,
        **_pair("sg_c_distance", "angstrom", drug.sg_c_distance),
        **_pair("c_s_c_angle", "degree", drug.c_s_c_angle),
        "contacts": "; ".join(drug.contacts),
        **_pair("contact_novelty", "share", novelty.share if novelty else Quantity(None)),
        "contacts_gained": "; ".join(novelty.gained) if novelty else "",
        "contacts_lost": "; ".join(novelty.lost) if novelty else "",
        "core_atoms": core.atoms if core else None,
        "core_in_place_angstrom": core.in_place_angstrom if core else None,
        "core_superposed_angstrom": core.superposed_angstrom if core else None,
        "brain_measured": "; ".join(drug.brain),
        "changes_to_reference": "; ".join(drug.changes),
        "weighted": drug.weighted,
        "smiles": drug.smiles,
        "inchikey": drug.inchikey,
        "folder": drug.folder,
    }


def _pair(name: str, unit: str, quantity: Quantity) -> dict[str, float | None]:
    return {f"{name}_{unit}": quantity.value, f"{name}_spread_{unit}": quantity.spread}


def _plain(drug: ComparedDrug) -> dict[str, Any]:
    record = asdict(drug)
    del record["drawing"]
    if record["core"]:
        del record["core"]["aligned_sdf"]
    return record
