"""Odd reviews that are kept: nearly empty, with foreign text, contradicting their stars, or too many at once."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from demo_shop.calendar import epoch_ms, iso, local_day
from demo_shop.dirt import Picker, choose
from demo_shop.lines import SourceLine

BURST_REVIEWS = 14
ONE_WORD = ("Great", "Perfect!", "ok", "Super.", "👍 Nice", "<b>Thanks</b>")
WORDLESS = ("👍", "!!!", "❤️❤️", "…")
BOILERPLATE = (
    "The media could not be loaded. {}",
    "{} Sent from my iPhone",
    "{} Von meinem iPad gesendet.",
    "{} Read more",
    "[Review imported from shop.example.net] {}",
    "Your browser does not support HTML5 video. {}",
)
BLAME = (
    "Terrible quality, a complete waste of money.",
    "It broke on the first day and is useless.",
    "I do not recommend this, I am very disappointed.",
    "Leider enttäuscht, die Verarbeitung ist miserabel.",
    "La qualité est mauvaise, le produit arrive cassé.",
)
PRAISE = (
    "I love it, it is absolutely perfect.",
    "Beautiful and well made, I am so happy.",
    "Ich bin begeistert, die Qualität ist hervorragend.",
    "Je recommande ce produit, il est magnifique.",
)
BOUGHT = ("Best shop ever!", "Buy it now, you will be happy.", "Five stars, so good!", "Amazing, I want ten more.")


def with_oddities(rng: np.random.Generator, picker: Picker, kept: list[SourceLine], share: float) -> list[SourceLine]:
    """The lines, of which `share` have each kind of oddity: flagged, or written in a way that cleaning must repair."""
    lines = list(kept)

    def spoil(
        change: Callable[[SourceLine], SourceLine], fits: Callable[[SourceLine], bool] = lambda line: True
    ) -> None:
        for i in picker.take(share, fits):
            lines[i] = change(lines[i])

    spoil(lambda line: line.flagged("one_word", text=choose(rng, ONE_WORD)))
    spoil(lambda line: line.flagged("empty", text=choose(rng, WORDLESS)))
    spoil(lambda line: line.flagged("boilerplate", text=choose(rng, BOILERPLATE).format(line.fields["text"])))
    spoil(lambda line: line.flagged("garbled", text=_with_a_letter_lost(rng, line.fields["text"])))
    spoil(lambda line: _against(rng, line))
    spoil(
        lambda line: line.with_fields("mojibake", text=misread(_typographic(line.fields["text"]))), _has_other_letters
    )
    return lines


def with_burst(rng: np.random.Generator, picker: Picker, lines: list[SourceLine]) -> list[SourceLine]:
    """The lines and a burst: `BURST_REVIEWS` more reviews of one product on one day, by different users."""
    chosen = picker.take(0, lambda line: line.day == local_day(int(line.at)))
    writers = {line.user_id: line for line in picker.lines}
    if not chosen or len(writers) < BURST_REVIEWS:
        return lines
    target = picker.lines[chosen[0]]
    names = rng.permutation(sorted(writers))[:BURST_REVIEWS]
    times = sorted(epoch_ms(target.day, int(second)) for second in rng.integers(36_000, 72_000, BURST_REVIEWS))
    bought = [_bought(rng, writers[name], target, at) for name, at in zip(names, times, strict=True)]
    return [line.flagged("burst") if _is_in_burst(line, target) else line for line in lines] + bought


def misread(text: str) -> str:
    """UTF-8 text as a program shows it that decodes it as Windows-1252."""
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode())


def _against(rng: np.random.Generator, line: SourceLine) -> SourceLine:
    rating, texts = ((5, BLAME), (1, PRAISE))[int(rng.integers(2))]
    return line.flagged("rating_against_text", rating=rating, title=None, text=choose(rng, texts))


def _with_a_letter_lost(rng: np.random.Generator, text: str) -> str:
    place = int(rng.integers(1, len(text) - 1))
    return f"{text[:place]}\ufffd{text[place + 1 :]}"


def _typographic(text: str) -> str:
    return text.replace("'", "’")


def _has_other_letters(line: SourceLine) -> bool:
    return not _typographic(line.fields["text"]).isascii()


def _is_in_burst(line: SourceLine, target: SourceLine) -> bool:
    same_place = line.product_id == target.product_id and local_day(int(line.at)) == target.day
    return line.verdict == "clean" and same_place


def _bought(rng: np.random.Generator, writer: SourceLine, target: SourceLine, at: int) -> SourceLine:
    told = {"product_id": target.product_id, "ts": iso(at), "rating": 5, "title": None, "text": choose(rng, BOUGHT)}
    line = replace(writer, day=target.day, at=at, product_id=target.product_id, note=None, flags=())
    return line.flagged("burst", **told)
