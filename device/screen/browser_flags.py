"""How Chromium is started for the screen: one page, little memory, nothing that asks the internet."""

from __future__ import annotations

from pathlib import Path

_ONE_PAGE = (
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-breakpad",
    "--disable-crash-reporter",
    # One page of one origin needs one renderer, the network needs no process of its own, and the browser's
    # own pop-ups, each a page in another renderer (75 MB), are never seen.
    "--disable-site-isolation-trials",
    "--process-per-site",
    "--renderer-process-limit=1",
    "--enable-features=NetworkServiceInProcess2",
    "--disable-features=SpareRendererForSitePerProcess,BackForwardCache,Translate,MediaRouter,OptimizationHints,"
    "AudioServiceOutOfProcess,PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
    # A map that moves makes much that is soon thrown away: V8 lets its young generation grow by 50 MB for it.
    "--js-flags=--max-old-space-size=128,--optimize-for-size,--max-semi-space-size=1",
)
_WITHOUT_GPU = (
    # Mesa's llvmpipe draws the map in half the processor time of SwiftShader, which stays as the way out;
    # the page around the map is drawn without GL.
    "--ignore-gpu-blocklist",
    "--use-gl=angle",
    "--use-angle=gl-egl",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
)
_DRI = Path("/dev/dri")


def has_gpu(folder: Path = _DRI) -> bool:
    """Tell whether a graphics driver is there that draws for programs."""
    return any(folder.glob("renderD*"))


def browser_flags(*, gpu: bool) -> tuple[str, ...]:
    """Return Chromium's flags; those without a GPU make the processor draw as cheaply as it can.

    Parameters
    ----------
    gpu : bool
        Whether there is a graphics driver.
    """
    return _ONE_PAGE if gpu else _ONE_PAGE + _WITHOUT_GPU
