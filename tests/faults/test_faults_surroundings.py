"""What surrounds the service fails: files, disk, memory, clock, sound, receiver. A row of the table each."""

from __future__ import annotations

import contextlib
import functools
import operator
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from device.audio.speaker import sound_cards
from device.errors import DeviceError
from device.store.models import ModelStore
from tests.faults.fault_table import FaultTable

SAMPLES = Path(__file__).parents[2] / "samples"
STATION = "fixed:60.1719,24.9414"
HOTELS, HOME = "附近有什么酒店", "把赫尔辛基大教堂设为家"
ENGINES = ("asr", "tts")

Make = Callable[..., Any]
pytestmark = pytest.mark.models


def logged(running: Any, pattern: str) -> str:
    """Return the first line of the log that has a pattern; it must be there."""
    for line in running.log.splitlines():
        if re.search(pattern, line):
            return str(line)
    raise AssertionError(f"{pattern!r} is not in the log: {running.log}")


def located(running: Any) -> Any:
    """Start the service and wait until it knows where the car is."""
    running.start()
    running.wait_until(lambda status: status["position"] is not None)
    return running


def loaded(status: dict[str, Any]) -> bool:
    """Whether recognition and speech run."""
    return all(status["engines"][name]["state"] == "running" for name in ENGINES)


def test_a_damaged_model(service: Make, fault_table: FaultTable) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    store, own = ModelStore().folder, running.home / "cache" / "models"
    own.unlink()
    shutil.copytree(store, own, symlinks=True, ignore=shutil.ignore_patterns("blobs", "verified.json"))
    (own / "blobs").mkdir()
    for blob in (store / "blobs").iterdir():
        (own / "blobs" / blob.name).symlink_to(blob)
    victim = own / "blobs" / (own / "whisper-base" / "model.bin").readlink().name
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 255
    victim.unlink()
    victim.write_bytes(content)
    located(running)
    running.wait_until(lambda status: any("damaged" in error for error in status["last_errors"]))
    assert running.ask(do="ask", text=HOTELS)["places"]
    victim.unlink()
    victim.symlink_to(store / "blobs" / victim.name)
    again_s = running.wait_until(lambda status: status["engines"]["asr"]["state"] == "running")
    fault_table.add(
        "a model is damaged, then pulled again",
        heard="guidance and prompts go on; spoken requests are not heard",
        logged=logged(running, "model.bin"),
        well_again_s=again_s,
    )


def flipped(content: bytes) -> bytes:
    """Other bytes in the middle, the size is right: only reading it all can tell."""
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(255 ^ byte for byte in content[middle : middle + 64])
        + content[middle + 64 :]
    )


def shortened(content: bytes) -> bytes:
    """Without its end."""
    return content[:-100]


@pytest.mark.parametrize(
    ("damage", "row", "line"),
    [
        (flipped, "a region pack has other bytes, then is built again", "region helsinki is damaged"),
        (shortened, "a region pack is cut, then made whole", "bytes instead of"),
    ],
)
def test_a_damaged_pack(
    service: Make, fault_table: FaultTable, damage: Callable[[bytes], bytes], row: str, line: str
) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    pack = running.home / "data" / "regions" / "helsinki"
    victim = max((pack / "graph").glob("*.arrays"), key=lambda path: path.stat().st_size)
    whole = victim.read_bytes()
    victim.write_bytes(damage(whole))
    running.start()
    running.wait_until(lambda status: status["region"] is None)
    assert any("helsinki" in error for error in running.ask(do="status")["last_errors"])
    with pytest.raises(DeviceError, match="no region can be used"):
        running.ask(do="ask", text=HOTELS)
    victim.write_bytes(whole)
    os.utime(pack / "meta.json")
    again_s = running.wait_until(lambda status: status["region"] == "helsinki")
    running.wait_until(lambda status: status["position"] is not None)
    assert running.ask(do="ask", text=HOTELS)["places"]
    fault_table.add(
        row,
        heard="no answers until then; `xiaogao status` says why",
        logged=logged(running, line),
        well_again_s=again_s,
    )


