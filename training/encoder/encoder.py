"""Text encoder: texts to vectors of length one, by a transformer with mean pooling."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

BATCH_TOKENS = 2048  # tokens of one batch, with padding
WIDTH_STEP = 8  # lengths are padded to a multiple of this


@dataclass(frozen=True)
class Encoder:
    """A transformer that reads up to `max_tokens` tokens; a text's vector is the mean of its token states.

    `base` is the setting it was loaded by, `base_hash` the SHA-256 of the weights and tokenizer of the base model. With
    `always_float32` it computes in float32 also on devices where bf16 is faster.
    """

    base: str
    base_hash: str
    max_tokens: int
    tokenizer: Any
    model: Any
    always_float32: bool = False

    @property
    def dimension(self) -> int:
        """Length of its vectors."""
        return int(self.model.config.hidden_size)

    def with_model(self, model: Any) -> Encoder:
        """A copy with another network."""
        return replace(self, model=model)

    def in_float32_on_cpu(self) -> Encoder:
        """A copy that computes in float32 on the CPU: its vectors differ between machines by rounding only.

        Vectors that a GPU computes in bf16 differ from these by about 1e-3.
        """
        return replace(self, model=copy.deepcopy(self.model).to("cpu", torch.float32), always_float32=True)

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, truncated to `max_tokens`; an empty text has its special tokens."""
        if not texts:
            return []
        ids: list[list[int]] = self.tokenizer(list(texts), truncation=True, max_length=self.max_tokens)["input_ids"]
        return ids

    def vectors(self, rows: Sequence[Sequence[int]], width: int) -> Tensor:
        """float32 (len(rows), d), each row of length one: mean pooling (Reimers & Gurevych 2019).

        `rows` are token ids, padded to `width`. Gradients are computed unless the caller disables them.
        """
        device = next(self.model.parameters()).device
        lengths = torch.tensor([len(r) for r in rows], device=device)
        padding = self.tokenizer.pad_token_id or 0
        ids = torch.tensor([[*r, *[padding] * (width - len(r))] for r in rows], device=device)
        mask = torch.arange(width, device=device) < lengths[:, None]
        with nullcontext() if self.always_float32 else half_precision(device):
            states = self.model(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        summed = (states.float() * mask[:, :, None]).sum(dim=1)
        return torch.nn.functional.normalize(summed / lengths[:, None], dim=1)

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), d), each row of length one.

        Batches of one width have a fixed shape, padded where needed, so that on a CPU a text's vector has the same bits
        whatever else is embedded. Equal texts are embedded once.
        """
        distinct, place = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
        vectors = np.zeros((len(distinct), self.dimension), np.float32)
        self.model.eval()
        for rows, ids, width in batches(self.tokenise(distinct.tolist())):
            vectors[rows] = self.vectors(ids, width)[: len(rows)].cpu().numpy()
        return vectors[place]


def batches(tokens: Sequence[Sequence[int]]) -> Iterator[tuple[np.ndarray, list[Sequence[int]], int]]:
    """Batches of texts of one padded width: places of the texts, token ids of a full batch, and the width.

    The last batch of a width is filled with copies of its last text, so that ids may have more rows than places.
    """
    widths = np.array([-(-len(t) // WIDTH_STEP) * WIDTH_STEP for t in tokens], np.int64)
    for width in np.unique(widths).tolist():
        rows = np.flatnonzero(widths == width)
        size = max(1, BATCH_TOKENS // width)
        for at in range(0, len(rows), size):
            part = rows[at : at + size]
            ids = [tokens[r] for r in part]
            yield part, ids + [ids[-1]] * (size - len(ids)), width


def best_device() -> torch.device:
    """A CUDA GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def half_precision(device: torch.device) -> AbstractContextManager[Any]:
    """bf16 autocast where the device is faster in bf16, else a context without effect."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if has_bf16(device) else nullcontext()


def has_bf16(device: torch.device) -> bool:
    """Whether the device is a GPU that supports bf16."""
    return device.type == "cuda" and torch.cuda.is_bf16_supported()


def make_repeatable(threads: int, seed: int) -> None:
    """Fix the number of threads, the seed and deterministic kernels, so that a run repeats bit for bit."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    threadpool_limits(threads)  # of NumPy; has effect without `with`
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
