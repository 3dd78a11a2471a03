"""Makes the recorded sessions: a simulated drive as a faulty NMEA log, and the same through a real gpsd.

    python tests/device/position/make_position_fixtures.py REGION_PACK

The gpsd session needs gpsd and its gpsfake; without them only the NMEA log is made.
"""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from nav.guidance.fix import Fix
from nav.region import Region
from nav.routing.router import Router

FIXTURES = Path(__file__).parent / "fixtures"
START, END = (60.1719, 24.9414), (60.1686, 24.9310)
BEGAN_S = datetime(2026, 6, 15, 8, 18, 36, tzinfo=UTC).timestamp()


def sentence(body: str) -> str:
    """Add the "$", the checksum and the line end."""
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n"


def degrees(value: float, digits: int, letters: str) -> str:
    """Write a coordinate as NMEA does: degrees and minutes without a separator."""
    whole, rest = divmod(abs(value), 1)
    return f"{int(whole):0{digits}d}{rest * 60:08.5f},{letters[value < 0]}"


def epoch(fix: Fix) -> str:
    """Write the sentences that a receiver sends for one second."""
    moment = datetime.fromtimestamp(fix.time_s, UTC)
    clock, day = moment.strftime("%H%M%S.00"), moment.strftime("%d%m%y")
    lat, lon = degrees(fix.lat, 2, "NS"), degrees(fix.lon, 3, "EW")
    knots = (fix.speed_mps or 0.0) * 3600 / 1852
    course = "" if fix.heading_deg is None else f"{fix.heading_deg:.1f}"
    return "".join(
        sentence(body)
        for body in (
            f"GNGGA,{clock},{lat},{lon},1,12,0.90,18.2,M,17.4,M,,",
            "GNGSA,A,3,02,05,07,09,13,15,27,30,,,,,1.60,0.90,1.30,1",
            "GPGSV,2,1,08,02,57,149,42,05,62,231,44,07,39,060,40,09,12,083,31",
            "GPGSV,2,2,08,13,35,284,38,15,18,302,35,27,21,021,33,30,66,101,45",
            f"GNVTG,{course},T,,M,{knots:.3f},N,{knots * 1.852:.3f},K,A",
            f"GNRMC,{clock},A,{lat},{lon},{knots:.3f},{course},{day},,,A,V",
        )
    )


def spoiled(epochs: list[str]) -> list[str]:
    """Put in what real logs have: noise, cut and wrong sentences, no reception, jumps, time going back."""
    chance, out = random.Random(1), []
    for number, text in enumerate(epochs):
        if number == 20:
            text = text.replace("RMC,", "RMC,9", 1)
        if number == 35:
            text = text[40:] + "\x00\xff\x7f garbage\r\n"
        if 50 <= number < 53:
            text = sentence("GNRMC,,V,,,,,,,,,,N,V") + sentence("GNGGA,,,,,,0,00,99.99,,,,,,")
        if number == 70:
            text += epochs[66]
        if number == 90:
            far = Fix(lat=60.9, lon=25.4, time_s=BEGAN_S + 90, speed_mps=3.0)
            text = epoch(far)
        if chance.random() < 0.01:
            text = text[: len(text) // 2] + "\r\n"
        out.append(text)
    return out


def main(pack: Path) -> None:
    """Write both fixtures."""
    region = Region.open(pack)
    route = Router(region).route([START, END])
    moments = simulate(course_of(route, stop_at_signals=0.3), Receiver(noise_m=3.0), start_time_s=BEGAN_S)
    fixes = [moment.fix for moment in moments if moment.fix is not None]
    FIXTURES.mkdir(exist_ok=True)
    log = "".join(spoiled([epoch(fix) for fix in fixes]))
    (FIXTURES / "helsinki.nmea").write_bytes(log.encode("latin-1"))
    if shutil.which("gpsfake"):
        session = gpsd_session("".join(epoch(fix) for fix in fixes[:60]))
        (FIXTURES / "gpsd_session.jsonl").write_bytes(session)


def gpsd_session(log: str) -> bytes:
    """Feed a log to a real gpsd and record what it tells a client."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drive.nmea"
        path.write_text(log, newline="")
        command = ["gpsfake", "-1", "-c", "0.02", "-P", "27947", str(path)]
        daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        data = b""
        try:
            for _ in range(100):
                try:
                    client = socket.create_connection(("127.0.0.1", 27947), timeout=2)
                    break
                except OSError:
                    time.sleep(0.02)
            client.sendall(b'?WATCH={"enable":true,"json":true}\n')
            while chunk := client.recv(65_536):
                data += chunk
        except OSError:
            pass
        finally:
            daemon.terminate()
        return data


if __name__ == "__main__":
    main(Path(sys.argv[1]))
