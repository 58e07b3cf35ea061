"""Settings that all learners of choices share."""

from __future__ import annotations

IN_SOFTMAX = (
    "products in the softmax; where the catalogue has more, so many are drawn each step. At least 16: from few others "
    "little is learned (from one alone, NDCG@10 falls by more than a third)"
)

A_ROUND = "choices a round at most; where users made more, each round draws some of them anew"

DRAWN_BY = "they are drawn by how often they were chosen to this power: the higher, the less is learned of popularity"
