"""Rating biases of products: how far their ratings lie above the mean, corrected for who rated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PRODUCT_SHRINKAGE, USER_SHRINKAGE = 25.0, 10.0  # pseudo-ratings equal to the mean (Koren 2009)
SWEEPS = 3


@dataclass(frozen=True)
class RatingLog:
    """One entry a rating: `user` number (-1: unknown), `product` index, `day` since 1970, `value` in stars."""

    user: np.ndarray
    product: np.ndarray
    day: np.ndarray
    value: np.ndarray

    def biases(self, until: int, products: int) -> np.ndarray:
        """float32 (products,): b_i of the prediction mu + b_u + b_i (Koren 2009), by the ratings up to day `until`.

        Both biases are estimated in turn, each shrunk towards 0; 0 for a product without ratings.
        """
        seen = self.day <= until
        user, product, value = self.user[seen] + 1, self.product[seen], self.value[seen]
        if not len(value):
            return np.zeros(products, np.float32)
        residual = value - value.mean()
        users, known = int(user.max()) + 1, user > 0
        of_user, of_product = np.zeros(users), np.zeros(products)
        for _ in range(SWEEPS):
            of_product = _shrunk(residual - of_user[user], product, products, PRODUCT_SHRINKAGE)
            of_user = _shrunk((residual - of_product[product])[known], user[known], users, USER_SHRINKAGE)
        return of_product.astype(np.float32)


def _shrunk(values: np.ndarray, group: np.ndarray, groups: int, by: float) -> np.ndarray:
    return np.bincount(group, values, groups) / (by + np.bincount(group, minlength=groups))
