"""Which letter a sign stands for: letters in another dress, and letters of other alphabets that look alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from string import ascii_uppercase

_DRESSED = (
    (0x02B0, 0x02B8), (0x02E0, 0x02E3), (0x1D2C, 0x1D6A), (0x1D78, 0x1D78), (0x1D9B, 0x1DBF), (0x2071, 0x2071),
    (0x207F, 0x207F), (0x2090, 0x209C), (0x2100, 0x2113), (0x2115, 0x2115), (0x2119, 0x211D), (0x2124, 0x2139),
    (0x2145, 0x2149), (0x2160, 0x217F), (0x249C, 0x24E9), (0x2C7C, 0x2C7D), (0xA7F2, 0xA7F9), (0xAB5C, 0xAB5F),
    (0xFB00, 0xFB06), (0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A), (0x10781, 0x107BA), (0x1D400, 0x1D7FF),
    (0x1F110, 0x1F149), (0x1FBF0, 0x1FBF9),
)  # fmt: skip
_LATIN = (
    (0x0041, 0x007A), (0x00C0, 0x02AF), (0x1D00, 0x1DBF), (0x1E00, 0x1EFF), (0x212A, 0x212B), (0x2C60, 0x2C7F),
    (0xA720, 0xA7FF), (0xAB30, 0xAB6F), (0x1DF00, 0x1DFFF),
)  # fmt: skip
_NEGATIVE = (0x1F150, 0x1F170)  # white letters on black circles and squares, from A on
_WHOLE_WORDS = {
    "🆎": "ab", "🆑": "cl", "🆒": "cool", "🆓": "free", "🆔": "id", "🆕": "new", "🆖": "ng", "🆗": "ok", "🆘": "sos",
    "🆙": "up", "🆚": "vs", "🔟": "10",
}  # fmt: skip
# Small capitals that Unicode does not name so.
_SMALL_CAPITALS = {"ꜰ": "f", "ꞯ": "q", "ǫ": "q", "ꜱ": "s", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ᴏ": "o", "ᴄ": "c"}

# Look-alikes by shape, each row after the letter that it looks like. Where a sign looks like two, it is in two rows.
_LOOKALIKES = """
a 🔺🔼⛺🗼аαɑΑАᎪꓮᗩΛΔ∆дⱥȺ₳ลคค卂ɒäąᗅᾰձﾑаꭺⲀⲁ
b ВΒЬьвβᏴꓐᗷБъ฿๒乃ɓƀƄｂбЪᏼⲂ
c ©🌜☾☪сСϲᏟꓚᑕⅽ¢₵ςƈȼↃɔՇᑢ匚ㄷсငϹꮯⲥⲤ
d 🌛ԁᎠꓓᗪժɖɗđĐᗞ๔ÐⅾԀ刀∂ძδꭰ
e 📧💶еЕΕεёЁєЄᎬꓰ℮ҽɛ€ɇɆᗴ乇ə∑ΣξэЭéҿɘεဧǝϵ૯ⒺꭼⲈ
f 🎏ſƒꓝᖴ₣ϝғҒ千ŦʄքꞘ
g ⛽ɡԍᏀꓖɢց₲ǤǥɠgᎶᘜ๑ງꮐ
h ♓🏩һНΗᎻꓧհнʜћђҺᕼɦħĦ卄んⱨⱧЋꮋⲎ
i ❗ℹ👁🕯📍❕‼іІΙιᎥꓲıⅰӏӀɪįɩї¡|ІꙇļÏїノյ丨เ!ﺃꭵⲒⲓ
j 🗾🪝јЈᎫꓙɉյϳɈᒍנｊʝフꭻ
k 🎋кКΚκᏦꓗқҚĸᛕƙκ₭ҜズҡꮶⲔⲕ
l 👢🕒ӏⅼІᏞꓡɭłŁⱠⱡᒪㄥ|լﺎレ˩ꓲꮮ
m ♏〽мМΜᎷꓟᗰ爪ɱ₥๓rnⅿϻӎꮇⲘ
n ♑пηИиՈոΝꓠᑎռ几ทɲ₦ŋղոвภЙйⲚ
o 🟠🟡🟢🟣🟤🌕🌑🍩🏀⚽🔘🔵⚪⚫оОοΟσՕօ०੦ዐ๐ⲟꓳᝪᗝØø໐ססㄖө٥ΘθОσ๏º○●◯⭕Ⲟ
p 🅿рРρΡᏢꓑᑭþ卩ƿקᵽ₱ᎮρƤƥｱꮲⲢⲣ
q 🎯ԛգզᑫɊգｑ۹Ɋợ
r ®🎗гᎡᖇꓣяЯɾɽгг尺ɍɌᚱгʀгⱤ₹Րꭱꮢ
s 💲⚡🐍💰ѕЅʂѕՏᏚꓢᔕ丂ŞşƨƧ§$ȿ₴รꮪ
t ✝⏉☦➕тТΤτᎢꓔŧŦтＴƬƭ七千ㄒтեե₮ⱦȾт†իՇꭲⲦⲧ
u ⛎🧲υսՍᑌꓴμцЦʉɄㄩนυʊ∪մນ
v ♈✅☑✔✌ѵνᏙꓦᐯѴ√ʋشⅴ۷౮ꮩ
w 〰🔱шШωѡԝᎳꓪᗯщЩɯ山ฬẇⱳшωฝ₩աᙎꮃ
x ❎✘✗☓хХχΧ᙭ꓫҳӼ乂×✕✖❌ӾᚷⅹⲬⲭ
y 💹🌱уУүҮΥγᎩꓬყɏɎㄚ丫ყ¥чץʏƴꭹⲨⲩ
z 💤ᏃꓜⲌΖʐƶȥƵⱫ乙zᘔჀՀჁꮓ
"""


def _dressed() -> Iterator[tuple[str, str]]:
    for first, last in _DRESSED:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code)).strip("()")
            if plain.isascii() and plain.isalnum():
                yield chr(code), plain
    for first in _NEGATIVE:
        yield from ((chr(first + at), letter) for at, letter in enumerate(ascii_uppercase))
    yield from _WHOLE_WORDS.items()
    yield from ((chr(code), plain) for code in range(0x0250, 0xAB70) if (plain := _small_capital(chr(code))))
    yield from _SMALL_CAPITALS.items()


def _small_capital(sign: str) -> str:
    """The letter of ``LATIN LETTER SMALL CAPITAL K``; turned and barred ones are not meant."""
    name = unicodedata.name(sign, "")
    letter = name.removeprefix("LATIN LETTER SMALL CAPITAL ")
    return letter.lower() if letter != name and len(letter) == 1 else ""


def _alike() -> dict[str, str]:
    letters: dict[str, str] = {}
    for row in _LOOKALIKES.strip().splitlines():
        letter, _, signs = row.partition(" ")
        for sign in signs:
            if not sign.isascii() and letter not in letters.get(sign, ""):
                letters[sign] = letters.get(sign, "") + letter
    return letters


def _base(sign: str) -> str:
    """The ASCII letter at the base of a Latin letter; empty where it has none."""
    base = unicodedata.normalize("NFD", sign)[0]
    if base.isascii() and base.isalpha():
        return base.lower()
    name = unicodedata.name(sign, "")
    letter = name.removeprefix("LATIN SMALL LETTER ").removeprefix("LATIN CAPITAL LETTER ")
    letter = letter.removeprefix("DOTLESS ").removeprefix("LONG ").removeprefix("SCRIPT ").partition(" ")[0]
    return letter.lower() if name.startswith("LATIN") and len(letter) == 1 else ""


def plain_letter(sign: str) -> str:
    """The ASCII letter at the base of a Latin letter with a mark, stroke or hook (ü, ł, ɓ); otherwise empty."""
    return PLAIN.get(ord(sign), "")


PLAIN: dict[int, str] = {
    code: base for first, last in _LATIN for code in range(first, last + 1) if (base := _base(chr(code)))
}
"""Latin letters in upper and lower case, with and without marks, as plain lower-case ones."""

KEYCAP = "\u20e3"
"""The mark that draws a key round the digit before it."""

DIGITS = {"0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g"}
"""Digit → the letters that it looks like."""

DRESSED: dict[int, str] = {ord(sign): plain for sign, plain in _dressed() if sign not in "ªº"}
"""Letters that mean nothing but themselves in another dress: full width, mathematical, circled, small, raised."""

ALIKE: dict[str, str] = _alike()
"""Sign → the letters that it looks like, the likeliest first."""
