"""All settings of a shop, a section each: type, default, unit and meaning stand in the section's file."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.bundles import Bundles
from pipelines.settings.checks import Checks
from pipelines.settings.cleaning import Cleaning
from pipelines.settings.features import Features
from pipelines.settings.guards import Guards
from pipelines.settings.history import History
from pipelines.settings.knn import Knn
from pipelines.settings.mlflow import Mlflow
from pipelines.settings.newcomers import Newcomers
from pipelines.settings.next_choice import NextChoice
from pipelines.settings.pages import Pages
from pipelines.settings.popularity import Popularity
from pipelines.settings.projection import Projection
from pipelines.settings.ranking import Ranking
from pipelines.settings.ratings import Ratings
from pipelines.settings.relations import Relations
from pipelines.settings.releases import Releases
from pipelines.settings.schedule import Schedule
from pipelines.settings.section import Section
from pipelines.settings.session_bundles import SessionBundles
from pipelines.settings.shop import Shop
from pipelines.settings.sources import Sources
from pipelines.settings.spark import Spark
from pipelines.settings.texts import Texts
from pipelines.settings.training import Training
from pipelines.settings.two_vectors import TwoVectors


class Settings(Section):
    """The whole of `nightshelf.toml`."""

    shop: Shop = Field(default_factory=Shop, description="name, language, time zone and currency of the shop")
    sources: Sources = Field(default_factory=Sources, description="files that the shop delivers")
    history: History = Field(default_factory=History, description="how many days of the past are used")
    cleaning: Cleaning = Field(
        default_factory=Cleaning, description="which rows are refused, and how texts are cleaned"
    )
    features: Features = Field(
        default_factory=Features, description="events as interactions, sessions, baskets and pairs of products"
    )
    knn: Knn = Field(default_factory=Knn, description="score part: products that the same users chose (item-kNN)")
    popularity: Popularity = Field(default_factory=Popularity, description="score part: popular products")
    projection: Projection = Field(
        default_factory=Projection, description="linear map of the text vectors, learned from choices"
    )
    next_choice: NextChoice = Field(
        default_factory=NextChoice, description="score part: next choice by a self-attention network"
    )
    two_vectors: TwoVectors = Field(
        default_factory=TwoVectors,
        description="score part: a small network on the vectors of user and product; off by default",
    )
    ratings: Ratings = Field(default_factory=Ratings, description="score part: stars of reviews; off by default")
    training: Training = Field(
        default_factory=Training, description="the encoder of product texts, its fine-tuning, and the machine"
    )
    guards: Guards = Field(
        default_factory=Guards, description="how models are compared, and when a new one becomes champion"
    )
    ranking: Ranking = Field(default_factory=Ranking, description="the product lists of users")
    newcomers: Newcomers = Field(default_factory=Newcomers, description="the product lists of users without history")
    relations: Relations = Field(default_factory=Relations, description="which products are related, and how")
    bundles: Bundles = Field(default_factory=Bundles, description="products to sell together, and the shop's rules")
    session_bundles: SessionBundles = Field(
        default_factory=SessionBundles, description="bundles of the products seen in a visit without a purchase"
    )
    texts: Texts = Field(
        default_factory=Texts,
        description="generated titles and descriptions of bundles, and reasons of recommendations",
    )
    checks: Checks = Field(default_factory=Checks, description="thresholds of the data checks")
    spark: Spark = Field(default_factory=Spark, description="the Spark engine")
    mlflow: Mlflow = Field(default_factory=Mlflow, description="the model registry")
    releases: Releases = Field(
        default_factory=Releases, description="how many releases, nights and logs are kept, and who reads releases"
    )
    pages: Pages = Field(default_factory=Pages, description="address of the reports and Data Docs")
    schedule: Schedule = Field(default_factory=Schedule, description="when the night runs")
