"""The file of an entry: from the user's folder, the cache, or a server of the archive.

The cache is not pooch's: it knows checksums only beforehand, locks nothing, and bounds neither the
size nor the time nor the redirects of a download, so that all but ten lines here would stay ours.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import gemmi
from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from workbench.errors import FetchError, ReceptorError
from workbench.settings import FetchSettings
from workbench.structures.catalog import EntryId, checked_entry_id, parse_entry_id
from workbench.structures.download import NoSuchFileError, download, host_of
from workbench.structures.reading import SUFFIXES, read_structure

FOLDER_VARIABLE = "WORKBENCH_STRUCTURE_DIR"
CACHE_VARIABLE = "WORKBENCH_CACHE_DIR"
REGISTRY = "registry.json"
_REGISTRY_WAIT_S = 60.0
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class CacheRecord:
    """What the registry knows of one file: its SHA-256, its size, where and when it came from."""

    sha256: str
    n_bytes: int
    url: str
    fetched: str


@dataclass(frozen=True)
class FetchedEntry:
    """The file of an entry.

    ``origin`` is ``folder`` (``WORKBENCH_STRUCTURE_DIR``), ``cache`` or ``network``; ``url`` is
    where the file once came from. ``notes`` tell of damaged cached files and failed servers.
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
        digest = hashlib.sha256(own.read_bytes()).hexdigest()
        return FetchedEntry(entry_id.text, own, "folder", "", digest)
    name, offline = f"{entry_id.file_stem}.cif", settings.offline
    templates = settings.pdb_servers if entry_id.archive == "pdb" else settings.alphafold_servers
    servers = [
        template.replace("{id}", entry_id.file_stem).replace("{middle}", entry_id.middle)
        for template in templates
    ]
    record = _cached(name)
    if record is None and offline and not (cache_folder() / name).exists():
        raise FetchError(
            f"{entry_id.text} is not in the cache and the network is switched off: fetch it "
            f"online once, or put its file into a folder that {FOLDER_VARIABLE} names"
        )
    origin, notes = "cache", list[str]()
    if record is None:
        with _locked(name, settings.total_timeout_s * len(servers)):
            # another process may have fetched it in the meantime
            record = _cached(name)
            if record is None:
                origin = "network"
                record, notes = _fetched_anew(entry_id, name, servers, settings)
    path = cache_folder() / name
    return FetchedEntry(entry_id.text, path, origin, record.url, record.sha256, tuple(notes))


def _fetched_anew(
    entry_id: EntryId, name: str, servers: Sequence[str], settings: FetchSettings
) -> tuple[CacheRecord, list[str]]:
    """Ask the servers in turn and keep the first file that is sound; a spoilt one is set aside."""
    aside = _set_aside(name)
    note = f"the cached {name} no longer matched its checksum; it was set aside as {aside}"
    if settings.offline:
        reason = note if aside else f"the cached {name} has no checksum on record"
        raise FetchError(f"{reason}, and the network is switched off: fetch it online")
    notes = [f"{note} and fetched again"] if aside else []
    problems: list[FetchError] = []
    for url in servers:
        with _arriving(name) as folder:
            sent, arrived = folder / "sent", folder / name
            try:
                download(url, sent, settings)
                _accept(sent, arrived, host_of(url), entry_id, settings)
            except FetchError as error:
                problems.append(error)
                continue
            digest = hashlib.sha256(arrived.read_bytes()).hexdigest()
            today = datetime.now(UTC).date().isoformat()
            record = CacheRecord(digest, arrived.stat().st_size, url, today)
            _keep(arrived, name, record)
        if problems:
            said = "; ".join(map(str, problems))
            notes.append(f"{entry_id.text} came from {url} because {said}")
        return record, notes
    said = "; ".join(map(str, problems))
    if all(isinstance(problem, NoSuchFileError) for problem in problems):
        raise FetchError(f"there is no entry {entry_id.text} ({said}): check the id")
    raise FetchError(
        f"{entry_id.text} could not be fetched ({said}): try again later, or put its file into a "
        f"folder that {FOLDER_VARIABLE} names"
    )


