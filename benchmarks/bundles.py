"""Bundles within sessions, compared with those that people made, beside simple baselines.

Sessions with at least two items and a bundle of two, split 60/20/20 by seed; `--train` learns on the sessions of
another folder, split 80/20. Everything is learned on the first part and chosen on the second; the third is judged.
Bundles of the same items count as often as they were named. `matched_jaccard` is the main figure: precision, distinct
recall and coverage are published elsewhere, but reward one safe pair a session, and pairwise F1 alone is best for the
whole session. `unlearned` are clusters by title vectors, without labels. Means over seeds, and standard
deviations under `sd`.

    python -m benchmarks.bundles --data DIR/electronic --train DIR/clothing --json bundles.json
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.lib.bundle_baselines import (
    KnownSessions,
    by_title_vectors,
    by_words,
    clustered,
    most_similar_pair,
    pair_model,
    whole_session,
)
from benchmarks.lib.bundle_measures import BundleSets, measures
from benchmarks.lib.bundle_sessions import SPLIT, SPLIT_OTHER, Domain, split, split_other
from pipelines.atomic_files import write_json
from pipelines.settings.session_bundles import SessionBundles
from pipelines.settings.training import Training
from recommender.session_bundles.items import Items
from recommender.session_bundles.session_bundler import SessionBundle, SessionBundler
from training.bundles.fit_bundles import fit_bundles
from training.bundles.labelled_sessions import LabelledSession, label_sessions
from training.encoder.encoder import make_repeatable
from training.encoder.encoder_files import load_base
from training.encoder.quantised import QuantisedEncoder

OURS = "nightshelf"
Figures = dict[str, float]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.bundles", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with session_item.csv, bundle_item.csv, …")
    parser.add_argument("--train", type=Path, help="another such folder, from which all is learned instead")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    began = time.perf_counter()
    make_repeatable(asked.threads, seed=0)
    with tempfile.TemporaryDirectory() as folder:
        encoder = QuantisedEncoder(
            load_base(Training().encoder, Training().max_tokens), Path(folder) / "graph", asked.threads
        )
        data = Domain.read(asked.data, encoder, 1 if asked.train else SPLIT)
        other = Domain.read(asked.train, encoder, SPLIT_OTHER) if asked.train else None
        runs = [judge(data, other, seed) for seed in range(asked.seeds)]
    means, spreads = statistic_over(runs, np.mean), statistic_over(runs, np.std)
    print_figures(means, spreads)
    if asked.json:
        found = {"data": str(asked.data), "train": str(asked.train) if asked.train else None}
        found |= {"sessions": len(data.sessions), "models": means, "sd": spreads}
        found |= {"wall_s": time.perf_counter() - began}
        write_json(asked.json, found)


def judge(data: Domain, other: Domain | None, seed: int) -> dict[str, Figures]:
    """Figures of each method on the test sessions of `data`, learned there or on `other`."""
    learned, chosen, test = split(len(data.sessions), seed)
    source = data
    if other is not None:
        source, (learned, chosen) = other, split_other(len(other.sessions), seed)
    train, validation, judged = known(source, learned), known(source, chosen), known(data, test)
    asked = (data.items, judged.sessions)
    found: dict[str, list[BundleSets]] = {
        OURS: as_sets(learned_bundles(train, validation, seed, *asked)),
        "unlearned": as_sets(by_title_vectors(*asked)),
        "whole_session": whole_session(*asked),
        "tfidf_pair": most_similar_pair(*asked),
        "tfidf_clusters": clustered(by_words, validation, *asked),
        "pair_model": clustered(pair_model(train), validation, *asked),
    }
    figures = {name: measures(judged.bundles, bundles) for name, bundles in found.items()}
    line = ", ".join(f"{name} {each['matched_jaccard']:.4f}" for name, each in figures.items())
    print(f"seed {seed}: {len(test)} sessions, matched Jaccard {line}", flush=True)
    return figures


def known(domain: Domain, rows: np.ndarray) -> KnownSessions:
    """The labelled sessions `rows` of `domain`."""
    return KnownSessions(domain.items, [domain.sessions[row] for row in rows], [domain.bundles[row] for row in rows])


def learned_bundles(
    train: KnownSessions, validation: KnownSessions, seed: int, items: Items, sessions: Sequence[np.ndarray]
) -> list[list[SessionBundle]]:
    """Bundles of each session by a model with default settings, or by the unlearned method where there is no data to
    learn from.
    """
    settings, taught = SessionBundles(), labels(train)
    if not taught:
        return by_title_vectors(items, sessions)
    probabilities = fit_bundles(taught, labels(validation), settings, seed)
    return SessionBundler(probabilities, settings.draws).bundles(items, sessions)


def labels(sessions: KnownSessions) -> list[LabelledSession]:
    """The labelled sessions in the form that the model learns from."""
    return label_sessions(sessions.items, sessions.sessions, sessions.bundles)


def as_sets(found: Sequence[Sequence[SessionBundle]]) -> list[BundleSets]:
    """The items of each session's bundles, as sets."""
    return [[frozenset(bundle.items.tolist()) for bundle in bundles] for bundles in found]


def statistic_over(
    runs: Sequence[Mapping[str, Figures]], one: Callable[[Sequence[float]], float]
) -> dict[str, Figures]:
    """`one` statistic over the runs, for each model that is in all of them."""
    return {
        model: {name: float(one([run[model][name] for run in runs])) for name in figures}
        for model, figures in runs[0].items()
    }


def print_figures(means: Mapping[str, Figures], spreads: Mapping[str, Figures]) -> None:
    """Print the figures."""
    for model, figures in means.items():
        told = (f"{name} {value:.4f} (sd {spreads[model][name]:.4f})" for name, value in figures.items())
        print(f"{model:<16} " + "   ".join(told))


if __name__ == "__main__":
    main()
