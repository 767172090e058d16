"""The cache of fetched entries: files, their checksums in one registry, locks.

Not by pooch: it knows checksums only beforehand, locks nothing, and bounds neither the size nor
the time nor the redirects of a download, so that all but ten lines here would stay ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from workbench.errors import FetchError

CACHE_VARIABLE = "WORKBENCH_CACHE_DIR"
REGISTRY = "registry.json"
_REGISTRY_WAIT_S = 60.0


@dataclass(frozen=True)
class CacheRecord:
    """What the registry knows of one file: its SHA-256, its size, where and when it came from."""

    sha256: str
    n_bytes: int
    url: str
    fetched: str


def cache_root() -> Path:
    """Return the user's cache folder; ``WORKBENCH_CACHE_DIR`` overrides the platform's."""
    named = os.environ.get(CACHE_VARIABLE, "")
    return Path(named) if named else user_cache_path("xpo1-workbench", appauthor=False)


def cache_folder() -> Path:
    """Return the folder of cached entries."""
    return cache_root() / "structures"


def cached(name: str) -> CacheRecord | None:
    """Return the record of a cached file whose content is as recorded, else ``None``.

    Raises
    ------
    FetchError
        When the registry is damaged.
    """
    record = _records().get(name)
    return record if record and _sha256(cache_folder() / name) == record.sha256 else None


def set_aside(name: str) -> str:
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
def locked(name: str, wait_s: float) -> Iterator[None]:
    """Hold the lock of one file, so that one process at a time fetches it.

    Raises
    ------
    FetchError
        When another process holds it for too long, or the folder cannot be written.
    """
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
def arriving(name: str) -> Iterator[Path]:
    """Give a private folder for a file on its way; what a killed process left is removed too."""
    prefix = f".arriving-{name}-"
    with _told():
        for left in cache_folder().glob(f"{prefix}*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=cache_folder()) as folder:
            yield Path(folder)


def keep(arrived: Path, name: str, record: CacheRecord) -> None:
    """Move a complete, checked file to its name and register it."""
    with locked(REGISTRY, _REGISTRY_WAIT_S), _told():
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
