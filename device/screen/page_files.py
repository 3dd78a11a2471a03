"""The page and its map library as they are sent: packed once, at an address that changes with them."""

from __future__ import annotations

import gzip
import hashlib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_LIBRARY_TYPES = (".js", ".css")
_KEPT_FOR_EVER = "max-age=31536000, immutable"
_ASKED_AGAIN = "no-cache"


class PageFiles:
    """Every file that a page is made of.

    Parameters
    ----------
    library : Path
        Folder with the map library.
    """

    def __init__(self, library: Path) -> None:
        page = resources.files("device.screen").joinpath("page")
        texts = {f"page/{file.name}": file.read_bytes() for file in page.iterdir() if file.is_file()}
        texts |= {f"library/{path.name}": path.read_bytes() for path in library.iterdir() if path.is_file()}
        known = {name: text for name, text in sorted(texts.items()) if _is_sent(name)}
        whole = hashlib.sha256()
        for name, text in known.items():
            whole.update(f"{name} {len(text)} ".encode() + text)
        self.digest = whole.hexdigest()[:16]
        """Of all files: each has it in its address, so that a browser keeps it until one of them changes."""
        self._packed = {
            name: gzip.compress(self._addressed(text) if name.endswith(".html") else text, 9, mtime=0)
            for name, text in known.items()
        }

    def _addressed(self, text: bytes) -> bytes:
        for folder in (b"page", b"library"):
            text = text.replace(b'"/%s/' % folder, b'"/%s/%s/' % (folder, self.digest.encode()))
        return text

    def address(self, name: str) -> str:
        """Return where a file is, as `page/screen.css`."""
        folder, _, file = name.partition("/")
        return f"/{folder}/{self.digest}/{file}"

    def answer(self, request: Request, name: str, *, digest: str = "") -> Response:
        """Return a file; one without a digest in its address may change, and is asked for again.

        Parameters
        ----------
        request : Request
            Who asks.
        name : str
            The file, as `page/main.js`.
        digest : str
            What its address says.
        """
        from starlette.responses import Response

        packed = self._packed.get(name)
        if packed is None or digest not in ("", self.digest):
            return Response(status_code=404)
        headers = {
            "cache-control": _KEPT_FOR_EVER if digest else _ASKED_AGAIN,
            "vary": "accept-encoding",
        }
        kind = _TYPES[Path(name).suffix]
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(packed), media_type=kind, headers=headers)
        return Response(packed, media_type=kind, headers=headers | {"content-encoding": "gzip"})


def _is_sent(name: str) -> bool:
    folder, _, file = name.partition("/")
    return Path(file).suffix in (_LIBRARY_TYPES if folder == "library" else _TYPES)
