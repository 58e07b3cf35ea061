"""A small night, written as the steps leave it: real Parquet files by the contracts, notes, and its manifest."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.contract import Table
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.run_metrics import RUN_METRICS
from pipelines.contracts.session_bundles import SESSION_BUNDLES
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.night.night import Night, Predecessor
from pipelines.report.night_page import write_report
from pipelines.settings.tree import Settings
from pipelines.state_files import write_state
from tests.given import put

RUN_DATE = date(2026, 3, 31)
TRACE = {"run_date": RUN_DATE, "release_id": "2026-03-31-01", "model_version": "4"}
WORDS = ("Oak chair", "Linen cushion", "Brass lamp", "Wool blanket", "Stone vase", "Ash table")
EVALUATION = {
    "window": {"first": "2026-03-29", "last": "2026-03-31", "days": 3, "users": 412, "too_few": False},
    "models": {
        "challenger": {"ndcg@10": {"value": 0.123, "low": 0.108, "high": 0.139, "users": 412}},
        "predecessor": {"ndcg@10": {"value": 0.119, "low": 0.104, "high": 0.134, "users": 412}},
        "popularity": {"ndcg@10": {"value": 0.045, "low": 0.036, "high": 0.055, "users": 412}},
    },
    "recall_by_depth": {"challenger": [0.05, 0.1], "predecessor": [0.04, 0.09], "popularity": [0.01, 0.02]},
    "curves": {
        "train_loss": [[s, 3.2 - s / 50] for s in range(0, 61, 10)],
        "validation_loss": [[s, 3.1 - s / 70] for s in range(0, 61, 10)],
    },
    "blend": {"weights": {"chosen_together": 0.55, "similar_text": 0.25, "popular": 0.2}, "segments": []},
    "half_life_days": {"pairs": 10.0, "popularity": 3.5},
    "differences": {"challenger-predecessor": {"value": 0.004, "low": -0.002, "high": 0.01}},
}
ACCOUNT = {
    "rows_in": 12345, "rows_clean": 12000, "rows_quarantined": 300, "rows_duplicate": 35, "rows_superseded": 5,
    "rows_erased": 5,
    "rows_future": 7, "quarantined_by_reason": {"unknown_product": 200, "double_click": 60, "bot": 40},
}  # fmt: skip


@dataclass
class SmallNight:
    """A night and what publishing would say of it."""

    night: Night
    manifest: dict[str, Any]

    def page(self) -> str:
        """The text of the night's page, freshly written."""
        return write_report(self.night, self.manifest, self.night.release / "report.html").read_text()

    def without(self, *tables: Table) -> None:
        """Empty some output tables: their files hold no rows."""
        for table in tables:
            put(self.night, table, [])
            self.manifest["tables"][table.name]["rows"] = 0

    def but(self, **facts: Any) -> None:
        """Let the night differ in some facts."""
        self.night = replace(self.night, **facts)

    def with_broken(self, *broken: tuple[str, str]) -> None:
        """Leave checks of user_topk that do not hold: pairs of severity and sentence."""
        entries = [
            {"table": "user_topk", "check": "c", "severity": severity, "number": 1.0, "says": f"user_topk: {says}"}
            for severity, says in broken
        ]
        write_state(self.night.work / "quality" / "outputs.json", {"judged": 57, "broken": entries})


def build(home: Path, title: str = "Oak chair 0", users: int = 12, products: int = 30) -> SmallNight:
    """A home with one night whose tables hold `users` users and `products` products."""
    night = Night(
        home, RUN_DATE, "2026-03-31-abc", "2026-03-31-01", "f" * 64, Settings(), {}, {}, (), "k" * 8, RUN_DATE,
        predecessor=Predecessor("2026-03-30-01", "nightshelf", "3"),
    )  # fmt: skip
    titles = [title, *(f"{WORDS[n % 6]} {n}" for n in range(1, products))]
    rows = {PRODUCTS: _products(titles), USER_TOPK: _lists(users, products), BUNDLES: _bundles(titles)}
    rows[SESSION_BUNDLES] = _visits()
    rows[RUN_METRICS] = [
        {"model": "challenger", "metric": "ndcg@10", "value": 0.123, "users": 412, **TRACE},
    ]
    for table in (PRODUCTS, *OUTPUTS):
        put(night, table, rows.get(table, []))
    days = [(RUN_DATE - timedelta(days=back), 20 + (back * 7) % 13) for back in range(28)]
    put(night, EVENTS, [row for day, n in days for row in _events(day, n)])
    write_state(night.work / "evaluation.json", EVALUATION)
    write_state(night.work / "quality" / "inputs.json", {"judged": 31, "broken": []})
    write_state(night.work / "quality" / "outputs.json", {"judged": 57, "broken": []})
    return SmallNight(night, _manifest({t.name: len(rows.get(t, [])) for t in OUTPUTS}))


