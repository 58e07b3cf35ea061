"""Bundles of the first days of Online Retail, judged in the baskets of the days after, beside FP-growth of Spark ML.

The steps clean, features and check_inputs build the tables of the known days as a night does, and the night's own code
finds bundles in them, with TF-IDF and the frozen encoder as texts. FP-growth reads the same baskets (none larger than
`[features] largest_basket`, a few of a user and day) and keeps itemsets of the same sizes, ranked by support or by
lift. Later baskets pass the same filter.

Printed for each list of equal length: mean lift in later baskets (baskets that hold all products over those expected
under independence; a bundle without a later basket counts 0), lift of each product beyond the first (lift^(1/(k-1)),
because lift grows by a power with each product), share of later baskets that hold a bundle, value of the bundles in
them at the prices of the known days, share of bundles in no later basket, and distinct products. `alike` takes from
FP-growth as many itemsets of each size as the night has, `merged` leaves out near duplicates by the night's own rule.

    python -m benchmarks.later_baskets --data DIR/online_retail --json later_baskets.json
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
from pyspark.ml.fpm import FPGrowth
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from scipy import sparse

from benchmarks.increment import days_of, make_home
from pipelines.atomic_files import write_json
from pipelines.contracts.bundles import FOUND_IN_BASKETS
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.score_parts import REASON_KINDS
from pipelines.night.day_versions import files_of_table
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.orchestration.run_step import run_step
from recommender.bundles.model import Products
from recommender.bundles.near_duplicates import drop_near_duplicates
from recommender.bundles.rules import Rules
from recommender.ranking.blend import Blend
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import save_ranker
from spark_jobs.engine import read, session
from spark_jobs.features.pairs import baskets, limited_groups
from spark_jobs.rank import counted_days, evidence_of
from spark_jobs.ranking.bundle_evidence import bundle_products, substitutes_among
from spark_jobs.ranking.bundles import find_bundles
from spark_jobs.ranking.check_views import showable_products
from spark_jobs.ranking.relations import RelationRun
from training.encoder.encoder import make_repeatable
from training.encoder.encoder_files import load_base
from training.ranker.read_inputs import read_inputs
from training.ranker.time_split import day_number

FP_GROWTH = "FP-growth"
STEPS = ("clean", "features", "check_inputs")
SUPPORTS = (0.01, 0.005, 0.003)  # of known baskets; below, itemsets of all sizes are too many for FP-growth


@dataclass(frozen=True)
class Figures:
    """Figures of a list in later baskets."""

    bundles: int
    sizes: dict[int, int]
    lift: float
    lift_of_each_product: float
    share_of_baskets: float
    sold: float
    without_a_basket: float
    products: int


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.later_baskets", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the packed or unpacked files of each day")
    parser.add_argument("--known", type=int, default=180, help="days with files from which bundles are made")
    parser.add_argument("--supports", type=float, nargs="*", default=SUPPORTS, help="least support of FP-growth")
    parser.add_argument("--home", type=Path, help="keep the shop here, and use what is built there")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder) / "shop"
        if not home.exists():
            make_home(home, asked.data)
        days = days_of(home)
        known, whole = (built(home, day) for day in (days[asked.known - 1], days[-1]))
        found = compared(known, whole, asked.supports)
    for name, figures in found.items():
        print(
            f"{name:<40} {figures.bundles:4d} bundles  lift {figures.lift:9.1f}  of each product "
            f"{figures.lift_of_each_product:6.1f}  share of baskets {figures.share_of_baskets:.3f}  "
            f"sold {figures.sold:,.0f}  without {figures.without_a_basket:.2f}  products {figures.products}"
        )
    ratios = ahead(found)
    for kind, ratio in ratios.items():
        print(f"nightshelf / the best of FP-growth, {kind}: " + ", ".join(f"{n} {r:.2f}" for n, r in ratio.items()))
    if asked.json:
        tree = {"known_days": asked.known, "ahead": ratios, "lists": {name: asdict(f) for name, f in found.items()}}
        write_json(asked.json, tree)


def ahead(found: dict[str, Figures]) -> dict[str, dict[str, float]]:
    """Our figures over the best of FP-growth's lists of equal length, by kind of list."""
    ours = found["nightshelf"]
    theirs = {n: f for n, f in found.items() if n.startswith(FP_GROWTH) and f.bundles == ours.bundles}
    kinds = {
        "its own lists": [f for n, f in theirs.items() if "merged" not in n and "alike" not in n],
        "of our sizes": [f for n, f in theirs.items() if n.endswith("alike") and "merged" not in n],
        "without near copies": [f for n, f in theirs.items() if "merged" in n],
    }
    figures = ("lift", "lift_of_each_product")
    return {
        kind: {name: round(getattr(ours, name) / max(getattr(f, name) for f in lists), 3) for name in figures}
        for kind, lists in kinds.items()
        if lists
    }


def built(home: Path, day: date) -> Night:
    """The night of `day`, with its clean tables and features."""
    night = open_night(home, day, RunOptions(days_only=True))
    for step in STEPS:
        if night.done(step) is None:
            run_step(step, night.work, log=lambda line: None)
    return night


