"""The writer that the settings name.

PyTorch and Transformers take seconds to import: only a model on this machine needs them.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.settings.texts import Texts
from recommender.texts.language import Language
from training.texts.endpoint import Endpoint
from training.texts.writer import Writer, WriterUnavailable, unavailable_on_error


def open_writer(settings: Texts, language: Language, models: Path, threads: int, seed: int) -> Writer:
    """The writer that `[texts] generator` names; `models` is a folder for converted weights.

    A model on this machine uses `threads` CPU threads and draws by `seed`. Raises WriterUnavailable where there is no
    such writer.
    """
    if settings.generator == "none":
        raise WriterUnavailable("[texts] generator is none")
    if settings.is_endpoint:
        return Endpoint(settings, language)
    from training.encoder.encoder import make_repeatable
    from training.texts.causal_lm import load_causal_lm
    from training.texts.constrained_writer import ConstrainedWriter

    make_repeatable(threads, seed)
    with unavailable_on_error(settings.generator, "be loaded"):
        return ConstrainedWriter(load_causal_lm(settings.generator, models), language, settings, seed)
