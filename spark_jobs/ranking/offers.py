"""The bundles of a night as rows of tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame

from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.cold_start_bundles import COLD_START_BUNDLES
from pipelines.settings.bundles import Bundles
from recommender.bundles.cold_start import NearDuplicates, PricedBundle, cold_start_bundles
from recommender.bundles.model import BundleCandidate, BundleProduct, Products
from recommender.bundles.scoring import BundleScore
from recommender.texts.facts import facts_of
from recommender.texts.language import Language
from recommender.texts.templates import template
from spark_jobs.engine import ddl
from spark_jobs.ranking.bundle_evidence import BundleEvidence


@dataclass(frozen=True)
class Offer:
    """A bundle that is published: its products and counts, its figures, and its score."""

    candidate: BundleCandidate
    figures: BundleScore
    score: float

    @property
    def bundle_id(self) -> str:
        return id_of(self.candidate.products)


@dataclass(frozen=True)
class Offers:
    """The night's bundles, best first; the facts of their products; and for each bundle id its near duplicates."""

    bundles: list[Offer]
    catalogue: Mapping[str, BundleProduct]
    near_duplicates: NearDuplicates


def id_of(products: Products) -> str:
    """The id of a bundle."""
    return hashlib.sha256("\n".join(products).encode()).hexdigest()[:16]


def bundle_table(offers: Offers, evidence: BundleEvidence, language: Language) -> DataFrame:
    """The rows of `bundles`, with title and description by template."""
    rows = [describe(offer, offers.catalogue, language) for offer in offers.bundles]
    return evidence.products.sparkSession.createDataFrame(rows, ddl(BUNDLES, *BUNDLES.content_columns()))


def cold_table(offers: Offers, evidence: BundleEvidence, settings: Bundles) -> DataFrame:
    """The rows of `cold_start_bundles`: bundles for visitors without history, by segment and rank."""
    priced = [
        PricedBundle(o.bundle_id, o.candidate.products, o.figures.conversion, o.figures.offer_price)
        for o in offers.bundles
    ]
    most = settings.most_per_user
    rows = cold_start_bundles(priced, offers.catalogue, evidence.groups, offers.near_duplicates, most)
    return evidence.products.sparkSession.createDataFrame(
        rows, ddl(COLD_START_BUNDLES, *COLD_START_BUNDLES.content_columns())
    )


def describe(offer: Offer, catalogue: Mapping[str, BundleProduct], language: Language) -> tuple[object, ...]:
    """One row of `bundles`, in the order of its columns."""
    bundle, figures = offer.candidate, offer.figures
    text = template(facts_of([asdict(catalogue[p]) for p in bundle.products]), bundle.baskets, language)
    return (
        offer.bundle_id,
        list(bundle.products),
        text.title,
        text.description,
        "template",
        figures.price,
        figures.offer_price,
        int(bundle.baskets),
        figures.support,
        figures.lift,
        figures.lift_lower_bound,
        bundle.coherence,
        figures.conversion,
        figures.expected_revenue,
        offer.score,
        bundle.made_by,
    )
