"""What is masked in texts, what only looks like it and stays, and that no text takes long."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spark_jobs.cleaning.personal_data import mask_personal_data
from spark_jobs.cleaning.text import with_plain_text

CARDS = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111_1111_1111_1111",
    "4111/1111/1111/1111",
    "4111·1111·1111·1111",
    "4111\u00a01111\u00a01111\u00a01111",  # no-break spaces
    "4111\u20091111\u20091111\u20091111",  # thin spaces
    "4111\u202f1111\u202f1111\u202f1111",  # narrow no-break spaces
    "4111\u200b1111\u200b1111\u200b1111",  # zero-width spaces
    "4\u200d1\u200d1\u200d1\u200d1\u200d1\u200d11111\u206011111",  # joiners
    "4111\u00ad1111\u00ad1111\u00ad1111",  # soft hyphens
    "4111‐1111‐1111‐1111",
    "4111–1111–1111–1111",
    "4111−1111−1111−1111",  # minus signs
    "4111 - 1111 - 1111 - 1111",
    "4111  1111  1111  1111",
    "4111, 1111, 1111, 1111",
    "4111 1111-1111.1111",
    "41 11 11 11 11 11 11 11",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "41111 11111 111111",
    "411111 1111111111",
    "4111)(1111)(1111)(1111",
    "４１１１ １１１１ １１１１ １１１１",
    "４１１１－１１１１－１１１１－１１１１",
    "٤١١١ ١١١١ ١١١١ ١١١١",
    "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏",
    "4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣",
    "4111-1111-1111-1112",  # a slip of the finger
    "378282246310005",
    "3782 822463 10005",
    "3782-822463-10006",
    "30569309025904",
    "3056 930902 5904",
    "5555555555554444",
    "2223 0031 2200 3222",
    "6011 1111 1111 1117",
    "3530 1113 3330 0000",
    "6200 0000 0000 0005",
    "4222222222222",
    "4222 2222 2222 2",
    "41111111111114",
    "411111111111116",
    "41111111111111113",
    "411111111111111118",
    "4111111111111111110",
    "6304 0000 0000 0000 000",
)
PAYMENTS = {
    "card 4111 1111 1111 1111!": "card [card]!",
    "Visa:4111111111111111,exp 12/28": "Visa:[card],exp 12/28",
    "cc#4111111111111111": "cc#[card]",
    "no4111111111111111exp": "no[card]exp",
    "my card 4111 1111 1111 1112 is wrong": "my card [card] is wrong",
    "7 x 4111 1111 1111 1111": "7 x [card]",
    "(4111)(1111)(1111)(1111)": "([card])",
    "on 05.03.2024 4111111111111111": "on [card]",
    "DE89 3704 0044 0532 0130 00": "[iban]",
    "DE89370400440532013000": "[iban]",
    "de89 3704 0044 0532 0130 00": "[iban]",
    "DE89-3704-0044-0532-0130-00": "[iban]",
    "DE89.3704.0044.0532.0130.00": "[iban]",
    "DE 89 370400440532013000": "[iban]",
    "DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000": "[iban]",
    "DE\u200b8937040044\u200b0532013000": "[iban]",
    "ＤＥ８９ ３７０４ ００４４ ０５３２ ０１３０ ００": "[iban]",
    "IBAN:DE89370400440532013000 BIC COBADEFFXXX": "IBAN:[iban] BIC COBADEFFXXX",
    "IBANDE89370400440532013000": "IBAN[iban]",
    "DE88 3704 0044 0532 0130 00": "[iban]",  # wrong check digits
    "GB82WEST12345698765432": "[iban]",
    "GB82 WEST 1234 5698 7654 32.": "[iban].",
    "NL91 ABNA 0417 1643 00": "[iban]",
    "FR14 2004 1010 0505 0001 3M02 606": "[iban]",
    "NO93 8601 1117 947": "[iban]",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S": "[iban]",
    "paid at 12 DE89 3704 0044 0532 0130 00": "paid at 12 [iban]",
    "from BE68 5390 0754 7034 to AT61 1904 3002 3457 3201": "from [iban] to [iban]",
}
CONTACTS = {
    "write to jane.doe+shop@mail.example.co.uk.": "write to [email].",
    "jürgen@müller.de": "[email]",
    "用户@例子.公司": "[email]",
    "jane@xn--mller-kva.xn--p1ai": "[email]",
    "mailto:jane@example.org?subject=hi": "mailto:[email]?subject=hi",
    "<jane@example.org>": "<[email]>",
    "_jane@example.org": "[email]",
    "write ...jane@example.org": "write [email]",
    "o'brien@example.org": "[email]",
    '"jane doe"@example.org': "[email]",
    "jane＠example．org": "[email]",
    "ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ": "[email]",
    "ja\u200bne@exam\u200dple.org": "[email]",
    "jane@exam\u00adple.org": "[email]",
    "jane (at) example (dot) org": "[email]",
    "jane[at]example.org": "[email]",
    "JANE(AT)EXAMPLE(DOT)ORG": "[email]",
    "jane{at}example{dot}org": "[email]",
    "jane <at> example <dot> org": "[email]",
    "jane(a)example.org": "[email]",
    "jane(ät)example(punkt)de": "[email]",
    "jane(dot)doe(at)example(dot)org": "[email]",
    "jane@example[.]org": "[email]",
    "jane@example dot org": "[email]",
    "jane at example dot org": "[email]",
    "JANE AT EXAMPLE DOT COM": "[email]",
    "jane dot doe at mail dot example dot org": "[email]",
    "jane_at_example_dot_com": "[email]",
    "jane @ example.org": "[email]",
    "jane@ example.org": "[email]",
    "jane@example . org": "[email]",
    "jane at gmail.com": "[email]",
    "jane.doe at example.org": "[email]",
    "https://photos.example.com/a/b?c=1&d=2, see": "[url], see",
    "(www.example.net/mug-1234?ref=review)": "([url])",
    "HTTPS://EXAMPLE.COM/X": "[url]",
    "ftp://files.example.com/jane": "[url]",
    "my photo: example.com/jane/1.jpg.": "my photo: [url].",
    "youtu.be/dQw4w9WgXcQ": "[url]",
    "https://jane:secret@example.org/": "[url]",
}
PHONES = {
    "call +49 30 23125 123 now": "call [phone] now",
    "0049 (0)30/23125-123": "[phone]",
    "+49(0)30 23125123": "[phone]",
    "(+49) 30 23125 123": "[phone]",
    "+49-30-23125-123": "[phone]",
    "+49 – 30 – 23125123": "[phone]",
    "＋４９ ３０ ２３１２５１２３": "[phone]",
    "+\u200b49\u200b30\u200b23125123": "[phone]",
    "+49\u00a030\u00a023125\u00a0123": "[phone]",
    "00 49 30 23125123": "[phone]",
    "011 44 20 7946 0123": "[phone]",
    "+442079460123": "[phone]",
    "+44 20 7946 0123": "[phone]",
    "+44 (0) 20 7946 0123": "[phone]",
    "tel:+442079460123": "tel:[phone]",
    "+1 202-555-0123": "[phone]",
    "+1 (202) 555-0123": "[phone]",
    "+1.202.555.0123": "[phone]",
    "+33 1 99 00 12 34": "[phone]",
    "+91 98765 43210": "[phone]",
    "+86 138 1234 5678": "[phone]",
    "+41 44 668 18 00": "[phone]",
    "+358 9 1234567": "[phone]",
    "(202) 555-0123": "[phone]",
    "(202)555-0123": "[phone]",
    "call(202) 555 0123": "call[phone]",
    "202-555-0123": "[phone]",
    "202–555–0123": "[phone]",
    "202.555.0123": "[phone]",
    "202 555 0123": "[phone]",
    "202/555-0123": "[phone]",
    "2025550123": "[phone]",
    "1-800-555-0123": "[phone]",
    "1 (800) 555-0123": "[phone]",
    "12025550123": "[phone]",
    "030 23125-123": "[phone]",
    "030 / 23 12 51 23": "[phone]",
    "0 30 / 23 12 51 23": "[phone]",
    "030 - 23125123": "[phone]",
    "(030) 23125123": "[phone]",
    "0171/1234567": "[phone]",
    "0171 123 45 67": "[phone]",
    "01632960001": "[phone]",
    "07700 900123": "[phone]",
    "020 7946 0123": "[phone]",
    "06 12 34 56 78": "[phone]",
    "06.12.34.56.78": "[phone]",
    "0612345678": "[phone]",
    "06-12345678": "[phone]",
    "02 1234 5678": "[phone]",
    "(02) 1234 5678": "[phone]",
    "(11) 91234-5678": "[phone]",
    "138 1234 5678": "[phone]",
    "13812345678": "[phone]",
    "98765 43210": "[phone]",
    "Berlin,030 23125123": "Berlin,[phone]",
    "call me at 555-0123": "call me at [phone]",
    "Tel.: 23125123": "Tel.: [phone]",
    "phone: 612 345 678": "phone: [phone]",
    "WhatsApp 91 123 45 67 89": "WhatsApp [phone]",
    "Handy-Nr. 0171.1234567": "Handy-Nr. [phone]",
}
ADDRESSES = {
    "at Hauptstraße 12, 10115 Berlin.": "at [address].",
    "Hauptstr. 12": "[address]",
    "Hauptstrasse 12a, D-10115 Berlin": "[address]",
    "Berliner Straße 5, 60311 Frankfurt am Main": "[address]",
    "Karl-Marx-Straße 12-14, 12043 Berlin": "[address]",
    "Am Alten Markt 5, 20095 Hamburg": "[address]",
    "Unter den Linden 77, 10117 Berlin": "[address]",
    "Mühlenweg 3 80331 München": "[address]",
    "Bahnhofstrasse 1, 8001 Zürich": "[address]",
    "Mariahilfer Straße 10, 1060 Wien": "[address]",
    "Keizersgracht 123, 1015 CJ Amsterdam": "[address]",
    "12 rue de la Paix, 75002 Paris": "[address]",
    "10 bis avenue Foch 75116 Paris": "[address]",
    "Via Roma 10, 00184 Roma": "[address]",
    "Calle Mayor 5, 28013 Madrid": "[address]",
    "Straße des 17. Juni 135, 10623 Berlin": "[address]",
    "Wilhelmstr 97 in Berlin": "[address] in Berlin",
    "ul. Marszałkowska 10, 00-624 Warszawa": "[address]",
    "221B Baker Street, London NW1 6XE": "[address]",
    "10 Downing St, London SW1A 2AA!": "[address]!",
    "10 The Mews, Leeds LS1 4AP": "[address]",
    "1600 Pennsylvania Ave NW, Washington, DC 20500": "[address]",
    "1600 Pennsylvania Avenue, Washington DC 20500-0003": "[address]",
    "Flat 7, 12 High Street, Leeds LS1 4AP": "[address]",
    "350 Fifth Avenue, Apt 4B, New York, NY 10118": "[address]",
    "12 main street, springfield, il 62701": "[address]",
    "742 Evergreen Terrace, Springfield, Illinois 62701": "[address]",
    "123 E. Main St., Springfield, IL": "[address]",
    "P.O. Box 1234, Springfield, IL 62701": "[address]",
    "Postfach 10 11 12, 10115 Berlin": "[address]",
    "I live at 12 Oak Lane": "I live at [address]",
    "ship it to 12 Oak Lane Apt 3": "ship it to [address]",
}
MASKED = dict.fromkeys(CARDS, "[card]") | PAYMENTS | CONTACTS | PHONES | ADDRESSES
KEPT = (
    "£1,299.00 instead of 1.499,00 €",
    "$25.00 - $50.00 or 500",
    "19.99 29.99 39.99",
    "prices: 49.99, 59.99, 69.99, 79.99",
    "since 2010-2011, in 2024",
    "2015 2016 2017 2018 2019 2020",
    "on 2024-03-05 at 10:00",
    "at 10:00 2024-03-05",
    "2024-03-05 10:00:00 2024-03-06 11:00:00",
    "20240305100000",
    "on 05.03.2024 or 05/03/2024",
    "from 30.12.2023 to 02.01.2024",
    "30.12.2023-02.01.2024",
    "30 x 40 x 50 cm",
    "30x40x50",
    "10 x 20 x 30",
    "sizes 36 to 46",
    "36 37 38 39 40 41 42 43 44 45 46",
    "46/45/44/43/42/41/40/39/38/37/36",
    "30, 40, 50, 60, 70, 80, 90 and 100",
    "ISBN 978-3-16-148410-0",
    "ISBN 0306406152",
    "ISBN-10: 3161484100",
    "EAN 4006381333931",
    "4006381333931",
    "EAN: 5901234123457",
    "UPC 012345678905",
    "036000291452",
    "order 123456789",
    "order no. 2025550123",
    "fits Epson 3620 3640 7110 7610",
    "HP 4630, 4632, 4635, 5530, 5532",
    "250 500 1000 ml",
    "3000 4000 5000 6000 mAh",
    "a 1000-piece puzzle",
    "100 200 300",
    "100 150 200 250 300 350 400",
    "4 x 1.5 V, 2400 mAh",
    "iPhone 6 7 8, iPhone 12 128GB 2016 2017",
    "fits MU09 593553-001 WD548AA, 14 Gauge HO606PU",
    "2 GB USB Flash Drive, Blue 97086",
    "MacBook Air 2020 M1 8GB",
    "WH-1000XM4, B000K2PJ4K",
    "Route 66",
    "@home",
    "follow me @home. Really",
    "Amazon.com Gift Cards",
    "bought it at amazon.com",
    "look at polka dot dresses",
    "meet me at 10. maybe",
    "look at this. really",
    "option (a) is better. Buy",
    "and/or 24/7 w/o a b/w photo",
    "etc.and/or",
    "a 5-10-15 rule",
    "IP 192.168.0.1",
    "0.5 - 1.5 mm",
    "24/7",
    "call 24 hours, text 3 times",
    "AB12 CDEF GHIJ KLMN",
    "NO 4006381333931",
    "at 10 20 30 40 50 60 70 80 90 100",
    "1:2,000,000",
    "size 12 street shoes",
    "size 12 black street shoes in OR out",
    "21 Jump Street",
    "10 Cloverfield Lane",
    "84 Charing Cross Road",
    "a 2 year old could drive 50000 miles",
    "Windows 10, 64 Bit",
    "Powerbank 2, 10000 mAh",
    "5 stars all the way, thanks",
    "auf der Landstraße 100 km/h",
    "Platz 1 im Test 2024",
    "１２ cm, ½ size — great…",
    "👨‍👩‍👧 family of 3",
    "size ４２ is\u200b fine",
)
SEPARATORS = (
    "",
    " ",
    "-",
    ".",
    "/",
    "_",
    ", ",
    " - ",
    "·",
    "–",
    "−",
    "\u00a0",
    "\u2009",
    "\u202f",
    "\u200b",
    "\u2060",
    "\u00ad",
)
SCRIPTS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
LONG = ("1 1 1 1 ", "a@a@a@", "((((")
ENDLESS = (
    *("4 4 ", "0", "4111 1111 ", "12-", "01/", "+1 ", "(0)(", "DE89 37 ", "1.", "１ ", "4️⃣", "\u200b1"),
    *("a@" + "b." * 20, "a.", "a dot ", "a_at_", "a at b dot ", '"a ', "<@", "www.", "http://", "a.b.com/"),
    *("Aa ", "Aa 1 ", "Aa-Aa-", "Straße", "straße 1 ", "1 a a a ", "1 a st, a, ", "A1 1A ", "send to 12 ", "via a "),
)


@pytest.fixture(scope="module")
def masked(spark):
    frame = spark.createDataFrame([(text, text) for text in (*MASKED, *KEPT)], "raw string, once string")
    once = mask_personal_data(frame, "once")
    rows = mask_personal_data(once.withColumn("twice", once.once), "twice").collect()
    return {row.raw: (row.once, row.twice) for row in rows}


@pytest.mark.parametrize("text", MASKED)
def test_personal_data_is_masked(masked, text):
    assert masked[text][0] == MASKED[text]


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_it_is_kept(masked, text):
    assert masked[text][0] == text


def test_masking_again_changes_nothing(masked):
    assert [once for once, twice in masked.values() if once != twice] == []


def test_no_text_stays_no_text(spark):
    frame = spark.createDataFrame([(None, ""), ("", "4111111111111111")], "title string, text string")
    rows = mask_personal_data(frame, "title", "text")
    assert rows.columns == ["title", "text"]
    assert sorted(map(tuple, rows.collect()), key=str) == [("", "[card]"), (None, "")]


def test_html_and_unseen_signs_hide_nothing(spark):
    """In the order of the cleaning: entities and tags are read before anything is masked."""
    texts = [
        "4111&nbsp;1111<b>1111</b>&#8203;1111",
        "jane&#64;exam<wbr>ple&period;org",
        "&#x2b;49&thinsp;30&shy;23125123",
    ]
    frame = with_plain_text(spark.createDataFrame([(text,) for text in texts], "text string"), "text")
    assert [row.text for row in mask_personal_data(frame, "text").collect()] == ["[card]", "[email]", "[phone]"]


def luhn_digit(digits: str) -> str:
    """What makes `digits` a card number."""
    doubled = [sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits))]
    return str(-sum(doubled) % 10)


@st.composite
def spelt(draw, digits: str) -> str:
    """The digits in groups of one to six, any separator between two, in any script."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=len(digits), max_size=len(digits)))
    ends = [sum(sizes[:i]) for i in range(len(sizes)) if sum(sizes[:i]) < len(digits)]
    groups = [digits[start:end] for start, end in zip(ends, [*ends[1:], len(digits)], strict=True)]
    between = [draw(st.sampled_from(SEPARATORS)) for _ in groups[1:]]
    script = draw(st.sampled_from(SCRIPTS))
    text = groups[0] + "".join(separator + group for separator, group in zip(between, groups[1:], strict=True))
    return text.translate(str.maketrans("0123456789", script))


