"""Vectors on a CPU by ONNX Runtime, in eight bits: faster than in float32, and nearly the same."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from pipelines.settings.training import Training
from training.encoder.encoder import Encoder, best_device
from training.encoder.quantised_graph import TOKENS, open_graph, write_graph

GRAPH = "encoder.onnx"


@dataclass(frozen=True)
class QuantisedEncoder:
    """An encoder whose graph lies in `folder`, and is made there when it is first needed.

    A text is a run of its own, without padding: in a batch the last bits of a vector hang on the batch. `threads` texts
    run side by side, each on one thread.
    """

    encoder: Encoder
    folder: Path
    threads: int

    @property
    def dimension(self) -> int:
        return self.encoder.dimension

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The graph, ready to run."""
        graph = self.folder / GRAPH
        if not graph.is_file():
            write_graph(self.encoder, graph)
        return open_graph(graph)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), d), each row of length one, with the same bits alone or among others, on any number of
        threads. Equal texts are embedded once.
        """
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        distinct, place = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
        session = self.session

        def vector(tokens: Sequence[int]) -> np.ndarray:
            return session.run(None, {TOKENS: np.array([tokens], np.int64)})[0][0]

        with ThreadPoolExecutor(self.threads) as pool:
            return np.stack(list(pool.map(vector, self.encoder.tokenise(distinct.tolist()))))[place]


def quickest(encoder: Encoder, settings: Training, folder: Path) -> Encoder | QuantisedEncoder:
    """`encoder` as `training.precision` wants it on this machine; `folder` is the encoder's own, for its graph."""
    if settings.precision == "float32" or best_device().type != "cpu":
        return encoder
    return QuantisedEncoder(encoder, folder, settings.threads)


def arithmetic(settings: Training) -> str:
    """What vectors are computed with on this machine: the kind of device or number, and the versions of the engines."""
    device = best_device().type
    if device != "cpu":
        return f"{device} torch {torch.__version__}"
    engines = f" onnxruntime {onnxruntime.__version__}" if settings.precision == "int8" else ""
    return f"{settings.precision} torch {torch.__version__}{engines}"
