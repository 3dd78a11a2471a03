"""What is said and how it is said, a folder a language: words are data, and this is their loader.

    from languages import load_language

    german = load_language("de")
    german.replies.say("route.no_route", name="Paris")
    german.numbers.spell(21)

A further language is a further folder and no line of Python: `docs/howto/add_a_language.md`.
"""

from languages.language import Language, codes, load_language
from languages.yaml_io import LanguageError

__all__ = ["Language", "LanguageError", "codes", "load_language"]
