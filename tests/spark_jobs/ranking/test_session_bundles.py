"""Whose visits get bundles, and of which products."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from scipy import sparse

from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.score_parts import REASON_KINDS
from pipelines.contracts.session_bundles import SESSION_BUNDLES
from pipelines.contracts.sessions import SESSIONS
from pipelines.settings.knn import Knn
from pipelines.settings.load import check_settings
from recommender.bundles.scoring import BasketTotals
from recommender.ranking.blend import Blend
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.score_parts.popular import Popular
from recommender.ranking.score_parts.similar_meaning import SimilarMeaning
from recommender.ranking.score_parts.similar_text import SimilarText
from spark_jobs.engine import conform, spark_schema
from spark_jobs.rank import stamp
from spark_jobs.ranking.bundle_evidence import BundleEvidence
from spark_jobs.ranking.pair_blocks import RELATED
from spark_jobs.ranking.session_bundles import VisitRules, open_visits, session_bundles

pytestmark = pytest.mark.slow

DAY = date(2025, 1, 31)
IDS = ["bag1", "bag2", "cup1", "cup2", "lamp1", "pen1", "pen2"]
CENTRES = {"bag": [1, 0, 0.2], "cup": [0, 1, 0.3], "lamp": [0.2, 0.9, 0.1], "pen": [0.9, 0.1, 0.1]}
SEEN = ["bag1", "pen1", "cup1"]


def visit(user, days_ago, seen, bought=(), hour=12):
    day = DAY - timedelta(days=days_ago)
    started = datetime(day.year, day.month, day.day, hour)
    row = {"session_key": f"{user}-{day}-{hour:02d}", "user_id": user, "started": started, "ended": started,
           "events": len(seen), "products": sorted(seen), "bought": sorted(bought), "day": day}  # fmt: skip
    return tuple(row.get(column.name) for column in SESSIONS.columns)


@pytest.fixture(scope="module")
def ranker():
    n = len(IDS)
    nothing = sparse.csr_array((n, n), dtype=np.float32)
    vectors = np.array([CENTRES[p[:-1]] for p in IDS])
    return Ranker(
        product_ids=np.array(IDS), showable=np.ones(n, bool),
        parts=(SimilarText(), SimilarMeaning(), Popular()), lexical=nothing,
        vectors=on_grid(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)), popularity=np.ones(n, np.float32),
        blend=Blend(dict.fromkeys(REASON_KINDS, 1.0)), settings=Knn(), brands=np.full(n, -1, np.int32),
    )  # fmt: skip


@pytest.fixture
def offered(spark, ranker):
    """Rows of the table by user, for visits, what is hidden from users, what cannot be bought, and pairs related."""

    def of(visits, hidden=(), gone=(), related=(), bundler=None, **tree):
        settings = check_settings(tree)
        facts = [{"product_id": p, "title": p, "categories": ["shop", p[:-1]], "price": 10.0, "available": True,
                  "aliases": [], "text_hash": p} for p in IDS]  # fmt: skip
        catalogue = spark.createDataFrame(
            [tuple(row.get(c.name) for c in PRODUCTS.columns) for row in facts], spark_schema(PRODUCTS)
        )
        pairs = spark.createDataFrame(
            [
                {"product_id": a, "other_id": b, "substitute": s, "stated": told, "by_text": s}
                for a, b, s, told in related
            ],
            RELATED,
        )
        bought = spark.createDataFrame(
            [(p, 1, 1.0) for p in IDS], "product_id string, bought bigint, bought_weight double"
        )
        shown = catalogue.select("product_id").where(~catalogue.product_id.isin(list(gone)))
        evidence = BundleEvidence(bought, BasketTotals(9, 9.0), pairs, bought, catalogue, shown, DAY)
        barred = spark.createDataFrame(list(hidden), "user_id string, product_id string")
        sessions = spark.createDataFrame(visits, spark_schema(SESSIONS))
        open_ = open_visits(sessions, shown, barred, DAY, settings.session_bundles)
        rules = VisitRules(settings.bundles, settings.relations)
        made = session_bundles(evidence, open_, ranker, bundler, rules)
        found = {}
        for row in (
            conform(made.transform(stamp, DAY, f"{DAY}-01"), SESSION_BUNDLES).orderBy("user_id", "rank").collect()
        ):
            found.setdefault(row["user_id"], []).append(row)
        return found

    return of


def products_of(rows):
    return [row["products"] for row in rows]


def test_the_last_visit_counts_whatever_was_seen_on_it(offered):
    found = offered([
        visit("ann", 0, SEEN), visit("bob", 0, SEEN, ["bag1"]), visit("cy", 7, SEEN), visit(None, 0, SEEN),
        visit("dee", 0, ["bag1"]), visit("eve", 3, SEEN), visit("eve", 1, ["cup1", "pen1"], ["cup1"]),
        visit("fay", 1, SEEN, hour=9), visit("fay", 1, ["cup1", "pen2"], hour=15),
        visit("gus", 2, SEEN), visit("gus", 1, ["cup1"]), visit("hal", 2, SEEN), visit("hal", 1, ["cup1"], ["cup1"]),
        visit("ida", 2, SEEN), visit("ida", 1, []),
    ])  # fmt: skip
    assert set(found) == {"ann", "fay", "ida"}
    assert products_of(found["ann"]) == [["bag1", "pen1"]]
    assert products_of(found["fay"]) == [["cup1", "pen2"]]
    (row,) = found["ann"]
    assert (row["rank"], row["session_key"], row["made_by"]) == (1, f"ann-{DAY}-12", "clusters")
    assert row["started"] == datetime(2025, 1, 31, 12)


def test_only_what_may_be_shown_to_the_user_is_offered(offered):
    visits = [visit("ann", 0, SEEN), visit("bob", 0, ["bag1", "pen1"]), visit("cy", 0, SEEN)]
    found = offered(visits, hidden=[("ann", "bag1"), ("bob", "pen1"), ("bob", "cup1")])
    assert {user: products_of(rows) for user, rows in found.items()} == {
        "ann": [["cup1", "pen1"]], "cy": [["bag1", "pen1"]]
    }  # fmt: skip
    assert set(offered(visits, gone=["pen1"])) == {"ann", "cy"}


def test_the_nights_relations_and_the_rules_of_the_shop_hold(offered):
    visits, related = [visit("ann", 0, SEEN)], [("bag1", "pen1", 0.9, None), ("bag1", "cup1", 0.0, "complement")]
    assert products_of(offered(visits, related=related)["ann"]) == [["bag1", "cup1"]]
    wanted = offered(visits, related=related, bundles={"sets": ["shop"], "never_together": [["bag1", "cup1"]]})
    assert products_of(wanted["ann"]) == [["bag1", "pen1"]]
    assert offered(visits, bundles={"most_price": 19}) == {}
    assert offered(visits, session_bundles={"enabled": False}) == {}


def test_what_was_learned_from_visits_makes_the_bundles(offered):
    class Learned:
        def bundles(self, products):
            return [(products, 0.4), (products[:2], 0.3)]

    found = offered([visit("ann", 0, SEEN)], related=[("bag1", "pen1", 0.9, None)], bundler=Learned())
    (row,) = found["ann"]  # cup1 and pen1 are nearly the same
    assert (row["products"], row["score"], row["made_by"]) == (["bag1", "cup1"], 0.4, "learned")


def test_the_latest_visits_get_bundles_where_there_are_too_many(offered):
    visits = [visit(f"w{n}", n, ["bag1", "pen1"]) for n in range(6)]
    assert set(offered(visits, session_bundles={"most_open": 2})) == {"w0", "w1"}
