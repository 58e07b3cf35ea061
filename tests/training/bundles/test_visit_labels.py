"""The bundler fitted on visits predicts what is bought together, and is the same after it is saved and loaded."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.sessions import SESSIONS
from pipelines.settings.session_bundles import SessionBundles
from recommender.bundles.visit_bundles import VisitBundler
from training.bundles.visit_labels import Catalogue, fit_visit_bundler

DAY = date(2025, 1, 31)
KINDS, OF_KIND = ("bag", "lamp", "cup", "pen"), 8
IDS = np.array([f"{kind}{n}" for kind in sorted(KINDS) for n in range(OF_KIND)])
RNG = np.random.default_rng(3)
CENTRES = {kind: RNG.normal(size=16) for kind in KINDS}
VECTORS = np.stack([CENTRES[p[:-1]] + 0.3 * RNG.normal(size=16) for p in IDS.tolist()]).astype(np.float32)


def visit(user, days_ago, seen, bought=()):
    day = DAY - timedelta(days=days_ago)
    started = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {"session_key": f"{user}-{day}", "user_id": user, "started": started, "ended": started, "events": len(seen),
            "products": sorted(seen), "bought": sorted(bought), "day": day}  # fmt: skip


def taught(count):
    """Visits that see two products of one kind and one or two of others, and buy the two alike."""
    rng, visits = np.random.default_rng(1), []
    for n in range(count):
        kinds = rng.permutation(KINDS)[:3]
        first, second = rng.permutation(OF_KIND)[:2]
        pair = [f"{kinds[0]}{first}", f"{kinds[0]}{second}"]
        others = [f"{kind}{rng.integers(OF_KIND)}" for kind in kinds[1 : 2 + n % 2]]
        visits.append(visit(f"t{n}", 10 + n % 50, [*pair, *others, "gone"], pair))
    return visits


def bundler_of(visits, **settings):
    products = [
        {"product_id": p, "title": f"{p[:-1]} number {p[-1]}", "categories": ["shop", p[:-1]], "available": True,
         "text_hash": p, "aliases": []}
        for p in IDS.tolist()
    ]  # fmt: skip
    catalogue = Catalogue(
        pa.Table.from_pylist(products, PRODUCTS.schema()),
        VECTORS,
        lambda names: np.stack([CENTRES[name.split()[-1]] for name in names]),
    )
    sessions = pa.Table.from_pylist(visits, SESSIONS.schema())
    return fit_visit_bundler(sessions, catalogue, DAY, SessionBundles(least_learned=60, **settings), seed=1)


def test_products_bought_together_are_predicted_as_bundles(tmp_path):
    rng, waiting, wanted = np.random.default_rng(9), [], []
    for n in range(20):
        kinds = rng.permutation(KINDS)
        first, second = rng.permutation(OF_KIND)[:2]
        wanted.append(tuple(sorted([f"{kinds[0]}{first}", f"{kinds[0]}{second}"])))
        waiting.append(visit(f"w{n}", n % 5, [*wanted[-1], f"{kinds[1]}0", f"{kinds[2]}1"]))
    bundler = bundler_of([*taught(120), *waiting])
    found = [bundler.bundles(tuple(each["products"])) for each in waiting]
    assert np.mean([bundles[0][0] == best for bundles, best in zip(found, wanted, strict=True)]) > 0.8
    assert all([score for _, score in of] == sorted((score for _, score in of), reverse=True) for of in found)
    bundler.save(tmp_path / "kept")
    again = VisitBundler.load(tmp_path / "kept")
    assert [again.bundles(tuple(each["products"])) for each in waiting] == found
    assert VisitBundler.load(tmp_path / "nothing") is None


def test_too_few_visits_with_negatives_give_no_bundler():
    whole = [visit(f"t{n}", 10, ["bag0", "pen1"], ["bag0", "pen1"]) for n in range(90)]
    assert bundler_of(taught(59)) is None
    assert bundler_of(whole) is None
    assert bundler_of([]) is None
    assert bundler_of([*taught(60), *whole]) is not None
