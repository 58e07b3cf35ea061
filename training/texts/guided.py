"""A language model that writes what a guide allows: the frames are given, which words and in which order is its choice.

Texts go side by side in batches of one shape, filled up where there are fewer, so that a text does not hang on its
neighbours. What may only go one way is read in pieces without asking. The first lines of the prompt are the same for
all, and read once.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from pipelines.settings.texts import Texts
from recommender.texts.constrained_decoding import OPENINGS, DecodingConstraint, DecodingState, of_few_openings
from recommender.texts.grounding import BundleText
from recommender.texts.language import Language
from recommender.texts.templates import capital
from training.texts.causal import Causal
from training.texts.writer import TextAnswer, TextRequest, no_writer_where_it_fails

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
PIECE, STEP = 16, 8  # tokens read at once: of prompts, and between two choices
MOST_PROMPT = 160  # tokens; longer facts are cut


@dataclass
class GuidedText:
    """One text in the making: tokens still to be read, those of the prompt, what may follow, tokens of its parts."""

    guide: DecodingConstraint
    pending: list[int]
    prompt: int
    frames: list[tuple[str, ...]]
    rng: np.random.Generator
    readings: tuple[DecodingState, ...] = ()
    parts: list[list[int]] = field(default_factory=list)
    tokens: int = 0


class GuidedWriter:
    """Writes with a causal language model on this machine, each text a function of its facts, seed and settings."""

    def __init__(self, model: Causal, language: Language, settings: Texts, seed: int) -> None:
        self._model, self._language, self._settings, self._seed = model, language, settings, seed
        self._encode = lru_cache(maxsize=100_000)(self._tokens_of)
        self._end = self._encode("\n")[-1]
        choices = [settings.temperature, settings.texts_at_once, seed, PIECE, STEP, MOST_PROMPT, OPENINGS]
        choices += [EXAMPLES, LABELS]
        frames = [language.titles, language.sentences, language.of_brand, language.of_category]
        frames.append(dict(language.reason_frames))
        told = json.dumps([model.fingerprint, language.code, choices, frames])
        self.fingerprint = hashlib.sha256(told.encode()).hexdigest()[:16]
        with torch.inference_mode():
            ids = torch.tensor([self._encode(EXAMPLES[language.code])], device=model.network.device)
            self._read_before = model.network.base_model(ids, use_cache=True).past_key_values
        self._length = ids.shape[1]

    def write(self, asks: Sequence[TextRequest]) -> list[TextAnswer]:
        """An answer for each ask; none for bundles of a size that the language has no frames for.

        Raises NoWriter where the model cannot compute any more.
        """
        able = [ask for ask in asks if all(ask.frames(self._language))]
        answers: dict[TextRequest, TextAnswer] = {}
        for at in range(0, len(able), self._settings.texts_at_once):
            batch = able[at : at + self._settings.texts_at_once]
            with no_writer_where_it_fails(self._settings.generator, "write any more"):
                answers |= zip(batch, self._batch(batch), strict=True)
        return [answers.get(ask, TextAnswer(None, 0)) for ask in asks]

    def _tokens_of(self, text: str) -> tuple[int, ...]:
        return tuple(self._model.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _line(self, ask: TextRequest) -> GuidedText:
        products, title, text = LABELS[self._language.code]
        facts = self._encode(f"{products} {'; '.join(p.line() for p in ask.facts)}")[:MOST_PROMPT]
        drawn = hashlib.sha256(f"{self._seed} {ask.key} {bool(ask.wrong)}".encode()).digest()
        pending = [*facts, self._end, *self._encode(text if ask.why else title)]
        rng = np.random.default_rng(int.from_bytes(drawn[:8], "big"))
        *titles, texts = ask.frames(self._language)
        frames = [*titles, of_few_openings(texts, rng)]
        return GuidedText(DecodingConstraint(ask.facts, self._encode, self._end), pending, len(pending), frames, rng)

    def _batch(self, asks: Sequence[TextRequest]) -> list[TextAnswer]:
        lines = [self._line(ask) for ask in asks]
        for line in lines:
            self._open_part(line, [])
        rows = self._settings.texts_at_once
        with torch.inference_mode():
            past = copy.deepcopy(self._read_before)
            past.batch_repeat_interleave(rows)
            device = self._model.network.device
            seen = torch.ones((rows, self._length), dtype=torch.long, device=device)
            place = torch.full((rows, 1), self._length, device=device)
            while any(line.pending for line in lines):
                width = PIECE if any(line.tokens < line.prompt for line in lines) else STEP
                ids, here = self._piece(lines, rows, width)
                seen = torch.cat([seen, here], 1)
                found = self._model.network.base_model(
                    ids, attention_mask=seen, position_ids=place + here.cumsum(1) - 1 + (1 - here),
                    past_key_values=past, use_cache=True,
                ).last_hidden_state  # fmt: skip
                place += here.sum(1, keepdim=True)
                for line, state, count in zip(lines, found, here.sum(1).tolist(), strict=False):
                    self._go_on(line, state, count)
        return [self._answer(line) for line in lines]

    def _piece(self, lines: Sequence[GuidedText], rows: int, width: int) -> tuple[Tensor, Tensor]:
        """Token ids and which of them are real, (rows, width): the next tokens of each line."""
        ids, here = np.zeros((rows, width), np.int64), np.zeros((rows, width), np.int64)
        for row, line in enumerate(lines):
            piece = line.pending[:width]
            ids[row, : len(piece)], here[row, : len(piece)] = piece, 1
        device = self._model.network.device
        return torch.from_numpy(ids).to(device), torch.from_numpy(here).to(device)

    def _go_on(self, line: GuidedText, state: Tensor, count: int) -> None:
        """Take what was read off the line; where nothing is left to read, choose what follows."""
        line.tokens += count
        del line.pending[:count]
        if count and not line.pending:
            self._take(line, self._choose(line, state[count - 1]))

    def _choose(self, line: GuidedText, state: Tensor) -> int:
        """Draw one of the tokens that may follow (Gumbel-max); scores are rounded, and of equals the first wins."""
        allowed = line.guide.allowed(line.readings)
        head = self._model.network.get_output_embeddings()
        weights = head.weight[torch.tensor(allowed, device=state.device)]
        scores = np.round((weights.float() @ state.float()).cpu().numpy().astype(np.float64), 2)
        noise = self._settings.temperature * line.rng.gumbel(size=len(allowed))
        return allowed[int(np.argmax(scores + noise))]

    def _take(self, line: GuidedText, token: int) -> None:
        """Write `token` and all that can only follow it."""
        while True:
            line.pending.append(token)
            line.readings = line.guide.after(line.readings, token)
            if not line.readings:
                self._open_part(line, list(self._encode(LABELS[self._language.code][2])))
                return
            line.parts[-1].append(token)
            allowed = line.guide.allowed(line.readings)
            if len(allowed) > 1:
                return
            token = allowed[0]

    def _open_part(self, line: GuidedText, label: list[int]) -> None:
        """Begin the next part of the text, or end it after the last one."""
        if not line.frames:
            line.pending.clear()
            return
        line.pending += label
        line.readings = line.guide.start(line.frames.pop(0))
        line.parts.append([])

    def _answer(self, line: GuidedText) -> TextAnswer:
        *titles, text = (" ".join(self._model.tokenizer.decode(part).split()) for part in line.parts)
        title = titles[0] if titles else ""
        return TextAnswer(BundleText(capital(title), capital(text)), line.tokens)
