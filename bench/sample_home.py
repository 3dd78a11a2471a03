"""A home of its own for a benchmark: the sample region, and the models and the reader of the user."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from device.store.models import ModelStore
from device.store.regions import add_region


@contextmanager
def sample_home() -> Iterator[Path]:
    """Build the region `helsinki` in a temporary home, which is the home while the context is open."""
    models = ModelStore().folder
    before = os.environ.get("XIAOGAO_HOME")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "cache").mkdir()
        (home / "cache" / "models").symlink_to(models)
        # The reader is converted once, when it is installed; whoever opens it after that is measured here.
        converted = models.parent / "reader"
        converted.mkdir(exist_ok=True)
        (home / "cache" / "reader").symlink_to(converted)
        os.environ["XIAOGAO_HOME"] = folder
        try:
            add_region(ModelStore(models).path("helsinki-extract") / "Helsinki.osm.pbf", "helsinki")
            yield home
        finally:
            os.environ.pop("XIAOGAO_HOME")
            if before is not None:
                os.environ["XIAOGAO_HOME"] = before
