"""Build the sample region `helsinki` from the extract in the model store, unless it is there."""

from __future__ import annotations

import sys

from device.cli.terminal import working
from device.errors import DeviceError
from device.store.models import ModelStore
from device.store.regions import add_region, installed_regions
from nav import Region
from nav.errors import NavError
from poi import Places
from poi.errors import PoiError


def main() -> None:
    """Build the region if it is missing or was built by another version."""
    try:
        if "helsinki" in installed_regions():
            Places(Region.open("helsinki")).close()
            return
    except (NavError, PoiError):
        pass
    try:
        extract = ModelStore().path("helsinki-extract") / "Helsinki.osm.pbf"
    except DeviceError as error:
        sys.exit(f"xiaogao: {error}")
    with working("building the region helsinki") as tell:
        add_region(extract, "helsinki", tell)


if __name__ == "__main__":
    main()
