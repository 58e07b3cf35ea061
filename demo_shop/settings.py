"""Settings of the demo shop, as the tree of its `nightshelf.toml`; what is not named here keeps its default."""

from __future__ import annotations

from typing import Any

# For some thousand rows, generating and compiling code in Spark takes longer than running the plan uncompiled.
SMALL_DATA: dict[str, Any] = {
    "partitions": 2,
    "conf": {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"},
}

DEMO_SETTINGS: dict[str, dict[str, Any]] = {
    "shop": {"name": "demo", "time_zone": "Europe/Berlin"},
    "sources": {
        "events": {"path": "sources/events/*.jsonl.gz"},
        "reviews": {"path": "sources/reviews/*.jsonl"},
        "products": {"path": "sources/products.csv"},
    },
    "training": {"precision": "float32"},  # for few texts, quantising each new model takes longer than it saves
    "newcomers": {"interests": ["a present for a gardener", "something for a cosy evening", "coffee to start the day"]},
    "spark": SMALL_DATA,
    "schedule": {"cron": ""},  # its dates are fixed and in the past
}