def compared(known: Night, whole: Night, supports: Sequence[float]) -> dict[str, Figures]:
    """Figures by list."""
    ranker = texts_alone(known)
    save_ranker(ranker, known.work / "ranker")
    with session("later_baskets", known.settings.spark) as spark:
        products = read(spark, PRODUCTS, files_of_table(known, PRODUCTS))
        showable = showable_products(products, known.settings.ranking.blocked)
        began = time.monotonic()
        run = RelationRun(known.run_date, known.work / "ranker", known.settings.relations)
        evidence = evidence_of(counted_days(spark, known), products, showable, run, known.settings.features)
        offers = find_bundles(evidence, ranker, known.settings.bundles, known.settings.relations).bundles
        print(f"the night's bundles: {time.monotonic() - began:.1f} s")
        bundles = [o.candidate.products for o in offers if o.candidate.made_by in FOUND_IN_BASKETS]
        lists = {"nightshelf": bundles, "nightshelf, long tail too": [o.candidate.products for o in offers]}
        for support in supports:
            began = time.monotonic()
            itemsets = frequent(evidence.baskets, support, known.settings.bundles.most_products)
            print(f"FP-growth, support {support}: {len(itemsets):,} itemsets, {time.monotonic() - began:.1f} s")
            shelf = bundle_products(evidence, {product for items in itemsets for product in items})
            substitutes = substitutes_among(evidence, shelf)
            rules = Rules(known.settings.bundles, shelf, substitutes, known.settings.bundles.most_products)
            lists |= lists_of(itemsets, bundles, f"{FP_GROWTH} {support}", rules)
        later = later_baskets(spark, whole, known.run_date)
        prices = {r["product_id"]: r["price"] for r in products.where("price is not null").collect()}
    return {name: figures(bundles, later, prices) for name, bundles in lists.items()}


def texts_alone(night: Night) -> Ranker:
    """A ranker with TF-IDF and the frozen encoder's vectors, which is all that bundles need of it."""
    settings = night.settings.training
    make_repeatable(settings.threads, settings.seed)
    inputs = read_inputs(night)
    vectors = load_base(settings.encoder, settings.max_tokens).embed(inputs.texts)
    blend = Blend(dict.fromkeys(REASON_KINDS, 1.0))
    return inputs.ranker(day_number(night.run_date), vectors, blend, night.settings.knn, {})


def frequent(held: DataFrame, support: float, size: int) -> dict[Products, tuple[int, float]]:
    """Itemsets of 2 to `size` products with the baskets that hold them, and their lift over independence."""
    model = FPGrowth(itemsCol="products", minSupport=support).fit(held.select("products"))
    total = held.count()
    rows = model.freqItemsets.where(F.size("items") <= size).collect()
    counts = {tuple(sorted(r["items"])): r["freq"] for r in rows}
    return {
        items: (n, n / (total * float(np.prod([counts[i,] / total for i in items]))))
        for items, n in counts.items()
        if len(items) > 1
    }


def lists_of(
    itemsets: dict[Products, tuple[int, float]], ours: Sequence[Products], name: str, rules: Rules
) -> dict[str, list[Products]]:
    """Lists as long as ours, by support and by lift: the best, those of our sizes, both without near duplicates."""
    sizes, lists = Counter(map(len, ours)), {}
    for way, by in (("support", 0), ("lift", 1)):
        order = sorted(itemsets, key=lambda items: (-itemsets[items][by], items))
        apart = drop_near_duplicates(order, rules.settings.same_from, rules.substitutes_of)
        for kind, ranked in (("", order), (" merged", apart)):
            lists[f"{name} by {way}{kind}"] = ranked[: len(ours)]
            of_size = [[items for items in ranked if len(items) == k][:n] for k, n in sorted(sizes.items())]
            lists[f"{name} by {way}{kind} alike"] = [items for part in of_size for items in part]
    return lists


def later_baskets(spark: SparkSession, night: Night, after: date) -> list[list[str]]:
    """The baskets of the days after."""
    settings = night.settings.features
    bought = baskets(
        read(spark, EVENTS, files_of_table(night, EVENTS)).where(F.col("day") > F.lit(after)), settings.bought
    )
    counted = limited_groups(bought.withColumn("kind", F.lit("co_bought")), settings)
    return [sorted(r["products"]) for r in counted.select("products").collect()]


def figures(bundles: Sequence[Products], later: Sequence[Sequence[str]], prices: Mapping[str, float]) -> Figures:
    """Figures of the bundles in these baskets; a product without a price counts as 0."""
    ids = {p: n for n, p in enumerate(sorted({p for b in (*bundles, *later) for p in b}))}
    held, wanted = (_members(lists, ids) for lists in (later, bundles))
    sizes = np.array([len(b) for b in bundles])
    whole = (held @ wanted.T).toarray() >= sizes
    alone, total, found = held.sum(axis=0), len(later), whole.sum(axis=0)
    expected = np.array([total * np.prod([alone[ids[p]] / total for p in b]) for b in bundles])
    lift = np.divide(found, expected, out=np.zeros(len(bundles)), where=expected > 0)
    return Figures(
        bundles=len(bundles),
        sizes=dict(sorted(Counter(sizes.tolist()).items())),
        lift=round(float(lift.mean()), 3),
        lift_of_each_product=round(float((lift ** (1 / (sizes - 1))).mean()), 3),
        share_of_baskets=round(float(whole.any(axis=1).mean()), 4),
        sold=round(sum(n * prices.get(p, 0.0) for n, b in zip(found.tolist(), bundles, strict=True) for p in b), 2),
        without_a_basket=round(float((found == 0).mean()), 4),
        products=len({p for b in bundles for p in b}),
    )


def _members(lists: Sequence[Sequence[str]], ids: dict[str, int]) -> sparse.csr_array:
    rows = np.repeat(np.arange(len(lists)), [len(items) for items in lists])
    columns = np.array([ids[p] for items in lists for p in items], np.int64)
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(lists), len(ids)))


if __name__ == "__main__":
    main()
