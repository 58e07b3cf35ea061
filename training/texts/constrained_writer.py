"""A causal language model under constrained decoding: the patterns are given, the model chooses among them.

Texts are decoded in batches of one fixed shape, padded where there are fewer, so that a text does not depend on the
others. Tokens without an alternative are read in chunks without a choice. The key-value cache of the examples at the
start of the prompt is computed once.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipelines.settings.texts import Texts
from recommender.texts.constrained_decoding import OPENINGS, DecodingConstraint, DecodingState, sample_openings
from recommender.texts.grounding import BundleText
from recommender.texts.language import Language
from recommender.texts.templates import capital
from training.texts.causal_lm import CausalLM
from training.texts.writer import TextAnswer, TextRequest, unavailable_on_error

EXAMPLES = {
    "en": """Title and sentence for products that are sold together.

Products: red spotty lunch bag; pink polkadot water bottle
Title: Lunch bag and water bottle
Text: Pack the red spotty lunch bag and the pink polkadot water bottle.

Products: Canon 50mm lens (Canon); UV filter (Lens Filters)
Title: UV filter with Canon 50mm lens
Text: This set combines the Canon 50mm lens and the UV filter.

""",
    "de": """Titel und Satz für Produkte, die zusammen verkauft werden.

Produkte: rote Brotdose; Trinkflasche mit Punkten
Titel: Brotdose und Trinkflasche
Text: Dieses Set vereint Trinkflasche mit Punkten und rote Brotdose.

Produkte: Canon Objektiv 50mm (Canon); UV-Filter (Filter)
Titel: UV-Filter mit Objektiv 50mm
Text: Kombiniere Canon Objektiv 50mm und UV-Filter in einer Bestellung.

