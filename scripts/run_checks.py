"""Run every check of the project, one after the other, and end with the first that failed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Run the quick tests on all cores, the others one by one, then ruff, mypy and the floors."""
    python = sys.executable
    quick = "not models and not slow"
    checks = {
        "quick tests": [python, "-m", "pytest", "-m", quick, "-n", "logical", "--dist", "loadfile"],
        "tests": [python, "-m", "pytest", "-m", f"not ({quick})", "--durations=15"],
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "--quiet", "."],
        "mypy": [python, "-m", "mypy"],
        "imports": [str(Path(python).with_name("lint-imports")), "--no-cache"],
    }
    failed = []
    for name, command in checks.items():
        start = time.monotonic()
        code = subprocess.run(command, check=False).returncode
        print(f"{name}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - start:.0f} s", flush=True)
        if code:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
