"""Settings of the files that the shop delivers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pipelines.settings.section import Section

EVENT_TYPES = ("impression", "view", "click", "add_to_cart", "purchase", "return", "rating")

OneOrMore = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Source(Section):
    """The files of one source, and how their columns and values map to those of nightshelf."""

    path: str = Field(
        "",
        description="file, folder or glob; relative paths start at the home; s3://, gs://, abfss:// and hdfs:// take "
        "credentials from the environment; empty: the shop has no such source",
    )
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet"] = Field(
        "auto", description="auto: by the ending of the file name (.csv .tsv .jsonl .json .parquet, also .gz and .zst)"
    )
    columns: dict[str, str] = Field(default_factory=dict, description="nightshelf's column = the shop's column")
    derive: dict[str, str] = Field(
        default_factory=dict,
        description="nightshelf's column = Spark SQL over the shop's columns (all are strings), of functions "
        "that compute a value from values: no aggregates, no subqueries, no calls of Java",
    )
    time_format: OneOrMore = Field(
        ["iso"],
        min_length=1,
        description="iso, unix_s, unix_ms, or a Spark datetime pattern such as 'dd/MM/yyyy HH:mm'; of several the "
        "first that parses a value is used (for 03/04/2025 the order of dd/MM/yyyy and MM/dd/yyyy decides)",
    )
    time_zone: str = Field("", description="IANA time zone of times without an offset; empty: [shop] time_zone")
    file_date: str = Field(
        r"(\d{4}-\d{2}-\d{2})",
        description="regular expression whose first group is the delivery day in a file's name; a name that does not "
        "match has no delivery day",
    )
    encoding: str = Field("UTF-8", description="text encoding of CSV and TSV files without a byte order mark")
    longest_line: int = Field(
        8 << 20,
        ge=1 << 16,
        description="bytes of one line, unpacked and in UTF-8; a file with a longer one stops the night, because Spark "
        "holds whole lines in memory, each several times",
    )


class Events(Source):
    """The behaviour log."""

    event_types: dict[str, str] = Field(
        default_factory=dict,
        description=f"the shop's event type = nightshelf's event type ({', '.join(EVENT_TYPES)})",
    )


class Products(Source):
    """The catalogue."""

    from_lines: bool = Field(
        False,
        description="whether the files hold order lines instead of a catalogue; the most frequent title and price of a "
        "product are then taken",
    )


class Sources(Section):
    """The files that the shop delivers, by source."""

    events: Events = Field(default_factory=Events, description="behaviour log, required")
    reviews: Source = Field(default_factory=Source, description="reviews with text, optional")
    products: Products = Field(default_factory=Products, description="catalogue, required")
