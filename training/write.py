"""The step `write`: titles, descriptions and reasons by a language model, where it writes texts that pass the check.

What the model does not write keeps the text of a template.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.run_metrics import RUN_METRICS
from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.night.table_io import measure_texts_again, read_table, replace_rows, write_table
from pipelines.state_files import write_state
from recommender.texts.all_languages import LANGUAGES
from recommender.texts.facts import facts_of
from recommender.texts.language import Language
from recommender.texts.short_names import short_names
from recommender.texts.templates import template
from training.texts.open_writer import open_writer
from training.texts.text_cache import drop_other_writers
from training.texts.write_reasons import reason_requests, rewrite_reasons
from training.texts.write_texts import CheckedWriter, WritingReport
from training.texts.writer import TextRequest, WriterUnavailable

WRITER = "words"  # the model's name in run_metrics


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `write` for the night that `--night` names."""
    step_process("write", write, argv)


def write(night: Night) -> None:
    """Rewrite the texts of the staged bundles and reasons; write `words.json` with the numbers of texts by writer."""
    settings, language = night.settings, LANGUAGES[night.settings.shop.language]
    bundles, products = read_table(night, BUNDLES).to_pylist(), read_table(night, PRODUCTS)
    names = short_names(products["title"].to_pylist())
    users = Counter(read_table(night, USER_BUNDLES)["bundle_id"].to_pylist())
    lists = sorted(night.place(USER_TOPK).glob("*.parquet"))
    requests = bundle_requests(bundles, products, names, users)
    kinds = language.reason_patterns if settings.texts.reasons == "model" else ()
    reasons = reason_requests(lists, products, names, kinds) if kinds else {}
    caches = night.home / "words"

    def open_checked() -> CheckedWriter:
        training = settings.training
        writer = open_writer(settings.texts, language, caches / "models", training.threads, training.seed)
        return CheckedWriter(writer, language, caches / "texts", settings.texts)

    report, reason_report = write_all(list(requests.values()), list(reasons.values()), open_checked)
    described = [bundle | bundle_texts(bundle, requests[bundle["bundle_id"]], report, language) for bundle in bundles]
    replace_rows(night, BUNDLES, pa.Table.from_pylist(described, schema=BUNDLES.schema()))
    rows = rewrite_reasons(lists, reasons, reason_report.texts, language.by_customers)
    for table in (BUNDLES, USER_TOPK):
        measure_texts_again(night, table)
    by = Counter(bundle["written_by"] for bundle in described)
    facts = asdict(report) | {"bundles": len(bundles), "by_model": by["model"], "by_template": by["template"]}
    facts |= {"generator": settings.texts.generator, "language": language.code, "reasons": asdict(reason_report) | rows}
    del facts["texts"], facts["reasons"]["texts"]
    write_state(night.work / "words.json", facts)
    release = {"run_date": night.run_date, "release_id": night.release_id}
    write_table(night, RUN_METRICS, with_writing_metrics(read_table(night, RUN_METRICS), facts, release))
    stopped = f"; stopped early: {report.stopped}" if report.stopped else ""
    print(f"{by['model']} bundles described by the model, {by['template']} by template{stopped}")


def write_all(
    bundles: list[TextRequest], reasons: list[TextRequest], open_checked: Callable[[], CheckedWriter]
) -> tuple[WritingReport, WritingReport]:
    """Reports of the texts of bundles and of reasons, in this order within one budget.

    Without requests no writer is opened; where none can be opened, or the bundles end early, the rest is not written.
    """
    if not bundles and not reasons:
        return WritingReport(), WritingReport()
    try:
        checked = open_checked()
    except WriterUnavailable as unavailable:
        why = str(unavailable)
        return WritingReport(stopped=why), WritingReport(stopped=why if reasons else "")
    report = checked.write(bundles)
    if report.stopped and reasons:
        return report, WritingReport(stopped=report.stopped)
    reason_report = checked.write(reasons, spent=report.tokens)
    drop_other_writers(checked.caches, checked.writer.fingerprint)
    return report, reason_report


def bundle_requests(
    bundles: list[dict[str, Any]], products: pa.Table, names: Mapping[str, str], users: Counter[str]
) -> dict[str, TextRequest]:
    """A request for each bundle, by its id: by number of users it is shown to (`users`), then by score, both falling.

    `bundles` are rows of table `bundles`, `names` the short names of the titles of table `products`.
    """
    ids = pa.array(sorted({p for bundle in bundles for p in bundle["products"]}), pa.string())
    known = {row["product_id"]: row for row in products.filter(pc.is_in(products["product_id"], ids)).to_pylist()}
    ordered = sorted(bundles, key=lambda b: (-users[b["bundle_id"]], -b["score"], b["bundle_id"]))
    return {b["bundle_id"]: TextRequest(facts_of([known[p] for p in b["products"]], names)) for b in ordered}


def bundle_texts(
    bundle: dict[str, Any], request: TextRequest, report: WritingReport, language: Language
) -> dict[str, str]:
    """The columns title, description and written_by of a row of table `bundles`."""
    written = report.texts.get(request.key)
    text = written or template(request.facts, bundle["baskets"], language)
    return {"title": text.title, "description": text.description, "written_by": "model" if written else "template"}


def with_writing_metrics(metrics: pa.Table, facts: dict[str, Any], release: dict[str, Any]) -> pa.Table:
    """`run_metrics` with the rows of the writer: shares of the bundles and tokens; the same with and without a cache.

    `facts` are the content of `words.json`, `release` the columns run_date and release_id.
    """
    bundles = max(1, facts["bundles"])
    values = {name: facts[name] / bundles for name in ("by_model", "by_template", "asked_twice", "refused")}
    rows = [
        {"model": WRITER, "metric": metric, "value": float(value), "users": 0} | release
        for metric, value in (*values.items(), ("tokens", facts["tokens"]))
    ]
    others = metrics.filter(pc.not_equal(metrics["model"], WRITER))
    return pa.concat_tables([others, pa.Table.from_pylist(rows, schema=metrics.schema)])


if __name__ == "__main__":
    main()
