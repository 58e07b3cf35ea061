"""Whether reasons hold: without the products that a reason names, the row must score lower."""

from __future__ import annotations

import numpy as np

from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.histories import items_of
from recommender.ranking.ranker import Ranker, block_size

SAMPLE, LISTED = 1000, 10


def faithful(ranker: Ranker, cases: EvalCases, seed: int) -> dict[str, float]:
    """Among products listed to some users: how many reasons name evidence, and for what share of these it holds.

    `SAMPLE` reasons with evidence are drawn; each item is scored again with and without the named products.
    """
    drawn = np.sort(np.random.default_rng(seed).permutation(len(cases))[:SAMPLE])
    histories, hidden = [cases.histories[u] for u in drawn], [cases.hidden[u] for u in drawn]
    ranked = ranker.rank(histories, hidden, LISTED)
    named = ranked.evidence[:, :, 0] >= 0
    cells = np.argwhere(named)[np.random.default_rng(seed).permutation(int(named.sum()))[:SAMPLE]]
    past = [histories[u] for u, _ in cells]
    named_by = [ranked.evidence[u, place] for u, place in cells]
    without = [h[~np.isin(items_of(h), out)] for h, out in zip(past, named_by, strict=True)]
    barred = [hidden[u] for u, _ in cells]
    items = np.array([ranked.items[u, place] for u, place in cells])
    whole, less = (_scores(ranker, those, barred, items) for those in (past, without))
    listed = ranked.items >= 0
    return {
        "reasons": int(listed.sum()),
        "with_evidence": float(named.sum() / max(listed.sum(), 1)),
        "sampled": len(cells),
        "faithful": float((less < whole).mean()) if len(cells) else 0.0,
    }


def _scores(ranker: Ranker, histories: list[np.ndarray], hidden: list[np.ndarray], items: np.ndarray) -> np.ndarray:
    """float32 (m,): the blended score of one item for each history."""
    size, found = block_size(len(ranker.product_ids)), []
    for at in range(0, len(items), size):
        score = ranker.contribution_array(histories[at : at + size], hidden[at : at + size]).sum(axis=0)
        found.append(score[np.arange(len(score)), items[at : at + size]])
    return np.concatenate([np.empty(0, np.float32), *found])
