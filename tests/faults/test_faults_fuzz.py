"""Hostile input: mutated files, lines, requests and model output give a value or a named error, nothing else.

`XIAOGAO_FUZZ_CASES` sets the cases for each reader (`make faults` runs 100,000).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, MutableMapping
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import numpy as np
import pytest

from tests.faults.mutations import mutated

if TYPE_CHECKING:
    from device.http.guard import Guard

CASES = int(os.environ.get("XIAOGAO_FUZZ_CASES", "300"))


def survives(
    read: Callable[[bytes], object], allowed: tuple[type[Exception], ...], seeds: list[bytes]
) -> int:
    """Feed every mutation to a reader; return how many were refused with an allowed error."""
    refused = 0
    for content in mutated(seeds, CASES):
        try:
            read(content)
        except allowed:
            refused += 1
    return refused


def test_wav_files() -> None:
    import io

    import soundfile

    from voice import wav_io
    from voice.errors import BadAudio

    seeds = []
    for subtype, channels in (("PCM_16", 1), ("PCM_24", 2), ("FLOAT", 1), ("PCM_U8", 1)):
        out = io.BytesIO()
        soundfile.write(out, np.zeros((400, channels), np.float32), 16_000, subtype, format="WAV")
        seeds.append(out.getvalue())
    assert survives(wav_io.read, (BadAudio,), seeds) > 0


def test_nmea_lines() -> None:
    from device.position.faults import Faults
    from device.position.nmea import NmeaDecoder

    decoder = NmeaDecoder(Faults())
    seeds = [
        b"$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n",
        b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n",
        b"$GPVTG,084.4,T,003.1,M,022.4,N,041.5,K*43\r\n",
    ]
    assert survives(decoder.feed, (), seeds) == 0


def test_gpsd_lines() -> None:
    from device.position.faults import Faults
    from device.position.gpsd import GpsdDecoder

    decoder = GpsdDecoder(Faults())
    seeds = [
        b'{"class":"TPV","mode":3,"time":"2026-11-21T12:00:00.000Z","lat":60.17,"lon":24.94,"speed":3.1}\n'
    ]
    assert survives(decoder.feed, (), seeds) == 0


def test_settings_files(tmp_path: Path) -> None:
    from device.errors import BadSettings
    from device.settings import commented_settings, load_settings

    path = tmp_path / "settings.toml"

    def read(content: bytes) -> None:
        path.write_bytes(content)
        load_settings(path, {})

    assert survives(read, (BadSettings,), [commented_settings().encode()]) > 0


def test_model_output() -> None:
    from agent.understanding.prompt import read_output

    text = "带我去机场 别走高速 then coffee"
    seeds = ['navigate to="机场" avoid=motorway'.encode(), b"search what=coffee", b"chat", b"plan_trip 2"]

    def read(content: bytes) -> None:
        requests = read_output(content.decode("utf-8", "surrogateescape"), text)
        assert all(isinstance(request["kind"], str) for request in requests)

    assert survives(read, (ValueError,), seeds) >= 0


def test_frames_of_engine_processes() -> None:
    import os as system

    from device.engine.wire import Wire, WireBroken, encode

    def read(content: bytes) -> None:
        read_fd, write_fd = system.pipe()
        spare_read, spare_write = system.pipe()
        try:
            system.write(write_fd, content)
            system.close(write_fd)
            Wire(read_fd, spare_write).receive()
        finally:
            for fd in (read_fd, spare_read, spare_write):
                system.close(fd)

    frame = encode({"kind": "item", "value": [1, "二", None], "array": np.arange(50, dtype=np.float32)})
    assert survives(read, (WireBroken,), [frame]) > 0


def small_town(path: Path) -> bytes:
    """Write streets with a forbidden turn, uncompressed, so that mutations reach the content."""
    import osmium
    from osmium.osm.mutable import Node, Relation, Way

    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as town:
        for number in range(16):
            place = (24.94 + 0.001 * (number % 4), 60.17 + 0.001 * (number // 4))
            tags = {"highway": "traffic_signals"} if number == 5 else {}
            town.add_node(Node(id=number + 1, location=place, tags=tags))
        for row in range(4):
            street = {"highway": "residential", "name": f"Street {row}", "maxspeed": "40"}
            town.add_way(Way(id=100 + row, nodes=[1 + 4 * row + n for n in range(4)], tags=street))
            road = {"highway": "primary", "name:zh": "大街", "lanes": "2", "oneway": "yes"}
            town.add_way(Way(id=200 + row, nodes=[1 + row + 4 * n for n in range(4)], tags=road))
        turn = {"type": "restriction", "restriction": "no_left_turn"}
        town.add_relation(
            Relation(id=1, members=[("w", 100, "from"), ("n", 1, "via"), ("w", 200, "to")], tags=turn)
        )
    return path.read_bytes()


def test_map_extracts(tmp_path: Path) -> None:
    """Mutated extracts are read or refused; those that end the reading process end only that.

    Every hundredth of those read is also built into a pack.
    """
    content = small_town(tmp_path / "town.osm.pbf")
    at = RawValue("q", 0)
    ended = 0
    while at.value < CASES:
        reader = get_context("fork").Process(target=read_extracts, args=(tmp_path, content, at))
        reader.start()
        reader.join()
        assert reader.exitcode == 0 or reader.exitcode < 0, "an error that is no NavError"
        if reader.exitcode < 0:
            ended += 1
            at.value += 1
    print(f"{ended} of {CASES} extracts ended the process that read them")
    assert ended <= CASES / 100


def read_extracts(folder: Path, content: bytes, at: Any) -> None:
    """Read the mutations from number `at` on, which tells how far it came."""
    from nav.errors import NavError
    from nav.osm.build import build_graph
    from nav.osm.extract import read_network

    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    extract, read = folder / "town.osm.pbf", 0
    for number, case in enumerate(mutated([content], CASES)):
        if number < at.value:
            continue
        at.value = number
        extract.write_bytes(case)
        with contextlib.suppress(NavError):
            read_network(extract)
            read += 1
            if read % 100 == 1:
                with tempfile.TemporaryDirectory(dir=folder) as pack:
                    build_graph(extract, Path(pack), name="town")
        close_all(extract)
    at.value = CASES


def test_an_extract_that_ends_its_reader_is_refused(home: Path, tmp_path: Path) -> None:
    """A key with a zero byte in it makes libosmium read beyond its buffer."""
    from device.store.regions import add_region, installed_regions
    from nav.errors import NavError

    extract = tmp_path / "hostile.osm.pbf"
    extract.write_bytes(small_town(extract).replace(b"highway", b"\0\0\0\0\0\0\0"))
    with pytest.raises(NavError, match=r"hostile\.osm\.pbf"):
        add_region(extract, "hostile")
    assert installed_regions() == []


def close_all(path: Path) -> None:
    """Close what still holds a file open: libosmium does, after one that it could not read."""
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if link.readlink() == path:
                os.close(int(link.name))


def test_region_packs(tmp_path: Path) -> None:
    """Files of a pack cut, grown or with other bytes: the pack is named as damaged, or opens."""
    from nav import Region
    from nav.errors import NavError
    from nav.osm.build import build_graph

    extract, pack = tmp_path / "town.osm.pbf", tmp_path / "town"
    small_town(extract)
    pack.mkdir()
    build_graph(extract, pack, name="town")
    noise = random.Random(9)
    contents = {path: path.read_bytes() for path in sorted(pack.rglob("*")) if path.is_file()}
    refused = []
    for case in range(CASES):
        victim = noise.choice(list(contents))
        changed = bytearray(contents[victim])
        if case % 2:  # the size stays, so that only what the file says is wrong
            for _ in range(noise.randint(1, 8)):
                changed[noise.randrange(min(len(changed), 2000))] = noise.randrange(256)
        else:
            changed = bytearray(next(mutated([contents[victim]], 1, seed=case)))
        victim.write_bytes(changed)
        try:
            region = Region.open(pack)
            for profile in ("car", "bike", "foot"):
                region.network(profile)
        except NavError as error:
            refused.append(str(error))
        victim.write_bytes(contents[victim])
    assert refused
    assert all("town" in message for message in refused), "every refusal names the region"
    assert Region.open(pack).name == "town"


def test_http_requests(prepared_home: Path) -> None:
    """Mutated addresses and headers get an answer of the interface, never an error of the program."""
    from device.http.api import create_app
    from device.http.guard import Guard, Limits
    from nav import Region

    region = Region.open(prepared_home / "data" / "regions" / "helsinki")
    app = Guard(create_app(region), limits=Limits(rate_per_s=1e9, burst=1e9))
    seeds = [
        b"/route/v1/driving/24.9414,60.1719;24.9522,60.1704?steps=true&overview=full&alternatives=2",
        b"/table/v1/driving/24.9414,60.1719;24.9522,60.1704?sources=0&destinations=1",
        b"/nearest/v1/driving/24.9414,60.1719?number=3",
        b"/match/v1/driving/24.9414,60.1719;24.9420,60.1725;24.9430,60.1730",
        b"/trip/v1/driving/24.9414,60.1719;24.9522,60.1704;24.9470,60.1690",
    ]

    async def ask_all() -> Counter[int]:
        statuses: Counter[int] = Counter()
        hosts = mutated([b"127.0.0.1:8017"], CASES, seed=4)
        for number, (content, host) in enumerate(zip(mutated(seeds, CASES), hosts, strict=True)):
            statuses[await asked(app, content, b"localhost" if number % 10 else host)] += 1
        return statuses

    statuses = asyncio.run(ask_all())
    assert set(statuses) <= {200, 400, 403, 404, 405, 414}
    assert statuses[200] > 0
    assert statuses[400] > 0


async def asked(app: Guard, address: bytes, host: bytes) -> int:
    """Send one request as a server would and return the status."""
    path, _, query = address.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote_to_bytes(b"/" + path.lstrip(b"/")).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "headers": [(b"host", host)],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8017),
    }
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    return status


def test_files_of_closures(tmp_path: Path) -> None:
    from nav.errors import BadLiveData
    from nav.routing.live import read_live

    path = tmp_path / "live.json"
    seeds = [
        b'{"changes": [{"way": 1001, "closed": true, "from": "2026-03-01T08:00:00Z"}]}',
        b'{"changes": [{"line": [[60.17, 24.94], [60.18, 24.95]], "speed_kph": 35, "note": "x"}]}',
    ]

    def read(content: bytes) -> None:
        path.write_bytes(content)
        read_live(path)

    assert survives(read, (BadLiveData,), seeds) > 0
