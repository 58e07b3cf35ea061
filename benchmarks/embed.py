"""Texts a second of embedding on a CPU, compared with sentence-transformers' default, and the loss in quality by int8.

Titles with their narrowest category of Amazon Beauty 2014 (12,101 products), the default encoder without fine-tuning,
the same limit of tokens for all. The methods take turns on an evenly spread sample of the texts; medians over turns, of
seconds and of ratios within a turn. Processor seconds are more reliable on a shared machine. `unchanged` embeds the
same products again, `1 % changed` the same with one text in a hundred changed.

Quality: cosine to our float32 vectors; and NDCG@10 of nearest products alone, leave-one-out: a user's last product is
the target, the recency-weighted mean of those before is the query, all products but those are ranked, ties by product
code. The difference has a paired 95 % bootstrap interval over users.

    python -m benchmarks.embed --data DIR/amazon14_beauty --json embed.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from pipelines.atomic_files import write_json
from pipelines.settings.knn import Knn
from pipelines.settings.training import Training
from recommender.ranking.knn import query
from recommender.ranking.metrics import estimate, ndcg
from recommender.ranking.nearest import best
from recommender.ranking.quantised_vectors import on_grid, user_vectors
from training.encoder.encoder import Encoder, make_repeatable
from training.encoder.encoder_files import find_base, load_base
from training.encoder.product_texts import product_text
from training.encoder.product_vectors import product_vectors
from training.encoder.quantised import QuantisedEncoder

PEER, EXACT, FAST = "sentence-transformers", "float32", "int8"
MAX_TOKENS = 256  # what sentence-transformers reads of a text by default
USERS_AT_ONCE = 1000


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.embed", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with items.jsonl and sequences.txt")
    parser.add_argument("--runs", type=int, default=5, help="turns of all ways")
    parser.add_argument("--texts", type=int, default=3000, help="texts that are timed; quality is of all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    numbers, texts = read_products(asked.data)
    sample = [texts[i] for i in np.linspace(0, len(texts) - 1, min(asked.texts, len(texts))).astype(int)]
    with tempfile.TemporaryDirectory() as folder:
        encoder = load_base(Training().encoder, MAX_TOKENS)
        fast = QuantisedEncoder(encoder, Path(folder), asked.threads)
        speeds, some = measure(encoder, fast, sample, asked.runs)
        vectors = {EXACT: encoder.embed(texts), FAST: fast.embed(texts)}
    found = {
        "threads": asked.threads,
        "runs": asked.runs,
        "texts": {"timed": len(sample), "judged": len(texts)},
        "speed": speeds,
        "cosine": {FAST: cosine(vectors[FAST], vectors[EXACT]), PEER: cosine(some[PEER], some[EXACT])},
        "ndcg@10": loss(vectors, read_users(asked.data, numbers)),
    }
    print_figures(found)
    if asked.json:
        write_json(asked.json, found)


def read_products(data: Path) -> tuple[dict[int, int], list[str]]:
    """Row of each item number, and the texts, in the order of product codes, because item numbers follow first
    appearance.
    """
    items = [json.loads(line) for line in (data / "items.jsonl").read_text().splitlines()]
    items.sort(key=lambda item: item["asin"])
    rows = [{**i, "categories": (i["categories"] or [[]])[0], "description": None, "brand": None} for i in items]
    return {item["item_id"]: place for place, item in enumerate(items)}, [product_text(row) for row in rows]


def read_users(data: Path, numbers: dict[int, int]) -> list[np.ndarray]:
    """Rows of the products of each user, oldest first."""
    lines = (data / "sequences.txt").read_text().splitlines()
    return [np.array([numbers[int(n)] for n in line.split()[1:]], np.int32) for line in lines]


def measure(
    encoder: Encoder, fast: QuantisedEncoder, texts: list[str], runs: int
) -> tuple[dict[str, dict[str, float]], dict[str, np.ndarray]]:
    """Speed of each method, and its vectors of `texts`."""
    peer = SentenceTransformer(str(find_base(encoder.base)), device="cpu")
    changed = [f"{text} again" if place % 100 == 0 else text for place, text in enumerate(texts)]
    ways: dict[str, Callable[[Path], np.ndarray]] = {
        PEER: lambda cache: peer.encode(texts),
        EXACT: lambda cache: encoder.embed(texts),
        FAST: lambda cache: product_vectors(fast, texts, hashes(texts), cache),
        "unchanged": lambda cache: product_vectors(fast, texts, hashes(texts), cache),
        "1 % changed": lambda cache: product_vectors(fast, changed, hashes(changed), cache),
    }
    graph, _ = timed(lambda cache: fast.embed(["once"]), fast.folder)
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    vectors: dict[str, np.ndarray] = {}
    for turn in range(runs):
        for name, way in ways.items():
            make_repeatable(fast.threads, seed=1)
            torch.use_deterministic_algorithms(name != PEER)  # ours pays for it, the peer's default does not
            cost, vectors[name] = timed(way, fast.folder / f"cache {turn}")
            spent[name].append(cost)
            print(f"turn {turn + 1}: {name:<22} {cost[0]:8.2f} s, {cost[1]:8.2f} s of processor", flush=True)
    speeds = {name: speed(costs, spent[PEER], len(texts)) for name, costs in spent.items()}
    return speeds | {"making the graph": {"seconds": graph[0], "cpu_seconds": graph[1]}}, vectors


def timed(way: Callable[[Path], np.ndarray], cache: Path) -> tuple[tuple[float, float], np.ndarray]:
    """Wall seconds, processor seconds, and the vectors."""
    began, spent = time.perf_counter(), time.process_time()
    vectors = way(cache)
    return (time.perf_counter() - began, time.process_time() - spent), vectors


def hashes(texts: Sequence[str]) -> list[str]:
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def speed(spent: list[tuple[float, float]], peer: list[tuple[float, float]], texts: int) -> dict[str, float]:
    """Medians: seconds, texts a second, and the ratio to the peer in the same turn."""
    costs, ratios = np.median(spent, axis=0), np.median(np.array(peer) / np.array(spent), axis=0)
    seconds, cpu_seconds = map(float, costs)
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "texts_per_second": texts / seconds,
        "times_as_fast": float(ratios[0]),
        "times_as_fast_by_processor": float(ratios[1]),
    }


def cosine(vectors: np.ndarray, exact: np.ndarray) -> dict[str, float]:
    """Mean and smallest cosine between two vectors of one text."""
    each = (vectors.astype(np.float64) * exact).sum(axis=1)
    return {"mean": float(each.mean()), "least": float(each.min())}


def loss(vectors: dict[str, np.ndarray], users: list[np.ndarray]) -> dict[str, Any]:
    """NDCG@10 with float32 and with int8, and the difference."""
    figures = {name: rank(on_grid(vectors[name]), users) for name in (EXACT, FAST)}
    means = {name: asdict(estimate(values)) for name, values in figures.items()}
    difference = asdict(estimate(figures[FAST] - figures[EXACT]))
    relative = {key: difference[key] / means[EXACT]["value"] for key in ("value", "low", "high")}
    return means | {"difference": difference, "relative": relative}


def rank(vectors: np.ndarray, users: list[np.ndarray]) -> np.ndarray:
    """float64 (u,): NDCG@10 of each user's last product among all that the user has not had before."""
    figures = []
    for at in range(0, len(users), USERS_AT_ONCE):
        block = users[at : at + USERS_AT_ONCE]
        past = [list_[:-1] for list_ in block]
        score = user_vectors(query(past, len(vectors), Knn()), vectors) @ vectors.T
        for row, seen in enumerate(past):
            score[row, seen] = -np.inf
        figures.append(ndcg(best(score, 10), [list_[-1:] for list_ in block], 10))
    return np.concatenate(figures)


def print_figures(found: dict[str, Any]) -> None:
    """Print the figures."""
    print(f"{found['texts']['timed']:,} texts, {found['threads']} threads, medians of {found['runs']} turns")
    for name, figures in found["speed"].items():
        print(f"{name:<22} " + "   ".join(f"{key} {value:,.2f}" for key, value in figures.items()))
    for name, figures in found["cosine"].items():
        print(f"{name:<22} cosine to float32: mean {figures['mean']:.5f}, least {figures['least']:.5f}")
    quality, change = found["ndcg@10"], found["ndcg@10"]["relative"]
    print(f"NDCG@10 of nearest products: float32 {quality[EXACT]['value']:.5f}, int8 {quality[FAST]['value']:.5f}")
    print(f"relative difference {change['value']:+.2%} [{change['low']:+.2%}, {change['high']:+.2%}]")


if __name__ == "__main__":
    main()
