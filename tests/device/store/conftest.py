"""A town in three states, and keys that sign."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from device.store.regions import add_region
from tests.device.store.carrying import NORTH, SOUTH
from tests.device.town import write_town


@pytest.fixture(scope="session")
def town_packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A town, the same with another hotel and newer data, and the town after it has moved."""
    home = tmp_path_factory.mktemp("packs")
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        for what, south, hotel in (
            ("before", NORTH, "Hotel Torni"),
            ("after", NORTH, "Hotel Kämp"),
            ("moved", SOUTH, "Hotel Torni"),
        ):
            patch.setenv("XIAOGAO_HOME", str(home / what))
            extract = write_town(home / "town.osm", south=south)
            extract.write_text(extract.read_text("utf-8").replace("Hotel Torni", hotel), "utf-8")
            add_region(extract, "town")
            found[what] = home / what / "data" / "regions" / "town"
    return found


@pytest.fixture(scope="session")
def ssh_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Keys of OpenSSH: ours, somebody else's, and one of another kind."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen: apt-get install openssh-client")
    folder = tmp_path_factory.mktemp("keys")
    for name, kind in (("ours", "ed25519"), ("theirs", "ed25519"), ("old", "rsa")):
        command = [
            "ssh-keygen",
            "-q",
            "-t",
            kind,
            "-N",
            "",
            "-C",
            f"{name} of the office",
            "-f",
            folder / name,
        ]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return {name: folder / name for name in ("ours", "theirs", "old")}
