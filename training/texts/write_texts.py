"""Many texts: kept ones first, then new ones as far as the budget goes, each checked before it counts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.settings.texts import Texts
from recommender.texts.grounding import BundleText
from recommender.texts.language import Language
from training.texts.text_cache import CachedText, keep, read_kept
from training.texts.writer import TextRequest, Writer, WriterUnavailable


@dataclass
class WritingReport:
    """What there is to tell of a night's writing; `stopped` says why the template had to speak, empty where not."""

    texts: dict[str, BundleText] = field(default_factory=dict)
    asked_twice: int = 0
    refused: int = 0
    from_before: int = 0
    tokens: int = 0
    new_tokens: int = 0
    stopped: str = ""
    by_clock: bool = False
    seconds: float = 0.0


def write_texts(
    asks: Sequence[TextRequest], writer: Writer, texts: Path, settings: Texts, language: Language, spent: int = 0
) -> WritingReport:
    """Texts for `asks`, the most important first, by key of the ask; what is not among them, the template says.

    `spent` tokens of the budget are gone already. Every text costs its own, also one from an earlier night: so what is
    published does not hang on what is kept in `texts`. What passes no check is asked for once more.
    """
    told, began = WritingReport(), time.monotonic()
    folder = texts / writer.fingerprint
    known = read_kept(folder)
    wanted = list({ask.key: ask for ask in asks}.values())
    for at in range(0, len(wanted), settings.texts_at_once):
        batch = wanted[at : at + settings.texts_at_once]
        if spent + told.tokens >= settings.tokens:
            told.stopped = f"the budget of {settings.tokens:,} tokens was used up"
            break
        fresh = [ask for ask in batch if ask.key not in known]
        if fresh and time.monotonic() - began > settings.seconds:
            told.stopped, told.by_clock = f"writing took longer than {settings.seconds:g} seconds", True
            break
        try:
            made = _written(fresh, writer, language)
        except WriterUnavailable as gone:
            told.stopped = str(gone)
            break
        keep(folder, made)
        known |= made
        told.new_tokens += sum(entry.tokens for entry in made.values())
        told.from_before += len(batch) - len(fresh)
        for ask in batch:
            _tell(told, ask, known[ask.key], language)
    told.seconds = round(time.monotonic() - began, 2)
    return told


def _tell(told: WritingReport, ask: TextRequest, entry: CachedText, language: Language) -> None:
    """Count an entry; its text is checked again, since the check may have become stricter since it was kept."""
    told.tokens += entry.tokens
    told.asked_twice += entry.twice
    if entry.text and not ask.violations(entry.text, language):
        told.texts[ask.key] = entry.text
    else:
        told.refused += 1


def _written(asks: Sequence[TextRequest], writer: Writer, language: Language) -> dict[str, CachedText]:
    """What the writer makes of `asks`, asked for once more where the first text says what the facts do not."""
    made: dict[str, CachedText] = {}
    again: list[TextRequest] = []
    for ask, answer in zip(asks, writer.write(asks), strict=True):
        wrong = ask.violations(answer.text, language) if answer.text else ["no text"]
        made[ask.key] = CachedText(None if wrong else answer.text, answer.tokens, twice=False)
        if wrong and answer.tokens:
            again.append(replace(ask, wrong=tuple(wrong)))
    for ask, answer in zip(again, writer.write(again) if again else [], strict=True):
        right = answer.text if answer.text and not ask.violations(answer.text, language) else None
        made[ask.key] = CachedText(right, made[ask.key].tokens + answer.tokens, twice=True)
    return made
