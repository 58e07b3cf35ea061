"""The next-choice network: causal self-attention over a user's last products (Kang & McAuley 2018), in NumPy.

`training/ranker/fit_next_choice.py` trains it; this is the forward pass that evaluation and ranking use. It is computed
in float64, so that a user's vector, rounded to the grid, has the same bits alone and within a batch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.special import erf

from pipelines.atomic_files import write_json
from pipelines.contracts.score_parts import NEXT_CHOICE
from recommender.ranking.histories import items_of
from recommender.ranking.products import Products
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.score_parts.families import VectorPart
from recommender.ranking.score_parts.model import PartInputs, ScorePartModel, UserBatch

FILE, IDS = "next_choice.safetensors", "next_choice_products.json"  # weights, and whose they are
PRODUCTS = "next_choice.npy"  # what a ranker's network knows of its products; the weights lie beside
MASKED = -1e9  # attention score of masked places
LAYER_NORM_EPSILON = 1e-5  # as in torch
MAX_CACHED = 32_000_000  # floats of product states kept between calls
STATES = 4  # floats kept for each of a product's: its input state, and query, key and value of the first block
NetworkWeights = Mapping[str, np.ndarray]
States = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class NextChoiceScorer(VectorPart):
    """The network's `weights`, by torch's names, and `products`, float32 (n, d): the input embedding of each."""

    weights: NetworkWeights
    products: np.ndarray

    part = NEXT_CHOICE

    @classmethod
    def build(cls, inputs: PartInputs) -> ScorePartModel | None:
        learned = inputs.learned.get(cls.part.name)
        return learned.part_for(inputs.product_ids, inputs.vectors) if learned else None

    @classmethod
    def load(cls, folder: Path, products: int) -> Self | None:
        weights = load_weights(folder)
        return None if weights is None else cls(weights, np.load(folder / PRODUCTS, allow_pickle=False))

    @classmethod
    def load_learned(cls, folder: Path) -> LearnedNetwork | None:
        return LearnedNetwork.load(folder)

    def save(self, folder: Path) -> None:
        np.save(folder / PRODUCTS, self.products, allow_pickle=False)
        save_weights(folder, self.weights)

    def restrict_to(self, products: np.ndarray) -> None:
        """None: learned weights stay in the folder of the model."""

    def product_vectors(self, products: Products) -> np.ndarray:
        return self.targets

    def user_vectors(self, users: UserBatch, products: Products) -> np.ndarray:
        return self.history_vectors(users.histories)

    @cached_property
    def targets(self) -> np.ndarray:
        """float32 (n, d) on the grid: the products' vectors, which are compared with `history_vectors`."""
        return on_grid(self.products)

    def history_vectors(self, histories: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (u, d) on the grid: the network's last state of each history; zeros without a history."""
        length = self.weights["distance"].shape[2]
        recent = [items_of(history[-length:]) for history in histories]
        counts = np.array([len(items) for items in recent], np.int64)
        items = np.concatenate([np.empty(0, np.int64), *recent])
        (states, qkv), place = self._states_of(items)
        ends, found = np.cumsum(counts), np.zeros((len(histories), self.products.shape[1]))
        for count in np.unique(counts[counts > 0]):
            users = np.flatnonzero(counts == count)
            of_users = place[ends[users][:, None] - count + np.arange(count)]
            found[users] = self._last_state(states[of_users], qkv[of_users])
        return on_grid(found)

    def _states_of(self, items: np.ndarray) -> tuple[States, np.ndarray]:
        """`_input_states` of products that include `items`, and the places (m,) of `items` among them."""
        if self._all_states is not None:
            return self._all_states, items
        known, place = np.unique(items, return_inverse=True)
        return self._input_states(known), place

    @cached_property
    def _all_states(self) -> States | None:
        """`_input_states` of all products; None where they are too large to keep."""
        return self._input_states(np.arange(len(self.products))) if self.products.size * STATES <= MAX_CACHED else None

    def _input_states(self, items: np.ndarray) -> States:
        """float64 (m, d), (m, 3 d): input state of each of `items`, and its query, key and value in the first block."""
        states = self._layer_norm("norm_in", self.products[items].astype(np.float64))
        return states, self._query_key_value(0, states) if len(items) else states

    def _last_state(self, state: np.ndarray, qkv: np.ndarray) -> np.ndarray:
        """float64 (u, d): the network's state at the last of t items.

        `state` (u, t, d) are their input states, `qkv` (u, t, 3 d) query, key and value in the first block: both are
        the same for an item at every place.
        """
        layers = self.weights["distance"].shape[0]
        for layer in range(layers):
            queries = 1 if layer == layers - 1 else state.shape[1]  # of the last block only the last place is read
            mixed = self._attention(layer, self._query_key_value(layer, state) if layer else qkv, queries)
            state = state[:, -queries:] + mixed
            inner = self._linear(f"blocks.{layer}.inner", self._layer_norm(f"blocks.{layer}.norm_2", state))
            state = state + self._linear(f"blocks.{layer}.outer", inner * (1 + erf(inner / np.sqrt(2))) / 2)
        return self._layer_norm("norm_out", state[:, -1])

    def _query_key_value(self, layer: int, state: np.ndarray) -> np.ndarray:
        """Query, key and value of each state, side by side."""
        return self._linear(f"blocks.{layer}.query_key_value", self._layer_norm(f"blocks.{layer}.norm_1", state))

    def _attention(self, layer: int, qkv: np.ndarray, queries: int) -> np.ndarray:
        """float64 (u, queries, d): causal attention of the last places over all places, from `qkv` (u, t, 3 d).

        A learned bias by distance is added to the scores (as in ALiBi, Press et al. 2022, where it is fixed).
        """
        distance = self.weights["distance"][layer].astype(np.float64)
        users, places, width = *qkv.shape[:2], qkv.shape[2] // 3
        heads = len(distance)
        split = qkv.reshape(users, places, 3, heads, width // heads)
        query, key, value = split.transpose(2, 0, 3, 1, 4)
        query = query[:, :, -queries:]
        back = np.arange(places - queries, places)[:, None] - np.arange(places)
        seen = np.where(back >= 0, distance[:, np.maximum(back, 0)], MASKED)
        score = query @ key.transpose(0, 1, 3, 2) / np.sqrt(width // heads) + seen
        share = np.exp(score - score.max(axis=3, keepdims=True))
        mixed = (share / share.sum(axis=3, keepdims=True)) @ value
        return self._linear(f"blocks.{layer}.mix", mixed.transpose(0, 2, 1, 3).reshape(users, queries, width))

    def _layer_norm(self, name: str, state: np.ndarray) -> np.ndarray:
        centred = state - state.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def _linear(self, name: str, state: np.ndarray) -> np.ndarray:
        weight = self.weights[f"{name}.weight"].astype(np.float64)
        return (state.reshape(-1, state.shape[-1]) @ weight.T + self.weights[f"{name}.bias"]).reshape(
            *state.shape[:-1], len(weight)
        )


@dataclass(frozen=True)
class LearnedNetwork:
    """What training found: the network's `weights`, and the sorted ids of the products that it was trained with."""

    weights: NetworkWeights
    product_ids: np.ndarray

    def part_for(self, product_ids: np.ndarray, vectors: np.ndarray) -> NextChoiceScorer:
        """The part for a night's products, whose texts have the encoder's `vectors` (n, text).

        A product that training did not know has the vector of its text alone.
        """
        read = vectors.astype(np.float64) @ self.weights["read.weight"].astype(np.float64).T
        at = np.minimum(np.searchsorted(self.product_ids, product_ids), len(self.product_ids) - 1)
        known = (self.product_ids[at] == product_ids)[:, None]
        products = read + np.where(known, self.weights["ids.weight"][at], 0)
        return NextChoiceScorer(self.weights, products.astype(np.float32))

    def save(self, folder: Path) -> None:
        """Write the weights to `folder`, and whose they are."""
        save_weights(folder, self.weights)
        write_json(folder / IDS, self.product_ids.tolist())

    @classmethod
    def load(cls, folder: Path) -> LearnedNetwork | None:
        """What is in `folder`, or None for a model without such a network."""
        weights = load_weights(folder)
        return None if weights is None else cls(weights, np.array(json.loads((folder / IDS).read_text()), dtype=str))


def save_weights(folder: Path, weights: NetworkWeights) -> None:
    """Write the weights to `folder`, as safetensors."""
    save_file({name: np.ascontiguousarray(values) for name, values in sorted(weights.items())}, folder / FILE)


def load_weights(folder: Path) -> NetworkWeights | None:
    """The weights in `folder`, or None where there are none."""
    return load_file(folder / FILE) if (folder / FILE).is_file() else None
