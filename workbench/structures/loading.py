"""A receptor by name or file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.errors import ReceptorError
from workbench.settings import FetchSettings, PreparationSettings
from workbench.structures.catalog import parse_entry_id
from workbench.structures.fetch import fetch_entry
from workbench.structures.reading import embedded_names, read_embedded
from workbench.structures.receptor import Receptor

ALPHAFOLD_ATTRIBUTION = (
    "AlphaFold Protein Structure Database (DeepMind and EMBL-EBI, CC-BY 4.0; Jumper et al. 2021, "
    "doi:10.1038/s41586-021-03819-2; Varadi et al. 2022, doi:10.1093/nar/gkab1061)"
)


def load_receptor(
    spec: str | Path,
    *,
    nucleophile: str | None = None,
    mutations: tuple[str, ...] = (),
    humanise: bool = False,
    pka: bool = False,
    keep_waters: bool = False,
    keep_partners: bool = False,
    relax: bool = False,
    settings: PreparationSettings | None = None,
    fetching: FetchSettings | None = None,
) -> Receptor:
    """Return the receptor that a name, an entry's id or a file stands for.

    Parameters
    ----------
    spec
        ``human-groove`` or another of ``embedded_names()`` (prepared, ship with the package), a PDB
        id (``7L5E``), a model of AlphaFold DB (``AF-O14980``), or a PDB or mmCIF file. An entry
        is looked for in the folder that ``WORKBENCH_STRUCTURE_DIR`` names, in the cache, then
        fetched. An id goes before a file of the same name: write ``./7L5E`` for that file.
    nucleophile
        The reactive cysteine of a protein that is not XPO1, ``A:797:SG``.
    mutations
        Such as ``C528S``, in the receptor's numbering (human for XPO1) or else the entry's own.
    humanise, pka, keep_waters, keep_partners
        Human side chains for the groove (480 to 640) of another species; pKa values by PROPKA;
        waters held at the site; residues of other protein chains around it. Files only.
    relax
        Whether all atoms are minimised at the end, heavy ones on springs.
    settings
        Of the preparation; for an embedded receptor, of mutated residues and ``relax``.

    Raises
    ------
    ReceptorError
        When the name is unknown, or the file is missing or unusable; as ``FetchError`` when
        the entry cannot be fetched.
    MutationError
        When a mutation is malformed or does not fit.
    """
    text = str(spec).strip()
    if (name := text.lower()) in embedded_names():
        if pka:
            raise ReceptorError(
                f"pKa values need the whole chain, and {name} holds only the groove: "
                "prepare the file that it was made from"
            )
        if keep_waters or keep_partners:
            raise ReceptorError(
                f"{name} holds no waters and no partners to keep: name an entry or a file"
            )
        if nucleophile is not None:
            raise ReceptorError(
                f"the nucleophile of {name} is Cys528: name another one only with a structure file"
            )
        receptor = read_embedded(name)
        if mutations:
            from workbench.structures.mutation import mutated

            receptor = mutated(receptor, mutations, settings)
    else:
        # OpenMM takes half a second to import, which an embedded receptor does not need
        from workbench.structures.preparation import prepare_receptor

        entry = fetch_entry(text, fetching) if parse_entry_id(text) is not None else None
        receptor = prepare_receptor(
            entry.path if entry else _existing(text),
            settings,
            nucleophile=nucleophile,
            mutations=mutations,
            humanise=humanise,
            pka=pka,
            keep_waters=keep_waters,
            keep_partners=keep_partners,
        )
        if entry:
            provenance = receptor.provenance | {
                "entry": {"id": entry.entry_id, "origin": entry.origin, "url": entry.url}
            }
            if entry.entry_id.startswith("AF-"):
                provenance |= {"licence": "CC-BY-4.0", "attribution": ALPHAFOLD_ATTRIBUTION}
            changes = (*entry.notes, *receptor.changes)
            receptor = replace(
                receptor, name=entry.entry_id, changes=changes, provenance=provenance
            )
    if not relax:
        return receptor
    from workbench.structures.force_field import relaxed_receptor

    return relaxed_receptor(receptor, settings)


def _existing(text: str) -> Path:
    """Return the path that a text is, where it is one."""
    try:
        here = bool(text) and (Path(text).exists() or "." in Path(text).name)
    except (OSError, ValueError):
        here = "." in Path(text).name
    if here:
        return Path(text)
    shown = ascii(text if len(text) <= 60 else text[:57] + "...")
    raise ReceptorError(
        f"{shown} is no receptor: give {', '.join(embedded_names())}, a PDB id (7L5E), a "
        "model of AlphaFold DB (AF-O14980), or a PDB or mmCIF file"
    )
