"""One service per user: a lock that the kernel releases when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from device.errors import DeviceError
from nav.packs.paths import data_home


class AlreadyRunning(DeviceError):
    """Another service holds the lock."""


def run_dir() -> Path:
    """Return the folder of lock and control socket: `$RUNTIME_DIRECTORY`, or `run` in the data folder."""
    return Path(os.environ.get("RUNTIME_DIRECTORY") or data_home() / "run")


@contextlib.contextmanager
def only_instance(folder: Path | None = None) -> Iterator[None]:
    """Hold the lock of the service.

    Raises
    ------
    AlreadyRunning
        Another process holds it; the message names its process number.
    """
    folder = folder or run_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "service.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read(20).strip() or "unknown"
            raise AlreadyRunning(
                f"the service runs already (process {holder}): `xiaogao status` shows it, "
                "`xiaogao service uninstall`, systemctl stop, or Ctrl-C in its terminal ends it"
            ) from None
        # The kernel holds the lock whether or not the number fits on a full disk.
        with contextlib.suppress(OSError):
            os.ftruncate(lock.fileno(), 0)
            os.write(lock.fileno(), f"{os.getpid()}\n".encode())
        yield
