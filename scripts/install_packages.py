"""Install the locked packages by hash; without a C++ compiler, all but the language model's."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_COMPILED = "llama-cpp-python"


def main(lock: Path) -> None:
    """Install every package of the lock file that this machine can."""
    text = lock.read_text(encoding="utf-8")
    if not shutil.which("c++"):
        print(f"no C++ compiler: leaving out {_COMPILED}; what is said is understood by rules alone")
        text = re.sub(rf"^{_COMPILED}==.*\n(?:[ ]+.*\n)*", "", text, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text(text, encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
        sys.exit(subprocess.run([*pip, "--retries=5", "-r", str(wanted)], check=False).returncode)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
