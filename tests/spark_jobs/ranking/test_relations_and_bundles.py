"""From events to relations and bundles: a shop of few products in which it is known what goes with what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from pipelines.contracts.events import EVENTS
from pipelines.contracts.pair_counts import PAIR_COUNTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.score_parts import REASON_KINDS
from pipelines.night.night import Night
from pipelines.settings.knn import Knn
from pipelines.settings.load import check_settings
from pipelines.settings.relations import Relations
from recommender.ranking.blend import Blend
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import save_ranker
from recommender.ranking.score_parts.popular import Popular
from recommender.ranking.score_parts.similar_meaning import SimilarMeaning
from recommender.ranking.score_parts.similar_text import SimilarText
from recommender.ranking.substitutes import PRIOR_WEIGHTS, Substitutes
from recommender.texts.english import EN
from spark_jobs import rank
from spark_jobs.engine import from_arrow, spark_schema
from spark_jobs.features.pairs import all_groups, groups_by_day, pair_counts
from spark_jobs.features.sessions import in_visits, sessions
from spark_jobs.rank import CountedDays
from spark_jobs.ranking.bought_after import bought_after
from spark_jobs.ranking.bundle_evidence import count_sets
from spark_jobs.ranking.bundles import find_bundles
from spark_jobs.ranking.decayed_counts import decayed_total, pair_sums
from spark_jobs.ranking.neighbours import meaning_block, similar_products
from spark_jobs.ranking.offers import bundle_table, cold_table
from spark_jobs.ranking.pair_blocks import related_block
from spark_jobs.ranking.relations import RelationRun, stated

pytestmark = pytest.mark.slow

DAY = date(2025, 3, 10)
CATEGORIES = {"lamp": "lamps", "light": "lamps", "glow": "lamps", "shade": "shades", "bulb": "bulbs"}
IDS = sorted([*CATEGORIES, "bread", "milk", *(f"other{n}" for n in range(8))])
ALIKE = {("lamp", "light"): 0.8, ("glow", "lamp"): 0.7, ("glow", "light"): 0.6}
PRICES = {"lamp": 40.0, "light": 45.0, "shade": 20.0, "bulb": 5.0, "glow": 30.0}


def shopping():
    """(user, product, type, day back, order): lamps are looked at together, and one of them is bought with the rest."""
    rows = []
    for n in range(60):
        user, day = f"u{n:02d}", n % 20
        rows += [(user, p, "view", day, None) for p in ("lamp", "light")]
        lamp = "lamp" if n % 2 else "light"
        rows += [(user, p, "purchase", day, f"o{n}") for p in (lamp, "shade", *(["bulb"] if n % 3 else []))]
        rows += [(user, f"other{n % 7}", "purchase", day, f"o{n}")]
    for n in range(400):  # popular, and together by chance alone
        both = [p for p, m in (("bread", 2), ("milk", 3)) if n % m == 0]
        rows += [(f"v{n:03d}", p, "purchase", n % 20, f"p{n}") for p in [*both, f"other{n % 7}"]]
    for n in range(12):  # a bulb comes later, for those who bought a lamp
        rows += [(f"w{n:02d}", "lamp", "purchase", 10, f"q{n}"), (f"w{n:02d}", "bulb", "purchase", 2, f"r{n}")]
    for n in range(40):
        rows += [(f"x{n:02d}", f"other{n % 5}", "purchase", 10, f"s{n}"), (f"x{n:02d}", "milk", "purchase", 3, f"t{n}")]
    return [*rows, ("y", "glow", "purchase", 1, "only")]


@pytest.fixture(scope="module")
def ranker():
    n = len(IDS)
    lexical = sparse.lil_array((n, n), dtype=np.float32)
    for (one, other), cosine in ALIKE.items():
        a, b = IDS.index(one), IDS.index(other)
        lexical[a, b] = lexical[b, a] = cosine
    return Ranker(
        product_ids=np.array(IDS), showable=np.ones(n, bool),
        parts=(SimilarText(), SimilarMeaning(), Popular()), lexical=lexical.tocsr(),
        vectors=on_grid(np.random.default_rng(1).normal(size=(n, 8))), popularity=np.ones(n, np.float32),
        blend=Blend(dict.fromkeys(REASON_KINDS, 1.0)), settings=Knn(), brands=np.full(n, -1, np.int32),
    )  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory, ranker):
    bundles = {"most_published": 20, "most_per_user": 3, "kin_from": 0.55, "grown_from": 0.4, "long_tail": 1}
    settings = check_settings({"bundles": bundles})
    night = Night(tmp_path_factory.mktemp("home"), DAY, "run", f"{DAY}-01", "f" * 8, settings, {}, {}, (), "k", DAY)
    save_ranker(ranker, night.work / "ranker")
    return night


def products(spark):
    rows = [
        {"product_id": p, "title": p.title(), "categories": ["home", CATEGORIES[p]] if p in CATEGORIES else [],
         "price": PRICES.get(p, 1.0), "cost": PRICES.get(p, 1.0) / 2, "available": True, "aliases": [], "text_hash": p}
        for p in IDS
    ]  # fmt: skip
    return spark.createDataFrame([tuple(r.get(c.name) for c in PRODUCTS.columns) for r in rows], spark_schema(PRODUCTS))


def events_of(spark, rows):
    events = [
        {"event_id": f"e{n}", "user_id": user, "product_id": product, "event_type": kind, "order_id": order,
         "ts": datetime(2025, 3, 10, 12) - timedelta(days=back), "quantity": 1, "day": DAY - timedelta(days=back)}
        for n, (user, product, kind, back, order) in enumerate(rows)
    ]  # fmt: skip
    rows = [tuple(e.get(c.name) for c in EVENTS.columns) for e in events]
    return computed(spark.createDataFrame(rows, spark_schema(EVENTS)))


def computed(frame):
    """The same rows without the plan behind them, as of a table that is read: Spark looks at the whole of a plan."""
    return from_arrow(frame.sparkSession, frame.toArrow(), frame.schema)


def evidence_of(spark, night, events, catalogue=None):
    """What the job `rank` makes of tables, from events."""
    settings, catalogue = night.settings, catalogue or products(spark)
    groups = all_groups(events, sessions(in_visits(events, settings.features), settings.features), settings.features)
    groups = computed(groups)
    by_day = {day: facts["groups"] for day, facts in groups_by_day(groups).items()}
    days = CountedDays(events, computed(pair_counts(groups)), by_day)
    return rank.evidence_of(days, catalogue, catalogue.select("product_id"), run_of(night), settings.features)


def run_of(night):
    return RelationRun(DAY, night.work / "ranker", night.settings.relations)


def bought_later(spark, night, rows):
    return bought_after(events_of(spark, rows), DAY, night.settings.relations, night.settings.features)


def bundles_of(evidence, ranker, settings):
    return find_bundles(evidence, ranker, settings.bundles, settings.relations)


@pytest.fixture(scope="module")
def evidence(spark, night):
    return evidence_of(spark, night, events_of(spark, shopping()))


@pytest.fixture(scope="module")
def neighbours(spark, night, evidence):
    after = bought_later(spark, night, shopping())
    rows = similar_products(evidence.related, after, products(spark), evidence.showable, run_of(night)).collect()
    return {(r["kind"], r["product_id"], r["other_id"]): r for r in rows}


def test_substitutes_and_complements_are_told_apart(neighbours):
    lamps, shade = neighbours["substitute", "lamp", "light"], neighbours["complement", "lamp", "shade"]
    assert lamps["score"] > 0.8
    assert lamps["pairs"] == 60, "visits that saw both"
    assert 0.5 < shade["score"] <= 1
    assert shade["pairs"] == 30, "baskets with both"
    assert neighbours["complement", "shade", "lamp"]["score"] == shade["score"]
    assert ("complement", "lamp", "light") not in neighbours
    assert ("substitute", "lamp", "shade") not in neighbours
    assert neighbours["substitute", "glow", "lamp"]["pairs"] == 0, "described alike, and never seen together"


def test_baskets_alone_do_not_tell_variants_of_one_name_from_complements(spark, night, ranker):
    titles = {"lamp": "Blue desk lamp", "light": "Red desk lamp", "shade": "Desk shade"}
    named = products(spark).replace({p.title(): title for p, title in titles.items()}, subset="title")
    orders = [(f"u{n}", p, "purchase", n % 20, f"o{n}") for n in range(40) for p in ("lamp", "light", "shade")]
    orders += [(f"v{n}", f"other{n % 7}", "purchase", n % 20, f"p{n}") for n in range(200)]
    lone = replace(night, settings=check_settings({"bundles": {"most_published": 20}}))
    evidence = evidence_of(spark, lone, events_of(spark, orders), named)
    found = [o.candidate.products for o in bundles_of(evidence, ranker, lone.settings).bundles]
    assert found == [("light", "shade")], "the dearer of the two"
    sets = check_settings({"bundles": {"most_published": 20, "sets": ["lamps"]}})
    assert ("lamp", "light", "shade") in [o.candidate.products for o in bundles_of(evidence, ranker, sets).bundles]
    rows = similar_products(evidence.related, bought_later(spark, lone, []), named,
                            evidence.showable, run_of(lone)).collect()  # fmt: skip
    kinds = {(r["product_id"], r["other_id"], r["kind"]) for r in rows}
    assert kinds >= {("lamp", "light", "substitute"), ("lamp", "shade", "complement")}


def test_popular_products_that_meet_by_chance_are_not_related(neighbours):
    assert not [key for key in neighbours if set(key[1:]) == {"bread", "milk"} and key[0] != "similar_meaning"]


def test_what_is_bought_the_next_time(neighbours):
    later = neighbours["bought_after", "lamp", "bulb"]
    assert later["pairs"] == 12
    assert later["lift"] > 2
    assert ("bought_after", "bulb", "lamp") not in neighbours
    assert not [key for key in neighbours if key[0] == "bought_after" and key[2] == "milk"], "what everybody buys later"


def test_old_days_count_half_after_a_half_life(spark):
    days = {DAY: 4, DAY - timedelta(days=5): 6, DAY - timedelta(days=10): 8}
    rows = [("co_bought", "a", "b", n, 0, day) for day, n in days.items()]
    rows += [("co_viewed", "a", "b", 2 * n, n, day) for day, n in days.items()]
    (sums,) = pair_sums(
        spark.createDataFrame(rows, spark_schema(PAIR_COUNTS)), DAY, Relations(half_life_days=5)
    ).collect()
    assert (sums["bought"], sums["viewed"], sums["one_bought"], sums["last_bought"]) == (18, 36, 18, DAY)
    assert (sums["bought_weight"], sums["viewed_weight"], sums["one_bought_weight"]) == (4 + 3 + 2, 18, 9)
    groups = {str(day): {"co_bought": n} for day, n in days.items()}
    assert decayed_total(groups, "co_bought", DAY, Relations(half_life_days=5)) == 9
    assert decayed_total(groups, "co_viewed", DAY, Relations(half_life_days=5)) == 0


def test_baskets_of_old_days_count_less_for_a_bundle(evidence):
    holders = [n for n in range(60) if n % 2 and n % 3]
    ((products, (baskets, weight)),) = count_sets(evidence, [("bulb", "lamp", "shade")], 5).items()
    assert (products, baskets) == (("bulb", "lamp", "shade"), len(holders))
    assert weight == pytest.approx(sum(2 ** -((n % 20) / 5) for n in holders), abs=1e-6)


@pytest.mark.parametrize("half_life", [2, 5, 1e6])
def test_next_baskets_of_old_days_count_less(spark, night, half_life):
    relations = Relations(half_life_days=half_life)
    rows = bought_after(events_of(spark, shopping()), DAY, relations, night.settings.features).collect()
    (later,) = [r for r in rows if (r["product_id"], r["other_id"]) == ("lamp", "bulb")]
    assert later["pairs"] == 12
    # 12 of those who came again bought a bulb after a lamp 2 days ago, 40 bought milk after others 3 days ago
    assert later["lift"] == pytest.approx(1 + 40 / 12 * 2 ** (-1 / half_life), abs=1e-5)


def test_ranks_of_a_kind_have_no_gaps(neighbours):
    lists = {}
    for (kind, product, _), row in neighbours.items():
        lists.setdefault((kind, product), []).append((row["rank"], row["score"]))
    for ranked in lists.values():
        ranked.sort()
        assert [rank for rank, _ in ranked] == list(range(1, len(ranked) + 1))
        assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_what_cannot_be_bought_is_nobodys_neighbour(spark, night, ranker, evidence, neighbours):
    gone = ["lamp", "milk"]
    other = replace(night, run_id="gone")
    save_ranker(replace(ranker, showable=~np.isin(ranker.product_ids, gone)), other.work / "ranker")
    after, shown = bought_later(spark, night, shopping()), evidence.showable
    shown = shown.where(~shown.product_id.isin(gone))
    rows = similar_products(evidence.related, after, products(spark), shown, run_of(other)).collect()
    found = {(r["kind"], r["product_id"], r["other_id"]): r["score"] for r in rows}
    assert found.items() >= {key: r["score"] for key, r in neighbours.items() if key[2] not in gone}.items()
    assert not [key for key in found if key[2] in gone]
    assert ("substitute", "lamp", "light") in found, "what cannot be bought has neighbours"


def test_neighbours_by_meaning_are_the_same_in_blocks_of_any_size(ranker):
    twins = replace(ranker, vectors=np.repeat(ranker.vectors[::2], 2, axis=0)[: len(IDS)])
    everyone = np.arange(len(IDS))
    whole = meaning_block(twins, everyone, 4).to_pylist()
    assert whole == [row for at in everyone for row in meaning_block(twins, everyone[[at]], 4).to_pylist()]
    cosines = np.round(twins.vectors @ twins.vectors.T, 6)
    np.fill_diagonal(cosines, -np.inf)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :4]
    assert [row["other_id"] for row in whole] == np.array(IDS)[order].ravel().tolist()
    assert [row["score"] for row in whole] == np.take_along_axis(cosines, order, axis=1).ravel().tolist()
    assert [row["rank"] for row in whole] == [1, 2, 3, 4] * len(IDS)
    assert len(meaning_block(replace(ranker, showable=everyone < 3), everyone, 4)) == 3 * len(IDS) - 3


def test_bundles_join_and_never_replace_and_a_rare_lamp_is_helped_in(spark, night, evidence, ranker):
    offers = bundles_of(evidence, ranker, night.settings)
    rows = {tuple(r["products"]): r for r in bundle_table(offers, evidence, EN).collect()}
    assert not [p for p in rows if len({"lamp", "light", "glow"} & set(p)) > 1]
    assert not [p for p in rows if {"bread", "milk"} <= set(p)]
    whole = next(r for p, r in rows.items() if {"shade", "bulb"} <= set(p) and {"lamp", "light"} & set(p))
    assert whole["baskets"] == 20
    assert whole["support"] == pytest.approx(20 / evidence.groups.baskets)
    (rare,) = [r for p, r in rows.items() if "glow" in p]
    assert (rare["made_by"], rare["baskets"], rare["support"]) == ("long_tail", 0, 0)
    assert rare["price"] == sum(PRICES.get(p, 1.0) for p in rare["products"])
    cold = cold_table(offers, evidence, night.settings.bundles).collect()
    assert {r["segment"] for r in cold} >= {"all", "category: home"}
    everyone = [r["bundle_id"] for r in sorted(cold, key=lambda r: r["rank"]) if r["segment"] == "all"]
    assert 0 < len(everyone) <= 3
    assert not set(everyone) & {other for bundle in everyone for other in offers.near_duplicates.get(bundle, ())}
    assert offers.near_duplicates[rare["bundle_id"]], "of the bundle that it comes of"


def test_rules_and_pinned_bundles(spark, night, evidence, ranker):
    def found(**bundles):
        settings = check_settings({"bundles": {"most_published": 20} | bundles})
        return {o.candidate.products: o for o in bundles_of(evidence, ranker, settings).bundles}

    pinned = found(pinned=[["milk", "lamp"]], blocked=["bulb"], never_together=[["lamp", "shade"]], long_tail=0)
    assert next(iter(pinned)) == ("lamp", "milk")
    assert pinned["lamp", "milk"].candidate.made_by == "pinned"
    assert not [p for p in pinned if "bulb" in p or {"lamp", "shade"} <= set(p)]
    cheap = found(most_price=30, discount=0.3, least_margin=0.4)
    assert cheap
    for offer in cheap.values():
        assert offer.figures.price <= 30
        assert offer.figures.offer_price == pytest.approx(offer.figures.price * 0.5 / 0.6, abs=0.01)


def test_what_the_shop_states_wins_over_behaviour():
    settings = check_settings(
        {"relations": {"stated": [["shade", "substitute", "lamp"], ["lamp", "complement", "light"]]}}
    )
    pairs = pa.record_batch(
        {
            "product_id": ["lamp", "lamp", "bulb"], "other_id": ["shade", "light", "lamp"], "words": [0.0, 0.9, 0.0],
            "meaning": [0.0] * 3, "category": [-1, 1, -1], "variant": [0] * 3, "joined": [90.0, 0, 90],
            "chosen": [0, 90.0, 0],
        }
    )  # fmt: skip
    found = related_block(pairs, Substitutes(PRIOR_WEIGHTS, 1.0, 10), stated(settings.relations))
    assert found["stated"].to_pylist() == ["substitute", "complement", None]
    assert found["substitute"].to_pylist()[:2] == [1.0, 0.0]
    assert 0 < found["substitute"][2].as_py() < 0.1


def test_what_the_shop_states_to_go_together_may_be_a_bundle(spark, night, ranker):
    stated = [["milk", "bread"], ["glow", "milk"], ["glow", "bread"], ["lamp", "shade"], ["bulb", "nothing"]]
    settings = check_settings({
        "relations": {"stated": [[one, "complement", other] for one, other in stated]},
        "bundles": {"most_published": 20, "never_together": [["glow", "bread"]], "long_tail": 0},
    })  # fmt: skip
    evidence = evidence_of(spark, replace(night, settings=settings), events_of(spark, shopping()))
    found = {o.candidate.products: o for o in bundles_of(evidence, ranker, settings).bundles}
    assert found["bread", "milk"].candidate.made_by == found["glow", "milk"].candidate.made_by == "stated"
    assert found["bread", "milk"].candidate.baskets > 2
    assert (found["glow", "milk"].candidate.baskets, found["glow", "milk"].score) == (0, 0)
    assert not [products for products in found if {"glow", "bread"} <= set(products)], "rules hold for these, too"
    others = [o.candidate.made_by for products, o in found.items() if "shade" in products]
    assert others
    assert "stated" not in others, "baskets speak for it"


def test_without_behaviour_there_are_no_bundles_and_texts_alone_relate(spark, night, ranker):
    nothing = evidence_of(spark, night, events_of(spark, []))
    offers = bundles_of(nothing, ranker, night.settings)
    assert offers.bundles == []
    assert bundle_table(offers, nothing, EN).count() == cold_table(offers, nothing, night.settings.bundles).count() == 0
    after = bought_later(spark, night, [])
    rows = similar_products(nothing.related, after, products(spark), nothing.showable, run_of(night)).collect()
    assert {r["kind"] for r in rows} == {"substitute", "similar_meaning"}
