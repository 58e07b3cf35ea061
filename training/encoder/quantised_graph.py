"""Exports an encoder as an ONNX graph with eight-bit linear layers: token ids of one text in, its vector out.

The layers consist of operators of ONNX Runtime, and can only be run once exported.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import onnxruntime
import torch
from torch import Tensor, nn
from torch.onnx.ops import symbolic
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from pipelines.errors import StepFailed
from training.encoder.encoder import Encoder

TOKENS, VECTOR = "tokens", "vector"  # input and output of the graph
MIN_COSINE = 0.95  # of the graph's vector to the one in float32; rounding alone gives more
ATTENTION = "nightshelf_onnx"
MAX_INT8 = 127
MIN_SCALE = 1e-12  # divisor of a row of zeros


def write_graph(encoder: Encoder, file: Path) -> None:
    """Write the graph of `encoder` to `file`: input `tokens` int64 (1, t), output `vector` float32 (1, d).

    The vector has length one. A run has one text, so that no padding and no mask is needed. The file is renamed into
    place once it is complete and checked. Raises StepFailed where the network cannot be exported, or where the graph
    computes other vectors.
    """
    network = copy.deepcopy(encoder.model).cpu().eval()
    network.pooler = None  # not used by mean pooling
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
        raise _export_failed(encoder, type(failed).__name__) from failed
    cosine = cosine_to_float32(encoder, unfinished)
    if not cosine > MIN_COSINE:
        unfinished.unlink()
        raise _export_failed(encoder, f"its vectors differ, cosine {cosine:.2f}")
    unfinished.replace(file)


def _export_failed(encoder: Encoder, why: str) -> StepFailed:
    return StepFailed(
        f'[training] encoder = "{encoder.base}": its network cannot be exported as an eight-bit ONNX graph ({why}). '
        'Set [training] precision = "float32", or use another encoder.'
    )


def open_graph(file: Path) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session of the graph in `file` that uses one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


@torch.inference_mode()
def cosine_to_float32(encoder: Encoder, graph: Path) -> float:
    """Cosine of the vectors by `graph` and by the encoder in float32, for an artificial text of maximum length.

    It detects exports that are wrong without an error, such as a lost attention window or swapped inputs.
    """
    tokens = (torch.arange(encoder.max_tokens) * 7919 % encoder.model.config.vocab_size)[None]
    exact = MeanPooling(encoder.model)(tokens)[0].numpy()
    return float(exact @ open_graph(graph).run([VECTOR], {TOKENS: tokens.numpy()})[0][0])


class MeanPooling(nn.Module):
    """The mean of the token states of `network`, scaled to length one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor) -> Tensor:
        states = self.network(input_ids=tokens).last_hidden_state
        return nn.functional.normalize(states.mean(dim=1), dim=1)


class QuantisedLinear(nn.Module):
    """A linear layer with weights and inputs rounded to eight-bit integers.

    Each row of weights and each token has its own scale, by its largest absolute value, so that the outputs of a token
    do not depend on other tokens.
    """

    weight: Tensor
    scale: Tensor

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        scale = linear.weight.abs().amax(dim=1).clamp_min(MIN_SCALE) / MAX_INT8
        self.outputs = linear.out_features
        self.register_buffer("weight", (linear.weight / scale[:, None]).round().to(torch.int8).T.contiguous())
        self.register_buffer("scale", scale / MAX_INT8)
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        one, middle = (
            torch.tensor(1.0),
            torch.tensor(MAX_INT8 + 1, dtype=torch.uint8),
        )  # the operator takes unsigned inputs
        reach = x.abs().amax(dim=-1, keepdim=True).clamp_min(MIN_SCALE)
        scaled = x * (MAX_INT8 / reach)
        whole = symbolic("QuantizeLinear", (scaled, one, middle), dtype=torch.uint8, shape=x.shape, version=13)
        y = symbolic(
            "com.microsoft::MatMulIntegerToFloat",
            (whole, self.weight, one, self.scale, middle, None, None),
            dtype=torch.float32,
            shape=[*x.shape[:-1], self.outputs],
            version=1,
        )
        return y * reach if self.bias is None else y * reach + self.bias


def quantise(network: nn.Module) -> None:
    """Replace every linear layer of `network` by a quantised one, in place."""
    for name, part in network.named_children():
        if isinstance(part, nn.Linear):
            setattr(network, name, QuantisedLinear(part))
        else:
            quantise(part)


def attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **settings: Any
) -> tuple[Tensor, None]:
    """Attention as one operator of ONNX Runtime; `query`, `key` and `value` are (1, heads, t, d)."""
    heads, width = query.shape[1], query.shape[3]
    joined = [part.transpose(1, 2).flatten(2) for part in (query, key, value)]
    scale = settings.get("scaling") or width**-0.5
    states = symbolic(
        "com.microsoft::MultiHeadAttention",
        joined,
        {"num_heads": heads, "scale": float(scale)},
        dtype=query.dtype,
        shape=joined[0].shape,
        version=1,
    )
    return states.unflatten(2, (heads, width)), None


ALL_ATTENTION_FUNCTIONS.register(ATTENTION, attention)
