"""Every setting of a shop: its type, default, unit and meaning, once."""

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

    shop: Shop = Field(default_factory=Shop, description="the shop")
    sources: Sources = Field(default_factory=Sources, description="the files that come in")
    history: History = Field(default_factory=History, description="how far back a night looks")
    cleaning: Cleaning = Field(default_factory=Cleaning, description="which rows are refused")
    features: Features = Field(default_factory=Features, description="what behaviour means")
    knn: Knn = Field(default_factory=Knn, description="neighbours from behaviour")
    projection: Projection = Field(default_factory=Projection, description="the map after the encoder")
    next_choice: NextChoice = Field(default_factory=NextChoice, description="what is chosen next, by the last products")
    two_vectors: TwoVectors = Field(default_factory=TwoVectors, description="a scorer of two vectors; off")
    ratings: Ratings = Field(default_factory=Ratings, description="stars as a part of the score; off")
    training: Training = Field(default_factory=Training, description="the encoder and how models are judged")
    guards: Guards = Field(default_factory=Guards, description="what a challenger must not lose")
    ranking: Ranking = Field(default_factory=Ranking, description="the lists and bundles")
    newcomers: Newcomers = Field(default_factory=Newcomers, description="the lists for visitors nobody knows")
    relations: Relations = Field(default_factory=Relations, description="which products go together")
    bundles: Bundles = Field(default_factory=Bundles, description="what may stand in a bundle, and rules of the shop")
    session_bundles: SessionBundles = Field(
        default_factory=SessionBundles, description="bundles of what visitors saw who bought nothing"
    )
    words: Texts = Field(default_factory=Texts, description="who writes titles and descriptions of bundles")
    checks: Checks = Field(default_factory=Checks, description="thresholds of the checks")
    spark: Spark = Field(default_factory=Spark, description="the Spark engine")
    mlflow: Mlflow = Field(default_factory=Mlflow, description="the model registry")
    releases: Releases = Field(default_factory=Releases, description="what is kept")
    pages: Pages = Field(default_factory=Pages, description="reports and Data Docs")
    schedule: Schedule = Field(default_factory=Schedule, description="when the night runs")
