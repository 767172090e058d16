"""From an entry to a receptor: cut, completed, capped, protonated and relaxed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from workbench.errors import ReceptorError
from workbench.settings import PreparationSettings
from workbench.structures.force_field import protonated, relaxed_apart, with_titration
from workbench.structures.gaps import Gap, capped, filled, site_gaps, unsound, with_anchors
from workbench.structures.mutation import humanised, mutated
from workbench.structures.reading import read_structure
from workbench.structures.receptor import Receptor, Structure
from workbench.structures.segments import cut_segments, segment_atoms
from workbench.structures.side_chains import completed, settled
from workbench.structures.sites import (
    NUCLEOPHILE_SHELL_ANGSTROM,
    Site,
    groove_site,
    kept_surroundings,
    left_out,
    named_site,
    partners,
)
from workbench.structures.topology import (
    CAPS,
    assign_topology,
    check_bond_lengths,
    missing_atoms,
)


def prepare_receptor(
    source: str | Path,
    settings: PreparationSettings | None = None,
    nucleophile: str | None = None,
    mutations: tuple[str, ...] = (),
    humanise: bool = False,
    pka: bool = False,
    keep_waters: bool = False,
    keep_partners: bool = False,
) -> Receptor:
    """Return the receptor that a structure file holds.

    XPO1 is found by its sequence and numbered as in human; the residues around its NES groove
    are kept. Heavy atoms stay where the entry has them, unless two of them collide. Residues that
    are missing there are taken over from the human model where the residues beside them fit it;
    all of these give way on springs.

    Parameters
    ----------
    source
        A PDB or mmCIF file, plain or gzipped.
    nucleophile, mutations, humanise, pka, keep_waters, keep_partners
        As for ``loading.load_receptor``. Hydrogens follow the model pKa whatever PROPKA says.

    Raises
    ------
    ReceptorError
        When the file cannot be read or holds no usable site.
    MutationError
        When a mutation does not fit.
    """
    settings = settings or PreparationSettings()
    structure = read_structure(source)
    if nucleophile is not None:
        site = named_site(structure, nucleophile)
    else:
        site = groove_site(structure, settings.shell_angstrom)
    receptor = _sound_draft(structure, site, settings, keep_waters, keep_partners)
    if pka:
        receptor = with_titration(receptor, site.residues, site.numbers, settings.ph)
    if humanise:
        receptor = humanised(receptor, settings)
    return mutated(receptor, mutations, settings) if mutations else receptor


def _sound_draft(
    structure: Structure,
    site: Site,
    settings: PreparationSettings,
    keep_waters: bool,
    keep_partners: bool,
) -> Receptor:
    """Return the receptor with those gaps filled that are sound after relaxation."""
    gaps, notes = site_gaps(structure, site, settings.max_loop_residues)
    while True:
        try:
            draft = _draft(structure, site, gaps, notes, settings, keep_waters, keep_partners)
        except ReceptorError:
            if not gaps:
                raise
            # residues that cannot be relaxed must not cost the receptor
            found = [capped(site, gap.before, "they could not be relaxed") for gap in gaps]
        else:
            places = draft.atoms, draft.coordinates, draft.bonds
            found = [unsound(site, gap, *places) for gap in gaps]
        if not any(found):
            return draft
        gaps = [gap for gap, fault in zip(gaps, found, strict=True) if not fault]
        notes = [*notes, *filter(None, found)]


def _draft(
    structure: Structure,
    site: Site,
    gaps: Sequence[Gap],
    notes: Sequence[str],
    settings: PreparationSettings,
    keep_waters: bool,
    keep_partners: bool,
) -> Receptor:
    """Return the receptor with some gaps filled, before any mutation."""
    whole_site = filled(site, gaps)
    modelled = [number for gap in gaps for number in gap.numbers]
    beside_gaps = {end for gap in gaps for end in (gap.numbers[0] - 1, gap.numbers[-1] + 1)}
    segments, cut = cut_segments(whole_site.residues, whole_site.numbers, whole_site.chosen)
    human = site.numbering == "human"
    kept = kept_surroundings(
        structure,
        whole_site,
        shell_angstrom=settings.shell_angstrom if human else NUCLEOPHILE_SHELL_ANGSTROM,
        waters=keep_waters,
        partners=keep_partners,
    )
    segments = [*segments, *kept.segments]
    whole, built = completed(segments)
    whole = [*settled(whole, segments), *((water,) for water in kept.waters)]
    number = site.numbers[site.residues.index(site.reactive.residue)]
    heavy, places = segment_atoms(whole, site.chain)
    atoms, coordinates = protonated(heavy, places, settings, thiol=number)
    built_atoms = {
        (residue.number, residue.name, name)
        for segment in segments
        for residue in segment
        for name in missing_atoms(residue)
    }
    free = {
        index
        for index, atom in enumerate(atoms)
        if atom.element == "H" or (atom.residue_number, atom.residue_name, atom.name) in built_atoms
    }
    beside = {
        index
        for index, atom in enumerate(atoms)
        if atom.residue_number in {*modelled, *beside_gaps} and atom.residue_name not in CAPS
    } - free
    coordinates, moved = relaxed_apart(atoms, coordinates, settings, free, beside)
    charged, bonds = assign_topology(atoms, coordinates)
    check_bond_lengths(charged, coordinates, bonds)
    chain = site.reactive.residue.chain
    alternates = ", ".join(
        f"{residue.address} {structure.alternates[residue.key]}"
        for residue in (site.residues[index] for index in site.chosen)
        if residue.key in structure.alternates
    )
    provenance: dict[str, Any] = {
        "source": structure.source,
        "source_sha256": structure.sha256,
        "entry_chain": chain,
        "identity_to_human": None if site.identity is None else round(site.identity, 4),
        "groove_occupant": site.groove.occupant,
        "nearest_wild_type": site.reference,
        "settings": settings.model_dump(),
        "versions": {name: version(name) for name in ("gemmi", "openmm", "pdbfixer")},
    }
    if kept.names:
        provenance["kept_beside"] = kept.names
    if modelled:
        provenance["modelled_residues"] = modelled
    return Receptor(
        name=structure.name,
        source=structure.source,
        atoms=charged,
        coordinates=coordinates,
        bonds=bonds,
        verdict=site.reactive.verdict,
        reactive_atom=None,
        reactive_residue_number=number,
        entry_residue=site.reactive.residue.address,
        organism=structure.organisms.get(chain, ""),
        numbering=site.numbering,
        groove_state=site.groove.state,
        groove_measures=site.groove.measures,
        partners=partners(structure, chain),
        covalent_bonds=site.reactive.covalent_bonds,
        residue_map=whole_site.residue_map,
        provenance=provenance,
        changes=(
            *structure.notes,
            *left_out(structure, with_anchors(site, gaps), set(kept.names.values())),
            *site.changes,
            *([f"alternate locations kept at the site: {alternates}"] if alternates else []),
            *site.reactive.changes,
            *cut,
            *(gap.change for gap in gaps),
            *notes,
            *kept.changes,
            *built,
            f"hydrogens were added at pH {settings.ph:g} and minimised with {settings.force_field}",
            *moved,
        ),
    ).with_reactive_atom()
