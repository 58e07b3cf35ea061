"""An encoder on disk: its tuned weights, with a note that names the base model and the hash of its weights."""

from __future__ import annotations

import hashlib
import importlib
import json
from pathlib import Path
from typing import Any

from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from pipelines.atomic_files import clear_folder, write_json
from pipelines.errors import StepFailed
from training.encoder.encoder import Encoder, best_device
from training.encoder.tuned_weights import load_tuned_weights, save_tuned_weights

NOTE = "encoder.json"
WEIGHTS = ("*.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", "vocab*")


def load_base(setting: str, max_tokens: int) -> Encoder:
    """The base encoder that `[training] encoder` names: `package:NAME`, a folder, or a hub id.

    Only safetensors are read. Raises StepFailed where it cannot be loaded.
    """
    transformers_logging.disable_progress_bar()
    folder = find_base(setting)
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        model = AutoModel.from_pretrained(str(folder), local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError) as broken:
        raise StepFailed(
            f'[training] encoder = "{setting}": {folder} holds no encoder that Transformers can load '
            f"({str(broken).splitlines()[0]}). It needs config.json, a tokenizer and *.safetensors."
        ) from broken
    longest = min(max_tokens, int(getattr(model.config, "max_position_embeddings", max_tokens)))
    model = model.requires_grad_(False).eval().to(best_device())
    return Encoder(setting, hash_of_base(folder), longest, tokenizer, model)


def find_base(setting: str) -> Path:
    """The folder with the weights that `setting` names. Raises StepFailed where there is none."""
    if setting.startswith("package:"):
        return _folder_of_package(setting.removeprefix("package:"), setting)
    if Path(setting).expanduser().is_dir():
        return Path(setting).expanduser()
    from huggingface_hub import snapshot_download  # imported only where the setting is a hub id

    try:
        return Path(snapshot_download(setting, allow_patterns=list(WEIGHTS)))
    except Exception as unreachable:
        raise StepFailed(
            f'[training] encoder = "{setting}" is neither a folder nor can it be fetched from the hub '
            f"({type(unreachable).__name__}). Name package:MODULE, a folder, or a hub id that can be reached."
        ) from unreachable


def _folder_of_package(name: str, setting: str) -> Path:
    try:
        package: Any = importlib.import_module(name)
    except ImportError as missing:
        raise StepFailed(
            f'[training] encoder = "{setting}": the Python package "{name}" is not installed. '
            "Install it, or name a folder or a hub id."
        ) from missing
    folder = package.get_model_path() if hasattr(package, "get_model_path") else getattr(package, "MODEL_DIR", None)
    if folder is None:
        raise StepFailed(
            f'[training] encoder = "{setting}": package "{name}" has neither get_model_path() nor MODEL_DIR. '
            "Name the folder of its weights instead."
        )
    return Path(folder)


def hash_of_base(folder: Path) -> str:
    """SHA-256 over names and bytes of configuration, tokenizer and weights."""
    digest = hashlib.sha256()
    for file in sorted({f for pattern in WEIGHTS for f in folder.glob(pattern)}):
        with file.open("rb") as stream:
            digest.update(file.name.encode() + hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def save_encoder(encoder: Encoder, folder: Path) -> None:
    """Write the tuned weights of `encoder` and the note of its base to `folder`, which is emptied first."""
    clear_folder(folder)
    note = {"base": encoder.base, "base_hash": encoder.base_hash, "max_tokens": encoder.max_tokens}
    write_json(folder / NOTE, note | {"dimension": encoder.dimension, "pooling": "mean"})
    save_tuned_weights(encoder.model, folder)


def load_encoder(folder: Path) -> Encoder:
    """The encoder in `folder`: the base model with the tuned weights.

    Raises StepFailed where the base model has other weights than at training.
    """
    note = json.loads((folder / NOTE).read_text())
    base = load_base(note["base"], note["max_tokens"])
    if base.base_hash != note["base_hash"]:
        raise StepFailed(
            f'{folder}: trained on "{note["base"]}" with weights {note["base_hash"][:12]}, but this machine has '
            f"{base.base_hash[:12]}. Install the weights it was trained on, or train again (--retrain)."
        )
    return base.with_model(load_tuned_weights(base.model, folder).eval())


def fingerprint(folder: Path, arithmetic: str) -> str:
    """16 hexadecimal digits that change whenever the vectors of the encoder in `folder` may change.

    `arithmetic` names number format and library versions (`quantised.arithmetic`).
    """
    digest = hashlib.sha256(arithmetic.encode())
    for file in sorted(f for f in folder.iterdir() if f.is_file()):
        digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
