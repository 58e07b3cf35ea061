"""The manifest of a release (`manifest.json`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.night.content_hash import content_hash
from pipelines.night.day_versions import versions_read
from pipelines.night.night import Night, source_facts
from pipelines.night.releases import list_releases
from pipelines.night.step_process import store_seconds
from pipelines.state_files import read_state


def make_manifest(night: Night) -> dict[str, Any]:
    """The manifest of the night's release: inputs, rows and hash of each table, model, checks."""
    decision = read_state(night.work / "decision.json")
    tables = {}
    for table in OUTPUTS:
        rows, digest = content_hash(night.place(table), table)
        tables[table.name] = {"rows": rows, "content_hash": digest}
    return {
        "run_date": str(night.run_date),
        "release_id": night.release_id,
        "run_id": night.run_id,
        "kind": "night",
        "number": 1 + max((release.number for release in list_releases(night.home)), default=0),
        "shop": night.settings.shop.name,
        "fingerprint": night.fingerprint,
        "code": night.code,
        "user_key": night.key_fingerprint,
        "catalogue_as_of": str(night.catalogue_as_of),
        "left_out": list(night.left_out),
        "sources": read_state(night.work / "account.json"),
        "files": source_facts(night),
        "partitions": versions_read(night),
        "tables": tables,
        "model": decision | {"alias": ""},
        "predecessor": night.predecessor and vars(night.predecessor),
        "checks": _checks(night.work / "quality"),
        "words": read_state(night.work / "words.json"),
        "store_seconds": store_seconds(night),
        "stages": {f.stem: read_state(f) for f in sorted((night.work / "done").glob("*.json"))},
    }


def _checks(results: Path) -> dict[str, Any]:
    """The number of checks, and the sentences of those that do not hold, from the files in the folder `results`."""
    reports = [read_state(f) for f in sorted(results.glob("*.json"))]
    broken = [entry for report in reports for entry in report["broken"]]
    return {
        "judged": sum(report["judged"] for report in reports),
        "failed": [e["says"] for e in broken if e["severity"] == "fail"],
        "warned": [e["says"] for e in broken if e["severity"] == "warn"],
    }
