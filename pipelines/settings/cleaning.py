"""Settings of which rows are refused."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section

Share = Field(ge=0, le=1)

BOILERPLATE = (
    r"The media could not be loaded\.?",
    r"Your browser does not support HTML5 video\.?",
    r"\[\[VIDEOID:\s*\w+\]\]",
    r"\bLength:: ?\d+:\d+ Mins\b",
    # Looking back, Java sees the second half of an emoji: a low surrogate.
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
    lateness_days: int = Field(3, ge=0, description="days a row may be older than the file that delivers it")
    max_quantity: int = Field(1000, ge=1, description="pieces in one line; more is absurd")
    max_price: float = Field(100_000, gt=0, description="shop currency for one piece; more is absurd")
    double_click_ms: int = Field(500, ge=0, description="milliseconds within which a repeated event counts once")
    bot_events_per_day: int = Field(
        500, ge=1, description="events of one user on one day; more mark a robot in any shop"
    )
    bot_least_events: int = Field(150, ge=1, description="events of one user on one day; up to here nobody is too busy")
    bot_rhythm: float = Field(
        0.1,
        ge=0,
        description="deviation of the gaps between a user's events of a day over their mean; less is a clock's",
    )
    bot_products_per_day: int = Field(
        150, ge=1, description="products one user looks at on one day and carts none; more mark a robot"
    )
    longest_id: int = Field(128, ge=1, description="characters of a product code or a user id; longer ones are none")
    test_users: str = Field(r"^test[-_]", description="regular expression of user ids that are not customers")
    most_aliases: int = Field(5, ge=0, description="other titles of a product code that are kept, at most")
    not_products: str = Field("", description="regular expression of product ids that are no products; empty: none")
    earliest: str = Field("1995-01-01", description="day before which a time is impossible")
    boilerplate: list[str] = Field(
        default_factory=lambda: list(BOILERPLATE),
        description="regular expressions (Java's) of what shops and mail programs add to a review: cut out of its text",
    )
    language_words: int = Field(
        2, ge=1, description="common words or letters of a language that a review must hold, or its language is unknown"
    )
    contradiction_words: int = Field(
        1,
        ge=1,
        description="words of blame, less those of praise, that contradict five stars; the reverse for one star",
    )
    contradiction_share: float = Field(
        0.05, ge=0, le=1, description="share of a review's words that these must be: long texts speak of much"
    )
    copied_text_words: int = Field(10, ge=2, description="words a review must have to be compared with others")
    copied_text_similarity: float = Field(
        0.8, gt=0, le=1, description="share of word pairs (Jaccard) from which another user's text counts as copied"
    )
    copied_text_days: int = Field(
        90, ge=0, description="days before a review on which the texts it may copy, and its product's usual days, lie"
    )
    burst_reviews: int = Field(
        10, ge=1, description="reviews of a product on one day that may be a burst; fewer are none"
    )
    burst_factor: float = Field(5, ge=1, description="times the product's usual reviews a day that make a burst")
