"""Download one file over HTTP, continuing a broken download with a range request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import DownloadFailed, NoSpace

if TYPE_CHECKING:
    import httpx

_TRIES = 3
_TIMEOUT_S = 30.0


def download(url: str, target: Path, progress: Callable[[str, int, int], None]) -> None:
    """Download `url` to `target`; what `target` already holds is not fetched again.

    Raises
    ------
    DownloadFailed
        The server cannot be reached, refuses, or ends early three times in a row.
    NoSpace
        The disk filled up.
    """
    import httpx

    target.parent.mkdir(parents=True, exist_ok=True)
    problem = ""
    for _ in range(_TRIES):
        try:
            with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client:
                _continue(client, url, target, progress)
            return
        except httpx.HTTPStatusError as error:
            if error.response.status_code < 500:
                raise DownloadFailed(
                    f"{url} answered {error.response.status_code}: check the address"
                ) from None
            problem = str(error)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = str(error) or type(error).__name__
        except OSError as error:
            raise NoSpace(f"{target} cannot be written: {error}") from None
    raise DownloadFailed(
        f"{url} could not be downloaded ({problem}): check the network and run the command again"
    )


def _continue(
    client: httpx.Client, url: str, target: Path, progress: Callable[[str, int, int], None]
) -> None:
    import httpx

    have = target.stat().st_size if target.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == 416:  # all of it is here
            return
        response.raise_for_status()
        resumed = response.status_code == 206
        done = have if resumed else 0
        total = done + int(response.headers.get("content-length", 0))
        with target.open("ab" if resumed else "wb") as out:
            for chunk in response.iter_raw():
                out.write(chunk)
                done += len(chunk)
                progress(f"fetching {target.name}", done, total)
        if total and done < total:
            raise httpx.ReadError(f"the server ended after {done} of {total} bytes")
