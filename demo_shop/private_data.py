"""Personal data that people write into reviews: addresses, numbers and links, in several spellings."""

import re
import unicodedata

import numpy as np

from demo_shop.dirt import Picker, choose
from demo_shop.lines import SourceLine

E_MAILS = ("Write to me at {} if you want it.", "Questions? {}", "meine Adresse: {}")
PHONES = ("Call me on {} for a swap.", "Tel. {}", "My number is {}, thanks.")
CARDS = ("I paid with card {} and was charged twice.", "Kreditkarte {} wurde belastet.")
LINKS = ("See https://photos.example.com/album/{}", "more at www.example.net/{}?ref=review")
FOURS = (
    "",
    " ",
    "-",
    ".",
    "_",
    "/",
    "·",
    "\u00a0",
    "\u2009",
    "\u202f",
    "\u200b",
    "\u00ad",
    "‐",
    "–",
    "−",
    " - ",
    "  ",
    ", ",
)
WIDE = {ord("0") + n: 0xFF10 + n for n in range(10)}  # as Japanese keyboards write digits
ARABIC = {ord("0") + n: 0x0660 + n for n in range(10)}
SPELLINGS = (  # lengths of the groups, what stands between them, which digits
    *(((4, 4, 4, 4), between, {}) for between in FOURS),
    ((1,) * 16, " ", {}),
    ((2,) * 8, " ", {}),
    ((5, 5, 6), " ", {}),
    ((4, 4, 4, 4), " ", WIDE),
    ((4, 4, 4, 4), "－", WIDE),
    ((4, 4, 4, 4), " ", ARABIC),
)


def with_private_data(
    rng: np.random.Generator, picker: Picker, share: float
) -> tuple[list[SourceLine], dict[str, list[str]]]:
    """All lines of the picker, some with personal data at the end of their text; and that data."""
    lines = list(picker.lines)
    kinds = (("emails", E_MAILS, _e_mail), ("phones", PHONES, _phone), ("cards", CARDS, _card), ("urls", LINKS, _slug))
    private: dict[str, list[str]] = {}
    for kind, sentences, invent in kinds:
        private[kind] = []
        # A brief text that many write would grow so long with this that it counts as copied.
        for i in picker.take(share, lambda line: len(line.fields["text"].split()) > 10) or picker.take(share):
            secret = invent(rng, lines[i].fields["reviewer_name"])
            sentence = choose(rng, sentences).format(secret)
            private[kind].append(re.search(r"\S*example\S*", sentence).group() if kind == "urls" else secret)
            lines[i] = lines[i].with_fields(kind, text=f"{lines[i].fields['text']} {sentence}")
    return lines, private


def _e_mail(rng: np.random.Generator, name: str) -> str:
    """An e-mail address under a domain that cannot be registered."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ł", "l").replace("Ł", "L"))
    local = re.sub(r"[^a-z.]", "", plain.lower().replace(" ", "."))
    return f"{local}{rng.integers(10, 99)}@{choose(rng, ('example.org', 'mail.example.com', 'example.de'))}"


def _phone(rng: np.random.Generator, name: str) -> str:
    """A telephone number from a range reserved for films."""
    n = int(rng.integers(100, 199))
    french = f"+33 1 99 00 {n // 10} {n % 90 + 10}"
    return choose(rng, (f"+49 30 23125 {n}", f"030 23125-{n}", f"+44 20 7946 0{n}", f"+1 202-555-0{n}", french))


def _card(rng: np.random.Generator, name: str) -> str:
    """A card number with a valid Luhn check digit, in one of the `SPELLINGS`."""
    digits = [4, 1, 1, 1, 1, 1, *(int(d) for d in rng.integers(0, 10, 9))]
    doubled = [sum(divmod(2 * d, 10)) if i % 2 == 0 else d for i, d in enumerate(digits)]
    number = "".join(map(str, [*digits, -sum(doubled) % 10]))
    lengths, between, script = choose(rng, SPELLINGS)
    ends = np.cumsum(lengths)
    return between.join(number[end - n : end] for n, end in zip(lengths, ends, strict=True)).translate(script)


def _slug(rng: np.random.Generator, name: str) -> str:
    """The last part of a link."""
    return f"{choose(rng, ('mug', 'unboxing', 'living-room', 'gift'))}-{rng.integers(1000, 9999)}"
