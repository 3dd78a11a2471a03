"""Install a release that is signed by a key which this car trusts: `xiaogao service update FOLDER`.

The program that is installed already does the checking: what checks itself, on the medium that it came with,
protects from nobody. The release is copied first, so that nothing changes between the check and the use.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from device.errors import DeviceError
from device.store.signatures import public_key, signing_key

SIGNERS = Path("/etc/xiaogao/signers")
"""Whose releases are installed: lines `xiaogao-release ssh-ed25519 KEY`, as `ssh-keygen -Y` reads them."""
STAGING = Path("/opt/xiaogao/.update")
SUMS, SIGNATURE, PROGRAM = "SHA256SUMS", "SHA256SUMS.sig", "install.sh"
NAMESPACE = IDENTITY = "xiaogao-release"


def update(folder: Path, *, signers: Path = SIGNERS, staging: Path = STAGING) -> None:
    """Check a release and install it.

    Parameters
    ----------
    folder
        What `make release` made, wherever it was carried to.
    signers
        The keys that are trusted.
    staging
        Where the release is copied to; only root may write beside it.

    Raises
    ------
    DeviceError
        It is not signed by one of the keys, a file of it was changed, or it cannot be installed.
    """
    if not (folder / SUMS).is_file():
        raise DeviceError(f"{folder} is no release: {SUMS} is missing")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(parents=True, mode=0o700)
        for path in (path for path in sorted(folder.rglob("*")) if _is_wanted(path, folder)):
            target = staging / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target, follow_symlinks=False)
        check(staging, signers)
        command = ["sh", str(staging / PROGRAM)]
        done = subprocess.run(command, env={**os.environ, "XIAOGAO_SIGNATURE": "checked"}, check=False)
        if done.returncode:
            raise DeviceError(f"the release was not installed: {PROGRAM} ended with {done.returncode}")
    except OSError as error:
        raise DeviceError(f"the release was not installed: {error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _is_wanted(path: Path, folder: Path) -> bool:
    """Tell whether the installation needs a file; the archive and the pages for people are left."""
    wanted = path.suffix == ".deb" or path.relative_to(folder).as_posix() in {SUMS, SIGNATURE, PROGRAM}
    return wanted and (path.is_symlink() or path.is_file())


def check(folder: Path, signers: Path) -> None:
    """Check that a release is signed by a trusted key, and that every file in it is what was signed.

    Raises
    ------
    DeviceError
        It is not.
    """
    try:
        listed, signature = (folder / SUMS).read_bytes(), (folder / SIGNATURE).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise DeviceError(f"the release is not signed: {error}") from error
    if not any(is_signed(listed, signature, key) for key in trusted_keys(signers)):
        raise DeviceError(f"the release is not signed by a key that is in {signers}")
    sums = {line[66:]: line[:64] for line in listed.decode("utf-8", "replace").splitlines()}
    if PROGRAM not in sums or not (folder / PROGRAM).is_file():
        raise DeviceError(f"the release is not whole: it has no {PROGRAM}")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in {SUMS, SIGNATURE} or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or name not in sums:
            raise DeviceError(f"{name} is not part of the release: copy the release again")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sums[name]:
                raise DeviceError(f"{name} is not what was signed: copy the release again")


def trusted_keys(signers: Path) -> list[bytes]:
    """Read the Ed25519 keys whose owners may sign releases."""
    try:
        lines = signers.read_text("utf-8").splitlines()
    except OSError as error:
        raise DeviceError(f"no keys are trusted yet: write the maker's line into {signers}") from error
    keys = []
    for words in (line.split() for line in lines):
        if not words or words[0].startswith("#") or IDENTITY not in words[0].split(","):
            continue
        try:
            keys.append(public_key(" ".join(words[1:3])))
        except ValueError:
            raise DeviceError(
                f"{signers}: only ssh-ed25519 keys, without options: {' '.join(words)[:60]}"
            ) from None
    return keys


def is_signed(message: bytes, armoured: str, key: bytes) -> bool:
    """Tell whether `ssh-keygen -Y sign -n xiaogao-release` signed a message with a key."""
    try:
        return signing_key(message, armoured.encode(), NAMESPACE) == key
    except ValueError:
        return False
