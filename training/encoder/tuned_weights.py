"""Layers of an encoder that learn as they are, and what became of them: safetensors beside the note of the base."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import nn

from pipelines.errors import StepFailed

WEIGHTS = "tuned.safetensors"


def free_layers(model: nn.Module, layers: int | None) -> nn.Module:
    """`model`, of which the upper `layers` learn and nothing else; all of it where `layers` is None.

    Raises StepFailed where the network has no list of its layers.
    """
    model.requires_grad_(layers is None)
    if layers is not None:
        for layer in _layers(model)[-layers:]:
            layer.requires_grad_(True)
    return model


def _layers(model: nn.Module) -> list[nn.Module]:
    depth = int(model.config.num_hidden_layers)
    for module in model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == depth:
            return list(module)
    raise StepFailed(
        f'the encoder has no list of its {depth} layers. Set [training] tuning = "full", "lora" or "frozen".'
    )


def write_tuned(model: nn.Module, folder: Path) -> None:
    """Write the weights of `model` that may learn to `folder`; nothing for a model in which none may."""
    learned = {name: p.detach().cpu().contiguous() for name, p in model.named_parameters() if p.requires_grad}
    if learned:
        save_file(dict(sorted(learned.items())), folder / WEIGHTS)


def read_tuned(model: nn.Module, folder: Path) -> nn.Module:
    """`model` with the weights of `folder` in place of its own; `model` itself where there are none."""
    if not (folder / WEIGHTS).is_file():
        return model
    found = model.load_state_dict(load_file(folder / WEIGHTS), strict=False)
    if found.unexpected_keys:
        raise StepFailed(f"{folder}: {found.unexpected_keys[0]} fits no layer of the base encoder. Train again.")
    return model
