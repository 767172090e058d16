"""A comparison of two drugs made by hand, and the same with hostile texts."""

from __future__ import annotations

from dataclasses import replace

from workbench.ligands.depiction import drug_beside_svg
from workbench.ligands.matched_pairs import matched_pair
from workbench.ligands.reading import load_ligand
from workbench.records.comparison import ComparedDrug, Comparison, ContactNovelty, CoreFit, Quantity
from workbench.records.docking import DockingResult


def drug(result: DockingResult, name: str, score: float, spread: float | None) -> ComparedDrug:
    """Return a row whose shown pose is the result's best (bS, rank 1)."""
    pair = matched_pair(load_ligand("KPT-185"), load_ligand("KPT-185"))
    return ComparedDrug(
        name=name,
        smiles="C",
        inchikey="NLNGWFLRRRYNIL-PLNGDYQASA-N",
        folder="KPT-185_NLNGWFLRRRYNIL-PLNGDYQASA-N",
        verdict="adduct",
        reason="KPT-185 bonds",
        diastereomer="bS",
        rank=1,
        preferred=None,
        valid=True,
        adduct_score=Quantity(score, spread, "range of the best score over 3 seeds"),
        encounter_score=Quantity(-7.5, 0.12, "range of the best score over 2 independent runs"),
        strain=Quantity(3.0, 1.0, "range over 2 poses"),
        reaction=Quantity(None, basis="not computed"),
        sg_c_distance=Quantity(1.83, 0.01, ""),
        c_s_c_angle=Quantity(101.0, 2.0, ""),
        reversibility="slowly reversible",
        reversibility_status="compound",
        reversibility_source="a source",
        contacts={"hydrogen bond GLU529": 1.0},
        novelty=None,
        core=None,
        brain=("measured somewhere",),
        changes=(),
        warnings=(),
        seconds=1.0,
        drawing=drug_beside_svg(pair),
    )


def comparison_of(result: DockingResult) -> Comparison:
    """Return KPT-185, an analog that scores 2 kcal/mol worse, and a drug without a warhead."""
    first = drug(result, "KPT-185", -10.9, 0.4)
    block = result.adducts[1].poses[0].drug_sdf
    second = replace(
        drug(result, "analog", -8.9, 0.5),
        novelty=ContactNovelty(Quantity(0.5, 0.1, "range"), ("hydrophobic PHE572",), (), "it"),
        core=CoreFit(17, 1.5, 0.25, block),
        changes=("[*:1]C to [*:1]N",),
        weighted=2.0,
    )
    none = replace(
        first,
        name="inert",
        verdict="no_warhead",
        diastereomer="",
        rank=None,
        valid=None,
        adduct_score=Quantity(None, basis="no pose"),
        contacts={},
    )
    bare = replace(result, verdict="no_warhead", adducts=(), encounter=())
    return Comparison(
        reference="KPT-185",
        receptor="human-groove",
        drugs=(first, second, none),
        results=(result, result, bare),
        failures=({"name": "broken", "reason": "it could not be docked"},),
        weights={"recognition": 1.0},
        provenance=result.provenance,
    )


def hostile_comparison(result: DockingResult, text: str) -> Comparison:
    """Return the same with a text wherever one can come from outside."""
    plain = comparison_of(result)
    drugs = [
        replace(
            row,
            name=text,
            reason=text,
            reversibility=text,
            contacts={text: 0.5},
            brain=(text,),
            warnings=(text,),
            changes=(text,),
        )
        for row in plain.drugs
    ]
    return replace(
        plain,
        reference=text,
        receptor=text,
        drugs=tuple(drugs),
        failures=({"name": text, "reason": text},),
        provenance={**plain.provenance, "command": text},
    )
