"""Settings of the shop, its files, and how they are cleaned."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pipelines.settings.section import Section

EVENT_TYPES = ("impression", "view", "click", "add_to_cart", "purchase", "return", "rating")

OneOrMore = Annotated[list[str], BeforeValidator(lambda said: [said] if isinstance(said, str) else said)]


class Source(Section):
    """Where one kind of row comes from, and how the shop's words map to ours."""

    path: str = Field(
        "",
        description="file, folder or glob; relative paths start at the home; s3://, gs://, abfss:// and hdfs:// take "
        "credentials from the environment; empty: no such source",
    )
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet"] = Field(
        "auto", description="auto: by the file name (.csv .tsv .jsonl .json .parquet, also .gz and .zst)"
    )
    columns: dict[str, str] = Field(default_factory=dict, description="our column = the shop's column")
    derive: dict[str, str] = Field(
        default_factory=dict, description="our column = Spark SQL over the shop's columns (all are text)"
    )
    time_format: OneOrMore = Field(
        ["iso"],
        min_length=1,
        description="iso, unix_s, unix_ms, or a Spark datetime pattern such as 'dd/MM/yyyy HH:mm'; of several the "
        "first that fits a time wins, so that 03/04/2025 is what the first of dd/MM/yyyy and MM/dd/yyyy says",
    )
    time_zone: str = Field("", description="zone of times without an offset; empty: the shop's")
    file_date: str = Field(
        r"(\d{4}-\d{2}-\d{2})",
        description="regular expression whose first group is the delivery day in a file's name; no match: undated",
    )
    encoding: str = Field("UTF-8", description="encoding of CSV and TSV files without a byte order mark")


class Events(Source):
    event_types: dict[str, str] = Field(
        default_factory=dict, description=f"the shop's event type = ours ({', '.join(EVENT_TYPES)})"
    )


class Products(Source):
    from_lines: bool = Field(
        False, description="the source holds order lines: each product's title and price are the most frequent ones"
    )


class Sources(Section):
    events: Events = Field(default_factory=Events, description="behaviour log, required")
    reviews: Source = Field(default_factory=Source, description="reviews with text, optional")
    products: Products = Field(default_factory=Products, description="catalogue, required")
