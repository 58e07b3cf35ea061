"""Processes that learn together (torch.distributed): each reads a part of a batch's texts, all see its vectors.

A process alone is a group of one. Gradients are those of one process with the whole batch, up to rounding: each
process derives the loss of all by the vectors that it has made itself, and what they find is added up (Gao et al. 2021,
"Scaling deep contrastive learning batch size under memory limited setup").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor

from training.encoder.encoder import Encoder


@contextmanager
def group() -> Iterator[None]:
    """Join the processes that torchrun has started, for the body; NCCL between cards, Gloo between CPUs."""
    if torch.cuda.is_available():
        torch.cuda.set_device(torch.distributed.get_node_local_rank())
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield
    finally:
        dist.destroy_process_group()


def leads() -> bool:
    """Whether this process writes what all have learned."""
    return not dist.is_initialized() or dist.get_rank() == 0


def vectors_of_all(encoder: Encoder, tokens: Sequence[Sequence[int]], width: int) -> Tensor:
    """float32 (len(tokens), d): what `encoder.vectors` gives; gradients flow through the part of this process."""
    if not dist.is_initialized():
        return encoder.vectors(tokens, width)
    size, rank = -(-len(tokens) // dist.get_world_size()), dist.get_rank()
    filled = [*tokens, *[tokens[-1]] * (size * dist.get_world_size() - len(tokens))]
    own = encoder.vectors(filled[rank * size : (rank + 1) * size], width)
    parts = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, own.detach())
    parts[rank] = own
    return torch.cat(parts)[: len(tokens)]


def add_gradients(learned: Sequence[Tensor]) -> None:
    """Give each parameter the sum of what all processes have found."""
    if dist.is_initialized():
        for parameter in learned:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            dist.all_reduce(parameter.grad)
