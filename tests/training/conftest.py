"""A toy encoder that loads in a moment, and a shop's log small enough to know by heart."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from transformers import BertConfig, BertModel, BertTokenizerFast

from pipelines.contracts.interactions import INTERACTIONS
from recommender.ranking.interaction_log import InteractionLog
from training.encoder.encoder import make_repeatable
from training.encoder.encoder_files import load_base
from training.ranker.read_inputs import read_log

WORDS = (
    "red", "blue", "green", "cup", "plate", "hose", "spade", "lamp", "candle", "tea", "pot", "garden", "kitchen",
    "light", "warm", "cold", "wet", "dry",
)  # fmt: skip


@pytest.fixture(scope="session")
def toy_base(tmp_path_factory):
    """A folder with a two-layer network of random weights and a vocabulary of a few words."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "."]))
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    make_repeatable(1, 0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def toy_encoder(toy_base):
    return load_base(str(toy_base), 24)


@pytest.fixture(scope="session")
def make_log():
    """From rows `(user, product, day of 2025, event types)` to a Log over products `p00` to `p11`."""

    def of(*rows: tuple[str, str, int, str], products: int = 12) -> InteractionLog:
        def row(order: int, user: str, product: str, day: int, types: str) -> dict[str, object]:
            when = date(2025, 1, 1) + timedelta(days=day - 1)
            return {
                "user_id": user, "product_id": product, "day": when, "weight": 1.0, "pieces": 0, "events": 1,
                "event_types": sorted(types.split()),
                "last_ts": datetime(when.year, when.month, when.day, tzinfo=UTC) + timedelta(seconds=order),
            }  # fmt: skip

        table = pa.Table.from_pylist([row(i, *r) for i, r in enumerate(rows)], schema=INTERACTIONS.schema())
        ids = np.array([f"p{i:02d}" for i in range(products)])
        return read_log(table, ids, ["purchase"], ["purchase"])

    return of
