"""Numbers and ids as text."""

from pipelines.pages.formatting import counted, money, short_id, short_number, span


def test_known_texts():
    assert (counted(1, "user"), counted(2000, "user")) == ("1 user", "2,000 users")
    assert (span(3.21), span(75), span(3700)) == ("3.2 s", "1 min 15 s", "1 h 01 min")
    assert (money(12.5, "EUR"), money(None, "EUR")) == ("12.50 EUR", "–")
    assert (short_number(12345), short_number(0.123456), short_number(float("nan"))) == ("12,345", "0.1235", "–")
    assert (short_id("abcdefghij"), short_id("shoe")) == ("abcdefgh…", "shoe")
