"""The file of an entry: from the user's folder, the cache, or a server of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from workbench.errors import FetchError
from workbench.settings import FetchSettings
from workbench.structures.arrivals import accept
from workbench.structures.cache import CacheRecord, EntryCache, cache_folder
from workbench.structures.download import NoSuchFileError, download, host_of
from workbench.structures.entry_ids import EntryId, checked_entry_id
from workbench.structures.local_entries import FOLDER_VARIABLE, local_file


@dataclass(frozen=True)
class FetchedEntry:
    """The file of an entry.

    Parameters
    ----------
    entry_id
        In its usual form: ``7L5E``, ``AF-O14980-F1``.
    origin
        ``folder`` (``WORKBENCH_STRUCTURE_DIR``), ``cache``, or ``network``.
    url
        Where it once came from; empty for a file of the user's folder.
    sha256
        Of the file, which is never compressed when it came from a server.
    notes
        What else the user should know: a cached file that was damaged, a server that failed.
    """

    entry_id: str
    path: Path
    origin: str
    url: str
    sha256: str
    notes: tuple[str, ...] = ()


def fetch_entry(text: str, settings: FetchSettings | None = None) -> FetchedEntry:
    """Return the file of an entry, fetching it when neither folder nor cache has it.

    Only a file that is whole, readable and the entry asked for gets into the cache; a cached
    file counts only while it matches its checksum.

    Parameters
    ----------
    text
        A PDB id (``7L5E``, ``pdb_00007l5e``) or a model of AlphaFold DB (``AF-O14980``).

    Raises
    ------
    FetchError
        When the text is no id, no server gives the entry, or the cache cannot be used.
    ReceptorError
        When the file in the user's own folder cannot be read.
    """
    settings = settings or FetchSettings()
    entry_id = checked_entry_id(text)
    own = local_file(entry_id)
    if own is not None:
        digest = sha256(own.read_bytes()).hexdigest()
        return FetchedEntry(entry_id.text, own, "folder", "", digest)
    cache = EntryCache(cache_folder())
    name = f"{entry_id.file_stem}.cif"
    if (found := cache.find(name)) is not None:
        return _cached(entry_id, *found)
    if settings.offline and not (cache.folder / name).exists():
        raise FetchError(
            f"{entry_id.text} is not in the cache and the network is switched off: fetch it "
            f"online once, or put its file into a folder that {FOLDER_VARIABLE} names"
        )
    wait_s = settings.total_timeout_s * len(_servers(entry_id, settings))
    with cache.locked(name, wait_s):
        # another process may have fetched it in the meantime
        if (found := cache.find(name)) is not None:
            return _cached(entry_id, *found)
        return _fetched_anew(entry_id, cache, name, settings)


def _fetched_anew(
    entry_id: EntryId, cache: EntryCache, name: str, settings: FetchSettings
) -> FetchedEntry:
    """Set aside what the cache holds under the name, if anything, and ask the servers."""
    aside = cache.set_aside(name)
    note = f"the cached {name} no longer matched its checksum; it was set aside as {aside}"
    if settings.offline:
        reason = note if aside else f"the cached {name} has no checksum on record"
        raise FetchError(f"{reason}, and the network is switched off: fetch it online")
    path, record, problems = _first_sound(entry_id, cache, name, settings)
    notes = [f"{note} and fetched again"] if aside else []
    if problems:
        notes.append(f"{entry_id.text} came from {record.url} because {'; '.join(problems)}")
    return FetchedEntry(entry_id.text, path, "network", record.url, record.sha256, tuple(notes))


def _cached(entry_id: EntryId, path: Path, record: CacheRecord) -> FetchedEntry:
    return FetchedEntry(entry_id.text, path, "cache", record.url, record.sha256)


def _servers(entry_id: EntryId, settings: FetchSettings) -> tuple[str, ...]:
    """Return the addresses of an entry, in the order in which they are tried."""
    pdb = entry_id.archive == "pdb"
    templates = settings.pdb_servers if pdb else settings.alphafold_servers
    return tuple(
        template.replace("{id}", entry_id.file_stem).replace("{middle}", entry_id.middle)
        for template in templates
    )


def _first_sound(
    entry_id: EntryId, cache: EntryCache, name: str, settings: FetchSettings
) -> tuple[Path, CacheRecord, list[str]]:
    """Ask the servers in turn; keep the first file that is sound, and say what went before."""
    servers = _servers(entry_id, settings)
    problems: list[str] = []
    missing = 0
    for url in servers:
        with cache.arriving(name) as folder:
            try:
                arrived = _arrived(url, folder, name, entry_id, settings)
            except FetchError as error:
                problems.append(str(error))
                missing += isinstance(error, NoSuchFileError)
                continue
            digest = sha256(arrived.read_bytes()).hexdigest()
            today = datetime.now(UTC).date().isoformat()
            record = CacheRecord(digest, arrived.stat().st_size, url, today)
            return cache.keep(arrived, name, record), record, problems
    said = "; ".join(problems)
    if missing == len(servers):
        raise FetchError(f"there is no entry {entry_id.text} ({said}): check the id")
    raise FetchError(
        f"{entry_id.text} could not be fetched ({said}): try again later, or put its file into a "
        f"folder that {FOLDER_VARIABLE} names"
    )


def _arrived(url: str, folder: Path, name: str, entry_id: EntryId, settings: FetchSettings) -> Path:
    """Return the sound file that one server gave."""
    sent, arrived = folder / "sent", folder / name
    download(url, sent, settings)
    try:
        accept(sent, arrived, entry_id, settings)
    except FetchError as error:
        raise FetchError(f"{host_of(url)} {error}") from error
    return arrived
