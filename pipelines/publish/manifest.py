"""The manifest of a release (`manifest.json`), and the hashes of the contents of its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.contracts.contract import Table
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


def content_hash(folder: Path, table: Table) -> tuple[int, str]:
    """Rows of the table in `folder`, and 32 hex digits that depend only on the multiset of their contents."""
    return files_hash([str(file) for file in folder.glob("*.parquet")], table)


def files_hash(files: Sequence[str], table: Table) -> tuple[int, str]:
    """Rows of the table in these Parquet files, and 32 hex digits for their contents.

    Each row, without the columns that say when and by which run, is hashed (MD5 of its text form, upper and lower
    half); the halves are summed, so that neither order nor layout of files matters, and repeats count.
    """
    names = table.content_columns()
    if not files:
        return 0, _digest(names, 0, 0, 0)
    columns = ", ".join(f'"{n}"' for n in names)
    query = f"""
        select
            count(*),
            coalesce(sum(md5_number_lower(row_text)::hugeint), 0),
            coalesce(sum(md5_number_upper(row_text)::hugeint), 0)
        from (select row({columns})::varchar row_text from read_parquet(?))
    """
    with duckdb.connect() as engine:
        ((rows, low, high),) = engine.execute(query, [list(files)]).fetchall()
    return rows, _digest(names, rows, low, high)


def _digest(names: tuple[str, ...], rows: int, low: int, high: int) -> str:
    return hashlib.sha256(repr((names, rows, int(low), int(high))).encode()).hexdigest()[:32]
