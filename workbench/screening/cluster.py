"""Where the work goes: local processes, a running Dask scheduler, or a queueing system."""

from __future__ import annotations

import logging
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import ScreenError
from workbench.settings import ClusterSettings

QUEUES = {"slurm": "SLURMCluster", "pbs": "PBSCluster", "lsf": "LSFCluster", "sge": "SGECluster"}
SUBMIT = {"slurm": "sbatch", "pbs": "qsub", "lsf": "bsub", "sge": "qsub"}
CONNECT_S = 30
WORKER_START_S = {"local": 120.0} | dict.fromkeys(QUEUES, 86400.0)
RUNNING_SCHEDULER_S = 600.0
LOSSES = 10
"""Workers that may be lost over one task. Dask counts tasks that only waited there, too."""

_SHORT_MEMORY = {
    "distributed.admin.log-length": 100,
    "distributed.admin.low-level-log-length": 100,
    "distributed.admin.system-monitor.log-length": 600,
    "distributed.worker.profile.enabled": False,
}
"""What Dask remembers of tasks that are done, so that a driver of any library is as large."""


_LOGGED = {
    "distributed": logging.WARNING,
    "distributed.nanny": logging.INFO,  # how each worker started and ended
    "asyncio": logging.WARNING,
    "tornado.application": logging.WARNING,
}


@contextmanager
def connected(settings: ClusterSettings, log: Path) -> Iterator[Any]:
    """Yield a Dask client whose cluster ends with it; ``log`` holds what Dask says of workers.

    Raises
    ------
    ScreenError
        When there is no scheduler at the address, or the queueing system cannot be asked.
    """
    import dask
    from distributed import Client

    config = {
        "distributed.scheduler.allowed-failures": LOSSES,
        "distributed.scheduler.worker-ttl": f"{settings.lost_after_s:g}s",
        "distributed.comm.timeouts.tcp": f"{settings.lost_after_s:g}s",
        "distributed.worker.memory.terminate": False,
        **_SHORT_MEMORY,
    }
    with dask.config.set(config), ExitStack() as stack:
        address: Any = settings.scheduler
        cluster = None
        if "://" not in address:
            address = cluster = stack.enter_context(_cluster(settings))
        stack.enter_context(_logged(log))
        if cluster is not None and settings.least_workers is None:
            cluster.scale(settings.workers)
        elif cluster is not None:
            cluster.adapt(minimum=settings.least_workers, maximum=settings.workers)
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise ScreenError(
                f"there is no Dask scheduler at {settings.scheduler}: start one with "
                "`dask scheduler`, or leave out --scheduler to use this machine"
            ) from error
        yield stack.enter_context(client)


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Send what Dask has to say to a file instead of the terminal."""
    handler = logging.FileHandler(path, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGED]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    for logger, level in zip(loggers, _LOGGED.values(), strict=True):
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, handlers, level, propagate in before:
            logger.handlers[:] = handlers
            logger.setLevel(level)
            logger.propagate = propagate
        handler.close()


def _cluster(settings: ClusterSettings) -> Any:
    """Return a cluster of this machine, or one whose workers a queueing system starts."""
    if settings.scheduler == "local":
        from distributed import LocalCluster

        return LocalCluster(
            n_workers=0,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
    if shutil.which(SUBMIT[settings.scheduler]) is None:
        raise ScreenError(
            f"{SUBMIT[settings.scheduler]} is not on the PATH: run this on a host that can submit "
            f"to {settings.scheduler}, or choose another --scheduler"
        )
    return queue_cluster(settings)


def queue_cluster(settings: ClusterSettings) -> Any:
    """Return a dask-jobqueue cluster: one job, one core and one thread for each worker.

    What is not set here (network interface, log folder, lines of the job script) is taken from
    dask-jobqueue's own configuration file.

    Raises
    ------
    ScreenError
        When dask-jobqueue is missing, or refuses the settings.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        import dask_jobqueue
    except ImportError as error:
        raise ScreenError(
            f"{settings.scheduler} needs dask-jobqueue: pip install 'xpo1-workbench[screen]'"
        ) from error
    if threading.current_thread() is threading.main_thread():
        # the import takes Ctrl-C for itself, to end with exit code 0
        for number, handler in handlers.items():
            signal.signal(number, handler)
    charged = "project" if settings.scheduler in ("lsf", "sge") else "account"
    asked = {"queue": settings.queue, charged: settings.account}
    try:
        return getattr(dask_jobqueue, QUEUES[settings.scheduler])(
            cores=1,
            processes=1,
            memory=f"{settings.worker_memory_gb:g}GB",
            walltime=settings.walltime,
            worker_extra_args=["--memory-limit", "0"],
            job_script_prologue=["export OMP_NUM_THREADS=1"],
            scheduler_options={"dashboard_address": "127.0.0.1:0"},
            **{key: text for key, text in asked.items() if text},
        )
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        raise ScreenError(f"{settings.scheduler} cannot be asked for workers: {error}") from error


def worker_start_s(settings: ClusterSettings) -> float:
    """Return how long a screen waits while no worker is alive, s."""
    if settings.worker_start_s is not None:
        return settings.worker_start_s
    return WORKER_START_S.get(settings.scheduler, RUNNING_SCHEDULER_S)


def no_worker(settings: ClusterSettings, came: bool, log: Path) -> ScreenError:
    """Return the error of a screen without a worker (``came``: one was there before)."""
    import dask

    if settings.scheduler == "local":
        place = f"what they said is above, on standard error, and in {log}"
    elif settings.scheduler in QUEUES:
        folder = dask.config.get(f"jobqueue.{settings.scheduler}.log-directory", None)
        jobs = f"in {folder}" if folder else "where the queue puts it"
        place = f"what the jobs said is {jobs}, what the queue refused in {log}"
    else:
        place = "what they said is where they were started with `dask worker`"
    return ScreenError(
        f"no worker for {worker_start_s(settings):g} s, of {settings.workers} asked for: "
        f"{'all died' if came else 'none came'}; {place}; what is done is kept, go on with --resume"
    )
