"""An encoder as an ONNX graph that multiplies whole numbers of eight bits: token ids of one text in, its vector out."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import onnxruntime
import torch
from torch import Tensor, nn

from pipelines.errors import StepFailed
from training.encoder.encoder import Encoder
from training.encoder.quantised_layers import ATTENTION, quantise

TOKENS, VECTOR = "tokens", "vector"
ALIKE = 0.95  # cosine to float32; rounding alone leaves more


def write_graph(encoder: Encoder, file: Path) -> None:
    """Write the graph of `encoder` to `file`: input `tokens` int64 (1, t), output `vector` float32 (1, d), length one.

    There is one text in a run, so no padding, and no mask that an export could take for another input. The file is
    there as a whole or not at all. Raises StepFailed where the network cannot be exported, or its graph gives others.
    """
    network = copy.deepcopy(encoder.model).cpu().eval()
    network.pooler = None  # a head that vectors do not use
    network.set_attn_implementation(ATTENTION)
    quantise(network)
    text = torch.full((1, 5), encoder.tokenizer.unk_token_id or 0)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        torch.onnx.export(
            MeanPooling(network).eval(),
            (text,),
            str(unfinished),
            input_names=[TOKENS],
            output_names=[VECTOR],
            dynamic_shapes=({1: torch.export.Dim.DYNAMIC},),
            external_data=False,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as failed:
        raise _no_graph(encoder, type(failed).__name__) from failed
    cosine = likeness(encoder, unfinished)
    if not cosine > ALIKE:
        unfinished.unlink()
        raise _no_graph(encoder, f"its vectors differ, cosine {cosine:.2f}")
    unfinished.replace(file)


def _no_graph(encoder: Encoder, why: str) -> StepFailed:
    return StepFailed(
        f'[training] encoder = "{encoder.base}": its network cannot be written as an ONNX graph in eight bits ({why}). '
        'Set [training] precision = "float32", or use another encoder.'
    )


def open_graph(file: Path) -> onnxruntime.InferenceSession:
    """The graph, ready to run on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


@torch.inference_mode()
def likeness(encoder: Encoder, graph: Path) -> float:
    """Cosine of the vectors by `graph` and by the network that it was made from, of the longest text, made up.

    An export can be wrong without a word: a window of attention lost, two inputs taken for one.
    """
    tokens = (torch.arange(encoder.max_tokens) * 7919 % encoder.model.config.vocab_size)[None]
    exact = MeanPooling(encoder.model)(tokens)[0].numpy()
    return float(exact @ open_graph(graph).run([VECTOR], {TOKENS: tokens.numpy()})[0][0])


class MeanPooling(nn.Module):
    """A network whose token states are averaged and brought to length one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor) -> Tensor:
        states = self.network(input_ids=tokens).last_hidden_state
        return nn.functional.normalize(states.mean(dim=1), dim=1)
