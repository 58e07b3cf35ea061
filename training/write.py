"""The step `write`: words of the night's bundles and reasons, by a language model where it says what is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.atomic_files import write_json
from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.run_metrics import RUN_METRICS
from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.night.table_io import read_table, replace_rows, write_table
from recommender.texts import LANGUAGES
from recommender.texts.facts import facts_of, short_names
from recommender.texts.templates import template
from training.texts.text_cache import drop_other_writers
from training.texts.write_reasons import reasons_asked, write_reasons
from training.texts.write_texts import WritingReport, write_texts
from training.texts.writer import TextRequest, WriterUnavailable, open_writer

WRITER = "words"  # as run_metrics calls it


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `write` for the night that `--night` names."""
    step_process("write", write, argv)


def write(night: Night) -> None:
    """Give the staged bundles their texts, and leave `words.json`: who wrote how many, and why not all of them."""
    bundles, products = read_table(night, BUNDLES).to_pylist(), read_table(night, PRODUCTS)
    names = short_names(products["title"].to_pylist())
    asks, reasons = asks_of(bundles, products, names, shown(night)), reasons_asked(night, products, names)
    told, of_reasons = _told(night, list(asks.values()), list(reasons.values()))
    described = [bundle | _described(bundle, asks[bundle["bundle_id"]], told, night) for bundle in bundles]
    replace_rows(night, BUNDLES, pa.Table.from_pylist(described, schema=BUNDLES.schema()))
    by = Counter(bundle["written_by"] for bundle in described)
    facts = asdict(told) | {"bundles": len(bundles), "by_model": by["model"], "by_template": by["template"]}
    rows = write_reasons(night, reasons, of_reasons.texts)
    shop, texts = night.settings.shop, night.settings.texts
    facts |= {"generator": texts.generator, "language": shop.language, "reasons": asdict(of_reasons) | rows}
    del facts["texts"], facts["reasons"]["texts"]
    write_json(night.work / "words.json", facts)
    write_table(night, RUN_METRICS, with_figures(read_table(night, RUN_METRICS), facts, night))
    print(f"{by['model']} bundles described by the model, {by['template']} by template; {told.stopped or 'all asked'}")


def _told(night: Night, bundles: list[TextRequest], reasons: list[TextRequest]) -> tuple[WritingReport, WritingReport]:
    """The texts that are to be had, of bundles first; none where there is nothing to write or nobody who writes."""
    settings, folder = night.settings, night.home / "words"
    if not bundles and not reasons:
        return WritingReport(), WritingReport()
    try:
        writer = open_writer(settings, folder / "models")
    except WriterUnavailable as none:
        return WritingReport(stopped=str(none)), WritingReport(stopped=str(none) if reasons else "")
    texts, language = settings.texts, LANGUAGES[settings.shop.language]
    told = write_texts(bundles, writer, folder / "texts", texts, language)
    if told.stopped and reasons:
        return told, WritingReport(stopped=told.stopped)
    of_reasons = write_texts(reasons, writer, folder / "texts", texts, language, told.tokens)
    drop_other_writers(folder / "texts", writer.fingerprint)
    return told, of_reasons


def shown(night: Night) -> Counter[str]:
    """How many users each bundle is shown to."""
    return Counter(read_table(night, USER_BUNDLES)["bundle_id"].to_pylist())


def asks_of(
    bundles: list[dict[str, Any]], products: pa.Table, names: Mapping[str, str], seen: Counter[str]
) -> dict[str, TextRequest]:
    """What is asked of each bundle, by its id; the most shown first, then the best. `names` are those of titles."""
    wanted = pa.array(sorted({p for bundle in bundles for p in bundle["products"]}), pa.string())
    known = {row["product_id"]: row for row in products.filter(pc.is_in(products["product_id"], wanted)).to_pylist()}

    def importance(bundle: dict[str, Any]) -> tuple[float, float, str]:
        return -seen[bundle["bundle_id"]], -bundle["score"], bundle["bundle_id"]

    best_first = sorted(bundles, key=importance)
    return {b["bundle_id"]: TextRequest(facts_of([known[p] for p in b["products"]], names)) for b in best_first}


def _described(bundle: dict[str, Any], ask: TextRequest, told: WritingReport, night: Night) -> dict[str, str]:
    """The columns with words of a bundle."""
    language = LANGUAGES[night.settings.shop.language]
    text = told.texts.get(ask.key)
    said = text or template(ask.facts, bundle["baskets"], language)
    return {"title": said.title, "description": said.description, "written_by": "model" if text else "template"}


def with_figures(metrics: pa.Table, facts: dict[str, Any], night: Night) -> pa.Table:
    """`run_metrics` with what the writing came to; the same whether texts are new or kept from earlier nights."""
    bundles = max(1, facts["bundles"])
    values = {name: facts[name] / bundles for name in ("by_model", "by_template", "asked_twice", "refused")}
    rows = [
        {"model": WRITER, "metric": metric, "value": float(value), "users": 0}
        | {"run_date": night.run_date, "release_id": night.release_id}
        for metric, value in (*values.items(), ("tokens", facts["tokens"]))
    ]
    others = metrics.filter(pc.not_equal(metrics["model"], WRITER))
    return pa.concat_tables([others, pa.Table.from_pylist(rows, schema=metrics.schema)])


if __name__ == "__main__":
    main()
