"""Pictures of every view of the screen: both languages, day and night, on every size; to be looked at.

    python -m bench.screen.pictures FOLDER REGION LAT,LON LAT,LON [--only en-day-small …]

The two points are the ends of the drive that is shown. Beside the pictures there are sheets of eight,
`sheet-LANGUAGE-THEME-SIZE-NUMBER.png`.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

from PIL import Image

from bench.screen.browser import Browser, BrowserError, opened
from bench.screen.hosted import HostedScreen
from bench.screen.views import Point, Views
from device.assistant.assistant import Assistant
from device.screen.server import library_folder
from device.settings import Settings
from nav.packs.paths import data_home

SIZES = {"small": (800, 480), "usual": (1280, 720), "wide": (1920, 720), "phone": (480, 854)}
_SETTLE_MS = 700
_LONGEST_MS = 12_000
_A_SHEET = 8
_SHEET_PX = {"small": (640, 2), "usual": (760, 2), "wide": (900, 2), "phone": (380, 4)}
"""How wide a picture is on a sheet, and how many there are in a row."""


def main() -> None:
    """Take them all."""
    asked = _arguments()
    assistant = Assistant(Settings(), region=asked.region)
    try:
        with opened(SIZES["usual"]) as browser:
            for language, theme in product(("en", "zh"), ("day", "night")):
                sizes = [size for size in SIZES if _wanted(f"{language}-{theme}-{size}", asked.only)]
                if not sizes:
                    continue
                screen = HostedScreen(assistant, library_folder(), theme=theme, speak=language)
                try:
                    views = Views(browser, screen, language, asked.start, asked.end)
                    for size in sizes:
                        _take(asked.folder, f"{language}-{theme}-{size}", size, views)
                finally:
                    screen.close()
    finally:
        assistant.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("region")
    parser.add_argument("start", type=_point)
    parser.add_argument("end", type=_point)
    parser.add_argument("--only", nargs="*", default=[""], help="language-theme-size, or the first of them")
    return parser.parse_args()


def _point(text: str) -> Point:
    lat, lon = map(float, text.split(","))
    return lat, lon


def _wanted(combination: str, only: list[str]) -> bool:
    return any(combination.startswith(prefix) for prefix in only)


def _take(folder: Path, combination: str, size: str, views: Views) -> None:
    """Take the pictures of one size, and lay them on sheets."""
    views.browser.resize(*SIZES[size])
    (data_home() / "screen-greeted").unlink(missing_ok=True)
    taken = []
    try:
        for view in views.each():
            _settle(views.browser)
            taken.append(folder / f"{combination}-{view}.png")
            views.browser.picture(taken[-1])
    except BrowserError as error:
        print(f"{combination}, after {taken[-1].stem if taken else 'nothing'}: {error}")
    width, a_row = _SHEET_PX[size]
    for number in range(0, len(taken), _A_SHEET):
        sheet = _sheet(taken[number : number + _A_SHEET], width, a_row)
        sheet.save(folder / f"sheet-{combination}-{number // _A_SHEET + 1}.png")


def _settle(browser: Browser) -> None:
    """Wait until the camera rests and the map has all that it draws."""
    browser.run(
        "return new Promise((done) => { const began = performance.now(); const look = () => {"
        "const passed = performance.now() - began;"
        "const {map} = window.xiaogao, rests = map.settled && map.map.areTilesLoaded();"
        "if (passed > arguments[1] || (passed > arguments[0] && rests)) done();"
        "else setTimeout(look, 100); }; look(); })",
        _SETTLE_MS,
        _LONGEST_MS,
    )


def _sheet(pictures: list[Path], width: int, a_row: int) -> Image.Image:
    small = []
    for path in pictures:
        with Image.open(path) as picture:
            small.append(picture.convert("RGB").resize((width, picture.height * width // picture.width)))
    height, rows = small[0].height, -(-len(small) // a_row)
    sheet = Image.new("RGB", (a_row * (width + 6), rows * (height + 6)), "#c0c")
    for number, picture in enumerate(small):
        sheet.paste(picture, (number % a_row * (width + 6), number // a_row * (height + 6)))
    return sheet


if __name__ == "__main__":
    main()
