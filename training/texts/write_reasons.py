"""Reasons of recommendations written by a model: one text for each kind of reason and product that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recommender.texts.facts import facts_of
from recommender.texts.grounding import BundleText
from training.texts.writer import TextRequest

ReasonKey = tuple[str, str]  # kind, and the product of the user's history that the reason names
BATCH_ROWS = 100_000
MOST_SHOWN = """
    select reason.kind, reason.evidence[1], count(*) n from read_parquet(?)
    where len(reason.evidence) > 0 group by all order by n desc, 1, 2
"""


def reason_requests(
    files: Sequence[Path], products: pa.Table, names: Mapping[str, str], kinds: Collection[str]
) -> dict[ReasonKey, TextRequest]:
    """Requests for the reasons in the `user_topk` files that name a product, the most frequent first.

    `kinds` are the kinds of reason that have patterns, `names` the short names of the titles of table `products`.
    """
    if not files:
        return {}
    with duckdb.connect() as engine:
        rows = engine.execute(MOST_SHOWN, [[str(file) for file in files]]).fetchall()
    shown = [(kind, product) for kind, product, _ in rows]
    named = pa.array(sorted({product for _, product in shown}), pa.string())
    known = {row["product_id"]: row for row in products.filter(pc.is_in(products["product_id"], named)).to_pylist()}
    return {
        (kind, product): TextRequest(facts_of([known[product]], names), reason_kind=kind)
        for kind, product in shown
        if kind in kinds and product in known
    }


def rewrite_reasons(
    files: Sequence[Path],
    requests: Mapping[ReasonKey, TextRequest],
    texts: Mapping[str, BundleText],
    by_customers: str,
) -> dict[str, int]:
    """Put `texts` (by key of the request) into the `user_topk` files; the numbers of rows by model and by template.

    `by_customers` is the language's text for the number of customers. The files are read in batches, and replaced once
    all are written.
    """
    reasons = {key: texts[request.key].description for key, request in requests.items() if request.key in texts}
    by: Counter[str] = Counter()
    for file in files if requests else ():
        schema = pq.read_schema(file)
        with pq.ParquetFile(file) as old, pq.ParquetWriter(f"{file}.new", schema, compression="zstd") as new:
            for batch in old.iter_batches(BATCH_ROWS):
                rows = _with_reasons(pa.Table.from_batches([batch]), reasons, by_customers)
                by.update(rows["written_by"].to_pylist())
                new.write_table(rows.cast(schema))
    for file in files if requests else ():
        Path(f"{file}.new").rename(file)
    return {"rows_by_model": by["model"], "rows_by_template": by["template"]}


def _with_reasons(rows: pa.Table, reasons: Mapping[ReasonKey, str], by_customers: str) -> pa.Table:
    """`rows` with `reason_text` and `written_by` of the model where `reasons` has a text."""
    new_texts = list(_new_texts(rows, reasons, by_customers))
    texts = [new or old for new, old in zip(new_texts, rows["reason_text"].to_pylist(), strict=True)]
    written_by = ["model" if new else "template" for new in new_texts]
    for name, values in (("reason_text", texts), ("written_by", written_by)):
        rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), pa.array(values, pa.string()))
    return rows


def _new_texts(rows: pa.Table, reasons: Mapping[ReasonKey, str], by_customers: str) -> Iterator[str]:
    """The model's text for each row, with the number of customers who chose both; empty where the template stays."""
    for reason in rows["reason"].to_pylist():
        text = reasons.get((reason["kind"], reason["evidence"][0]), "") if reason["evidence"] else ""
        users = reason["users"] or 0
        yield text + (by_customers.replace("{}", str(users)) if text and users > 1 else "")
