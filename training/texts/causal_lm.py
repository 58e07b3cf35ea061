"""Loads a causal language model by its setting; weights in GGUF are converted once."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
from transformers.utils import logging as transformers_logging

from training.encoder.encoder import best_device
from training.texts.writer import WriterUnavailable

PATTERNS = ["*.safetensors", "*.json", "*.jinja", "vocab*", "merges.txt", "tokenizer*"]


@dataclass(frozen=True)
class CausalLM:
    """A causal language model; `fingerprint` covers weights, tokenizer, number format and library versions."""

    fingerprint: str
    tokenizer: Any
    network: Any


def load_causal_lm(setting: str, models: Path) -> CausalLM:
    """The model that `setting` names: `package:NAME`, a folder, or a hub id.

    A GGUF file is converted once to safetensors, into a folder in `models`. Raises WriterUnavailable where there is no
    model, and the exceptions of Transformers where its files are broken.
    """
    transformers_logging.disable_progress_bar()
    folder = find_weights(setting)
    device = best_device()
    dtype = fastest_dtype(device)
    folder = folder if (folder / "config.json").is_file() else _converted(folder, models)
    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    network = AutoModelForCausalLM.from_pretrained(
        str(folder), local_files_only=True, use_safetensors=True, dtype=dtype
    )
    engines = f"{torch.__version__} {transformers.__version__} {dtype} {device.type}"
    return CausalLM(_hash_of(folder, engines), tokenizer, network.requires_grad_(False).eval().to(device))


def fastest_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the device has matrix units for it, else float32."""
    matrix_units = device.type != "cpu" or torch.cpu.get_capabilities().get("amx_bf16", False)
    return torch.bfloat16 if matrix_units else torch.float32


def find_weights(setting: str) -> Path:
    """The folder with the weights of `setting`. A package is looked up without running its code."""
    if setting.startswith("package:"):
        spec = util.find_spec(setting.removeprefix("package:"))
        if spec is None or not spec.submodule_search_locations:
            raise WriterUnavailable(f'[texts] generator = "{setting}": no Python package of this name is installed')
        return Path(spec.submodule_search_locations[0])
    if Path(setting).expanduser().is_dir():
        return Path(setting).expanduser()
    from huggingface_hub import snapshot_download  # imported only where the setting is a hub id

    try:
        return Path(snapshot_download(setting, allow_patterns=PATTERNS))
    except Exception as unreachable:
        raise WriterUnavailable(
            f'[texts] generator = "{setting}" is neither a folder nor can it be fetched from the hub '
            f"({type(unreachable).__name__})"
        ) from unreachable


def _converted(folder: Path, models: Path) -> Path:
    """The folder in `models`, named by the hash of the GGUF file in `folder`, with its safetensors and tokenizer."""
    files = sorted(folder.glob("*.gguf"))
    if len(files) != 1:
        raise WriterUnavailable(
            f"{folder.name} has neither config.json nor exactly one *.gguf file, but {len(files)} of them"
        )
    with files[0].open("rb") as stream:
        target = models / hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    if not target.is_dir():
        part = models / f".part-{os.getpid()}"
        AutoTokenizer.from_pretrained(str(folder), gguf_file=files[0].name).save_pretrained(part)
        network = AutoModelForCausalLM.from_pretrained(
            str(folder),
            gguf_file=files[0].name,
            dtype=torch.float16,  # half the size of float32, and finer than the four bits of the file
            quantization_config=GgufConfig(dequantize=True),
        )
        network.save_pretrained(part)
        if target.is_dir():  # another night finished first
            shutil.rmtree(part)
        else:
            part.rename(target)
    return target


def _hash_of(folder: Path, engines: str) -> str:
    """16 hexadecimal digits of a SHA-256 over weights, configuration, tokenizer and `engines`."""
    digest = hashlib.sha256(engines.encode())
    for file in sorted({f for pattern in PATTERNS for f in folder.glob(pattern)}):
        with file.open("rb") as stream:
            digest.update(file.name.encode() + hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:16]
