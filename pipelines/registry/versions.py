"""List the registered models, and compare two of them (`nightshelf models list` and `compare`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient

from pipelines.errors import SettingsError
from pipelines.registry.client import PREDECESSOR, RELEASE, RUN_DATE, WHY, registry
from pipelines.registry.judge import METRIC
from pipelines.settings.mlflow import Mlflow

NDCG = f"challenger/{METRIC.replace('@', '_at_')}"  # its name as a metric of MLflow


@dataclass(frozen=True)
class Registered:
    """One registered model; `ndcg` is NDCG@10 on its test days, with the lower and upper end of its 95 % interval."""

    version: str
    run_date: str
    release_id: str
    predecessor: str
    aliases: tuple[str, ...]
    ndcg: tuple[float | None, float | None, float | None]
    why: str
    run_id: str

    def row(self) -> dict[str, Any]:
        """The model as a row of `nightshelf models list`."""
        return {
            "version": self.version,
            "run_date": self.run_date,
            "release": self.release_id,
            "alias": ", ".join(self.aliases),
            **dict(zip((METRIC, "low", "high"), self.ndcg, strict=True)),
            "why": self.why,
        }


def list_versions(home: Path, settings: Mlflow) -> list[Registered]:
    """All registered models, oldest first."""
    name = settings.model_name
    with registry(home, settings) as client:
        found = sorted(client.search_model_versions(f"name='{name}'"), key=lambda v: int(v.version))
        aliases = _aliases(client, name)
        return [_registered(v, aliases, client.get_run(str(v.run_id)).data.metrics) for v in found]


def find_version(versions: list[Registered], wanted: str) -> Registered:
    """The model whose version is `wanted`. Raises SettingsError, which lists the registered versions."""
    for version in versions:
        if version.version == wanted:
            return version
    known = ", ".join(version.version for version in versions) or "none"
    raise SettingsError(f'there is no version "{wanted}" of the model; registered versions: {known}.')


def compare_versions(home: Path, settings: Mlflow, first: str, second: str) -> dict[str, Any]:
    """Both models' figures by metric, the paired difference (second minus first), and `says`: users and days of both.

    The difference is None unless one of the two was evaluated against the other: only then do both columns come from
    the same users. Raises SettingsError where a version does not exist.
    """
    known = list_versions(home, settings)
    one, other = (find_version(known, version) for version in (first, second))
    with registry(home, settings):
        evaluations = [mlflow.artifacts.load_dict(f"runs:/{model.run_id}/evaluation.json") for model in (one, other)]
    if other.predecessor == one.version:
        return _evaluated_together(evaluations[1], ("predecessor", "challenger"), 1)
    if one.predecessor == other.version:
        return _evaluated_together(evaluations[0], ("challenger", "predecessor"), -1)
    windows = [f"version {v} on {_window(e['window'])}" for v, e in zip((first, second), evaluations, strict=True)]
    return {
        "metrics": _side_by_side(*(e["models"]["challenger"] for e in evaluations)),
        "difference": None,
        "says": f"they were evaluated on different users, so there is no paired difference: {windows[0]}, {windows[1]}",
    }


def _evaluated_together(evaluation: dict[str, Any], roles: tuple[str, str], sign: int) -> dict[str, Any]:
    paired = evaluation["differences"]["challenger-predecessor"]
    ends = sorted(sign * end for end in (paired["low"], paired["high"]) if end is not None)
    low, high = ends or (None, None)
    return {
        "metrics": _side_by_side(*(evaluation["models"][role] for role in roles)),
        "difference": {"value": sign * paired["value"], "low": low, "high": high, "users": paired["users"]},
        "says": f"both were evaluated on {_window(evaluation['window'])}",
    }


def _side_by_side(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {metric: {"first": first[metric], "second": second[metric]} for metric in first if metric in second}


def _window(window: Mapping[str, Any]) -> str:
    return f"{window['judged']} users of {window['first']} to {window['last']}"


def _registered(version: Any, aliases: Mapping[str, list[str]], metrics: Mapping[str, float]) -> Registered:
    number, tags = str(version.version), version.tags
    return Registered(
        version=number,
        run_date=tags.get(RUN_DATE, ""),
        release_id=tags.get(RELEASE, ""),
        predecessor=tags.get(PREDECESSOR, ""),
        aliases=tuple(aliases.get(number, ())),
        ndcg=(metrics.get(NDCG), metrics.get(f"{NDCG}_low"), metrics.get(f"{NDCG}_high")),
        why=tags.get(WHY, ""),
        run_id=version.run_id,
    )


def _aliases(client: MlflowClient, name: str) -> dict[str, list[str]]:
    """The aliases of each version that has any."""
    found = client.search_registered_models(f"name='{name}'")
    by_version: dict[str, list[str]] = {}
    for alias, version in sorted(found[0].aliases.items()) if found else ():
        by_version.setdefault(str(version), []).append(alias)
    return by_version
