"""NMEA 0183 through the real parser: good sentences, bad ones, and a receiver that sends no RMC."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.position.faults import Faults
from device.position.nmea import NmeaDecoder


def sentence(body: str) -> bytes:
    """Add the "$", the checksum and the line end."""
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n".encode()


RMC = "GNRMC,081836.00,A,6010.2990,N,02456.4840,E,019.4,084.4,150626,,,A"
GGA = "GNGGA,081836.00,6010.2990,N,02456.4840,E,1,12,0.9,20.0,M,17.0,M,,"


def decode(*lines: bytes) -> tuple[list[object], Faults]:
    faults = Faults()
    decoder = NmeaDecoder(faults, today=lambda: date(2026, 6, 15))
    return [fix for line in lines if (fix := decoder.feed(line)) is not None], faults


def test_rmc_gives_position_time_speed_and_course() -> None:
    faults = Faults()
    fix = NmeaDecoder(faults).feed(sentence(RMC))
    assert fix is not None
    assert (fix.lat, fix.lon) == (pytest.approx(60 + 10.299 / 60), pytest.approx(24 + 56.484 / 60))
    assert fix.time_s == datetime(2026, 6, 15, 8, 18, 36, tzinfo=UTC).timestamp()
    assert fix.speed_mps == pytest.approx(19.4 * 1852 / 3600)
    assert fix.heading_deg == pytest.approx(84.4)
    assert faults.total == 0


def test_gga_before_gives_the_accuracy() -> None:
    fixes, _ = decode(sentence(GGA), sentence(RMC))
    assert fixes[-1].accuracy_m == pytest.approx(3.6)  # type: ignore[attr-defined]


def test_one_fix_an_epoch_when_both_are_sent() -> None:
    fixes, _ = decode(sentence(RMC), sentence(GGA))
    assert len(fixes) == 1


def test_a_receiver_without_rmc_is_read_by_gga_and_vtg() -> None:
    fixes, faults = decode(*[sentence("GNVTG,084.4,T,,M,019.4,N,036.0,K,A"), *[sentence(GGA)] * 3])
    assert len(fixes) == 1
    assert fixes[0].speed_mps == pytest.approx(10.0)  # type: ignore[attr-defined]
    assert fixes[0].time_s == datetime(2026, 6, 15, 8, 18, 36, tzinfo=UTC).timestamp()  # type: ignore[attr-defined]
    assert faults.total == 0


def moments(*lines: str) -> list[datetime]:
    fixes, faults = decode(*map(sentence, lines))
    assert faults.total == 0
    return [datetime.fromtimestamp(fix.time_s, UTC) for fix in fixes]  # type: ignore[attr-defined]


def test_a_fix_without_a_date_has_that_of_the_clock() -> None:
    assert moments(RMC.replace("150626", "")) == [datetime(2026, 6, 15, 8, 18, 36, tzinfo=UTC)]


def test_a_date_that_was_told_before_goes_before_the_clock() -> None:
    told = moments(RMC.replace("150626", "140626"), RMC.replace("081836", "081837").replace("150626", ""))
    assert told == [datetime(2026, 6, 14, 8, 18, second, tzinfo=UTC) for second in (36, 37)]


@pytest.mark.parametrize("date", ["150626", ""])
def test_a_date_that_follows_midnight_late_does_not_go_back_a_day(date: str) -> None:
    times = ("235958", "235959", "000000", "000001")
    told = moments(*(RMC.replace("081836", time).replace("150626", date) for time in times))
    assert [(b - a).total_seconds() for a, b in pairwise(told)] == [1.0, 1.0, 1.0]
    assert told[-1].day == 16


def test_a_receiver_whose_weeks_have_run_over_is_set_right() -> None:
    """1024 weeks before the 15th of June 2026 is the 30th of October 2006."""
    assert moments(RMC.replace("150626", "301006")) == [datetime(2026, 6, 15, 8, 18, 36, tzinfo=UTC)]
    assert moments(RMC.replace("150626", "150620"))[0].year == 2020, "a recorded log keeps its date"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        pytest.param(sentence(RMC).replace(b"019.4", b"919.4"), "bad_checksum", id="wrong checksum"),
        pytest.param(b"$" + RMC.encode(), "bad_checksum", id="no checksum"),
        pytest.param(b"GNRMC,0818", "bad_sentence", id="cut at the front"),
        pytest.param(b"\xff\xfe\x00\x80garbage", "bad_sentence", id="line noise"),
        pytest.param(b"$" + b"A" * 5000, "bad_sentence", id="endless line"),
        pytest.param(sentence("GNRMC,081836.00,V,,,,,,,150626,,,N"), "no_position", id="no reception"),
        pytest.param(sentence(GGA.replace(",E,1,", ",E,0,")), "no_position", id="GGA without a fix"),
        pytest.param(
            sentence(RMC.replace("6010.2990", "60xx.2990")), "bad_sentence", id="letters in a number"
        ),
        pytest.param(sentence(RMC.replace("150626", "990626")), "bad_sentence", id="99th of June"),
    ],
)
def test_bad_lines_are_counted_and_give_nothing(line: bytes, fault: str) -> None:
    fixes, faults = decode(line)
    assert fixes == []
    assert dict(faults.to_dict()) == {fault: 1}
    assert faults.last.startswith(fault)


def test_noise_before_a_sentence_does_not_lose_it() -> None:
    fixes, faults = decode(b"\x00\xff3,A,60" + sentence(RMC))
    assert len(fixes) == 1
    assert faults.total == 0


@pytest.mark.parametrize("body", ["GPGSV,1,1,01,01,40,083,46", "PUBX,00,1", "GPTXT,01,01,02,hello"])
def test_other_sentences_are_passed_over(body: str) -> None:
    fixes, faults = decode(sentence(body))
    assert fixes == []
    assert faults.total == 0


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=120),
        st.builds(
            lambda kind, rest: sentence(kind + rest),
            st.sampled_from(["GPRMC,", "GNGGA,", "GPVTG,", "GPGST,", "GPGSA,"]),
            st.text(st.characters(codec="ascii", exclude_characters="*$!\r\n"), max_size=80),
        ),
        st.builds(
            lambda at, byte: sentence(RMC)[:at] + byte + sentence(RMC)[at + 1 :],
            st.integers(0, 70),
            st.binary(min_size=1, max_size=3),
        ),
    )
)
def test_no_line_raises(line: bytes) -> None:
    decode(line, sentence(GGA), line)
