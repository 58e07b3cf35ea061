"""The manifest of a release (`manifest.json`)."""

from __future__ import annotations

import json
from typing import Any

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.night.day_versions import view_of
from pipelines.night.night import Night, source_facts
from pipelines.publish.content_hash import content_hash


def make_manifest(night: Night) -> dict[str, Any]:
    """The manifest of the night's release: inputs, rows and hash of each table, model, checks."""
    decision = json.loads((night.work / "decision.json").read_text())
    tables = {}
    for table in OUTPUTS:
        rows, digest = content_hash(night.place(table), table)
        tables[table.name] = {"rows": rows, "content_hash": digest}
    return {
        "run_date": str(night.run_date),
        "release_id": night.release_id,
        "run_id": night.run_id,
        "shop": night.settings.shop.name,
        "fingerprint": night.fingerprint,
        "code": night.code,
        "user_key": night.key_fingerprint,
        "catalogue_as_of": str(night.catalogue_as_of),
        "left_out": list(night.left_out),
        "sources": json.loads((night.work / "account.json").read_text()),
        "files": source_facts(night),
        "partitions": view_of(night),
        "tables": tables,
        "model": decision | {"alias": ""},
        "predecessor": night.predecessor and vars(night.predecessor),
        "checks": _checks(night),
        "words": json.loads((night.work / "words.json").read_text()),
        "stages": {f.stem: json.loads(f.read_text()) for f in sorted((night.work / "done").glob("*.json"))},
    }


def _checks(night: Night) -> dict[str, Any]:
    reports = [json.loads(f.read_text()) for f in sorted((night.work / "quality").glob("*.json"))]
    broken = [entry for report in reports for entry in report["broken"]]
    return {
        "judged": sum(report["judged"] for report in reports),
        "failed": [e["says"] for e in broken if e["severity"] == "fail"],
        "warned": [e["says"] for e in broken if e["severity"] == "warn"],
    }
