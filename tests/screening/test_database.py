"""DuckDB in its own process: what it answers, what it refuses, and that it ends with the driver."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from screening_cases import wait_for

from workbench.errors import OutputError
from workbench.screening.database import Database

NUMBERS = "SELECT range AS k, 'n' || range AS name FROM range(1050) ORDER BY 1"

_DRIVER = """
import sys, time
from pathlib import Path
from workbench.screening.database import Database
database = Database("x", Path(sys.argv[1]))
print(database.row("SELECT 1"), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with closing(Database("run", tmp_path_factory.mktemp("spill"))) as opened:
        yield opened


def test_streams_do_not_mix_and_one_may_be_left(database: Database) -> None:
    expected = [{"k": k, "name": f"n{k}"} for k in range(1050)]
    first, second = database.rows(NUMBERS), database.rows(NUMBERS, at_once=7)
    assert list(itertools.islice(first, 30)) == expected[:30]
    assert list(second) == expected
    left = database.rows(NUMBERS)
    next(left)
    left.close()
    assert list(first) == expected[30:]
    assert database.row("SELECT NULL, 2.5, true") == (None, 2.5, True)
    assert list(database.rows("SELECT 1 WHERE false")) == []


def test_what_cannot_be_answered_is_told_and_the_next_is_answered(database: Database) -> None:
    with pytest.raises(OutputError, match="results in 'run' cannot be gathered: Catalog Error"):
        database.do("SELECT * FROM nowhere")
    assert database.row("SELECT 3") == (3,)


def test_a_process_that_was_killed_is_told(tmp_path: Path) -> None:
    with closing(Database("run", tmp_path)) as opened:
        rows = opened.rows(NUMBERS)
        next(rows)
        (process,) = [
            child
            for child in psutil.Process().children()
            if "workbench.screening.database" in child.cmdline()
            and str(tmp_path) in child.cmdline()
        ]
        process.kill()
        with pytest.raises(OutputError, match="was ended; start again with --resume"):
            list(rows)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_it_ends_when_the_driver_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _DRIVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as driver:
        assert driver.stdout is not None and driver.stdout.readline() == "(1,)\n"
        (child,) = psutil.Process(driver.pid).children()
        driver.send_signal(signal.SIGKILL)
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 30)