def _accept(
    sent: Path, target: Path, host: str, entry_id: EntryId, settings: FetchSettings
) -> None:
    """Check what a server sent and write it, unpacked, as the entry's mmCIF file."""
    content = _unpacked(sent.read_bytes(), host, int(settings.max_megabytes * 1_000_000))
    if not content.strip():
        raise FetchError(f"{host} sent an empty file")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FetchError(f"{host} sent a web page instead of a structure")
    text = content.decode("utf-8", errors="replace")
    try:
        block = gemmi.cif.read_string(text)[0]
    except (RuntimeError, ValueError, IndexError) as error:
        raise FetchError(
            f"{host} sent something that is no mmCIF file, or one that is damaged"
        ) from error
    stated = gemmi.cif.as_string(block.find_value("_entry.id") or "").strip()
    if not stated:
        raise FetchError(f"{host} sent a file that does not say which entry it is")
    if parse_entry_id(stated) != entry_id:
        raise FetchError(f"{host} sent entry {stated[:40]!a} instead of {entry_id.text}")
    if _is_cut_off(text, block):
        raise FetchError(f"{host} sent a file that is cut off")
    target.write_bytes(content)
    try:
        read_structure(target)
    except ReceptorError as error:
        raise FetchError(f"{host} sent a file that cannot be used: {error}") from error


def _unpacked(content: bytes, host: str, limit: int) -> bytes:
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            unpacked = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FetchError(f"{host} sent a gzip file that is damaged or cut off") from error
    if len(unpacked) > limit:
        raise FetchError(f"{host} sent a file of more than {limit / 1e6:g} MB when unpacked")
    return unpacked


def _is_cut_off(text: str, block: gemmi.cif.Block) -> bool:
    """Return whether an mmCIF file that parses lacks its end."""
    # The archives write a line # after every category. Another writer's file must end with a
    # line's end and have atoms in every declared chain; a complete model is whole in any case.
    if text.rstrip().rsplit("\n", 1)[-1].strip() == "#":
        return False
    sites = block.find("_atom_site.", ["label_asym_id", "label_entity_id", "?label_seq_id"])
    sequence = block.find("_entity_poly_seq.", ["entity_id", "num"])
    wanted = {(row.str(0), row.str(1)) for row in sequence}
    if wanted and wanted <= {(row.str(1), row.str(2)) for row in sites if row.has(2)}:
        return False
    if "\n#" in text:
        return True
    declared = {row.str(0) for row in block.find("_struct_asym.", ["id"])}
    return not text.endswith("\n") or not declared <= {row.str(0) for row in sites}


def local_file(entry_id: EntryId) -> Path | None:
    """Return the entry's file in the folder that ``WORKBENCH_STRUCTURE_DIR`` names, if any.

    A name fits when it begins with the id in any case and goes on with anything but a letter
    or digit: ``4hb2.cif``, ``4HB2_pdbredo.PDB.gz``, ``AF-O14980-F1-model_v4.cif``; the PDB's
    own ``pdb4hb2.ent`` fits too. mmCIF goes before PDB, then the shorter name.

    Raises
    ------
    FetchError
        When there is no such folder, or the file says that it is another entry.
    ReceptorError
        When the file cannot be read.
    """
    named = os.environ.get(FOLDER_VARIABLE, "")
    if not named:
        return None
    try:
        names = os.listdir(named)
    except (OSError, ValueError) as error:
        raise FetchError(
            f"{FOLDER_VARIABLE} names no folder that can be read: correct it or unset it"
        ) from error
    fitting = sorted((name for name in names if _fits(entry_id, name)), key=_rank)
    if not fitting:
        return None
    path = Path(named) / fitting[0]
    stated = parse_entry_id(read_structure(path).name)
    if stated is not None and stated.archive == "pdb" and stated != entry_id:
        raise FetchError(
            f"{path.name} in {FOLDER_VARIABLE} says that it is {stated.text}, not "
            f"{entry_id.text}: rename or remove it"
        )
    return path


