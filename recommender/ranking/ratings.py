"""How far the ratings of a product lie above the mean, its raters' habits taken off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OF_PRODUCT, OF_USER = 25.0, 10.0  # ratings of no more than the mean that each is held to have besides (Koren 2009)
SWEEPS = 3


@dataclass(frozen=True)
class RatingLog:
    """One entry a rating: `user` numbers of who wrote it (-1: unknown), `product` indices, `day`, `value`."""

    user: np.ndarray
    product: np.ndarray
    day: np.ndarray
    value: np.ndarray

    def biases(self, until: int, products: int) -> np.ndarray:
        """float32 (products,): b_i of the prediction mu + b_u + b_i (Koren 2009), by the ratings up to day `until`.

        Both biases are found in turn, each shrunk towards nothing; 0 for a product without ratings.
        """
        seen = self.day <= until
        user, product, value = self.user[seen] + 1, self.product[seen], self.value[seen]
        if not len(value):
            return np.zeros(products, np.float32)
        left = value - value.mean()
        users, known = int(user.max()) + 1, user > 0
        of_user, of_product = np.zeros(users), np.zeros(products)
        for _ in range(SWEEPS):
            of_product = _shrunk(left - of_user[user], product, products, OF_PRODUCT)
            of_user = _shrunk((left - of_product[product])[known], user[known], users, OF_USER)
        return of_product.astype(np.float32)


def _shrunk(values: np.ndarray, group: np.ndarray, groups: int, by: float) -> np.ndarray:
    return np.bincount(group, values, groups) / (by + np.bincount(group, minlength=groups))
