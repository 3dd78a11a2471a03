"""Run every check of the project, one after the other, and end with the first that failed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Run the tests, models included, then ruff, mypy and the floors of the packages."""
    python = sys.executable
    checks = {
        "tests": [python, "-m", "pytest", "--durations=15"],
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
