"""Learning which sets of a session's items are bundles, from sessions whose bundles are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipelines.session_bundles.chances import Chances, Weights, scaled
from pipelines.session_bundles.subsets import MOST
from pipelines.settings.session_bundles import SessionBundles as Settings
from training.fit_bundle_relations import fit_relations, untold
from training.labelled_sessions import MOST_BUNDLES, Labelled
from training.rounds import Rounds, Run, batches, learn

NEAR = 1.5  # items: a session tells of the bundles of others whose size is not farther off than about this
FAINT = 0.3  # sessions with each number of bundles that are taken for granted


def fit_bundles(train: Sequence[Labelled], validation: Sequence[Labelled], settings: Settings, run: Run) -> Chances:
    """What `train` tells; when learning ends, and what a bundle tells of the next, is told by `validation`.

    A bundle is told from the other sets of its session by a softmax over them (McFadden 1974), of which
    `settings.sets` are drawn and count for all.
    """
    told = np.concatenate([session.seen for session in train])
    mean, deviation = np.nanmean(told, axis=0), np.nanstd(told, axis=0) + 1e-6
    fixed = {"mean": mean, "deviation": deviation, "counts": counts_by_items(train), **untold()}
    rng = np.random.default_rng(run.seed)
    learned, judged = (Drawn.of(sessions, fixed, settings.sets, rng) for sessions in (train, validation))
    torch.manual_seed(run.seed)
    networks = Networks(len(mean), settings)
    optimiser = torch.optim.AdamW(networks.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)

    def losses(rng: np.random.Generator) -> Iterator[Tensor]:
        for rows in batches(len(train), settings.batch_sessions, rng):
            yield learned.loss(networks, rows).mean()

    @torch.inference_mode()
    def judge(_: Weights) -> float:
        return -float(judged.loss(networks, np.arange(len(validation)), together=True))

    rounds = Rounds(networks, optimiser, losses, settings.rounds, settings.patience)
    best = learn(rounds, judge, run).weights
    chances = Chances({**fixed, **as_one(best or {}, settings.networks)})
    return Chances({**chances.weights, **fit_relations(chances, validation)})


class Networks(nn.Module):
    """Networks of one layer each, side by side: `inner` reads the features for all, `outer` weighs each one's units."""

    def __init__(self, features: int, settings: Settings) -> None:
        super().__init__()
        self.inner = nn.Linear(features, settings.networks * settings.units)
        self.outer = nn.Parameter(torch.randn(settings.networks, settings.units) * settings.units**-0.5)
        self.dropout = settings.dropout

    def forward(self, features: Tensor) -> Tensor:
        """(..., networks): each one's score of the sets with these `features` (..., f)."""
        units = functional.dropout(functional.silu(self.inner(features)), self.dropout, self.training)
        return (units.unflatten(-1, self.outer.shape) * self.outer).sum(dim=-1)


def as_one(weights: Weights, networks: int) -> Weights:
    """The network whose score is the mean of those of `networks` in `weights`."""
    outer = weights["outer"].reshape(-1) / networks
    return {"inner.weight": weights["inner.weight"], "inner.bias": weights["inner.bias"], "outer.weight": outer}


@dataclass(frozen=True)
class Drawn:
    """Bundles and some other sets of each session: `features` (s, w, f), padded; `stands_for` (s, w) log of how many
    sets each stands for, far below 0 for padding; `share` (s, w) how often it is a bundle."""

    features: Tensor
    stands_for: Tensor
    share: Tensor

    @classmethod
    def of(cls, sessions: Sequence[Labelled], fixed: Weights, others: int, rng: np.random.Generator) -> Drawn:
        width = others + max(len(np.unique(session.bundles)) for session in sessions)
        features = np.zeros((len(sessions), width, len(fixed["mean"])), np.float32)
        stands_for = np.full((len(sessions), width), -1e9, np.float32)
        share = np.zeros((len(sessions), width), np.float32)
        for row, session in enumerate(sessions):
            bundles, times = np.unique(session.bundles, return_counts=True)
            rest = np.setdiff1d(np.arange(len(session.features)), bundles)
            drawn = rng.choice(rest, min(others, len(rest)), replace=False)
            sets = np.concatenate([bundles, drawn])
            features[row, : len(sets)] = scaled(session.seen[sets], fixed["mean"], fixed["deviation"])
            stands_for[row, : len(bundles)] = 0
            stands_for[row, len(bundles) : len(sets)] = np.log(max(len(rest), 1) / max(len(drawn), 1))
            share[row, : len(bundles)] = times
        return cls(*map(torch.from_numpy, (features, stands_for, share)))

    def loss(self, networks: Networks, rows: np.ndarray, together: bool = False) -> Tensor:
        """(networks,), or of their mean (1,): -log of the chance of a bundle, mean over those of sessions `rows`."""
        scores = networks(self.features[rows])
        if together:
            scores = scores.mean(dim=-1, keepdim=True)
        chances = torch.log_softmax(scores + self.stands_for[rows][:, :, None], dim=1)
        share = self.share[rows][:, :, None]
        return -(chances * share).sum(dim=(0, 1)) / share.sum()


def counts_by_items(sessions: Sequence[Labelled]) -> np.ndarray:
    """float64 (MOST + 1, MOST_BUNDLES): by number of items the sessions with one, two, … bundles, smoothed."""
    items = np.array([session.items for session in sessions])
    counts = np.array([session.count for session in sessions])
    near = np.exp(-np.abs(np.arange(MOST + 1)[:, None] - items) / NEAR)
    return np.stack([near[:, counts == k].sum(axis=1) for k in range(1, MOST_BUNDLES + 1)], axis=1) + FAINT
