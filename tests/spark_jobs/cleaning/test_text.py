"""Plain text, and what is masked in it."""

from __future__ import annotations

import pytest

from spark_jobs.cleaning.personal_data import mask_personal_data
from spark_jobs.cleaning.text import with_plain_text

PLAIN = {
    "<p>one</p><p>two</p>": "one two",
    "<b>bold</b>, not": "bold, not",
    "a<br/>b<BR>c": "a b c",
    '<a href="x" title="y">link</a>': "link",
    "x <script>track('<p>')</script> y <!-- no --> z": "x y z",
    "&lt;p&gt;escaped&lt;/p&gt;": "escaped",
    "Mother&#39;s &amp; Father&#x27;s &eacute;&hellip; &euro;5": "Mother's & Father's é… €5",
    "&unknown; &amp &#0; &#xD800; R&D": "&unknown; &amp R&D",
    "Five Stars <3": "Five Stars <3",
    "1 < 2 > 0": "1 < 2 > 0",
    "&#128512;": "😀",
    "  many \t\n blanks\u00a0here ": "many blanks here",
    "cafe\u0301": "café",
    "bell\x07": "bell",
    "<br> &nbsp; ": None,
    None: None,
}
MASKED = {
    "write to jane.doe+shop@mail.example.co.uk.": "write to [email].",
    "jürgen@müller.de": "[email]",
    "jane (at) example (dot) org": "[email]",
    "jane[at]example.org": "[email]",
    "https://photos.example.com/a/b?c=1&d=2, see": "[url], see",
    "(www.example.net/mug-1234?ref=review)": "([url])",
    "call +49 30 23125 123 now": "call [phone] now",
    "0049 (0)30/23125-123": "[phone]",
    "+442079460123": "[phone]",
    "+44 20 7946 0123": "[phone]",
    "+1 202-555-0123": "[phone]",
    "(202) 555-0123": "[phone]",
    "1-800-555-0123": "[phone]",
    "030 23125-123": "[phone]",
    "(030) 23125123": "[phone]",
    "0171/1234567": "[phone]",
    "06 12 34 56 78": "[phone]",
    "+33 1 99 00 12 34": "[phone]",
    "01632960001": "[phone]",
    "card 4111 1111 1111 1111!": "card [card]!",
    "4111-1111-1111-1111": "[card]",
    "4111111111111111": "[card]",
    "3782 822463 10005": "[card]",
    "DE89 3704 0044 0532 0130 00": "[iban]",
    "GB82WEST12345698765432": "[iban]",
    "NL91 ABNA 0417 1643 00": "[iban]",
}
KEPT = [
    "£1,299.00 instead of 1.499,00 €",
    "since 2010-2011, in 2024",
    "on 2024-03-05 at 10:00",
    "on 05.03.2024 or 05/03/2024",
    "30 x 40 x 50 cm",
    "sizes 36 to 46",
    "ISBN 978-3-16-148410-0",
    "EAN 4006381333931",
    "order 123456789",
    "a 1000-piece puzzle",
    "100 200 300",
    "4 x 1.5 V, 2400 mAh",
    "$25.00 - $50.00 or 500",
    "Route 66",
    "@home",
    "Amazon.com Gift Cards",
    "a 5-10-15 rule",
    "IP 192.168.0.1",
    "0.5 - 1.5 mm",
    "24/7",
    "AB12 CDEF GHIJ KLMN",
    "meet me at 10. maybe",
    "look at this. really",
    "1:2,000,000",
]


def test_plain_text(spark):
    frame = spark.createDataFrame([(text, text) for text in PLAIN], "raw string, text string")
    assert {r["raw"]: r["text"] for r in with_plain_text(frame, "text").collect()} == PLAIN


@pytest.fixture(scope="module")
def masked(spark):
    frame = spark.createDataFrame([(text, text) for text in (*MASKED, *KEPT)], "raw string, text string")
    return {r["raw"]: r["text"] for r in mask_personal_data(frame, "text").collect()}


@pytest.mark.parametrize("text", MASKED)
def test_personal_data_is_masked(masked, text):
    assert masked[text] == MASKED[text]


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_it_is_kept(masked, text):
    assert masked[text] == text


def test_a_very_long_text_ends_soon(spark):
    """Neither a stack overflow nor a quadratic search."""
    texts = ["a" * 200_000, "a@" + "b." * 50_000, "1 " * 100_000, "<script>" * 20_000, "&" * 200_000, "<" * 200_000]
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    assert mask_personal_data(with_plain_text(frame, "text"), "text").count() == len(texts)
    assert (
        mask_personal_data(with_plain_text(frame, "text"), "text").selectExpr("max(length(text))").first()[0] >= 200_000
    )
