"""Writing many texts: cached ones first, then new ones within the budget, each checked before it is accepted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.settings.texts import Texts
from recommender.texts.grounding import BundleText
from recommender.texts.language import Language
from training.texts.text_cache import CachedText, add_to_cache, read_cache
from training.texts.writer import TextRequest, Writer, WriterUnavailable


@dataclass
class WritingReport:
    """Accepted `texts` by key of the request, and what writing them took.

    `asked_twice`: texts that were requested a second time; `refused`: those without an accepted text; `from_before`:
    those from the cache; `tokens`: cost of all texts, `new_tokens` of those written now; `stopped`: why writing ended
    early, empty where it did not, and `by_clock` if because of the time limit; `seconds`: wall time.
    """

    texts: dict[str, BundleText] = field(default_factory=dict)
    asked_twice: int = 0
    refused: int = 0
    from_before: int = 0
    tokens: int = 0
    new_tokens: int = 0
    stopped: str = ""
    by_clock: bool = False
    seconds: float = 0.0

    def count(self, request: TextRequest, entry: CachedText, language: Language) -> None:
        """Add an entry. Its text is checked again, since the check may be stricter now than when it was cached."""
        self.tokens += entry.tokens
        self.asked_twice += entry.twice
        if entry.text and not request.violations(entry.text, language):
            self.texts[request.key] = entry.text
        else:
            self.refused += 1


@dataclass(frozen=True)
class CheckedWriter:
    """A writer whose texts are checked, with the caches of all writers in the folder `caches`."""

    writer: Writer
    language: Language
    caches: Path
    settings: Texts

    def write(self, requests: Sequence[TextRequest], spent: int = 0) -> WritingReport:
        """Texts for `requests`, the most important first, until the token budget or the time limit is used up.

        `spent` tokens of the budget are used already. A cached text costs its tokens again, so that what is published
        does not depend on the cache. A text that is refused is requested once more.
        """
        report, began = WritingReport(), time.monotonic()
        folder = self.caches / self.writer.fingerprint
        cached = read_cache(folder)
        distinct = list({request.key: request for request in requests}.values())
        for at in range(0, len(distinct), self.settings.texts_at_once):
            batch = distinct[at : at + self.settings.texts_at_once]
            if spent + report.tokens >= self.settings.tokens:
                report.stopped = f"the budget of {self.settings.tokens:,} tokens was used up"
                break
            new = [request for request in batch if request.key not in cached]
            if new and time.monotonic() - began > self.settings.seconds:
                report.stopped = f"writing took longer than {self.settings.seconds:g} seconds"
                report.by_clock = True
                break
            try:
                written = self._write_checked(new)
            except WriterUnavailable as unavailable:
                report.stopped = str(unavailable)
                break
            add_to_cache(folder, written)
            cached |= written
            report.new_tokens += sum(entry.tokens for entry in written.values())
            report.from_before += len(batch) - len(new)
            for request in batch:
                report.count(request, cached[request.key], self.language)
        report.seconds = round(time.monotonic() - began, 2)
        return report

    def _write_checked(self, requests: Sequence[TextRequest]) -> dict[str, CachedText]:
        """The answers to `requests`; a request whose first text is refused is sent once more with the violations."""
        entries: dict[str, CachedText] = {}
        again: list[TextRequest] = []
        for request, answer in zip(requests, self.writer.write(requests), strict=True):
            wrong = request.violations(answer.text, self.language) if answer.text else ["no text"]
            entries[request.key] = CachedText(None if wrong else answer.text, answer.tokens, twice=False)
            if wrong and answer.tokens:
                again.append(replace(request, previous_violations=tuple(wrong)))
        for request, answer in zip(again, self.writer.write(again) if again else [], strict=True):
            accepted = answer.text if answer.text and not request.violations(answer.text, self.language) else None
            tokens = entries[request.key].tokens + answer.tokens
            entries[request.key] = CachedText(accepted, tokens, twice=True)
        return entries
