"""Which wordings the language data can say: what is judged must not be among them.

The sentences of a language grow. A wording that was written for judging and that they can say by now is
judged no longer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from languages.grammar import Grammar
from languages.language import load_language
from languages.template import AnyOrder, Choice, Node, Reference, Sequence, Text
from voice.asr.text import bare_text

NAME = "\x00"


def plain(text: str) -> str:
    """A wording without its signs; the name or kind in it is one sign of its own."""
    return NAME.join(bare_text(part) for part in text.split("{}"))


@cache
def sayable(language: str) -> Callable[[str], bool]:
    """Tells whether a wording, names and kinds left open as ``{}``, can be drawn from what ships."""
    grammar = load_language(language).grammar
    made = (_expression(grammar, template, 0) for group in grammar.groups for template in group.templates)
    expressions = [re.compile(expression) for expression in made if expression is not None]

    def said(text: str) -> bool:
        key = plain(text)
        return any(expression.fullmatch(key) for expression in expressions)

    return said


def _expression(grammar: Grammar, node: Node, depth: int) -> str | None:
    """A template as an expression over plain text, in which every name and kind is one sign."""
    if depth > 12:
        return None
    match node:
        case Text(words=words):
            return re.escape(bare_text(words))
        case Sequence(parts=parts):
            made = [_expression(grammar, part, depth + 1) for part in parts]
            return None if None in made else "".join(filter(None, made))
        case Choice(options=options):
            return _either([_expression(grammar, option, depth + 1) for option in options])
        case AnyOrder():
            return _either([_expression(grammar, order, depth + 1) for order in node.orders()])
        case Reference(name=name):
            if name in grammar.open_rules or name == "kind":
                return NAME
            if name in grammar.rules:
                return _expression(grammar, grammar.rules[name], depth + 1)
            if name in grammar.values:
                values = grammar.values[name].values()
                return _either([_expression(grammar, value, depth + 1) for value in values])
            return None  # a number: none of the judged wordings holds one


def _either(made: list[str | None]) -> str | None:
    known = [one for one in made if one is not None]
    return f"(?:{'|'.join(known)})" if known else None
