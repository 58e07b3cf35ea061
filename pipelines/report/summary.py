"""What happened in the night, in one sentence, and what a person should look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.night.night import Night
from pipelines.pages.formatting import counted, share
from pipelines.report.reading import broken_checks, read_note

MAY_BE_EMPTY = ("feedback_metrics", "quarantine_summary", "session_bundles")


@dataclass(frozen=True)
class AttentionItem:
    """One thing that needs attention: how much (`fail`, `warn` or `note`), of what, and what it is."""

    severity: str
    about: str
    says: str


def night_sentence(manifest: dict[str, Any], users: int) -> str:
    """The night in one sentence."""
    model = manifest["model"]
    name = f"{model['name']} {model['version']}"
    published = f"Published {counted(len(manifest['tables']), 'table')} for {counted(users, 'user')}"
    if model.get("promote") and model.get("alias") == "champion":
        outcome = f"the challenger, {name}, became champion"
    elif model.get("alias") == "champion":
        outcome = f"{name} stays champion"
    else:
        outcome = f"ranked by {name}, and the champion is left as it is"
    return f"{published}; {outcome}: {model['why']}."


def attention_items(night: Night, manifest: dict[str, Any], evaluation: dict[str, Any]) -> list[AttentionItem]:
    """Broken checks first, then what the night had to do without."""
    return [
        *_checks(night),
        *_model(night, manifest["model"], evaluation),
        *_words(read_note(night.work / "words.json")),
        *_left_out(night),
        *_empty(manifest["tables"]),
    ]


def _checks(night: Night) -> Iterator[AttentionItem]:
    for entry in broken_checks(night):
        table = entry["table"]
        yield AttentionItem(entry["severity"], table, entry["says"].removeprefix(f"{table}: "))


def _model(night: Night, model: dict[str, Any], evaluation: dict[str, Any]) -> Iterator[AttentionItem]:
    window = evaluation.get("window") or {}
    if night.skip_training:
        yield AttentionItem("note", "model", "Training was skipped, as asked: the model of the release before ranks.")
    elif not evaluation:
        yield AttentionItem("warn", "model", "There is no evaluation of this night's models.")
    elif model.get("challenger") and not model.get("promote"):
        what = "was refused" if model["ranks"] == "predecessor" else "ranks, but is no champion"
        yield AttentionItem("note", "model", f"The challenger {what}: {model['why']}.")
    if window.get("too_few"):
        least = night.settings.guards.least_users
        says = f"Only {counted(window.get('users', 0), 'user')} can be judged by; a verdict needs {least:,}."
        yield AttentionItem("warn", "model", says)


def text_writers_sentence(words: dict[str, Any]) -> str:
    """Who wrote the texts of the bundles, in one sentence; empty where there are none."""
    if not (bundles := words.get("bundles")):
        return ""
    model, template = (share(words[by] / bundles) for by in ("by_model", "by_template"))
    told = f"{model} are described by the language model ({words['from_before']:,} texts from earlier nights)"
    again = f"{words['asked_twice']:,} were asked for twice, and {words['refused']:,} said what no fact holds"
    reasons = words.get("reasons") or {}
    said = ""
    if rows := reasons.get("rows_by_model", 0) + reasons.get("rows_by_template", 0):
        said = f" It words the reasons of {share(reasons['rows_by_model'] / rows)} of the recommendations."
    return f"Of {bundles:,} bundles {told}, {template} by a template; {again}.{said}"


def _words(words: dict[str, Any]) -> Iterator[AttentionItem]:
    """Why templates had to speak, where the model did not come to all bundles."""
    if words.get("stopped"):
        meant = words["generator"] == "none" or words["stopped"].startswith("the budget")
        says = f"Templates describe {counted(words['by_template'], 'bundle')}: {words['stopped']}."
        yield AttentionItem("note" if meant else "warn", "words", says)


def _left_out(night: Night) -> Iterator[AttentionItem]:
    sources = [name for name in night.left_out if "." not in name]
    for source in sources:
        yield AttentionItem("note", source, f"The shop delivers no {source}: the night did without.")
    columns: dict[str, list[str]] = {}
    for name in night.left_out:
        source, dot, column = name.partition(".")
        if dot:
            columns.setdefault(source, []).append(column)
    for source, missing in columns.items():
        yield AttentionItem("note", source, f"The shop delivers no {', '.join(missing)}: the night did without.")


def _empty(tables: dict[str, Any]) -> Iterator[AttentionItem]:
    empty = [name for name, facts in tables.items() if not facts["rows"] and name not in MAY_BE_EMPTY]
    if empty:
        yield AttentionItem("note", "tables", f"Without rows tonight: {', '.join(empty)}.")
