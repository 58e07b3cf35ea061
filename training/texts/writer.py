"""What every writer of texts does, and the one that the settings name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipelines.errors import NightshelfError
from pipelines.settings.tree import Settings
from recommender.texts import LANGUAGES
from recommender.texts.constrained_decoding import frames_of
from recommender.texts.facts import ProductFacts
from recommender.texts.grounding import BundleText, violations
from recommender.texts.language import Language
from recommender.texts.reasons import wrong_reason


class WriterUnavailable(NightshelfError):
    """There is no writer tonight, or no more: templates speak."""


@contextmanager
def no_writer_where_it_fails(generator: str, what: str) -> Iterator[None]:
    """Raise NoWriter for whatever libraries raise in here: each has errors of its own for cut files and want of memory.

    It says `what` the `generator` cannot do.
    """
    try:
        yield
    except WriterUnavailable:
        raise
    except Exception as broken:
        first = f"{type(broken).__name__}: {broken}".splitlines()[0]
        raise WriterUnavailable(f'[texts] generator = "{generator}" cannot {what} ({first})') from broken


@dataclass(frozen=True)
class TextRequest:
    """A wish for title and description of a bundle, or for a reason of the kind `why`, which is a description alone.

    The second time it says what was `wrong` with the first text.
    """

    facts: tuple[ProductFacts, ...]
    wrong: tuple[str, ...] = ()
    why: str = ""

    @property
    def key(self) -> str:
        """SHA-256 over the facts, and the kind of a reason: what a text depends on, beside its writer."""
        told = [p.texts() for p in self.facts]
        return hashlib.sha256(json.dumps([self.why, told] if self.why else told).encode()).hexdigest()

    def frames(self, language: Language) -> tuple[tuple[str, ...], ...]:
        """What may be written, by part: title and description, or a reason; empty parts where there are no frames."""
        return (language.reason_frames[self.why],) if self.why else frames_of(self.facts, language)

    def violations(self, text: BundleText, language: Language) -> list[str]:
        """What is wrong with a text that was written for it."""
        if self.why:
            return wrong_reason(text.description, self.why, self.facts[0], language)
        return violations(text, self.facts, language)


@dataclass(frozen=True)
class TextAnswer:
    """A text, None where the writer made none of its output, and the tokens read and written for it."""

    text: BundleText | None
    tokens: int


class Writer(Protocol):
    """Writes texts. `fingerprint` changes when the same asks may get other answers."""

    fingerprint: str

    def write(self, asks: Sequence[TextRequest]) -> list[TextAnswer]:
        """An answer for each ask, in their order. Raises NoWriter where it cannot write any more."""


def open_writer(settings: Settings, models: Path) -> Writer:
    """The writer that `[texts] generator` names; `models` is a folder for converted weights.

    Raises NoWriter with the reason where there is none.
    """
    texts, language = settings.texts, LANGUAGES[settings.shop.language]
    if texts.generator == "none":
        raise WriterUnavailable("[texts] generator is none")
    if texts.is_endpoint:
        from training.texts.endpoint import Endpoint

        return Endpoint(texts, language)
    from training.encoder.encoder import make_repeatable
    from training.texts.causal import load_causal
    from training.texts.guided import GuidedWriter

    make_repeatable(settings.training.threads, settings.training.seed)
    with no_writer_where_it_fails(texts.generator, "be loaded"):
        return GuidedWriter(load_causal(texts.generator, models), language, texts, settings.training.seed)