def test_a_damaged_memory(service: Make, fault_table: FaultTable) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    memory = running.home / "data" / "memory.sqlite"
    memory.write_bytes(b"this is not a database" * 100)
    located(running)
    assert running.ask(do="ask", text="带我去赫尔辛基大教堂")["outcome"] == "done"
    assert list(memory.parent.glob("memory.sqlite.damaged*"))
    fault_table.add(
        "the memory's database is damaged at the start",
        heard="habits and places are gone; new ones are kept",
        logged=logged(running, "memory.sqlite"),
    )
    running.ask(do="ask", text=HOME)
    for path in memory.parent.glob("memory.sqlite-*"):
        path.unlink()
    memory.write_bytes(b"this is not a database" * 100)
    started = time.monotonic()
    while running.ask(do="ask", text=HOME)["outcome"] != "done":
        assert time.monotonic() - started < 30
        time.sleep(0.1)
    fault_table.add(
        "the memory's database is damaged while driving",
        heard="what is to be remembered is refused until then; the drive goes on",
        logged=logged(running, "begun"),
        well_again_s=time.monotonic() - started,
    )


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small disk; skip where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine allows no mounts")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def on_disk(running: Any, disk: Path) -> None:
    """Move the home of a service to a disk."""
    shutil.copytree(running.home / "data", disk / "data")
    (disk / "cache").symlink_to(running.home / "cache")
    log = running.home / "service.log"
    log.touch()
    (disk / "service.log").symlink_to(log)
    running.home = disk
    running.environment["XIAOGAO_HOME"] = str(disk)


def test_a_full_disk(service: Make, fault_table: FaultTable, tmp_path: Path) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    with small_disk(tmp_path / "small") as disk:
        on_disk(running, disk)
        located(running)
        assert running.ask(do="ask", text=HOME)["outcome"] == "done"
        filler = os.open(disk / "filler", os.O_CREAT | os.O_WRONLY)
        with contextlib.suppress(OSError):
            while os.write(filler, b"\0" * 4096):
                pass
        os.close(filler)
        assert running.ask(do="ask", text=HOTELS)["places"]
        for _ in range(40):  # the log of the database has some room left
            if running.ask(do="ask", text="把赫尔辛基中央火车站设为公司")["outcome"] != "done":
                break
        assert running.ask(do="ask", text="带我去赫尔辛基大教堂")["route"]
        running.kill(signal.SIGKILL)
        located(running)
        assert running.ask(do="ask", text=HOTELS)["places"]
        (disk / "filler").unlink()
        started = time.monotonic()
        while running.ask(do="ask", text="回家")["route"] is None:
            assert time.monotonic() - started < 30
            time.sleep(0.1)
        again_s = time.monotonic() - started
        fault_table.add(
            "the disk is full, the service killed and started on it, then there is room",
            heard="what is to be remembered is refused; requests and drives go on; nothing saved is lost",
            logged=logged(running, "nothing is remembered|memory"),
            well_again_s=again_s,
        )
        running.kill(signal.SIGTERM)


def test_a_read_only_home(service: Make, fault_table: FaultTable, tmp_path: Path) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    (tmp_path / "run").mkdir()
    with small_disk(tmp_path / "home-disk") as disk:
        on_disk(running, disk)
        running.environment["RUNTIME_DIRECTORY"] = str(tmp_path / "run")
        running.control = tmp_path / "run" / "control.sock"
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        located(running)
        assert running.ask(do="ask", text=HOTELS)["places"]
        assert running.ask(do="ask", text=HOME)["outcome"] != "done"
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        started = time.monotonic()
        while running.ask(do="ask", text=HOME)["outcome"] != "done":
            assert time.monotonic() - started < 30
            time.sleep(0.1)
        again_s = time.monotonic() - started
        fault_table.add(
            "the home is read-only, then can be written",
            heard="what is to be remembered is refused; all else works",
            logged=logged(running, "nothing is remembered"),
            well_again_s=again_s,
        )
        running.kill(signal.SIGTERM)


def test_no_sound_device(service: Make, fault_table: FaultTable) -> None:
    if "[" in sound_cards():
        pytest.skip("this machine has a sound card")
    running = located(service(XIAOGAO_POSITION_SOURCE=STATION))
    running.wait_until(lambda status: status["listening"].startswith("no sound"))
    assert running.ask(do="ask", text=HOTELS)["places"]
    assert running.ask(do="ask", text="测试一下声音")["reply"] == "这里没有接麦克风和扬声器。"
    fault_table.add(
        "there is no sound device",
        heard="nothing; typed requests and guidance go on",
        logged=logged(running, "microphone|PortAudio"),
    )


