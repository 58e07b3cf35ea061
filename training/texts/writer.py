"""The interface of writers (language models that write texts), and their requests and answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from pipelines.errors import NightshelfError
from recommender.texts.constrained_decoding import bundle_patterns
from recommender.texts.facts import ProductFacts
from recommender.texts.grounding import BundleText, reason_violations, violations
from recommender.texts.language import Language


class WriterUnavailable(NightshelfError):
    """No writer can be used: the texts of templates are published. The message gives the cause."""


@contextmanager
def unavailable_on_error(generator: str, action: str) -> Iterator[None]:
    """Raises WriterUnavailable for any exception in the body: libraries raise many kinds for broken files and memory.

    The message is that the `generator` cannot do the `action`, with the first line of the exception.
    """
    try:
        yield
    except WriterUnavailable:
        raise
    except Exception as broken:
        first = f"{type(broken).__name__}: {broken}".splitlines()[0]
        raise WriterUnavailable(f'[texts] generator = "{generator}" cannot {action} ({first})') from broken


@dataclass(frozen=True)
class TextRequest:
    """A request for title and description of a bundle, or with `reason_kind` for a reason, which is a description.

    `facts` are those of the bundle's products, or of the one product that the reason names. A second request for the
    same text has the violations for which the first text was refused.
    """

    facts: tuple[ProductFacts, ...]
    previous_violations: tuple[str, ...] = ()
    reason_kind: str = ""

    @property
    def key(self) -> str:
        """SHA-256 in hexadecimal of the facts and the kind of reason: all that a text of one writer depends on."""
        facts = [p.texts() for p in self.facts]
        return hashlib.sha256(json.dumps([self.reason_kind, facts] if self.reason_kind else facts).encode()).hexdigest()

    def patterns(self, language: Language) -> tuple[tuple[str, ...], ...]:
        """Allowed sentence patterns of title and description, or of a reason; empty parts where there are none."""
        if self.reason_kind:
            return (language.reason_patterns[self.reason_kind],)
        return bundle_patterns(self.facts, language)

    def violations(self, text: BundleText, language: Language) -> list[str]:
        """Why `text` is refused as an answer; empty where it is accepted."""
        if self.reason_kind:
            return reason_violations(text.description, self.reason_kind, self.facts[0], language)
        return violations(text, self.facts, language)


@dataclass(frozen=True)
class TextAnswer:
    """A text, None where the output holds none, and the number of tokens read and written for it."""

    text: BundleText | None
    tokens: int


class Writer(Protocol):
    """Writes texts. `fingerprint` changes whenever the same requests may get other answers."""

    fingerprint: str

    def write(self, requests: Sequence[TextRequest], /) -> list[TextAnswer]:
        """One answer for each request, in their order. Raises WriterUnavailable where no more can be written."""
