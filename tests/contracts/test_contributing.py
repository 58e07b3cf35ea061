"""CONTRIBUTING.md has a how-to for each frequent change, and the files that it names exist.

Its links, commands and make targets are checked with those of the other guides, in tests/docs.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
HOW_TOS = ("user_topk", "cleaning rule", "part of the score", "DAG", "wording of a bundle", "without Airflow")


def test_every_file_it_names_exists():
    named = set(re.findall(r"`([\w.]+(?:/[\w.]+)*(?:/|\.(?:py|md|cfg|css|html)))`", TEXT))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_there_is_a_how_to_for_each_frequent_change():
    headings = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)
    assert [topic for topic in HOW_TOS if not any(topic in heading for heading in headings)] == []
