"""Data-parallel contrastive training (torch.distributed): each process encodes a part of each batch.

A single process needs no group. Gradients equal those of one process with the whole batch, up to rounding: each process
differentiates the loss of the whole batch by the vectors it encoded itself, and the gradients are summed (Gao et al.
2021, "Scaling deep contrastive learning batch size under memory limited setup").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor

from training.encoder.encoder import Encoder


@contextmanager
def process_group() -> Iterator[None]:
    """Join the processes that torchrun has started while the body runs; NCCL between GPUs, Gloo between CPUs."""
    if torch.cuda.is_available():
        torch.cuda.set_device(torch.distributed.get_node_local_rank())
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield
    finally:
        dist.destroy_process_group()


def is_leader() -> bool:
    """Whether this process, of rank 0 or alone, writes the result."""
    return not dist.is_initialized() or dist.get_rank() == 0


def gathered_vectors(encoder: Encoder, tokens: Sequence[Sequence[int]], width: int) -> Tensor:
    """float32 (len(tokens), d): `encoder.vectors` of the whole batch; gradients only for the part of this process."""
    if not dist.is_initialized():
        return encoder.vectors(tokens, width)
    size, rank = -(-len(tokens) // dist.get_world_size()), dist.get_rank()
    padded = [*tokens, *[tokens[-1]] * (size * dist.get_world_size() - len(tokens))]
    own = encoder.vectors(padded[rank * size : (rank + 1) * size], width)
    parts = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, own.detach())
    parts[rank] = own
    return torch.cat(parts)[: len(tokens)]


def sum_gradients(parameters: Sequence[Tensor]) -> None:
    """Replace the gradient of each parameter by its sum over all processes."""
    if dist.is_initialized():
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            dist.all_reduce(parameter.grad)
