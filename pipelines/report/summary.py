"""The summary of a night: one sentence on the result, and the list of things that a person should look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.pages.formatting import counted, share
from pipelines.report.step_results import StepResults

MAY_BE_EMPTY = ("feedback_metrics", "quarantine_summary", "session_bundles")


@dataclass(frozen=True)
class AttentionItem:
    """`severity` is `fail`, `warn` or `note`; `subject` a table, a source, `model` or `texts`."""

    severity: str
    subject: str
    message: str


def night_sentence(manifest: Mapping[str, Any], users: int) -> str:
    """What was published, which model ranked, and why it became champion or did not."""
    model = manifest["model"]
    name = f"{model['name']} {model['version']}"
    published = f"Published {counted(len(manifest['tables']), 'table')} for {counted(users, 'user')}"
    if model.get("promote") and model.get("alias") == "champion":
        outcome = f"the model trained tonight, {name}, became champion"
    elif model.get("alias") == "champion":
        outcome = f"{name} stays champion"
    else:
        outcome = f"{name} ranked the lists, and the champion was not changed"
    return f"{published}; {outcome}: {model['why']}."


def attention_items(
    results: StepResults, manifest: Mapping[str, Any], *, training_skipped: bool, min_users: int
) -> list[AttentionItem]:
    """Failed checks first, then the model, the texts, missing inputs and empty tables.

    `training_skipped`: the run was started without training. `min_users`: users that a comparison of models needs.
    """
    return [
        *_failed_checks(results.failed_checks),
        *_model(results.evaluation, manifest["model"], training_skipped),
        *_too_few_users(results.evaluation, min_users),
        *_texts(results.texts),
        *_missing_inputs(manifest["left_out"]),
        *_empty_tables(manifest["tables"]),
    ]


def text_writers_sentence(texts: Mapping[str, Any]) -> str:
    """Who wrote the texts of bundles and reasons; empty where there are no bundles. `texts` is `words.json`."""
    if not (bundles := texts.get("bundles")):
        return ""
    model, template = (share(texts[by] / bundles) for by in ("by_model", "by_template"))
    sentences = [
        f"A language model wrote the texts of {model} of all {counted(bundles, 'bundle')} "
        f"({texts['from_before']:,} reused from earlier nights), a template those of {template}."
    ]
    if again := texts["asked_twice"]:
        sentences.append(
            f"{counted(again, 'text')} had to be written a second time; {texts['refused']:,} stated something that the "
            "catalogue does not and were rejected."
        )
    reasons = texts.get("reasons") or {}
    if rows := reasons.get("rows_by_model", 0) + reasons.get("rows_by_template", 0):
        by_model = share(reasons["rows_by_model"] / rows)
        sentences.append(f"The language model wrote the reasons of {by_model} of the recommendations.")
    return " ".join(sentences)


def _failed_checks(failed: Sequence[Mapping[str, Any]]) -> Iterator[AttentionItem]:
    for entry in failed:
        table = entry["table"]
        yield AttentionItem(entry["severity"], table, entry["says"].removeprefix(f"{table}: "))


def _model(evaluation: Mapping[str, Any], model: Mapping[str, Any], training_skipped: bool) -> Iterator[AttentionItem]:
    if training_skipped:
        message = "Training was skipped, as requested: the model of the previous release ranked the lists."
        yield AttentionItem("note", "model", message)
    elif not evaluation:
        yield AttentionItem("warn", "model", "This night's models were not evaluated.")
    elif model.get("challenger") and not model.get("promote"):
        outcome = "was rejected" if model["ranks"] == "predecessor" else "ranked the lists, but did not become champion"
        yield AttentionItem("note", "model", f"The model trained tonight {outcome}: {model['why']}.")


def _too_few_users(evaluation: Mapping[str, Any], min_users: int) -> Iterator[AttentionItem]:
    window = evaluation.get("window") or {}
    if window.get("too_few"):
        users = counted(window.get("users", 0), "user")
        message = f"Only {users} could be used to compare models; {min_users:,} are needed ([guards] least_users)."
        yield AttentionItem("warn", "model", message)


def _texts(texts: Mapping[str, Any]) -> Iterator[AttentionItem]:
    """Why the language model did not write all texts of bundles."""
    if texts.get("stopped"):
        expected = texts["generator"] == "none" or texts["stopped"].startswith("the budget")
        message = f"A template wrote the texts of {counted(texts['by_template'], 'bundle')}: {texts['stopped']}."
        yield AttentionItem("note" if expected else "warn", "texts", message)


def _missing_inputs(left_out: Sequence[str]) -> Iterator[AttentionItem]:
    """`left_out` names sources (`reviews`) and columns (`events.price`) that the shop does not deliver."""
    missing: dict[str, list[str]] = {}
    for name in left_out:
        source, _, column = name.partition(".")
        missing.setdefault(source, []).extend([column] if column else [])
    for source, columns in missing.items():
        what = f"The source {source} has no column {', '.join(columns)}" if columns else f"There is no source {source}"
        yield AttentionItem("note", source, f"{what}; the night ran without.")


def _empty_tables(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[AttentionItem]:
    empty = [name for name, facts in tables.items() if not facts["rows"] and name not in MAY_BE_EMPTY]
    if empty:
        yield AttentionItem("note", "tables", f"Published without rows: {', '.join(empty)}.")
