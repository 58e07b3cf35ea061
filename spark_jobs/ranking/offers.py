"""The bundles of a night as rows of tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame

from pipelines.settings.tree import Settings
from recommender.bundles.cold_start import NearDuplicates, PricedBundle, cold_start_bundles
from recommender.bundles.model import BundleCandidate, BundleProduct, Products
from recommender.bundles.scoring import BundleScore
from recommender.texts.facts import facts_of
from recommender.texts.language import Language
from recommender.texts.templates import template
from spark_jobs.ranking.bundle_evidence import BundleEvidence

BUNDLE = (
    "bundle_id string, products array<string>, title string, description string, written_by string, "
    "price double, offer_price double, "
    "baskets int, support double, lift double, lift_surely double, coherence float, conversion double, "
    "expected_revenue double, score double, made_by string"
)
COLD = "segment string, rank int, bundle_id string, score double"


@dataclass(frozen=True)
class Offer:
    """A bundle that is published."""

    found: BundleCandidate
    worth: BundleScore
    score: float

    @property
    def bundle_id(self) -> str:
        return id_of(self.found.products)


@dataclass(frozen=True)
class Offers:
    """The night's bundles, best first, the products that they are made of, and by id which are nearly the same."""

    bundles: list[Offer]
    shelf: Mapping[str, BundleProduct]
    copies: NearDuplicates


def id_of(products: Products) -> str:
    """The id of a bundle."""
    return hashlib.sha256("\n".join(products).encode()).hexdigest()[:16]


def bundle_table(offers: Offers, evidence: BundleEvidence, language: Language) -> DataFrame:
    """One row for each bundle, with the words of a template."""
    rows = [describe(offer, offers.shelf, language) for offer in offers.bundles]
    return evidence.products.sparkSession.createDataFrame(rows, BUNDLE)


def cold_table(offers: Offers, evidence: BundleEvidence, settings: Settings) -> DataFrame:
    """One row for each segment and rank of the bundles for visitors nobody knows."""
    sold = [
        PricedBundle(o.bundle_id, o.found.products, o.worth.conversion, o.worth.offer_price) for o in offers.bundles
    ]
    most = settings.bundles.most_per_user
    rows = cold_start_bundles(sold, offers.shelf, evidence.groups, offers.copies, most)
    return evidence.products.sparkSession.createDataFrame(rows, COLD)


def describe(offer: Offer, shelf: Mapping[str, BundleProduct], language: Language) -> tuple[object, ...]:
    """One row of the table: words, price, strength, coherence."""
    found, said = offer.found, offer.worth
    text = template(facts_of([asdict(shelf[p]) for p in found.products]), found.baskets, language)
    return (
        offer.bundle_id,
        list(found.products),
        text.title,
        text.description,
        "template",
        said.price,
        said.offer_price,
        int(found.baskets),
        said.support,
        said.lift,
        said.lift_lower_bound,
        found.coherence,
        said.conversion,
        said.expected_revenue,
        offer.score,
        found.made_by,
    )
