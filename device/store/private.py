"""What the agent keeps is for its user alone; and who uses it holds a lock that `forget` waits for."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from device.errors import DeviceError
from nav.packs.paths import cache_home, data_home

_OTHERS = 0o077


class DataInUse(DeviceError):
    """Another command or the service works with the data folder."""


def keep_private() -> None:
    """Let everything that this process makes be for its user alone, and mend what was open to others.

    Models say themselves that others may read them: a computer can share one store.
    """
    os.umask(_OTHERS)
    for folder in (data_home(), cache_home() / "speech"):
        with contextlib.suppress(OSError):
            info = folder.stat()
            if info.st_mode & _OTHERS and info.st_uid == os.geteuid():
                folder.chmod(0o700)


@contextlib.contextmanager
def data_in_use() -> Iterator[None]:
    """Hold a share of the lock on the data folder while memory and places are worked with.

    Raises
    ------
    DataInUse
        It is being erased at this moment.
    """
    with _locked(fcntl.LOCK_SH, "what is remembered is being erased: run the command again"):
        yield


@contextlib.contextmanager
def data_alone() -> Iterator[None]:
    """Hold the whole lock on the data folder.

    Raises
    ------
    DataInUse
        Some other command, or the service, uses it.
    """
    with _locked(fcntl.LOCK_EX, "another command of `xiaogao` uses what is remembered"):
        yield


@contextlib.contextmanager
def _locked(how: int, refused: str) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        try:
            data_home().mkdir(parents=True, exist_ok=True)
            lock = held.enter_context((data_home() / "data.lock").open("a"))
        except OSError:
            lock = None  # on a disk that cannot be written nothing is remembered, and nothing erased
        if lock is not None:
            try:
                fcntl.flock(lock, how | fcntl.LOCK_NB)
            except OSError:
                raise DataInUse(refused) from None
        yield