def test_a_silent_receiver_and_one_that_sends_garbage(service: Make, fault_table: FaultTable) -> None:
    running = service()
    noise = random.Random(3)
    log = running.home / "garbage.nmea"
    lines = [noise.randbytes(60) + b"\r\n" for _ in range(200)]
    log.write_bytes(b"".join(lines) + b"$GPRMC,120000,A,6010.314,N,02456.484,E,000.0,000.0,211126,,*00\r\n")
    running.environment["XIAOGAO_POSITION_SOURCE"] = f"nmea:{log}"
    running.start()
    assert running.ask(do="ask", text=HOTELS)["reply"]
    assert running.ask(do="status")["position"] is None
    fault_table.add("the receiver sends garbage", heard="no position until it is well", logged="")
    running.kill(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        port = receiver.getsockname()[1]
        running.environment["XIAOGAO_POSITION_SOURCE"] = f"nmea:127.0.0.1:{port}"
        running.start()
        connection, _ = receiver.accept()
        assert running.ask(do="ask", text=HOTELS)["reply"]
        assert running.ask(do="status")["position"] is None
        started = time.monotonic()
        with connection:
            for second in range(3):
                body = f"GPRMC,12000{second},A,6010.314,N,02456.484,E,000.0,000.0,211126,,"
                check = functools.reduce(operator.xor, body.encode())
                connection.sendall(f"${body}*{check:02X}\r\n".encode())
            running.wait_until(lambda status: status["position"] is not None)
            again_s = time.monotonic() - started
    fault_table.add(
        "the receiver is silent, then speaks",
        heard="where something is asked from has to be named; while driving, that the position is lost",
        well_again_s=again_s,
    )


def test_the_clock_goes_back_a_day(service: Make, fault_table: FaultTable, tmp_path: Path) -> None:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("faketime is not installed: apt-get install faketime")
    running = service(XIAOGAO_POSITION_SOURCE=STATION, FAKETIME_DONT_FAKE_MONOTONIC="1")
    control = tmp_path / "clock"
    control.write_text("+0")
    running.environment |= {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(control),
        "FAKETIME_NO_CACHE": "1",
    }
    located(running)
    running.ask(do="ask", text="带我去赫尔辛基大教堂")
    control.write_text("-1d")
    assert running.ask(do="ask", text=HOTELS)["places"]
    assert running.ask(do="ask", text="还有多久到")["reply"]
    fault_table.add("the clock is set back a day while driving", heard="nothing")


def test_memory_gets_short(service: Make, fault_table: FaultTable) -> None:
    group = Path("/sys/fs/cgroup/memory/xiaogao-faults")
    try:
        group.mkdir(exist_ok=True)
    except OSError:
        pytest.skip("this machine lets nobody make control groups of the first version")
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    del running.environment["XIAOGAO_ENGINES_LANGUAGE_MODEL"]
    running.prefix = ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$0" "$@"']
    limit = group / "memory.limit_in_bytes"
    try:
        located(running)
        running.wait_until(lambda s: loaded(s) and s["engines"]["llm"]["state"] == "running")
        time.sleep(2)
        # Files that were read into the cache only now are the group's, but are given back when it gets short.
        cached = next(re.finditer(r"^total_inactive_file (\d+)$", (group / "memory.stat").read_text(), re.M))
        taken = int((group / "memory.usage_in_bytes").read_text()) - int(cached[1])
        limit.write_text(str(taken + (150 << 20)))
        out_s = running.wait_until(lambda status: status["engines"]["llm"]["state"] == "left out")
        assert running.ask(do="ask", text=HOTELS)["places"]
        limit.write_text(str(taken + (4 << 30)))
        back_s = running.wait_until(lambda status: status["engines"]["llm"]["state"] == "running")
        fault_table.add(
            "memory gets short (a control group's limit), then there is plenty",
            heard=f"rules alone answer; the language model went after {out_s:.1f} s",
            logged=logged(running, "memory is short"),
            well_again_s=back_s,
        )
    finally:
        running.kill(signal.SIGKILL)
        time.sleep(1)
        with contextlib.suppress(OSError):
            group.rmdir()


def test_a_slow_disk(service: Make, fault_table: FaultTable) -> None:
    """Reads limited to 20 MB/s, and nothing of the models in memory: like a worn card."""
    group = Path("/sys/fs/cgroup/blkio/xiaogao-faults")
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    device = ModelStore().folder.stat().st_dev
    try:
        group.mkdir(exist_ok=True)
        throttle = f"{os.major(device)}:{os.minor(device)} {20 << 20}"
        (group / "blkio.throttle.read_bps_device").write_text(throttle)
    except OSError:
        pytest.skip("this machine lets nobody slow a disk down by control groups of the first version")
    for blob in (ModelStore().folder / "blobs").iterdir():
        with blob.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    running.prefix = ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$0" "$@"']
    try:
        ready_s = running.start()
        loaded_s = running.wait_until(loaded)
        states = running.ask(do="status")["engines"]
        assert [states[name]["starts"] for name in ENGINES] == [1, 1], "slow is not hung"
        fault_table.add(
            "the disk is slow (20 MB/s, nothing cached)",
            heard=f"ready after {ready_s:.1f} s; speech and recognition {loaded_s:.1f} s later",
        )
    finally:
        running.kill(signal.SIGKILL)
        time.sleep(1)
        with contextlib.suppress(OSError):
            group.rmdir()


SOUND_SERVER = """load-module module-native-protocol-unix
load-module module-null-sink sink_name=speaker rate=48000
load-module module-null-sink sink_name=voice rate=48000
set-default-sink speaker
set-default-source voice.monitor
"""


class SoundServer:
    """PulseAudio with a loudspeaker and a microphone that exist only in it; a test can pull both out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pulse").mkdir(parents=True)
        (folder / "default.pa").write_text(SOUND_SERVER)
        (folder / "asound.conf").write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder / "pulse"),
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{folder}/asound.conf",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def plug_in(self) -> None:
        options = ["--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no", "--disallow-exit=no"]
        self.process = subprocess.Popen(
            ["pulseaudio", "-n", "-F", str(self.folder / "default.pa"), *options],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            if not self.run("pactl", "list", "short", "sinks").returncode:
                return
            time.sleep(0.1)
        raise AssertionError("PulseAudio does not come up")

    def pull_out(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, env=self.environment, capture_output=True, check=False, timeout=60)


@pytest.fixture
def sound_server(tmp_path: Path) -> Iterator[SoundServer]:
    """A sound server of its own, or skip."""
    if not shutil.which("pulseaudio") or not list(
        Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")
    ):
        pytest.skip("needs PulseAudio: apt-get install pulseaudio pulseaudio-utils libasound2-plugins")
    server = SoundServer(tmp_path / "sound")
    server.plug_in()
    yield server
    server.pull_out()


def test_the_sound_device_is_pulled_out_while_it_speaks(
    service: Make, fault_table: FaultTable, sound_server: SoundServer
) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    keys = ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "ALSA_CONFIG_PATH", "HOME")
    running.environment |= {key: sound_server.environment[key] for key in keys}
    located(running)
    running.wait_until(lambda status: status["sound"].get("microphone") and loaded(status))
    asked(sound_server, running)
    running.wait_until(lambda status: status["listening"] == "speaking")
    sound_server.pull_out()
    running.wait_until(lambda status: "again" in status["listening"] or "no sound" in status["listening"])
    assert running.ask(do="ask", text=HOTELS)["places"]
    sound_server.plug_in()
    again_s = running.wait_until(lambda status: bool(status["sound"].get("microphone")))
    time.sleep(1.0)
    before = sum(running.ask(do="status")["requests"].values())
    for _ in range(3):  # a sound server that starts on a busy computer may drop the first words
        asked(sound_server, running)
        with contextlib.suppress(AssertionError):
            running.wait_until(lambda status: sum(status["requests"].values()) > before, limit_s=20.0)
            break
    assert sum(running.ask(do="status")["requests"].values()) > before
    fault_table.add(
        "the sound device is pulled out while it speaks, then plugged in",
        heard="silence; the next sentence after it is back",
        logged=logged(running, "problem: "),
        well_again_s=again_s,
    )


def asked(server: SoundServer, running: Any) -> None:
    """Say the call and a request into the microphone."""
    done = server.run("paplay", "--device=voice", str(SAMPLES / "zh_hotels.wav"))
    assert done.returncode == 0, done.stderr


def test_a_driver_asks_for_the_sound_check(service: Make, sound_server: SoundServer) -> None:
    """The speaker is not heard by the microphone here, until one is led to the other."""
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    keys = ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "ALSA_CONFIG_PATH", "HOME")
    running.environment |= {key: sound_server.environment[key] for key in keys}
    located(running)
    running.wait_until(lambda status: bool(status["sound"].get("microphone")))
    reply = running.ask(do="ask", text="test the sound")["reply"]
    assert "muted" in reply or "did not hear" in reply
    sound_server.run("pactl", "load-module", "module-loopback", "source=speaker.monitor", "sink=voice")
    time.sleep(1.0)
    assert "听到了测试音" in running.ask(do="ask", text="测试一下声音")["reply"]
