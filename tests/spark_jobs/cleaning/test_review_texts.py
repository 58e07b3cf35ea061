"""What a review tells by itself: its language, its flags, and what is cut out of it."""

from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from pipelines.contracts.reviews import FLAGS
from spark_jobs.cleaning.language import with_language
from spark_jobs.cleaning.tokenise import folded_words
from spark_jobs.cleaning.tone import with_contradiction

from ..conftest import dated_source

pytestmark = pytest.mark.slow

LANGUAGES = {
    "This is the best mug I have ever had.": "en",
    "Great product": "en",
    "Die Tasse ist sehr schön und gefällt mir gut.": "de",
    "La tasse est très jolie et bien emballée.": "fr",
    "La taza es muy bonita y llegó bien.": "es",
    "La tazza è molto bella, sono contento.": "it",
    "A caneca é muito bonita e chegou bem.": "pt",
    "De mok is erg mooi en goed verpakt.": "nl",
    "Muggen är mycket fin och jag är nöjd.": "sv",
    "Kubek jest bardzo ładny, polecam.": "pl",
    "Кружка очень красивая, спасибо.": "ru",
    "Чашка дуже гарна, дякую.": "uk",
    "とても可愛いマグカップです。": "ja",
    "컵이 아주 예뻐요": "ko",
    "杯子很漂亮": "zh",
    "Η κούπα είναι πολύ ωραία": "el",
    "Jägermeister": None,
    "👍👍": None,
    "": None,
    None: None,
}
AGAINST = {
    (5.0, "en", "What a waste of money, it broke."): True,
    (5.0, "en", "I would not recommend this mug."): True,
    (1.0, "en", "I love it, simply perfect!"): True,
    (5.0, "de", "Leider sehr enttäuscht, Schrott."): True,
    (1.0, "de", "Ich bin begeistert, einfach perfekt."): True,
    (1.0, "fr", "Je recommande, il est magnifique."): True,
    (5.0, "es", "No lo recomiendo, es una basura."): True,
    (5.0, "en", "I love it, simply perfect!"): False,
    (1.0, "en", "What a waste of money."): False,
    (2.0, "en", "I love it, simply perfect!"): False,
    (5.0, "en", "What's not to love?"): False,
    (5.0, "en", "No regrets. Not a piece of junk like my last, but great, I love it."): False,
    (1.0, "en", "I thought this would be perfect."): False,
    (5.0, "en", "No problems. Worked great!"): False,
    (5.0, None, "junk"): False,
}
TEXTS = {
    "The media could not be loaded. A fine fox. Read more": ("A fine fox.", ["boilerplate"]),
    "A fine fox. Sent from my iPhone": ("A fine fox.", ["boilerplate"]),
    "A fine fox. ❤️ Read more": ("A fine fox. ❤️", ["boilerplate"]),
    "A fine fox. 👍 Read more": ("A fine fox. 👍", ["boilerplate"]),
    "I want to read more": ("I want to read more", []),
    "Your browser does not support HTML5 video.": (None, ["boilerplate", "empty"]),
    "Lovely!": ("Lovely!", ["one_word"]),
    "👍": ("👍", ["empty"]),
    "❤️❤️": ("❤️❤️", ["empty"]),
    "A f\ufffdne fox": ("A f\ufffdne fox", ["garbled"]),
    "Terrible, a waste of my money": ("Terrible, a waste of my money", ["rating_against_text"]),
    "Itâ€™s a fine fox": ("It’s a fine fox", []),
}


def test_language(spark):
    frame = spark.createDataFrame([(text,) for text in LANGUAGES], "text string")
    told = with_language(frame.withColumn("words", folded_words(F.col("text"))), "text", "words", 2)
    assert {r["text"]: r["language"] for r in told.collect()} == LANGUAGES


def test_stars_against_words(spark):
    frame = spark.createDataFrame(
        [(*case, None) for case in AGAINST], "rating double, language string, text string, title string"
    )
    told = with_contradiction(frame, 1, 0.05)
    assert {(r["rating"], r["language"], r["text"]): r["contradicts"] for r in told.collect()} == AGAINST


def test_a_review_by_itself(rows_of):
    rows = [{"row": text, "text": text, "title": "Mug", "rating": "5", "ts": "2025-03-10"} for text in TEXTS]
    typed = dated_source("reviews").typed(rows_of("reviews", rows)).collect()
    assert {r["row_hash"]: (r["text"], r["flags"]) for r in typed} == TEXTS
    assert {flag for r in typed for flag in r["flags"]} <= set(FLAGS)


def test_own_boilerplate(rows_of):
    source = dated_source("reviews", cleaning={"boilerplate": [r"Kauf bestätigt\.?"]})
    rows = rows_of("reviews", [{"row": "a", "text": "Kauf bestätigt. Schön."}, {"row": "b", "text": "Read more"}])
    assert [r["text"] for r in source.typed(rows).orderBy("row_hash").collect()] == ["Schön.", "Read more"]


def test_very_long_reviews_end_soon(rows_of):
    texts = ["a" * 100_000, "a b " * 25_000, "not " * 25_000, "â€" * 50_000, "? ! " * 25_000, "Read more " * 10_000]
    rows = [{"row": str(n), "text": text, "rating": "5"} for n, text in enumerate(texts)]
    assert len(dated_source("reviews").typed(rows_of("reviews", rows)).collect()) == len(texts)
