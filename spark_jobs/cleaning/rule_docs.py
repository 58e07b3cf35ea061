"""Writes docs/cleaning_rules.md: what each rule refuses, why, and which setting changes it."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.report.reference_docs import NOTE
from pipelines.settings.cleaning import Cleaning
from spark_jobs.clean import RULES
from spark_jobs.cleaning.rules import DUPLICATE, UNREADABLE, Rule

HEAD = f"""# Cleaning rules

{NOTE}
A row that a rule holds for is refused: it goes to the quarantine with the reason, the file and the line, never with
its text. The first rule that holds gives the reason. Before all of them come `{UNREADABLE}` (the line is no row of its
file: broken JSON, too many or too few fields, a quote left open, a NUL byte, bytes that its encoding does not have)
and, for events and reviews, what no day can hold: rows without a day, dated after their delivery, or too late. A line
that repeats one that arrived before, in whatever file, is a `{DUPLICATE}`: it is counted apart, and in no quarantine.

Each line that is not blank is a row, but for those equal to the header. A field of CSV ends with its line: a text that
runs over several is refused line by line; deliver such texts as JSON lines or Parquet. A file is read in the encoding
that its byte order mark tells (UTF-8, UTF-16, UTF-32), else in that of the settings, JSON lines in UTF-8; where the
settings say a Western encoding and the file is UTF-8 to its end, it is read as UTF-8. Nothing is replaced: what is of
another encoding is `{UNREADABLE}`. Signs that the shop itself lost (U+FFFD) stay in texts, and make an id a `bad_id`.

Columns may come, go and change places from one file to the next: an optional one that a file does not have is empty in
its rows. A file without a required one stops the night before any work, and so does one that is not whole.
"""


def rule_book() -> str:
    """All rules by source, in the order of evaluation, as Markdown."""
    parts = [HEAD]
    for source, rules in RULES.items():
        parts += [f"## {source}\n", "| reason | refused, because | setting | default |", "|---|---|---|---|"]
        parts += [_row(rule) for rule in rules]
        parts.append("")
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    if not rule.setting:
        return f"| `{rule.reason}` | {rule.why} | | |"
    default = getattr(Cleaning(), rule.setting)
    return f"| `{rule.reason}` | {rule.why} | `cleaning.{rule.setting}` | `{default if default != '' else 'none'}` |"


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    (folder / "cleaning_rules.md").write_text(rule_book(), encoding="utf-8")