@st.composite
def cards(draw) -> tuple[str, str, int]:
    """A card number as it is written, its digits, and how many of these in a row must not stay."""
    start = draw(st.sampled_from(("4", "51", "2221", "34", "36", "6011", "62", "3528")))
    length = draw(st.integers(14, 19))
    body = start + draw(st.text("0123456789", min_size=length - 1 - len(start), max_size=length - 1 - len(start)))
    digits = body + luhn_digit(body)
    return draw(spelt(digits)), digits, 12


@st.composite
def accounts(draw) -> tuple[str, str, int]:
    """A German IBAN, likewise."""
    body = draw(st.text("0123456789", min_size=18, max_size=18))
    digits = f"{98 - int(body + '131400') % 97:02}{body}"
    separator = draw(st.sampled_from(("", " ", "-", ".", "\u00a0", "\u200b")))
    groups = [f"DE{digits[:2]}", *(digits[i : i + 4] for i in range(2, 20, 4))]
    return separator.join(groups), digits, 8


@st.composite
def phones(draw) -> tuple[str, str, int]:
    """An international number, likewise."""
    country = draw(st.sampled_from(("49", "44", "1", "33", "48")))
    digits = country + "20" + draw(st.text("123456789", min_size=6, max_size=9))
    separator = st.sampled_from(("", " ", "-", ".", " - ", "\u00a0", "\u2009", "\u200b", "–"))
    return "+" + "".join(d + draw(separator) for d in digits[:-1]) + digits[-1], digits, 7


