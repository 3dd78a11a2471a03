"""Signatures of pack files and releases: those of `ssh-keygen -Y sign` with an Ed25519 key.

The form is OpenSSH's (PROTOCOL.sshsig). A computer that signs needs `ssh-keygen`; a car that checks does not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from device.errors import Missing
from nav.errors import BadPackFile, PackFileRefused

NAMESPACE = "xiaogao-map"
"""A signature for anything else is none for a map."""
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_MAGIC, _KIND = b"SSHSIG", b"ssh-ed25519"
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_KEY_BYTES, _SIGNATURE_BYTES = 32, 64


def sign(data: bytes, key: Path) -> bytes:
    """Return the signature over some bytes; the same key and bytes give the same one.

    Parameters
    ----------
    data
        What is signed.
    key
        An Ed25519 key of OpenSSH; a passphrase is asked for on the terminal. With the public half's file the
        key of a running ssh-agent signs.

    Raises
    ------
    Missing
        There is no such key or no `ssh-keygen`, or the key cannot sign.
    """
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False)
    except FileNotFoundError:
        raise Missing("ssh-keygen is needed to sign: sudo apt-get install openssh-client") from None
    if done.returncode:
        reason = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise Missing(f"{key} cannot sign ({reason}): make a key with `ssh-keygen -t ed25519 -f {key}`")
    try:
        _parts(done.stdout, NAMESPACE.encode())
    except ValueError as error:
        raise Missing(
            f"{key} cannot sign maps (its signature {error}): make one with `ssh-keygen -t ed25519`"
        ) from None
    return done.stdout


def signer_of(data: bytes, signature: bytes, trusted: Sequence[str]) -> str:
    """Check a signature and return whose it is.

    Parameters
    ----------
    data
        What is signed.
    signature
        What `ssh-keygen -Y sign` wrote.
    trusted
        Public keys as OpenSSH writes them: `ssh-ed25519 AAAA… comment`.

    Returns
    -------
    str
        The comment of the trusted key, or its fingerprint if it has none.

    Raises
    ------
    BadPackFile
        It is no signature over these bytes.
    PackFileRefused
        It is one, but none of the keys has made it.
    """
    try:
        key = signing_key(data, signature, NAMESPACE)
    except ValueError as error:
        raise BadPackFile(f"its signature {error}") from None
    mark = fingerprint(key)
    for line in trusted:
        if public_key(line) == key:
            return " ".join(line.split()[2:]) or mark
    raise PackFileRefused(
        f"it is signed with the key {mark}, which is not trusted here: add its public half to [maps] "
        "trusted_keys in the settings if you know whose it is"
    )


def signing_key(data: bytes, signature: bytes, namespace: str) -> bytes:
    """Check a signature and return the 32 bytes of the public key that has made it.

    Raises
    ------
    ValueError
        It is no signature over these bytes for this purpose; the message goes on after "its signature".
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key, signed_hash, reserved, raw = _parts(signature, namespace.encode())
    digest = _HASHES[signed_hash](data).digest()
    message = _MAGIC + _packed(namespace.encode(), reserved, signed_hash, digest)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(raw, message)
    except (InvalidSignature, ValueError):
        raise ValueError("is not over this content") from None
    return key


def public_key(line: str) -> bytes:
    """Return the 32 bytes of a public key that is written as OpenSSH writes it.

    Raises
    ------
    ValueError
        It is none, or not an Ed25519 key.
    """
    kind, _, rest = line.strip().partition(" ")
    if kind != _KIND.decode():
        raise ValueError("a key begins with ssh-ed25519: give the line of the file KEY.pub")
    try:
        found, key = _unpacked(base64.b64decode(rest.split(" ")[0], validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("the key is cut: give the whole line of the file KEY.pub") from None
    if found != _KIND or len(key) != _KEY_BYTES:
        raise ValueError("the key is cut: give the whole line of the file KEY.pub")
    return key


def fingerprint(key: bytes) -> str:
    """Return what `ssh-keygen -l` shows of a public key."""
    digest = hashlib.sha256(_packed(_KIND, key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _parts(signature: bytes, namespace: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return the public key, the name of the hash, what is reserved, and the raw signature."""
    body = signature.strip()
    if not (body.startswith(_BEGIN) and body.endswith(_END)):
        raise ValueError("is damaged")
    try:
        blob = base64.b64decode(b"".join(body[len(_BEGIN) : -len(_END)].split()), validate=True)
        if not blob.startswith(_MAGIC + struct.pack(">I", 1)):
            raise ValueError("of another version")
        public, purpose, reserved, signed_hash, packed = _unpacked(blob[len(_MAGIC) + 4 :])
        (kind, key, *_), (signature_kind, raw) = _unpacked(public), _unpacked(packed)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"is damaged ({error})") from None
    if kind != _KIND or signature_kind != _KIND:
        raise ValueError(f"is made with a {kind[:40].decode('ascii', 'replace')} key, not Ed25519")
    if purpose != namespace:
        raise ValueError(f"is one for something else than {namespace.decode()}")
    if len(key) != _KEY_BYTES or len(raw) != _SIGNATURE_BYTES or signed_hash not in _HASHES:
        raise ValueError("is damaged")
    return key, signed_hash, reserved, raw


def _packed(*texts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(text)) + text for text in texts)


def _unpacked(blob: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(blob):
        length = int.from_bytes(blob[at : at + 4], "big")
        found.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    if at != len(blob):
        raise ValueError("it is cut")
    return found
