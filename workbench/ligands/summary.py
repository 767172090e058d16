"""What is known and computed about a ligand, as one record: names, warheads, properties, brain."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from workbench.errors import LigandError
from workbench.ligands.adducts import (
    after,
    enumerate_adducts,
    flat_adduct,
    steps_of,
    what_may_follow,
)
from workbench.ligands.catalogue import drug_of_skeleton
from workbench.ligands.matched_pairs import MatchedPair
from workbench.ligands.molecules import Adduct, Ligand, WarheadMatch
from workbench.ligands.properties import (
    brain_estimate,
    comparison,
    drug_properties,
    measured_brain,
    structural_alerts,
    told_apart,
)
from workbench.tables import BrainFinding

_WARHEAD_KEYS = ("warhead", "reactive_atom_index", "reversibility")


def ligand_summary(ligand: Ligand) -> dict[str, Any]:
    """Return a ligand's record, ready for JSON; what is not known is ``None`` or empty.

    ``properties``, ``brain.estimated`` and ``alerts`` are computed from the structure;
    ``brain.measured`` holds what the package's table knows of the catalogue drug with exactly
    this InChIKey.
    """
    warhead = ligand.warhead
    adducts, problem = paper_adducts(ligand)
    reacting = (warhead,) if warhead else ()
    atoms = {i for match in (*reacting, *ligand.other_warheads) for i in match.atom_indices}
    notes = [text for text in (ligand.warhead_problem, problem) if text]
    return {
        "name": ligand.name,
        "smiles": ligand.smiles,
        "inchikey": ligand.inchikey,
        "formula": ligand.formula,
        "charge": ligand.charge,
        **(_warhead_row(warhead) if warhead else dict.fromkeys(_WARHEAD_KEYS)),
        "follow_up": list(what_may_follow(adducts[0])) if adducts else [],
        "other_warheads": [_warhead_row(match) for match in ligand.other_warheads],
        "adducts": [
            {
                "label": adduct.label,
                "smiles": adduct.smiles,
                "afterwards": [
                    {"form": later.form, "label": later.label, "smiles": later.smiles}
                    for later in later_forms(adduct)
                ],
            }
            for adduct in adducts
        ],
        "properties": asdict(drug_properties(ligand.mol)),
        "brain": {
            "estimated": asdict(brain_estimate(ligand.mol)),
            "measured": [asdict(row) for row in _measured(ligand)],
        },
        "alerts": [
            {**asdict(alert), "atom_indices": list(alert.atom_indices)}
            for alert in structural_alerts(ligand.mol, atoms)
        ],
        "warnings": [*ligand.warnings, *notes],
    }


def _warhead_row(match: WarheadMatch) -> dict[str, Any]:
    values = (match.name, match.reactive_atom_index, match.warhead.reversibility)
    return dict(zip(_WARHEAD_KEYS, values, strict=True))


def pair_summary(pair: MatchedPair) -> dict[str, Any]:
    """Return what changed from a reference to a ligand, ready for JSON.

    ``brain.reason`` is what the table of measurements gives as the reason of a difference.
    """
    first, second = brain_estimate(pair.reference.mol), brain_estimate(pair.ligand.mol)
    measured = (*_measured(pair.reference), *_measured(pair.ligand))
    return {
        "reference": pair.reference.name,
        "ligand": pair.ligand.name,
        "core_smiles": pair.core_smiles,
        "core_atoms": len(pair.core),
        "core_search_complete": pair.complete,
        "changes": [change._asdict() for change in pair.changes],
        "turned_double_bonds": [[begin[0], end[0]] for begin, end in pair.turned_bonds],
        "property_changes": pair.property_changes,
        "brain": {
            "reference_estimated": asdict(first),
            "ligand_estimated": asdict(second),
            "measured": [asdict(row) for row in measured],
            "told_apart": told_apart(first, second),
            "comparison": comparison(pair.reference.name, first, second),
            "reason": next((row.reason for row in measured if row.reason), None),
        },
    }


def paper_adducts(ligand: Ligand) -> tuple[tuple[Adduct, ...], str]:
    """Return the adducts of a ligand, and what is wrong with them, if anything.

    Where the drug's own stereo is open there is one, drawn flat; it cannot be docked.
    """
    if ligand.warhead is None:
        return (), ""
    try:
        return enumerate_adducts(ligand), ""
    except LigandError as error:
        return (flat_adduct(ligand),), f"the adduct is drawn flat: {error}"


def later_forms(adduct: Adduct) -> tuple[Adduct, ...]:
    """Return what an adduct becomes by the steps that may follow."""
    return tuple(after(adduct, step.name) for step in steps_of(adduct))


def _measured(ligand: Ligand) -> tuple[BrainFinding, ...]:
    """Return what was measured about the catalogue's drug of the same stereo."""
    known = drug_of_skeleton(ligand.inchikey)
    same = known is not None and known.inchikey == ligand.inchikey
    return measured_brain(known.name) if known is not None and same else ()
