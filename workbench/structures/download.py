"""One file of one server, by HTTP: with retries, time-outs and limits, into a temporary file."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from workbench import __version__
from workbench.errors import FetchError
from workbench.settings import FetchSettings

_RETRIED_STATUS = (500, 502, 503, 504)
_PIECE = 1 << 16
_BYTES_PER_MEGABYTE = 1_000_000


class NoSuchFileError(FetchError):
    """The server answered that it has no such file."""


def download(url: str, target: Path, settings: FetchSettings) -> None:
    """Write what a server gives under an address into a file.

    Raises
    ------
    NoSuchFileError
        When the server says that there is none (404, 410).
    FetchError
        When it cannot be reached, refuses, fails, is too slow, breaks off, sends too much, or
        leads in a circle or elsewhere than the web. The message begins with the server's name.
    """
    host = host_of(url)
    try:
        with _session(settings) as session, _opened(session, url, settings) as response:
            _check_answer(host, response, settings)
            _receive(host, response, target, settings)
    except requests.exceptions.SSLError as error:
        raise FetchError(f"{host} has no certificate that can be trusted") from error
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise FetchError(_too_slow(host, settings)) from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise FetchError(_connection_problem(host, error)) from error


def host_of(url: str) -> str:
    """Return the name of the server in an address."""
    return urlsplit(url).hostname or url


def _session(settings: FetchSettings) -> requests.Session:
    retry = Retry(
        total=settings.retries,
        # a server that was too slow once is left for a mirror soon
        read=min(settings.retries, 1),
        status_forcelist=_RETRIED_STATUS,
        backoff_factor=settings.backoff_s,
        allowed_methods=("GET",),
        raise_on_status=False,
        # a server may ask for an hour's patience; a mirror is nearer
        respect_retry_after_header=False,
    )
    session = requests.Session()
    session.headers["User-Agent"] = f"xpo1-workbench/{__version__}"
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _opened(session: requests.Session, url: str, settings: FetchSettings) -> requests.Response:
    """Return the answer at the end of a chain of redirects, its content not yet read."""
    host = host_of(url)
    timeouts = (settings.connect_timeout_s, settings.read_timeout_s)
    for _ in range(settings.max_redirects + 1):
        try:
            response = session.get(url, stream=True, timeout=timeouts, allow_redirects=False)
        except ValueError as error:
            # the first address was checked with the settings: this is one that the server gave
            raise FetchError(f"{host} redirects to an address that is not on the web") from error
        if not response.is_redirect:
            return response
        # what comes with a redirect is never read, so it cannot fill the memory
        response.close()
        url = redirected(url, response.headers["Location"])
    raise FetchError(f"{host} redirects more than {settings.max_redirects} times (a circle?)")


def redirected(url: str, location: str) -> str:
    """Return where a redirect leads; refuse what is not on the web or leaves https for http."""
    host = host_of(url)
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        on_the_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        on_the_web = False
    if not on_the_web:
        raise FetchError(f"{host} redirects to an address that is not on the web")
    if urlsplit(url).scheme == "https" and parts.scheme == "http":
        raise FetchError(f"{host} redirects from https to plain http")
    return target


def _check_answer(host: str, response: requests.Response, settings: FetchSettings) -> None:
    """Refuse an answer by its status and headers, before its content is read."""
    if response.status_code in (404, 410):
        raise NoSuchFileError(f"{host} has no such entry ({response.status_code})")
    if response.status_code != requests.codes.ok:
        tries = settings.retries + 1 if response.status_code in _RETRIED_STATUS else 1
        times = f" {tries} times" if tries > 1 else ""
        raise FetchError(f"{host} answered with status {response.status_code}{times}")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > settings.max_megabytes * _BYTES_PER_MEGABYTE:
        raise FetchError(_too_large(host, settings))


def _receive(host: str, response: requests.Response, target: Path, settings: FetchSettings) -> None:
    raw: urllib3.HTTPResponse = response.raw
    ends = time.monotonic() + settings.total_timeout_s
    room = int(settings.max_megabytes * _BYTES_PER_MEGABYTE)
    with target.open("wb") as handle:
        # read1 hands over what has come, so that a server that drips cannot outlast the limit
        while piece := raw.read1(_PIECE, decode_content=True):
            room -= len(piece)
            if room < 0:
                raise FetchError(_too_large(host, settings))
            if time.monotonic() > ends:
                raise FetchError(_too_slow(host, settings))
            handle.write(piece)


def _too_slow(host: str, settings: FetchSettings) -> str:
    return (
        f"{host} is too slow (limits: {settings.connect_timeout_s:g} s to connect, "
        f"{settings.read_timeout_s:g} s without data, {settings.total_timeout_s:g} s in all)"
    )


def _too_large(host: str, settings: FetchSettings) -> str:
    return f"{host} sends more than {settings.max_megabytes:g} MB"


def _connection_problem(host: str, error: Exception) -> str:
    """Return what went wrong with a connection, in words instead of a chain of classes."""
    chain = repr(error) + repr(error.__cause__) + repr(error.__context__)
    for sign, words in (
        ("ResponseError", "keeps failing"),
        ("IncompleteRead", "broke off before the end of the file"),
        ("NameResolutionError", "cannot be found (is this machine online?)"),
        ("refused", "refuses the connection"),
        ("timed out", "does not answer in time"),
        ("DecodeError", "sent data that cannot be decompressed"),
        ("ProxyError", "cannot be reached through the proxy"),
    ):
        if sign in chain:
            return f"{host} {words}"
    return f"{host} broke the connection ({type(error).__name__})"
