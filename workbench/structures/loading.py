"""A receptor by name or file."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ReceptorError
from workbench.settings import PreparationSettings
from workbench.structures.embedded import embedded_names, read_embedded
from workbench.structures.receptor import Receptor


def available() -> tuple[str, ...]:
    """Return the names of the embedded receptors."""
    return embedded_names()


def load_receptor(
    spec: str | Path,
    *,
    nucleophile: str | None = None,
    mutations: tuple[str, ...] = (),
    humanise: bool = False,
    pka: bool = False,
    settings: PreparationSettings | None = None,
) -> Receptor:
    """Return the receptor that a name or a file stands for.

    Parameters
    ----------
    spec
        ``human-groove`` (prepared, ships with the package), or a PDB or mmCIF file.
    nucleophile
        The reactive cysteine of a protein that is not XPO1, ``A:797:SG``; files only.
    mutations
        Such as ``C528S``, in the receptor's numbering (human for XPO1) or else the entry's own.
    humanise
        Whether the groove of another species (480 to 640) gets its human side chains first;
        files only, since the embedded receptors have them.
    pka
        Whether PROPKA computes the pKa values of the site's groups; files only.
    settings
        Of the preparation; an embedded receptor is prepared already, and they then apply to
        mutated residues only.

    Raises
    ------
    ReceptorError
        When the name is unknown, or the file is missing or unusable.
    MutationError
        When a mutation is malformed or does not fit.
    """
    text = str(spec).strip()
    if text.lower() in embedded_names():
        if pka:
            raise ReceptorError(
                f"pKa values need the whole chain, and {text.lower()} holds only the groove: "
                "prepare the file that it was made from"
            )
        return _embedded(text.lower(), nucleophile, mutations, settings)
    if not text or not (_is_file(text) or "." in Path(text).name):
        raise ReceptorError(
            f"{text!r} is no receptor: give {', '.join(embedded_names())}, or a PDB or mmCIF file "
            "(entries are not downloaded: get the file of an entry first)"
        )
    # OpenMM takes half a second to import, which the embedded receptor does not need
    from workbench.structures.preparation import prepare_receptor

    return prepare_receptor(Path(text), settings, nucleophile, mutations, humanise, pka)


def _is_file(text: str) -> bool:
    """Return whether a file has this path; no text is too long or too odd to ask."""
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def _embedded(
    name: str,
    nucleophile: str | None,
    mutations: tuple[str, ...],
    settings: PreparationSettings | None,
) -> Receptor:
    if nucleophile is not None:
        raise ReceptorError(
            f"the nucleophile of {name} is Cys528: name another one only with a structure file"
        )
    receptor = read_embedded(name)
    if not mutations:
        return receptor
    from workbench.structures.mutation import mutated

    return mutated(receptor, mutations, settings)