def _products(titles: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "product_id": f"p{n:03d}", "title": title, "categories": ["home"], "price": 9.5 + n, "available": True,
            "text_hash": f"h{n}",
        }
        for n, title in enumerate(titles)
    ]  # fmt: skip


def _lists(users: int, products: int) -> list[dict[str, Any]]:
    reason = {"kind": "chosen_together", "evidence": ["p001", "p002"], "users": 4, "contribution": 0.61}
    return [
        {
            "user_id": f"{u:02d}" + "a" * 30, "rank": rank,
            "product_id": f"p{(u * rank - u) % products % (rank * 4):03d}",
            "score": 0.3 / rank, "source": "chosen_together", "reason": reason,
            "reason_text": f"Chosen together with {WORDS[u % 6]} (4 customers)", "written_by": "template", **TRACE,
        }
        for u in range(users)
        for rank in range(1, 7)
    ]  # fmt: skip


def _bundles(titles: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "bundle_id": f"b{n}", "products": [f"p{n:03d}", f"p{n + 1:03d}"], "title": f"{titles[n]} + {titles[n + 1]}",
            "description": "Two for the house", "written_by": "model",
            "price": 20.0 + 2 * n, "offer_price": 18.0 + 2.5 * min(n, 4), "baskets": 40 - n,
            "support": 0.01, "lift": 3.5, "coherence": 0.4, "made_by": "co_bought_pair", **TRACE,
        }
        for n in range(6)
    ]  # fmt: skip


def _visits() -> list[dict[str, Any]]:
    started = datetime(2026, 3, 30, 18, tzinfo=UTC)
    return [
        {
            "user_id": f"{u:02d}" + "b" * 30, "rank": rank, "session_key": f"s{u}", "started": started,
            "products": ["p002", f"p{2 + u + rank:03d}"], "score": 0.4 / rank, "made_by": "learned", **TRACE,
        }
        for u in range(7)
        for rank in (1, 2)
    ]  # fmt: skip


def _events(day: date, many: int) -> list[dict[str, Any]]:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return [
        {
            "event_id": f"{day}-{n}", "product_id": "p001", "event_type": "view" if n % 5 else "purchase",
            "ts": noon + timedelta(minutes=n), "quantity": 1, "day": day,
        }
        for n in range(many)
    ]  # fmt: skip


def _manifest(rows: dict[str, int]) -> dict[str, Any]:
    """What `make_manifest` gives for such a night."""
    return {
        "run_date": str(RUN_DATE), "release_id": "2026-03-31-01", "run_id": "2026-03-31-abc", "shop": "demo",
        "fingerprint": "f" * 64, "catalogue_as_of": str(RUN_DATE), "left_out": [],
        "sources": {"events": ACCOUNT, "reviews": ACCOUNT, "products": ACCOUNT},
        "tables": {name: {"rows": n, "content_hash": "0123456789abcdef" * 2} for name, n in rows.items()},
        "model": {
            "name": "nightshelf", "version": "4", "alias": "champion", "promote": True, "challenger": "4",
            "ranks": "challenger", "champion_before": "3",
            "why": "NDCG@10 0.1230 against the champion's 0.1190 and popularity's 0.0450",
        },
        "predecessor": {"release_id": "2026-03-30-01", "model_name": "nightshelf", "model_version": "3"},
        "stages": {"clean": {"seconds": 21.4, "peak_rss_mb": 1210}, "train": {"seconds": 95.0, "peak_rss_mb": 1890}},
    }  # fmt: skip
