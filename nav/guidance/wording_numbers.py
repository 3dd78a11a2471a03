"""Numbers as words, in Mandarin and English, the way a speaker says them before a unit."""

from languages import load_language

_ZH, _EN = load_language("zh").numbers, load_language("en").numbers

zh_number, zh_digits = _ZH.spell, _ZH.digits
en_number, en_digits, en_ordinal = _EN.spell, _EN.digits, _EN.ordinal
