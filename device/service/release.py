"""Which of the installed releases of the program runs: `python -m device.service.release VERSION`.

```
/opt/xiaogao/releases/VERSION/   the program, whole; maps, models and memory are elsewhere
/opt/xiaogao/current  -> releases/VERSION
/opt/xiaogao/previous -> releases/VERSION before
```
A release that is not ready within a minute gives way to the one before. What is neither of the two goes when
the next one has got ready.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from device.errors import DeviceError

ROOT = Path("/opt/xiaogao")
READY_LIMIT_S = 60.0


def switch(
    version: str, *, root: Path = ROOT, restart: Callable[[], bool], tell: Callable[[str], None]
) -> bool:
    """Make a release the current one, and go back if it does not get ready.

    Parameters
    ----------
    version : str
        A folder of `releases`.
    root : Path
        Where releases are.
    restart : callable
        Starts the service again and tells whether it became ready; True where there is no service.
    tell : callable
        Told in words what was done.

    Returns
    -------
    bool
        Whether the release is the current one now.

    Raises
    ------
    DeviceError
        There is no such release, or it is not whole.
    """
    new = root / "releases" / version
    if not (new / "bin" / "xiaogao").is_file() or not (new / "site" / "device").is_dir():
        raise DeviceError(f"{new} is not a whole release: install it again")
    os.sync()  # whoever unpacked the release may not have waited for the disk
    before, oldest = _target(root / "current"), _target(root / "previous")
    if before is not None and before != new:
        _point(root / "previous", before)
    _point(root / "current", new)
    if restart():
        tell(f"release {version} is the current one")
        _sweep(root)
        return True
    if before is None or before == new or not before.is_dir():
        tell(f"release {version} does not get ready, and there is none before it: see the service's log")
        return False
    _point(root / "current", before)
    if oldest is not None and oldest.is_dir():
        _point(root / "previous", oldest)
    restart()
    tell(f"release {version} was not ready within {READY_LIMIT_S:.0f} s: back to {before.name}")
    return False


def _sweep(root: Path) -> None:
    """Remove the releases that no link names: older ones, and those that did not get ready."""
    named = {_target(root / "current"), _target(root / "previous")}
    for release in (root / "releases").iterdir():
        if release not in named:
            shutil.rmtree(release, ignore_errors=True)


def _target(link: Path) -> Path | None:
    try:
        return link.parent / link.readlink()
    except OSError:
        return None


def _point(link: Path, release: Path) -> None:
    """Let a link name another release, in one step."""
    beside = link.with_name(f".{link.name}-new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(Path("releases") / release.name)
    beside.replace(link)
    folder = os.open(link.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def restart_service() -> bool:
    """Start the service of the whole computer again; systemd waits until it says that it is ready."""
    from device.service import systemd

    if not systemd.unit_path(system=True).exists() or shutil.which("systemctl") is None:
        return True
    command = ["systemctl", "restart", systemd.UNIT]
    try:
        return not subprocess.run(command, timeout=READY_LIMIT_S, check=False).returncode
    except subprocess.TimeoutExpired:
        return False


def main() -> None:
    """Switch to the release that is named."""
    try:
        done = switch(sys.argv[1], restart=restart_service, tell=lambda what: print(f"xiaogao: {what}"))
    except (DeviceError, IndexError) as error:
        sys.exit(f"xiaogao: {error if sys.argv[1:] else 'give the version of an installed release'}")
    sys.exit(0 if done else 1)


if __name__ == "__main__":
    main()
