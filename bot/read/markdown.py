"""Discord's markup, read as it is displayed: what is bold, hidden or linked is text like any other."""

from __future__ import annotations

import re

from bot.read import prose
from bot.read.starred import unstarred

_FEWEST_LETTERS = 3  # emoji named after letters; fewer are decoration
_SHOWN = 400  # characters of a link's address or of its text; longer ones are left as they stand

_FENCE_LANGUAGES = (
    "ansi|apache|arm|asciidoc|asm|autohotkey|bash|basic|bat|brainfuck|c|clojure|cpp|cs|csharp|css|csv|dart|diff|dockerfile|"
    "elixir|elm|fix|go|graphql|haskell|html|http|ini|java|javascript|js|json|jsx|julia|kotlin|kt|latex|less|lua|makefile|"
    "markdown|matlab|md|nim|nix|objectivec|ocaml|perl|php|plain|powershell|prolog|ps1|py|python|r|rb|rs|ruby|rust|scala|"
    "scss|sh|shell|sql|svelte|swift|tex|text|toml|ts|tsx|txt|typescript|vb|vue|xml|yaml|yml|zig|zsh"
)
_LINK = re.compile(
    rf"\[([^\[\]\n]{{1,{_SHOWN}}}+)\]"
    rf"\(<?https?://[^\s)>]{{1,{_SHOWN}}}+>?(?:[ \t]++[\"'][^\"'\n]{{0,{_SHOWN}}}+[\"'])?\)"
)
_LETTER_EMOJI = re.compile(
    r"<a?:(?:regional_indicator_?|letter_?|alphabet_?|char_?)?([A-Za-z])_?:[0-9]{1,20}>", re.IGNORECASE
)
_MENTION = r"(?:<(?:@[!&]?|#|a?:\w{1,32}+:|t:-?|id:|sound:|/[^<>:\n]{1,100}+:)[\w:-]{1,40}+>|@everyone|@here)"
_MENTIONS_IN_WORDS = re.compile(rf"(?<=\w)(?:{_MENTION})++|(?<![<\w])(?:{_MENTION})++(?=[^\W\d_])")
_MENTIONS = re.compile(rf"(?<=\S[ \t])(?:{_MENTION}[ \t]?+)++(?=\S)")
_OPENING = re.compile(rf"```(?:(?:{_FENCE_LANGUAGES})[ \t]*+\n(?=[^`\s]))?", re.IGNORECASE)
_LINE_START = re.compile(r"^[ \t]*+(?:(?:>>?>?|-#|#{1,3})[ \t]++)++", re.MULTILINE)
_MARKS = re.compile(r"\*\*++|__++|~~++|\|\|++|`++")
_ITALICS = re.compile(r"\*(?=[^\W\d_])|(?<=[^\W\d_])\*(?!\ufe0f?\u20e3)|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)")
_ESCAPE = re.compile(r"\\(?=[*_~|`>#\[\]()\\<:@.!$-])")


def link_texts(text: str) -> str:
    """``text`` with the displayed text of each masked link in the link's place."""
    return _LINK.sub(r"\1", text) if "](" in text else text


def without_mentions(text: str) -> str:
    """``text`` without the mentions, emoji and timestamps that stand within a word or between words."""
    if "<" not in text and "@" not in text:
        return text
    lettered = _LETTER_EMOJI.sub(r"\1", text) if len(_LETTER_EMOJI.findall(text)) >= _FEWEST_LETTERS else text
    return _MENTIONS.sub("", _MENTIONS_IN_WORDS.sub("", lettered))


def without_glued_mentions(text: str) -> str:
    """``text`` with a space for each mention that touches a word, as where mentions stand for the spaces."""
    return _MENTIONS_IN_WORDS.sub(" ", text) if "<" in text or "@" in text else text


def without_marks(text: str) -> str:
    """``text`` without the signs that make it bold, hidden, quoted or code; stars that hide letters are read first."""
    if not any(sign in text for sign in "*_~|`>#\\"):
        return text
    return prose.only(_unmarked, _OPENING.sub("", text))


def _unmarked(text: str) -> str:
    unhidden = unstarred(_ESCAPE.sub("", text), stars_only=True)
    return _LINE_START.sub("", _ITALICS.sub("", _MARKS.sub("", unhidden)))
