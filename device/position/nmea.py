"""NMEA 0183 sentences to fixes, through pynmea2.

A fix is made of each RMC sentence, with the accuracy of the last GGA or GST. Receivers that send no RMC are
read by their GGA from the third one on, with course and speed of the last VTG. A date that is missing, late
at midnight, or wrong because the counter of weeks has run over, is set right by the clock of the machine.
"""

import math
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pynmea2

from device.position.faults import Faults
from nav.guidance.fix import Fix

_KNOT_MPS = 1852 / 3600
_MAX_LINE = 200
# A typical receiver is out by about this much at a dilution of one.
_METRES_PER_HDOP = 4.0
_GGA_WITHOUT_RMC = 3
_DAY_S = 86_400.0
# Receivers count the weeks in ten bits; an old one tells a date of so many weeks ago.
_WEEKS_TO_OVERFLOW = timedelta(weeks=1024)


class NmeaDecoder:
    """Turns the lines of a receiver into fixes; a bad line is counted, never raised."""

    def __init__(self, faults: Faults, *, today: Callable[[], date] | None = None) -> None:
        self._faults = faults
        self._today = today or (lambda: datetime.fromtimestamp(time.time(), UTC).date())
        self._date: date | None = None
        self._accuracy_m: float | None = None
        self._course_deg: float | None = None
        self._speed_mps: float | None = None
        self._last_rmc_s = -math.inf
        self._gga_since_rmc = 0

    def feed(self, line: bytes) -> Fix | None:
        """Take one line.

        Parameters
        ----------
        line : bytes
            A sentence with or without its line end; anything else is counted as a fault.

        Returns
        -------
        Fix or None
            A fix if this sentence completes one.
        """
        sentence = self._parse(line)
        if sentence is None:
            return None
        try:
            return self._take(sentence)
        except (ValueError, TypeError, AttributeError, IndexError, ArithmeticError) as error:
            # Fields of a sentence with a right checksum can still hold anything.
            self._faults.note("bad_sentence", f"{error}: {line[:60]!r}")
            return None

    def _parse(self, line: bytes) -> Any:
        text = line.strip().decode("ascii", errors="replace")
        if not text:
            return None
        # A receiver that was plugged in mid-sentence, or a line noise burst, precedes the "$".
        start = max(text.rfind("$"), text.rfind("!"))
        if start < 0 or len(text) - start > _MAX_LINE:
            self._faults.note("bad_sentence", repr(text[:60]))
            return None
        try:
            return pynmea2.parse(text[start:], check=True)
        except pynmea2.ChecksumError as error:
            self._faults.note("bad_checksum", str(error.args[0]))
        except pynmea2.SentenceTypeError:
            return None
        except (ValueError, TypeError, AttributeError, IndexError) as error:
            self._faults.note("bad_sentence", str(error))
        return None

    def _take(self, sentence: Any) -> Fix | None:
        kind = getattr(sentence, "sentence_type", "")
        if kind == "RMC":
            return self._rmc(sentence)
        if kind == "GGA":
            return self._gga(sentence)
        if kind == "GST":
            self._accuracy_m = math.hypot(float(sentence.std_dev_latitude), float(sentence.std_dev_longitude))
        elif kind == "VTG":
            self._course_deg = _number(sentence.true_track)
            kph = _number(sentence.spd_over_grnd_kmph)
            self._speed_mps = None if kph is None else kph / 3.6
        return None

    def _rmc(self, rmc: Any) -> Fix | None:
        if rmc.status != "A" or rmc.lat == "" or rmc.lon == "":
            self._faults.note("no_position", "RMC without a valid position")
            return None
        self._date = rmc.datestamp or self._date
        moment_s = self._time_of_day_s(rmc.timestamp)
        knots = _number(rmc.spd_over_grnd)
        self._last_rmc_s = moment_s
        self._gga_since_rmc = 0
        return Fix(
            lat=float(rmc.latitude),
            lon=float(rmc.longitude),
            time_s=moment_s,
            speed_mps=None if knots is None else knots * _KNOT_MPS,
            heading_deg=_number(rmc.true_course),
            accuracy_m=self._accuracy_m,
        )

    def _gga(self, gga: Any) -> Fix | None:
        if not gga.gps_qual or gga.lat == "" or gga.lon == "":
            self._faults.note("no_position", "GGA without a valid position")
            return None
        hdop = _number(gga.horizontal_dil)
        if hdop is not None:
            self._accuracy_m = hdop * _METRES_PER_HDOP
        moment_s = self._time_of_day_s(gga.timestamp)
        # GGA has no date: it is only used once it is clear that no RMC comes.
        self._gga_since_rmc += 1
        if self._gga_since_rmc < _GGA_WITHOUT_RMC:
            return None
        return Fix(
            lat=float(gga.latitude),
            lon=float(gga.longitude),
            time_s=moment_s,
            speed_mps=self._speed_mps,
            heading_deg=self._course_deg,
            accuracy_m=self._accuracy_m,
        )

    def _time_of_day_s(self, time_of_day: Any) -> float:
        """Return the moment of a time of day on the date that is known, seconds since 1970."""
        today = self._today()
        moment = datetime.combine(self._date or today, time_of_day)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        while moment.date() + _WEEKS_TO_OVERFLOW <= today:
            moment += _WEEKS_TO_OVERFLOW
        # Just past midnight there may be no new date yet: then it belongs to the next day.
        if self._last_rmc_s - _DAY_S <= moment.timestamp() < self._last_rmc_s - _DAY_S / 2:
            moment += timedelta(days=1)
        return moment.timestamp()


def _number(value: Any) -> float | None:
    if value is None or value == "":
        return None
    number = float(value)
    return number if math.isfinite(number) else None
