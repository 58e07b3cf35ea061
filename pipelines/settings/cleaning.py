"""Settings of cleaning: which rows are refused, and what is cut out of texts."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section

BOILERPLATE = (
    r"The media could not be loaded\.?",
    r"Your browser does not support HTML5 video\.?",
    r"\[\[VIDEOID:\s*\w+\]\]",
    r"\bLength:: ?\d+:\d+ Mins\b",
    # In Java a lookbehind before an emoji sees its second half only: a low surrogate.
    r"(?:^|(?<=[.!?…\p{So}\x{FE0F}\x{DC00}-\x{DFFF}])\s?)"
    r"(?:Read more|Show more|Mehr lesen|Weiterlesen|Lire la suite|Leer más)[.…]*$",
    r"^Verified [Pp]urchase\b[:.]?|\bVerified [Pp]urchase$",
    r"(?i)[\[(]?(?:This )?review (?:was )?(?:imported from|originally posted on) [\w./:-]*\w[\])]?\.?",
    r"(?i)[\[(]?This review was collected as part of a promotion\.?[\])]?",
    r"(?i)\(?(?:Translated by Google|Übersetzt von Google|Traduit par Google)\)?",
    r"(?i)\bSent from my (?:iPhone|iPad|Android|Galaxy|Samsung|Huawei|BlackBerry|Windows|mobile|phone)[\w ]{0,30}\.?$",
    r"(?i)\b(?:Von meinem \w+ gesendet|Envoyé de mon \w+|Enviado desde mi \w+)\.?$",
    r"(?i)\bGet Outlook for (?:iOS|Android)\.?$",
)


class Cleaning(Section):
    """Limits of the rules that refuse a row, and of the flags that mark an odd review."""

    lateness_days: int = Field(
        3, ge=0, description="days by which a row may be older than the file that delivers it; older ones are refused"
    )
    earliest: str = Field("1995-01-01", description="first day (YYYY-MM-DD) on which an event can have happened")
    max_quantity: int = Field(1000, ge=1, description="pieces in one order line; more are refused")
    max_price: float = Field(100_000, gt=0, description="price of one piece in shop currency; more is refused")
    longest_id: int = Field(128, ge=1, description="characters of a product id or user id; longer ones are refused")
    not_products: str = Field(
        "", description="regular expression of ids that are not products, such as postage; empty: none"
    )
    most_aliases: int = Field(5, ge=0, description="largest number of other titles kept for a product id (`aliases`)")
    test_users: str = Field(r"^test[-_]", description="regular expression of user ids that are not customers")
    double_click_ms: int = Field(
        500, ge=0, description="milliseconds within which the same event of a user on a product counts once"
    )
    bot_events_per_day: int = Field(
        500, ge=1, description="events of one user on one day; more mark a robot whatever is usual in the shop"
    )
    bot_least_events: int = Field(
        150, ge=1, description="events of one user on one day; up to so many never mark a robot by their number"
    )
    bot_rhythm: float = Field(
        0.1,
        ge=0,
        description="standard deviation of the gaps between a user's events of a day, divided by their mean; less "
        "marks a robot",
    )
    bot_products_per_day: int = Field(
        150, ge=1, description="products seen by one user on one day without adding one to the cart; more mark a robot"
    )
    boilerplate: list[str] = Field(
        default_factory=lambda: list(BOILERPLATE),
        description="regular expressions (Java) of text that shops and mail programs add to a review; it is cut out",
    )
    language_words: int = Field(
        2, ge=1, description="common words or letters of a language that a text must contain; with fewer it is unknown"
    )
    contradiction_words: int = Field(
        1,
        ge=1,
        description="negative words minus positive words from which a text contradicts five stars (for one star the "
        "reverse)",
    )
    contradiction_share: float = Field(
        0.05, ge=0, le=1, description="share of a review's words that these must be, so that long texts are not flagged"
    )
    copied_text_words: int = Field(10, ge=2, description="words a review must have to be compared with others")
    copied_text_similarity: float = Field(
        0.8, gt=0, le=1, description="Jaccard similarity of word pairs from which another user's text counts as copied"
    )
    copied_text_days: int = Field(
        90,
        ge=0,
        description="days before a review whose texts it is compared with, and that give its product's usual number",
    )
    burst_reviews: int = Field(10, ge=1, description="reviews of a product on one day; fewer are never a burst")
    burst_factor: float = Field(
        5, ge=1, description="a burst has at least so many times the product's usual reviews a day"
    )