# Many cases an example, so that one Spark job judges them; a failure names its case, so nothing need be shrunk.
IN_ONE_FRAME = {
    "suppress_health_check": [HealthCheck.large_base_example, HealthCheck.data_too_large, HealthCheck.too_slow],
    "phases": [Phase.generate],
    "deadline": None,
}
around = st.text("abz ÄßéЖ中,.;:!?'\"()[]-/@&1290😀", max_size=30)


@given(st.lists(st.tuples(around, st.one_of(cards(), accounts(), phones()), around), min_size=60, max_size=60))
@settings(max_examples=8, **IN_ONE_FRAME)
def test_no_planted_number_survives(spark, planted):
    texts = [f"{before} {number} {after}" for before, (number, _, _), after in planted]
    frame = spark.createDataFrame(list(enumerate(texts)), "place int, text string")
    masked = {row.place: row.text for row in mask_personal_data(frame, "text").collect()}
    left = []
    for place, (_, (_, digits, most), _) in enumerate(planted):
        seen = "".join(str(int(sign)) for sign in masked[place] if sign.isdecimal())
        if any(digits[i : i + most] in seen for i in range(len(digits) - most + 1)):
            left.append((texts[place], masked[place]))
    assert left == []


words = st.text("abcdeghklmnoprstuvwäöü", min_size=4, max_size=12).map(lambda word: f"X{word}")


