"""Which weights of an encoder are tuned (LoRA matrices, layers, or all), and these weights as safetensors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import nn

from pipelines.atomic_files import write_json
from pipelines.errors import StepFailed

LORA_CONFIG, LORA_WEIGHTS, LAYER_WEIGHTS = "adapter.json", "adapter.safetensors", "tuned.safetensors"
QUERY_AND_VALUE = (("query", "value"), ("q_proj", "v_proj"), ("q_lin", "v_lin"), ("q", "v"), ("Wqkv",), ("qkv_proj",))


def add_lora(model: nn.Module, rank: int, layers: int) -> PeftModel:
    """`model` with LoRA matrices (Hu et al. 2021) on query and value of its upper `layers`.

    Only these are trainable. Of each pair of matrices the first is random (torch's seed), the second zero, so that
    outputs do not change yet.
    Raises StepFailed where the network has no query and value projections with a known name.
    """
    network: Any = model.config
    depth = int(network.num_hidden_layers)
    upper = list(range(max(depth - layers, 0), depth))
    return _with_lora(model, {"rank": rank, "targets": list(_projections(model)), "layers": upper})


def _projections(model: nn.Module) -> tuple[str, ...]:
    names = {name.rpartition(".")[2] for name, module in model.named_modules() if isinstance(module, nn.Linear)}
    for known in QUERY_AND_VALUE:
        if names.issuperset(known):
            return known
    raise StepFailed(
        "the encoder has no query and value layers with a known name; its linear layers are "
        f'{", ".join(sorted(names))}. Set [training] tuning = "frozen", or use another encoder.'
    )


def _with_lora(model: nn.Module, shape: dict[str, Any]) -> PeftModel:
    config = LoraConfig(
        r=shape["rank"],
        lora_alpha=2 * shape["rank"],
        target_modules=shape["targets"],
        layers_to_transform=shape["layers"],
    )
    return get_peft_model(model, config)


def unfreeze_layers(model: nn.Module, layers: int | None) -> nn.Module:
    """`model` with only its upper `layers` trainable; all of it where `layers` is None.

    Raises StepFailed where the network has no list of its layers.
    """
    model.requires_grad_(layers is None)
    if layers is not None:
        for layer in _layers(model)[-layers:]:
            layer.requires_grad_(True)
    return model


def _layers(model: nn.Module) -> list[nn.Module]:
    config: Any = model.config
    depth = int(config.num_hidden_layers)
    for module in model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == depth:
            return list(module)
    raise StepFailed(
        f'the encoder has no list of its {depth} layers. Set [training] tuning = "full", "lora" or "frozen".'
    )


def save_tuned_weights(model: nn.Module, folder: Path) -> None:
    """Write LoRA matrices and their configuration, or else the trainable weights if any, to `folder`."""
    if isinstance(model, PeftModel):
        config: Any = model.peft_config["default"]
        shape = {"rank": config.r, "targets": sorted(config.target_modules), "layers": list(config.layers_to_transform)}
        write_json(folder / LORA_CONFIG, shape)
        matrices = get_peft_model_state_dict(model)
        save_file({k: matrices[k].detach().cpu().contiguous() for k in sorted(matrices)}, folder / LORA_WEIGHTS)
        return
    tuned = {name: p.detach().cpu().contiguous() for name, p in model.named_parameters() if p.requires_grad}
    if tuned:
        save_file(dict(sorted(tuned.items())), folder / LAYER_WEIGHTS)


def load_tuned_weights(model: nn.Module, folder: Path) -> nn.Module:
    """The base `model` with the tuned weights of `folder`, LoRA matrices merged; `model` itself where there are none.

    Raises StepFailed where they fit no layer of the base model.
    """
    if (folder / LAYER_WEIGHTS).is_file():
        loaded = model.load_state_dict(load_file(folder / LAYER_WEIGHTS), strict=False)
        _refuse_unexpected(loaded.unexpected_keys, folder)
    if not (folder / LORA_WEIGHTS).is_file():
        return model
    tuned = _with_lora(model, json.loads((folder / LORA_CONFIG).read_text()))
    result: Any = set_peft_model_state_dict(tuned, load_file(folder / LORA_WEIGHTS))
    _refuse_unexpected(result.unexpected_keys, folder)
    return tuned.merge_and_unload()


def _refuse_unexpected(keys: list[str], folder: Path) -> None:
    if keys:
        raise StepFailed(f"{folder}: the weights {keys[0]} fit no layer of the base encoder. Train again (--retrain).")
