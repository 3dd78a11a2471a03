"""`python -m bench.voice [wake|commands|strangers|pauses|latency|speech|soak|idle]`."""

import sys

from rich.console import Console

from bench.voice.measures import run

print(run(Console(), part=sys.argv[1] if len(sys.argv) > 1 else "all"))
