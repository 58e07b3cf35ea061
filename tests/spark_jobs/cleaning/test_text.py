"""Plain text from what shops deliver."""

from __future__ import annotations

import re
import unicodedata

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
    "me&commat;example&period;org": "me@example.org",
    "no\u200b\ufeffwidth": "nowidth",
    "Five Stars <3": "Five Stars <3",
    "1 < 2 > 0": "1 < 2 > 0",
    "&#128512;": "😀",
    "  many \t\n blanks\u00a0here ": "many blanks here",
    "cafe\u0301": "café",
    "bell\x07": "bell",
    "donâ€™t worry â€“ itâ€˜s fine": "don’t worry – it‘s fine",
    "donâ\x80\x99t": "don’t",
    "don&acirc;&#128;&#153;t": "don’t",
    "don&#146;t": "don’t",
    "JÃ¼rgen aÃŸ Ã©clairs â€žsehr gutâ€œ": "Jürgen aß éclairs „sehr gut“",
    "Ã\xa0 Paris": "à Paris",
    "donÃ¢â‚¬â„¢t": "don’t",
    "ðŸ˜\x8d ðŸ‘\x8d â\x9d¤ï¸\x8f": "😍 👍 ❤️",
    "zaÅ¼Ã³Å‚Ä‡": "zażółć",
    "Ð¿Ñ€Ð¸Ð²ÐµÑ‚ Ð¸ Ñ\x8f": "привет и я",
    "„EÑ“ ¡AÑO!": "„EÑ“ ¡AÑO!",
    "„Spaß“, „Maß…“ — “café”… voilà\xa0» ÇA MAÇÃ": "„Spaß“, „Maß…“ — “café”… voilà » ÇA MAÇÃ",
    "<br> &nbsp; ": None,
    None: None,
}


def test_plain_text(spark):
    frame = spark.createDataFrame([(text, text) for text in PLAIN], "raw string, text string")
    assert {r["raw"]: r["text"] for r in with_plain_text(frame, "text").collect()} == PLAIN


def test_all_of_unicode_is_composed(spark):
    every = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    changed = [f"x{c}" for c in every if unicodedata.normalize("NFC", c) != c] + ["한글", "한글"]
    frame = spark.createDataFrame([(text, text) for text in changed], "raw string, text string")
    found = {r["raw"]: r["text"] for r in with_plain_text(frame, "text").collect()}
    wanted = {raw: re.sub("[\u2002\u2003]", " ", unicodedata.normalize("NFC", raw)).strip() for raw in changed}
    assert found == wanted


def test_a_very_long_text_ends_soon(spark):
    """Neither a stack overflow nor a quadratic search."""
    texts = ["a" * 200_000, "<script>" * 20_000, "&" * 200_000, "<" * 200_000]
    frame = with_plain_text(spark.createDataFrame([(text,) for text in texts], "text string"), "text")
    assert frame.selectExpr("count(*)", "max(length(text))").first() == (len(texts), 200_000)
