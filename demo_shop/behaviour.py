"""Simulated behaviour: sessions of impressions, views, clicks, carts and purchases, and later returns."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from demo_shop.calendar import days_of_sessions, epoch_ms, start_second
from demo_shop.catalogue import DemoCatalogue
from demo_shop.choice import ChoiceModel
from demo_shop.customers import Customers

SLOTS, BESTSELLERS = 10, 2
REPEATABLE = ("Tea", "Candles")


class Event(NamedTuple):
    """One thing that one person did; `at` is in milliseconds since 1970, `None` means the shop does not record it."""

    at: int
    user_id: str | None
    product: int
    event_type: str
    session_id: str
    quantity: int | None = None
    price: float | None = None
    dwell_s: float | None = None
    order_id: str | None = None
    position: int | None = None
    value: float | None = None


class ShopRun:
    """The state of the simulation: who owns which products, and the next session and order number."""

    def __init__(
        self, catalogue: DemoCatalogue, people: Customers, choice: ChoiceModel, rng: np.random.Generator
    ) -> None:
        self.catalogue, self.people, self.choice, self.rng = catalogue, people, choice, rng
        self.owned: list[set[int]] = [set() for _ in people.ids]
        self.partners = {p: [q for q in group if q != p] for group in catalogue.complements for p in group}
        self.price = catalogue.price
        self.cheapness = -(np.log(self.price) - np.log(self.price).mean()) / np.log(self.price).std()
        repeatable = catalogue.table["categories"].str.endswith(REPEATABLE).to_numpy()
        self.repeatable = set(np.flatnonzero(repeatable).tolist())
        self.sessions = self.orders = 0

    def visit(self, person: int, day: int, begin: int) -> list[Event]:
        """The events of one session that begins at `begin` ms, in order of time."""
        self.sessions += 1
        clock, events = begin, []
        session_id, user_id = f"s{self.sessions:07d}", self.people.ids[person]
        appeal = self._appeal(person, day)
        shown = self._listing(appeal)
        for position, product in enumerate(shown, start=1):
            clock += int(self.rng.integers(40, 900))
            events.append(Event(clock, user_id, product, "impression", session_id, position=position))
        cart: list[tuple[int, int]] = []
        for product in self._viewed(appeal, shown):
            clock += int(self.rng.integers(2_000, 40_000))
            dwell = round(float(self.rng.lognormal(2.8, 0.8)), 1)
            events.append(Event(clock, user_id, product, "view", session_id, dwell_s=dwell))
            if self.rng.random() < 0.45:
                clock += int(self.rng.integers(1_500, 15_000))
                events.append(Event(clock, user_id, product, "click", session_id))
            clock += int(dwell * 1000)
            if self.rng.random() < self._temptation(person, day, product):
                cart += [(p, self._quantity()) for p in self._with_partners(person, day, product, cart)]
                clock += 1_000
        for product, quantity in cart:
            clock += int(self.rng.integers(2_000, 20_000))
            price = float(self.price[product])
            events.append(Event(clock, user_id, product, "add_to_cart", session_id, quantity, price))
        if cart and self.rng.random() < self.choice.paid:
            events += self._checkout(person, cart, clock + int(self.rng.integers(30_000, 240_000)), session_id)
        return events

    def _appeal(self, person: int, day: int) -> np.ndarray:
        """Log-odds of each product for this person on this day; -inf where it is not sold or already owned."""
        c, k = self.choice, self.catalogue
        taste = self.people.taste(person, day)
        if self.rng.random() < c.idle:
            mood = np.full(len(taste), 1 / len(taste))
        else:
            mood = np.zeros(len(taste))
            mood[self.rng.choice(len(taste), p=taste)] = 1.0
        appeal = c.theme * (k.themes @ mood) + c.shelf * self.people.shelves[person][k.category]
        appeal += c.quality * k.quality + c.thrift * self.people.thrift[person] * self.cheapness + c.fame * k.fame
        appeal += c.novelty * ((k.from_day > 0) & (day - k.from_day < c.new_for))
        appeal[(k.from_day > day) | (k.to_day <= day)] = -np.inf
        appeal[[p for p in self.owned[person] if p not in self.repeatable]] = -np.inf
        return appeal

    def _listing(self, appeal: np.ndarray) -> list[int]:
        """Products that the shop shows, in order: some bestsellers among the results of the person's search."""
        noisy = appeal + self.rng.gumbel(size=len(appeal))
        famous = np.where(np.isfinite(appeal), self.catalogue.fame, -np.inf) + self.rng.gumbel(size=len(appeal))
        wanted = np.argsort(-noisy)[: SLOTS - BESTSELLERS]
        best = np.argsort(-famous)[:BESTSELLERS]
        both = self.rng.permutation(np.union1d(wanted, best))
        return [int(p) for p in both if np.isfinite(appeal[p])]

    def _viewed(self, appeal: np.ndarray, shown: list[int]) -> list[int]:
        """The products of a listing that are opened; earlier places are more likely."""
        if not shown:
            return []
        scores = 0.8 * appeal[shown] - self.choice.position * np.arange(len(shown)) + self.rng.gumbel(size=len(shown))
        count = min(len(shown), 1 + self.rng.poisson(self.choice.more_views))
        return [shown[i] for i in np.argsort(-scores)[:count]]

    def _temptation(self, person: int, day: int, product: int) -> float:
        """Probability that a viewed product goes into the cart, from theme, category and quality."""
        fit = self.fit(person, day, product)
        return float(1 / (1 + np.exp(-(2.6 * fit - self.choice.reserve + 0.3 * self.catalogue.quality[product]))))

    def fit(self, person: int, day: int, product: int) -> float:
        """How well a product suits a person, 0 to 1."""
        taste = self.people.taste(person, day)
        theme = min(1.0, 2 * float(taste @ self.catalogue.themes[product]))
        return 0.65 * theme + 0.35 * float(self.people.shelves[person][self.catalogue.category[product]])

    def _with_partners(self, person: int, day: int, product: int, cart: list[tuple[int, int]]) -> list[int]:
        """The product and those of its complements that are added, without products in the cart or owned."""
        sold = (self.catalogue.from_day <= day) & (day < self.catalogue.to_day)
        taken = {p for p, _ in cart} | self.owned[person]
        free = [p for p in self.partners.get(product, []) if p not in taken and sold[p]]
        partners = [p for p in free if self.rng.random() < self.choice.taken_along]
        return [p for p in [product, *partners] if p not in {q for q, _ in cart}]

    def _quantity(self) -> int:
        """Pieces of one product in a cart."""
        return int(self.rng.choice([1, 2, 3, 4, 6], p=[0.8, 0.12, 0.03, 0.03, 0.02]))

    def _checkout(self, person: int, cart: list[tuple[int, int]], at: int, session_id: str) -> list[Event]:
        """The purchases of one order, all of one instant, and the returns that follow for 4 % of them."""
        self.orders += 1
        order_id, user_id, events = f"o{self.orders:06d}", self.people.ids[person], []
        for product, quantity in cart:
            self.owned[person].add(product)
            price = float(self.price[product])
            paid = round(quantity * price, 2)
            bought = Event(at, user_id, product, "purchase", session_id, quantity, price, order_id=order_id, value=paid)
            events.append(bought)
            if self.rng.random() < 0.04:
                later = at + int(self.rng.uniform(2, 9) * 86_400_000)
                events.append(bought._replace(at=later, event_type="return", session_id=None))
        return events


def live(shop: ShopRun, first_day: date, days: int) -> pd.DataFrame:
    """All events of the window in order of time, one row each, with the columns of `Event`."""
    visits = days_of_sessions(shop.rng, shop.people.visits, first_day, days)
    events: list[Event] = []
    for day, people in enumerate(visits):
        for begin, person in sorted((start_second(shop.rng), int(p)) for p in people):
            events += shop.visit(person, day, epoch_ms(first_day + timedelta(days=day), begin))
    end = epoch_ms(first_day + timedelta(days=days), 0)
    table = pd.DataFrame(events, columns=Event._fields).astype({"quantity": "Int64", "position": "Int64"})
    return table[table["at"] < end].sort_values("at", kind="stable").reset_index(drop=True)
