"""The cluster that work goes to: one that is named, or one of this computer's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from device.errors import Missing

if TYPE_CHECKING:
    from distributed import Client

_WAIT_S = 30


@contextmanager
def connected(address: str | None, *, workers: int | None = None) -> Iterator[Client]:
    """Give a client of a cluster that has workers.

    Parameters
    ----------
    address
        Of a scheduler (`tcp://HOST:PORT`); None starts a cluster on this computer, which nobody else reaches.
    workers
        How many processes that one has; by default one a core.

    Raises
    ------
    Missing
        Dask is not installed, the scheduler does not answer, or it has no workers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise Missing("Dask is not installed: `pip install 'xiaogao[cluster]'`") from None
    if address is None:
        count = workers or os.cpu_count() or 1
        with (
            LocalCluster(
                n_workers=count, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=_WAIT_S)
    except (OSError, ValueError) as error:
        raise Missing(f"no Dask scheduler answers at {address} ({error}): check the address") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_WAIT_S)
        except OSError:
            raise Missing(
                f"the scheduler at {address} has no workers: start some by `dask worker {address}`"
            ) from None
        yield client
