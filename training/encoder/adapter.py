"""LoRA matrices on an encoder (Hu et al. 2021): put on, taken to disk as safetensors, and merged back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import nn

from pipelines.atomic_files import write_json
from pipelines.errors import StepFailed

WEIGHTS = "adapter.safetensors"
SHAPE = "adapter.json"
QUERY_AND_VALUE = (("query", "value"), ("q_proj", "v_proj"), ("q_lin", "v_lin"), ("q", "v"), ("Wqkv",), ("qkv_proj",))


def add_adapter(model: nn.Module, rank: int, layers: int) -> PeftModel:
    """`model` with fresh LoRA matrices on query and value of its upper `layers`; only those matrices learn.

    The first of each two matrices is random (torch's seed), the second zero: at first nothing changes. Raises
    StepFailed where the network has no query and value projections by a known name.
    """
    depth = int(model.config.num_hidden_layers)
    upper = list(range(max(depth - layers, 0), depth))
    shape = {"rank": rank, "targets": list(_projections(model)), "layers": upper}
    return _with_lora(model, shape)


def _projections(model: nn.Module) -> tuple[str, ...]:
    names = {name.rpartition(".")[2] for name, module in model.named_modules() if isinstance(module, nn.Linear)}
    for known in QUERY_AND_VALUE:
        if names.issuperset(known):
            return known
    raise StepFailed(
        f"the encoder has no query and value layers by a known name; its linear layers are {', '.join(sorted(names))}. "
        'Set [training] tuning = "frozen", or use another encoder.'
    )


def _with_lora(model: nn.Module, shape: dict[str, Any]) -> PeftModel:
    config = LoraConfig(
        r=shape["rank"],
        lora_alpha=2 * shape["rank"],
        target_modules=shape["targets"],
        layers_to_transform=shape["layers"],
    )
    return get_peft_model(model, config)


def write_adapter(model: nn.Module, folder: Path) -> bool:
    """Write the LoRA matrices of `model` and their shape to `folder`; False, and nothing written, without such."""
    if not isinstance(model, PeftModel):
        return False
    config = model.peft_config["default"]
    shape = {"rank": config.r, "targets": sorted(config.target_modules), "layers": list(config.layers_to_transform)}
    write_json(folder / SHAPE, shape)
    matrices = get_peft_model_state_dict(model)
    save_file({k: matrices[k].detach().cpu().contiguous() for k in sorted(matrices)}, folder / WEIGHTS)
    return True


def read_adapter(model: nn.Module, folder: Path) -> nn.Module:
    """`model` with the LoRA matrices of `folder` merged into its weights; `model` itself where there are none."""
    if not (folder / WEIGHTS).is_file():
        return model
    tuned = _with_lora(model, json.loads((folder / SHAPE).read_text()))
    result = set_peft_model_state_dict(tuned, load_file(folder / WEIGHTS))
    if result.unexpected_keys:
        raise StepFailed(f"{folder}: {result.unexpected_keys[0]} fits no layer of the base encoder. Train again.")
    return tuned.merge_and_unload()
