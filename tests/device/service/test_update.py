"""A release is installed only if a trusted key signed it and not a byte of it is another."""

from __future__ import annotations

import base64
import hashlib
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.errors import DeviceError
from device.service.update import check, is_signed, trusted_keys, update

NAMESPACE = b"xiaogao-release"


def packed(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def line_of(key: Ed25519PrivateKey) -> str:
    words = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return f"xiaogao-release {words.decode()} the maker\n"


def signature(key: Ed25519PrivateKey, message: bytes, namespace: bytes = NAMESPACE) -> str:
    """Sign as OpenSSH's PROTOCOL.sshsig says."""
    parts = (namespace, b"", b"sha512", hashlib.sha512(message).digest())
    value = key.sign(b"SSHSIG" + packed(*parts))
    inner = packed(
        packed(b"ssh-ed25519", public(key)), namespace, b"", b"sha512", packed(b"ssh-ed25519", value)
    )
    return armoured(b"SSHSIG" + struct.pack(">I", 1) + inner)


def armoured(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def signers(tmp_path: Path, key: Ed25519PrivateKey) -> Path:
    path = tmp_path / "signers"
    path.write_text("# who makes our releases\n\n" + line_of(key), encoding="utf-8")
    return path


@pytest.fixture
def release(tmp_path: Path, key: Ed25519PrivateKey) -> Path:
    """A signed release whose installation leaves a mark."""
    folder = tmp_path / "release"
    (folder / "debian").mkdir(parents=True)
    for name in ("debian/libssl3_3_amd64.deb", "xiaogao_1_amd64.deb", "LICENCES.md"):
        (folder / name).write_text(f"content of {name}")
    (folder / "install.sh").write_text(f'ls -R "$(dirname "$0")" > {tmp_path / "installed"}\n')
    sign(folder, key)
    return folder


def sign(folder: Path, key: Ed25519PrivateKey) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name[:6] != "SHA256")
    sums = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files
    )
    (folder / "SHA256SUMS").write_text(sums)
    (folder / "SHA256SUMS.sig").write_text(signature(key, sums.encode()))


def installed(release: Path, signers: Path, tmp_path: Path) -> str:
    """Update; return the names that the installation saw."""
    update(release, signers=signers, staging=tmp_path / "opt" / "staging")
    assert not (tmp_path / "opt" / "staging").exists(), "the copy is removed"
    return (tmp_path / "installed").read_text()


def test_a_signed_release_is_installed(release: Path, signers: Path, tmp_path: Path) -> None:
    seen = installed(release, signers, tmp_path)
    assert "libssl3_3_amd64.deb" in seen
    assert "xiaogao_1_amd64.deb" in seen


def change_a_byte(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)

    return change


def put_a_link(folder: Path) -> None:
    (folder / "debian" / "other.deb").symlink_to("/etc/passwd")


def sign_by_another(folder: Path) -> None:
    sign(folder, Ed25519PrivateKey.generate())


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        pytest.param(change_a_byte("xiaogao_1_amd64.deb"), "is not what was signed", id="program"),
        pytest.param(change_a_byte("debian/libssl3_3_amd64.deb"), "is not what was signed", id="library"),
        pytest.param(change_a_byte("install.sh"), "is not what was signed", id="script"),
        pytest.param(change_a_byte("SHA256SUMS"), "not signed by a key", id="sums"),
        pytest.param(change_a_byte("SHA256SUMS.sig"), "not signed", id="signature"),
        pytest.param(lambda folder: (folder / "SHA256SUMS.sig").unlink(), "not signed", id="no signature"),
        pytest.param(lambda folder: (folder / "SHA256SUMS").unlink(), "is no release", id="no sums"),
        pytest.param(lambda folder: (folder / "install.sh").unlink(), "not whole", id="no script"),
        pytest.param(
            lambda folder: (folder / "debian" / "more.deb").write_text("x"), "is not part", id="one file more"
        ),
        pytest.param(put_a_link, "is not part", id="a link"),
        pytest.param(sign_by_another, "not signed by a key", id="another key"),
    ],
)
def test_what_was_changed_is_refused(
    release: Path, signers: Path, tmp_path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(release)
    with pytest.raises(DeviceError, match=why):
        installed(release, signers, tmp_path)
    assert not (tmp_path / "installed").exists()
    assert not (tmp_path / "opt" / "staging").exists()


def test_an_installation_that_fails_is_told(
    release: Path, signers: Path, tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    (release / "install.sh").write_text("exit 3\n")
    sign(release, key)
    with pytest.raises(DeviceError, match="ended with 3"):
        installed(release, signers, tmp_path)


def test_without_a_trusted_key_nothing_is_installed(release: Path, signers: Path, tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="no keys are trusted yet"):
        installed(release, tmp_path / "none", tmp_path)
    signers.write_text(signers.read_text().replace("xiaogao-release ", "somebody "))
    with pytest.raises(DeviceError, match="not signed by a key"):
        installed(release, signers, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "xiaogao-release ssh-rsa AAAA",
        "xiaogao-release ssh-ed25519",
        "xiaogao-release ssh-ed25519 !!!!",
        "xiaogao-release ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
        'xiaogao-release namespaces="git" ssh-ed25519 AAAA',
    ],
)
def test_a_line_that_is_no_key_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "signers").write_text(f"{line}\n")
    with pytest.raises(DeviceError, match="only ssh-ed25519 keys"):
        trusted_keys(tmp_path / "signers")


def test_every_changed_byte_of_a_signature_is_refused(key: Ed25519PrivateKey) -> None:
    good = signature(key, b"what was signed")
    assert is_signed(b"what was signed", good, public(key))
    assert not is_signed(b"what was signed.", good, public(key))
    assert not is_signed(b"what was signed", signature(key, b"what was signed", b"git"), public(key))
    blob = base64.b64decode("".join(good.splitlines()[1:-1]))
    for at in range(len(blob)):
        changed = bytearray(blob)
        changed[at] ^= 1
        assert not is_signed(b"what was signed", armoured(bytes(changed)), public(key)), at
        assert not is_signed(b"what was signed", armoured(blob[:at]), public(key)), at


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_ssh_keygen_signs_and_checks_the_same(release: Path, tmp_path: Path) -> None:
    """A throw-away key of OpenSSH signs as `make release` does; both programs take it, and nothing else."""
    made = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(made)], check=True)
    signers = tmp_path / "signers"
    signers.write_text(f"xiaogao-release {made.with_suffix('.pub').read_text()}")
    (release / "SHA256SUMS.sig").unlink()
    command = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(made), "-n", "xiaogao-release"]
    subprocess.run([*command, str(release / "SHA256SUMS")], check=True, capture_output=True)
    check(release, signers)
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "xiaogao-release"]
    command += ["-n", "xiaogao-release", "-s", str(release / "SHA256SUMS.sig")]
    for spoilt in (False, True):
        if spoilt:
            change_a_byte("SHA256SUMS")(release)
            with pytest.raises(DeviceError, match="not signed by a key"):
                check(release, signers)
        with (release / "SHA256SUMS").open("rb") as sums:
            done = subprocess.run(command, stdin=sums, check=False, capture_output=True)
        assert (done.returncode != 0) is spoilt
