"""The encoder in eight-bit integers by ONNX Runtime: on a CPU faster than in float32, with nearly equal vectors."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from pipelines.night.store import sha256_of
from pipelines.settings.training import Training
from pipelines.state_files import DamagedState, read_state, write_state
from training.encoder.encoder import Encoder, best_device
from training.encoder.quantised_graph import TOKENS, open_graph, write_graph

GRAPH = "encoder.onnx"


@dataclass(frozen=True)
class QuantisedEncoder:
    """An encoder whose ONNX graph is in `folder`, and is exported there at first use.

    Each text is a run of its own, without padding: in a batch the last bits of a vector depend on the batch. `threads`
    texts are encoded in parallel, each on one thread.
    """

    encoder: Encoder
    folder: Path
    threads: int

    @property
    def dimension(self) -> int:
        """Length of its vectors."""
        return self.encoder.dimension

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The ONNX Runtime session of the graph, which is made again where it is not what was written."""
        graph, checksum = self.folder / GRAPH, self.folder / f"{GRAPH}.json"
        if not graph.is_file() or _checksum_in(checksum) != sha256_of(graph):
            write_graph(self.encoder, graph)
            write_state(checksum, {"sha256": sha256_of(graph)})
        return open_graph(graph)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), d), each row of length one; equal texts are embedded once.

        The bits depend neither on the other texts nor on the number of threads.
        """
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        distinct, place = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
        session = self.session

        def vector(tokens: Sequence[int]) -> np.ndarray:
            return session.run(None, {TOKENS: np.array([tokens], np.int64)})[0][0]

        with ThreadPoolExecutor(self.threads) as pool:
            return np.stack(list(pool.map(vector, self.encoder.tokenise(distinct.tolist()))))[place]


def encoder_for_device(encoder: Encoder, settings: Training, folder: Path) -> Encoder | QuantisedEncoder:
    """`encoder`, quantised on a CPU if `[training] precision` is int8; `folder` is this encoder's, for its graph."""
    if settings.precision == "float32" or best_device().type != "cpu":
        return encoder
    return QuantisedEncoder(encoder, folder, settings.threads)


def arithmetic(settings: Training) -> str:
    """Device or number format, and library versions, that compute vectors on this machine; part of cache keys."""
    device = best_device().type
    if device != "cpu":
        return f"{device} torch {torch.__version__}"
    engines = f" onnxruntime {onnxruntime.__version__}" if settings.precision == "int8" else ""
    return f"{settings.precision} torch {torch.__version__}{engines}"


def _checksum_in(file: Path) -> str:
    try:
        return str(read_state(file).get("sha256"))
    except DamagedState:
        return ""
