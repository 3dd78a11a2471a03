"""Hostile input: mutated files, lines, requests and model output give a value or a named error, nothing else.

`XIAOGAO_FUZZ_CASES` sets the cases for each reader (`make faults` runs 100,000).
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

CASES = int(os.environ.get("XIAOGAO_FUZZ_CASES", "300"))


def mutated(seeds: list[bytes], cases: int = CASES) -> Iterator[bytes]:
    """Yield the seeds with bytes flipped, cut out, doubled, swapped between them, or replaced by noise."""
    noise = random.Random(20)
    for _ in range(cases):
        content = bytearray(noise.choice(seeds))
        for _ in range(noise.randint(1, 8)):
            at = noise.randrange(len(content) + 1)
            change = noise.randrange(6)
            if change == 0 and content:
                content[at % len(content)] = noise.randrange(256)
            elif change == 1:
                del content[at : at + noise.randint(1, 40)]
            elif change == 2:
                content[at:at] = noise.randbytes(noise.randint(1, 20))
            elif change == 3:
                content[at:at] = content[max(0, at - 30) : at]
            elif change == 4:
                other = noise.choice(seeds)
                content[at:] = other[min(at, len(other)) :]
            else:
                content[at : at + 4] = noise.choice(
                    [b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"-1e9", b"nan"]
                )
        yield bytes(content)


def survives(
    read: Callable[[bytes], object], allowed: tuple[type[Exception], ...], seeds: list[bytes]
) -> int:
    """Feed every mutation to a reader; return how many were refused with an allowed error."""
    refused = 0
    for content in mutated(seeds):
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
    from agent.prompt import read_output

    text = "带我去机场 别走高速 then coffee"
    seeds = ['navigate to="机场" avoid=motorway'.encode(), b"search what=coffee", b"chat", b"plan_trip 2"]

    def read(content: bytes) -> None:
        intents = read_output(content.decode("utf-8", "surrogateescape"), text)
        assert isinstance(intents, tuple)

    assert survives(read, (ValueError,), seeds) >= 0


def test_frames_of_engine_processes() -> None:
    import os as system

    from device.engine_wire import Wire, WireBroken, encode

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


def test_map_extracts(tmp_path: Path, helsinki_pbf: Path) -> None:
    """Cut and flipped extracts; fewer cases, since each is a whole import."""
    from nav.errors import NavError
    from nav.pack import build_graph

    content = helsinki_pbf.read_bytes()
    noise = random.Random(7)
    outcomes = set()
    for case in range(max(10, CASES // 100)):
        broken = bytearray(content[: noise.randrange(len(content))] if case % 2 else content)
        for _ in range(noise.randint(1, 30)):
            broken[noise.randrange(len(broken))] = noise.randrange(256)
        extract = tmp_path / "broken.osm.pbf"
        extract.write_bytes(broken)
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            try:
                build_graph(extract, Path(folder), name="broken")
                outcomes.add("built")
            except NavError:
                outcomes.add("refused")
    assert "refused" in outcomes


def test_region_packs(tmp_path: Path, prepared_home: Path) -> None:
    """Files of a pack cut, grown or replaced: the pack is named as damaged, or opens."""
    from nav import Region
    from nav.errors import NavError

    pack = prepared_home / "data" / "regions" / "helsinki"
    noise = random.Random(9)
    refused, broken = 0, 0
    copy = tmp_path / "helsinki"
    shutil.copytree(pack, copy)
    files = sorted(path for path in copy.rglob("*") if path.is_file() and path.name != "poi.sqlite")
    for _ in range(max(30, CASES // 10)):
        victim = noise.choice(files)
        before = victim.read_bytes()
        victim.write_bytes(next(mutated([before[: 1 << 16]], 1)) + before[1 << 16 :])
        try:
            Region.open(copy)
        except NavError as error:
            broken += 1
            refused += "helsinki" in str(error)
        victim.write_bytes(before)
    assert refused == broken > 0, "every refusal names the region"
    assert Region.open(copy).name == "helsinki"


def test_http_requests(prepared_home: Path) -> None:
    from fastapi.testclient import TestClient

    from device.http_api import create_app
    from nav import Region

    client = TestClient(create_app(Region.open(prepared_home / "data" / "regions" / "helsinki")))
    seeds = [
        b"/route/v1/driving/24.9414,60.1719;24.9522,60.1704?steps=true&overview=full&alternatives=2",
        b"/table/v1/driving/24.9414,60.1719;24.9522,60.1704?sources=0&destinations=1",
        b"/nearest/v1/driving/24.9414,60.1719?number=3",
        b"/match/v1/driving/24.9414,60.1719;24.9420,60.1725;24.9430,60.1730",
        b"/trip/v1/driving/24.9414,60.1719;24.9522,60.1704;24.9470,60.1690",
    ]
    statuses = set()
    for content in mutated(seeds, max(100, CASES // 10)):
        path = "/" + "".join(
            chr(byte) for byte in content if 32 < byte < 127 and byte not in b"#[]\\"
        ).lstrip("/")
        statuses.add(client.get(path).status_code)
    assert statuses <= {200, 400, 404, 405, 414}
    assert 400 in statuses
