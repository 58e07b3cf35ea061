"""The generated documents: the data dictionary, from the contracts; the settings, from their model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from pipelines.contracts.all_tables import MEASUREMENTS, TABLES
from pipelines.contracts.contract import Check, Measurements, Table
from pipelines.settings.render import render_toml
from pipelines.settings.tree import Settings

AREAS = {
    "outputs": "Outputs: what readers query, in `HOME/current/<table>/*.parquet`",
    "clean": "Clean tables, in `HOME/clean/<table>/day=…/<version>/`; `nightshelf sql` knows those of a release",
    "features": "Features, in `HOME/features/<table>/day=…/<version>/`",
    "model": "Vectors of the night, kept while it runs",
    "quarantine": "Refused rows, in `HOME/quarantine/`, and how many rows of each source were refused",
}
NOTE = "<!-- Written by `make docs` from the code; a test fails where it is out of date. -->\n"


def data_dictionary() -> str:
    """All tables, their columns, types, units, keys and checks, as Markdown."""
    parts = ["# Data dictionary\n", NOTE]
    for area, title in AREAS.items():
        parts.append(f"## {title}\n")
        parts += [_table(t) for t in TABLES.values() if t.area == area]
    parts.append("## Measurements: numbers of a night that are checked, but not written as a table\n")
    parts += [_measurements(m) for m in MEASUREMENTS]
    return "\n".join(parts)


def _table(table: Table) -> str:
    lines = [f"### {table.name}\n", f"{table.meaning}\n"]
    facts = [
        f"**Grain** {table.grain}",
        f"**Key** {', '.join(table.key) or 'none'}",
        f"**Sorted by** {', '.join(table.sort)}",
    ]
    if table.partition:
        facts.append(f"**Partition** {table.partition}")
    lines += [" · ".join(facts) + "\n", "| column | type | unit | empty? | meaning |", "|---|---|---|---|---|"]
    for c in table.columns:
        meaning = c.meaning + (f" ({', '.join(c.one_of)})" if c.one_of else "")
        lines.append(f"| `{c.name}` | {_type(c.type)} | {c.unit} | {'may be' if c.nullable else 'never'} | {meaning} |")
    return "\n".join([*lines, *_checks(table.checks)]) + "\n"


def _measurements(measured: Measurements) -> str:
    lines = [f"### {measured.name}\n", f"{measured.meaning}\n", "| number | meaning |", "|---|---|"]
    lines += [f"| `{n.name}` | {n.meaning} |" for n in measured.numbers]
    return "\n".join([*lines, *_checks(measured.checks)]) + "\n"


def _checks(checks: Sequence[Check]) -> list[str]:
    """A table of checks after an empty line; nothing without checks."""
    lines = ["", "| check | severity | allowed | counts |", "|---|---|---|---|"] if checks else []
    for check in checks:
        bounds = (("at least", check.at_least), ("at most", check.at_most))
        allowed = " and ".join(f"{word} `{b}`" for word, b in bounds if b is not None)
        lines.append(f"| {check.name} | {check.severity} | {allowed} | {check.says} |")
    return lines


def _type(kind: pa.DataType) -> str:
    return str(kind).replace("<element: ", "<").replace("|", "/")


def settings_reference() -> str:
    """Every setting with its default, as the commented file that `init` writes."""
    head = (
        "# Settings\n\n"
        + NOTE
        + "\nEvery key of `nightshelf.toml`; `NIGHTSHELF__SECTION__KEY` in the environment wins.\n"
    )
    return f"{head}\n```toml\n{render_toml(Settings())}```\n"


DOCUMENTS = {"data_dictionary.md": data_dictionary, "settings.md": settings_reference}


def write_documents(folder: Path) -> None:
    """Write all generated documents into `folder`."""
    folder.mkdir(exist_ok=True)
    for name, make in DOCUMENTS.items():
        (folder / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    write_documents(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
