"""Every wording that the voice is judged by: ``python -m bench.voice.wordings``."""

from __future__ import annotations

from bench.voice.strangers import judged_lines


def main() -> None:
    """Print the wordings that are judged: language, part, wording."""
    for language, lines in judged_lines().items():
        if not isinstance(lines, dict):
            continue
        for part in ("named", "kinds", "other"):
            for wording in lines[part]:
                print(language, part, wording if isinstance(wording, str) else wording[0], sep="\t")


if __name__ == "__main__":
    main()