def _stem_and_suffix(name: str) -> tuple[str, str]:
    bare = name.lower().removesuffix(".gz")
    suffix = next((suffix for suffix in SUFFIXES if bare.endswith(suffix)), "")
    return bare.removesuffix(suffix), suffix


def _fits(entry_id: EntryId, name: str) -> bool:
    stem, suffix = _stem_and_suffix(name)
    if not suffix:
        return False
    if entry_id.archive == "pdb":
        pattern = rf"(?:pdb)?{re.escape(entry_id.file_stem)}(?![a-z0-9])"
    else:
        # a file of the whole model may leave F1 out; another fragment never fits
        whole, _, fragment = entry_id.text.lower().rpartition("-")
        optional = "?" if fragment == "f1" else ""
        pattern = rf"{re.escape(whole)}(?:-{fragment}){optional}(?![a-z0-9])(?!-f[0-9])"
    return re.match(pattern, stem, re.ASCII) is not None


def _rank(name: str) -> tuple[bool, int, str]:
    return _stem_and_suffix(name)[1] in (".pdb", ".ent"), len(name), name


def cache_root() -> Path:
    """Return the user's cache folder; ``WORKBENCH_CACHE_DIR`` overrides the platform's."""
    named = os.environ.get(CACHE_VARIABLE, "")
    return Path(named) if named else user_cache_path("xpo1-workbench", appauthor=False)


def cache_folder() -> Path:
    """Return the folder of cached entries."""
    return cache_root() / "structures"


def _cached(name: str) -> CacheRecord | None:
    """Return the record of a cached file whose content is as recorded, else ``None``."""
    record = _records().get(name)
    return record if record and _sha256(cache_folder() / name) == record.sha256 else None


def _set_aside(name: str) -> str:
    """Rename a file that no longer matches its checksum; return its new name, else ``""``."""
    path = cache_folder() / name
    digest, record = _sha256(path), _records().get(name)
    if record is None or digest is None or digest == record.sha256:
        return ""
    aside = f"{name}.damaged-{digest[:8]}"
    with _told():
        os.replace(path, path.with_name(aside))
    return aside


@contextmanager
def _locked(name: str, wait_s: float) -> Iterator[None]:
    """Hold the lock of one file, so that one process at a time fetches it."""
    locks = cache_folder() / ".locks"
    lock = FileLock(locks / f"{Path(name).stem}.lock")
    try:
        with _told():
            locks.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=wait_s)
    except Timeout as error:
        raise FetchError(
            f"another process has held {name} in the cache for {wait_s:.0f} s: try again later"
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _arriving(name: str) -> Iterator[Path]:
    """Give a private folder for a file on its way; what a killed process left is removed too."""
    prefix = f".arriving-{name}-"
    with _told():
        for left in cache_folder().glob(f"{prefix}*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=cache_folder()) as folder:
            yield Path(folder)


def _keep(arrived: Path, name: str, record: CacheRecord) -> None:
    """Move a complete, checked file to its name and register it."""
    with _locked(REGISTRY, _REGISTRY_WAIT_S), _told():
        records = dict(sorted((_records() | {name: record}).items()))
        text = json.dumps({key: asdict(known) for key, known in records.items()}, indent=1)
        written = arrived.with_name(REGISTRY)
        written.write_text(text + "\n", encoding="utf-8")
        os.replace(arrived, cache_folder() / name)
        os.replace(written, cache_folder() / REGISTRY)


def _records() -> dict[str, CacheRecord]:
    folder = cache_folder()
    try:
        text = (folder / REGISTRY).read_text(encoding="utf-8")
        return {name: CacheRecord(**fields) for name, fields in json.loads(text).items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, TypeError, AttributeError, OSError) as error:
        raise FetchError(
            f"{REGISTRY} in the cache's folder {folder.name} cannot be read: delete it, "
            "and entries are fetched again"
        ) from error


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return None


@contextmanager
def _told() -> Iterator[None]:
    """Turn the system's refusal to write into one sentence."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FetchError(
            f"the cache's folder {cache_folder().name} cannot be written ({reason}): set "
            f"{CACHE_VARIABLE} to a folder that can"
        ) from error