""",
}
LABELS = {"en": ("Products:", "Title:", "Text:"), "de": ("Produkte:", "Titel:", "Text:")}
PROMPT_CHUNK, CHUNK = 16, 8  # tokens read at once: of prompts, and between two choices
MAX_PROMPT = 160  # tokens of the facts; longer facts are cut


@dataclass
class Decoding:
    """One text while it is decoded.

    `pending`: tokens still to be read; `prompt`: number of prompt tokens; `remaining`: patterns of the parts not begun;
    `states`: what may follow; `parts`: tokens of each part so far; `tokens`: number of tokens read.
    """

    constraint: DecodingConstraint
    pending: list[int]
    prompt: int
    remaining: list[tuple[str, ...]]
    rng: np.random.Generator
    states: tuple[DecodingState, ...] = ()
    parts: list[list[int]] = field(default_factory=list)
    tokens: int = 0


class ConstrainedWriter:
    """Writes with a causal language model on this machine; a text depends on its facts, the seed and the settings."""

    def __init__(self, model: CausalLM, language: Language, settings: Texts, seed: int) -> None:
        self._model, self._language, self._settings, self._seed = model, language, settings, seed
        self._encode = lru_cache(maxsize=100_000)(self._tokens_of)
        self._end = self._encode("\n")[-1]
        self.fingerprint = self._fingerprint()
        with torch.inference_mode():
            ids = torch.tensor([self._encode(EXAMPLES[language.code])], device=model.network.device)
            self._examples_cache = model.network.base_model(ids, use_cache=True).past_key_values
        self._examples_length = ids.shape[1]

    def _fingerprint(self) -> str:
        settings, language = self._settings, self._language
        options: list[Any] = [settings.temperature, settings.texts_at_once, self._seed]
        options += [PROMPT_CHUNK, CHUNK, MAX_PROMPT, OPENINGS, EXAMPLES, LABELS]
        patterns: list[Any] = [language.title_patterns, language.description_patterns]
        patterns += [language.brand_sentences, language.category_sentences, dict(language.reason_patterns)]
        content = json.dumps([self._model.fingerprint, language.code, options, patterns])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def write(self, requests: Sequence[TextRequest]) -> list[TextAnswer]:
        """One answer for each request, without a text for bundles that the language has no patterns for.

        Raises WriterUnavailable where the model cannot compute any more.
        """
        possible = [request for request in requests if all(request.patterns(self._language))]
        answers: dict[TextRequest, TextAnswer] = {}
        for at in range(0, len(possible), self._settings.texts_at_once):
            batch = possible[at : at + self._settings.texts_at_once]
            with unavailable_on_error(self._settings.generator, "write any more"):
                answers |= zip(batch, self._write_batch(batch), strict=True)
        return [answers.get(request, TextAnswer(None, 0)) for request in requests]

    def _tokens_of(self, text: str) -> tuple[int, ...]:
        return tuple(self._model.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _begin(self, request: TextRequest) -> Decoding:
        products, title, text = LABELS[self._language.code]
        facts = self._encode(f"{products} {'; '.join(p.line() for p in request.facts)}")[:MAX_PROMPT]
        digest = hashlib.sha256(f"{self._seed} {request.key} {bool(request.previous_violations)}".encode()).digest()
        pending = [*facts, self._end, *self._encode(text if request.reason_kind else title)]
        rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        *titles, descriptions = request.patterns(self._language)
        remaining = [*titles, sample_openings(descriptions, rng)]
        constraint = DecodingConstraint(request.facts, self._encode, self._end)
        decoding = Decoding(constraint, pending, len(pending), remaining, rng)
        self._begin_part(decoding, [])
        return decoding

    def _write_batch(self, requests: Sequence[TextRequest]) -> list[TextAnswer]:
        decodings = [self._begin(request) for request in requests]
        rows = self._settings.texts_at_once
        with torch.inference_mode():
            cache = copy.deepcopy(self._examples_cache)
            cache.batch_repeat_interleave(rows)
            device = self._model.network.device
            mask = torch.ones((rows, self._examples_length), dtype=torch.long, device=device)
            position = torch.full((rows, 1), self._examples_length, device=device)
            while any(decoding.pending for decoding in decodings):
                width = PROMPT_CHUNK if any(d.tokens < d.prompt for d in decodings) else CHUNK
                ids, real = self._chunk(decodings, rows, width)
                mask = torch.cat([mask, real], 1)
                states = self._model.network.base_model(
                    ids, attention_mask=mask, position_ids=position + real.cumsum(1) - 1 + (1 - real),
                    past_key_values=cache, use_cache=True,
                ).last_hidden_state  # fmt: skip
                position += real.sum(1, keepdim=True)
                for decoding, state, count in zip(decodings, states, real.sum(1).tolist(), strict=False):
                    self._advance(decoding, state, count)
        return [self._answer(decoding) for decoding in decodings]

    def _chunk(self, decodings: Sequence[Decoding], rows: int, width: int) -> tuple[Tensor, Tensor]:
        """int64 (rows, width): the next pending token ids of each text, and 1 where they are no padding."""
        ids, real = np.zeros((rows, width), np.int64), np.zeros((rows, width), np.int64)
        for row, decoding in enumerate(decodings):
            chunk = decoding.pending[:width]
            ids[row, : len(chunk)], real[row, : len(chunk)] = chunk, 1
        device = self._model.network.device
        return torch.from_numpy(ids).to(device), torch.from_numpy(real).to(device)

    def _advance(self, decoding: Decoding, states: Tensor, count: int) -> None:
        """Remove `count` tokens that were read; where none is pending, choose the next by the last hidden state."""
        decoding.tokens += count
        del decoding.pending[:count]
        if count and not decoding.pending:
            self._append(decoding, self._choose(decoding, states[count - 1]))

    def _choose(self, decoding: Decoding, state: Tensor) -> int:
        """Draw one of the allowed tokens (Gumbel-max); logits are rounded to 0.01, and of equals the first wins."""
        allowed = decoding.constraint.allowed(decoding.states)
        head = self._model.network.get_output_embeddings()
        weights = head.weight[torch.tensor(allowed, device=state.device)]
        logits = np.round((weights.float() @ state.float()).cpu().numpy().astype(np.float64), 2)
        noise = self._settings.temperature * decoding.rng.gumbel(size=len(allowed))
        return allowed[int(np.argmax(logits + noise))]

    def _append(self, decoding: Decoding, token: int) -> None:
        """Append `token` and all tokens after it that have no alternative."""
        while True:
            decoding.pending.append(token)
            decoding.states = decoding.constraint.advance(decoding.states, token)
            if not decoding.states:
                self._begin_part(decoding, list(self._encode(LABELS[self._language.code][2])))
                return
            decoding.parts[-1].append(token)
            allowed = decoding.constraint.allowed(decoding.states)
            if len(allowed) > 1:
                return
            token = allowed[0]

    def _begin_part(self, decoding: Decoding, label: list[int]) -> None:
        """Begin the next part with its label; after the last part nothing is pending."""
        if not decoding.remaining:
            decoding.pending.clear()
            return
        decoding.pending += label
        decoding.states = decoding.constraint.start(decoding.remaining.pop(0))
        decoding.parts.append([])

    def _answer(self, decoding: Decoding) -> TextAnswer:
        *titles, text = (" ".join(self._model.tokenizer.decode(part).split()) for part in decoding.parts)
        title = titles[0] if titles else ""
        return TextAnswer(BundleText(capital(title), capital(text)), decoding.tokens)
