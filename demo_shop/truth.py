"""The truth about a demo shop, kept beside it: verdict of each line, tastes, themes, personal data, account."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from demo_shop.catalogue import DemoCatalogue
from demo_shop.categories import CATEGORIES
from demo_shop.customers import Customers, named_weights, tastes_table
from demo_shop.lines import SourceLine
from demo_shop.themes import THEMES

ROWS = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("user_id", pa.string()),
        ("product_id", pa.string()),
        ("note", pa.string()),
        ("flags", pa.list_(pa.string())),
    ]
)
Placed = tuple[str, int, SourceLine]


def account(placed: list[Placed]) -> dict[str, dict[str, Any]]:
    """For each source: rows, clean, duplicate, quarantined (with the number by reason), future."""
    sums = {}
    for source in ("events", "reviews", "products"):
        lines = [line for _, _, line in placed if line.source == source]
        verdicts = Counter(line.verdict for line in lines)
        reasons = Counter(line.reason for line in lines if line.reason)
        sums[source] = {
            "rows": len(lines),
            **{name: verdicts[name] for name in ("clean", "duplicate", "quarantined", "future")},
            "quarantined_by_reason": dict(sorted(reasons.items())),
        }
    return sums


def write_truth(
    folder: Path,
    placed: list[Placed],
    catalogue: DemoCatalogue,
    people: Customers,
    private: dict[str, list[str]],
    parameters: dict[str, Any],
) -> None:
    """Writes rows, tastes and product themes as Parquet, personal data and the shop's parameters as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "source": line.source,
            "file": file,
            "line": number,
            "verdict": line.verdict,
            "reason": line.reason,
            "user_id": line.user_id,
            "product_id": line.product_id,
            "note": line.note,
            "flags": list(line.flags),
        }
        for file, number, line in placed
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=ROWS), folder / "rows.parquet")
    tastes_table(people, parameters["days"]).to_parquet(folder / "tastes.parquet", index=False)
    _product_themes(catalogue).to_parquet(folder / "product_themes.parquet", index=False)
    _write_json(folder / "personal_data.json", {kind: sorted(set(values)) for kind, values in private.items()})
    codes = catalogue.table["product_id"]
    groups = [[codes[p] for p in group] for group in catalogue.complements]
    _write_json(folder / "shop.json", {**parameters, "account": account(placed), "complements": groups})


def _product_themes(catalogue: DemoCatalogue) -> pd.DataFrame:
    """One row for each product: themes with weights, category, first and last day of sale."""
    return pd.DataFrame(
        {
            "product_id": catalogue.table["product_id"],
            "themes": [named_weights([theme.name for theme in THEMES], weights) for weights in catalogue.themes],
            "category": [CATEGORIES[kind].path for kind in catalogue.category],
            "launched": catalogue.table["launched"],
            "first_day": catalogue.from_day,
            "last_day": catalogue.to_day - 1,
            "quality": catalogue.quality.round(4),
        }
    )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes readable JSON, with a line end."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
