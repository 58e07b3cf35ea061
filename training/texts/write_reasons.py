"""Reasons of recommendations in a model's words, where the settings want it: a text for each kind and named product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.contracts.user_topk import USER_TOPK
from pipelines.night.night import Night
from recommender.texts import LANGUAGES
from recommender.texts.facts import facts_of
from recommender.texts.grounding import BundleText
from training.texts.writer import TextRequest

ReasonKey = tuple[str, str]  # kind, and the product of the past that is named
ROWS = 100_000  # rewritten at once
MOST_SHOWN = """
    select reason.kind, reason.evidence[1], count(*) n from read_parquet(?)
    where len(reason.evidence) > 0 group by all order by n desc, 1, 2
"""


def reasons_asked(night: Night, products: pa.Table, names: Mapping[str, str]) -> dict[ReasonKey, TextRequest]:
    """What is asked of reasons that name a product of the past, those on most lists first; nothing by default.

    `names` are those of titles.
    """
    files = _files(night)
    if night.settings.texts.reasons != "model" or not files:
        return {}
    with duckdb.connect() as engine:
        shown = [(kind, product) for kind, product, _ in engine.execute(MOST_SHOWN, [files]).fetchall()]
    frames = LANGUAGES[night.settings.shop.language].reason_frames
    wanted = pa.array(sorted({product for _, product in shown}), pa.string())
    known = {row["product_id"]: row for row in products.filter(pc.is_in(products["product_id"], wanted)).to_pylist()}
    return {(k, p): TextRequest(facts_of([known[p]], names), why=k) for k, p in shown if k in frames and p in known}


def write_reasons(
    night: Night, asked: Mapping[ReasonKey, TextRequest], texts: Mapping[str, BundleText]
) -> dict[str, int]:
    """Give the lists' reasons the `texts` (by key of the ask), and say how many rows the model and templates speak in.

    File by file: the lists of many users need no room at once.
    """
    told = {why: texts[ask.key].description for why, ask in asked.items() if ask.key in texts}
    by: Counter[str] = Counter()
    for file in _files(night) if asked else ():
        schema = pq.read_schema(file)
        with pq.ParquetFile(file) as read, pq.ParquetWriter(f"{file}.new", schema, compression="zstd") as written:
            for batch in read.iter_batches(ROWS):
                rows = _reworded(pa.Table.from_batches([batch]), told, night)
                by.update(rows["written_by"].to_pylist())
                written.write_table(rows.cast(schema))
    for path in night.place(USER_TOPK).glob("*.new"):
        path.rename(path.with_suffix(""))
    return {"rows_by_model": by["model"], "rows_by_template": by["template"]}


def _files(night: Night) -> list[str]:
    return [str(path) for path in sorted(night.place(USER_TOPK).glob("*.parquet"))]


def _reworded(rows: pa.Table, told: Mapping[ReasonKey, str], night: Night) -> pa.Table:
    """The rows with the model's words where there are some."""
    texts = list(_texts(rows, told, LANGUAGES[night.settings.shop.language].by_customers))
    said = [new or old for new, old in zip(texts, rows["reason_text"].to_pylist(), strict=True)]
    who = ["model" if new else "template" for new in texts]
    for name, values in (("reason_text", said), ("written_by", who)):
        rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), pa.array(values, pa.string()))
    return rows


def _texts(rows: pa.Table, told: Mapping[ReasonKey, str], by_customers: str) -> Iterator[str]:
    """The model's words for each row, with how many chose both; empty where the template stays."""
    for reason in rows["reason"].to_pylist():
        text = told.get((reason["kind"], reason["evidence"][0]), "") if reason["evidence"] else ""
        users = reason["users"] or 0
        yield text + (by_customers.replace("{}", str(users)) if text and users > 1 else "")
