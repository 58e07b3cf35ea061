"""Parameters of the simulated choice: what makes a product more likely to be chosen, and by how much."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChoiceModel:
    """Parameters of the choice model. The first six are log-odds of a product per unit; the rest are described beside
    them.

    Set so that texts help a ranking that knows behaviour alone, since most products have few buyers, and so that such a
    ranking is still far better than popularity.
    """

    theme: float = 6.5
    shelf: float = 1.8
    quality: float = 0.2
    thrift: float = 0.2
    fame: float = 0.15
    novelty: float = 1.0
    new_for: int = 8  # days after its launch during which a product is new
    position: float = 0.12  # log-odds lost with each place further down a listing
    idle: float = 0.35  # share of sessions without a theme in mind
    more_views: float = 0.2  # products opened in a session, beyond the first
    reserve: float = 0.4  # log-odds against putting a viewed product into the cart
    paid: float = 0.9  # share of carts that are paid
    taken_along: float = 0.45  # probability that a complement goes into the cart as well
