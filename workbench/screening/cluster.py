"""Where the work goes: local processes, a running Dask scheduler, or a queueing system."""

from __future__ import annotations

import logging
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from workbench.errors import ScreenError
from workbench.settings import ClusterSettings

QUEUES = {"slurm": "SLURMCluster", "pbs": "PBSCluster", "lsf": "LSFCluster", "sge": "SGECluster"}
SUBMIT = {"slurm": "sbatch", "pbs": "qsub", "lsf": "bsub", "sge": "qsub"}
CONNECT_S = 30
LOSSES = 10
"""Workers that may be lost over one task. Dask counts tasks that only waited there, too."""

_SHORT_MEMORY = {
    "distributed.admin.log-length": 100,
    "distributed.admin.low-level-log-length": 100,
    "distributed.admin.system-monitor.log-length": 600,
    "distributed.worker.profile.enabled": False,
}
"""What Dask remembers of tasks that are done, so that a driver of any library is as large."""

MISSING = (
    "screening needs its optional parts (Dask, DuckDB, PyArrow): pip install "
    "'xpo1-workbench[screen]'"
)


def require_parts() -> None:
    """Make sure that the optional parts are installed.

    Raises
    ------
    ScreenError
        Naming the extra that brings them.
    """
    try:
        import distributed  # noqa: F401
        import duckdb  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise ScreenError(MISSING) from error


@contextmanager
def connected(settings: ClusterSettings) -> Iterator[Any]:
    """Yield a Dask client; the cluster that was made for it ends with it.

    Raises
    ------
    ScreenError
        When there is no scheduler at the address, or the queueing system cannot be asked.
    """
    import dask
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    config = {
        "distributed.scheduler.allowed-failures": LOSSES,
        "distributed.scheduler.worker-ttl": f"{settings.lost_after_s:g}s",
        "distributed.comm.timeouts.tcp": f"{settings.lost_after_s:g}s",
        "distributed.worker.memory.terminate": False,
        **_SHORT_MEMORY,
    }
    with dask.config.set(config), ExitStack() as stack:
        address: Any = settings.scheduler
        if "://" not in address:
            address = stack.enter_context(_cluster(settings))
            _scale(address, settings)
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise ScreenError(
                f"there is no Dask scheduler at {settings.scheduler}: start one with "
                "`dask scheduler`, or leave out --scheduler to use this machine"
            ) from error
        yield stack.enter_context(client)


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
        raise ScreenError(MISSING) from error
    if threading.current_thread() is threading.main_thread():
        # the import takes Ctrl-C for itself, to end with exit code 0
        for number, handler in handlers.items():
            signal.signal(number, handler)
    name = settings.scheduler
    account = (
        {"project": settings.account}
        if name in ("pbs", "lsf", "sge")
        else {"account": settings.account}
    )
    asked = {"queue": settings.queue, **account}
    try:
        return getattr(dask_jobqueue, QUEUES[name])(
            cores=1,
            processes=1,
            memory=f"{settings.worker_memory_gb:g}GB",
            walltime=settings.walltime,
            worker_extra_args=["--memory-limit", "0"],
            job_script_prologue=[f"export {variable}=1" for variable in ("OMP_NUM_THREADS",)],
            scheduler_options={"dashboard_address": "127.0.0.1:0"},
            **{key: text for key, text in asked.items() if text},
        )
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        raise ScreenError(f"{name} cannot be asked for workers: {error}") from error


def _scale(cluster: Any, settings: ClusterSettings) -> None:
    if settings.least_workers is None:
        cluster.scale(settings.workers)
    else:
        cluster.adapt(minimum=settings.least_workers, maximum=settings.workers)


def dashboard(client: Any) -> str:
    """Return the address of the live dashboard (its charts need the package bokeh)."""
    return str(client.dashboard_link)