@st.composite
def mail_addresses(draw) -> tuple[str, str]:
    """An e-mail address as it is written, and a word of it."""
    at = draw(st.sampled_from(("@", "＠", "(at)", " [at] ", "{AT}", "\u200b@", "@\u2060")))
    dot = draw(st.sampled_from((".", "．", " (dot) ", "[dot]", " dot ", "[.]", ".\u200b")))
    host = draw(words)
    return f"{draw(words)}{at}{host}{dot}org", host


@st.composite
def postal_addresses(draw) -> tuple[str, str]:
    """A postal address, likewise."""
    street, town, number = draw(words), draw(words), draw(st.integers(1, 999))
    forms = (
        f"{street}straße {number}, 10115 {town}",
        f"{number} {street} Street, {town} NW1 6XE",
        f"{number} {street} Ave, {town}, CA 90210",
        f"{number} rue {street}, 75002 {town}",
    )
    return draw(st.sampled_from(forms)), street


@given(st.lists(st.tuples(around, st.one_of(mail_addresses(), postal_addresses()), around), min_size=60, max_size=60))
@settings(max_examples=6, **IN_ONE_FRAME)
def test_no_planted_address_survives(spark, planted):
    texts = [f"{before} {address} {after}" for before, (address, _), after in planted]
    frame = spark.createDataFrame(list(enumerate(texts)), "place int, text string")
    masked = {row.place: row.text for row in mask_personal_data(frame, "text").collect()}
    left = [(texts[i], masked[i]) for i, (_, (_, word), _) in enumerate(planted) if word in masked[i]]
    assert left == []


@pytest.mark.slow
def test_a_very_long_text_ends(spark):
    """Neither a search that takes a power of the length nor a stack that overflows."""
    texts = [(unit * 1_000_000)[:1_000_000] for unit in LONG] + [(unit * 100_000)[:100_000] for unit in ENDLESS]
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    assert mask_personal_data(frame, "text").where("length(text) > 0").count() == len(texts)
