"""Layers by operators of ONNX Runtime: linear ones in eight bits, attention as one. They only run once exported."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.onnx.ops import symbolic
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

ATTENTION = "nightshelf_onnx"
LARGEST = 127  # of eight bits with a sign
LEAST = 1e-12  # what a row of zeros is divided by


class QuantisedLinear(nn.Module):
    """A linear layer whose weights and inputs are rounded to eight bits and multiplied as whole numbers.

    A row of weights, and a token, has one scale, by its largest value: a token's outputs hang on nothing but the token.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        scale = linear.weight.abs().amax(dim=1).clamp_min(LEAST) / LARGEST
        self.outputs = linear.out_features
        self.register_buffer("weight", (linear.weight / scale[:, None]).round().to(torch.int8).T.contiguous())
        self.register_buffer("scale", scale / LARGEST)
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        one, middle = torch.tensor(1.0), torch.tensor(LARGEST + 1, dtype=torch.uint8)  # the operators want no sign
        reach = x.abs().amax(dim=-1, keepdim=True).clamp_min(LEAST)
        scaled = x * (LARGEST / reach)
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
    """Put a quantised layer in the place of every linear layer of `network`."""
    for name, part in network.named_children():
        if isinstance(part, nn.Linear):
            setattr(network, name, QuantisedLinear(part))
        else:
            quantise(part)


def attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **settings: object
) -> tuple[Tensor, None]:
    """Attention as one operator of ONNX Runtime; queries, keys and values are (1, heads, t, d)."""
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
