"""Personal data in free text -> a placeholder for its kind."""

from __future__ import annotations

import sys
import unicodedata

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.cleaning.contacts import without_links_and_mail, without_phones
from spark_jobs.cleaning.payment_numbers import without_cards, without_ibans
from spark_jobs.cleaning.street_addresses import without_addresses

DIGITS = {chr(code): str(unicodedata.digit(chr(code))) for code in range(128, sys.maxunicode) if chr(code).isdecimal()}
WIDE = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {"﹫": "@"}
AS_ASCII = WIDE | DIGITS
# What no reader sees: U+200B and the like, soft hyphens, the frame of a keycap. Joiners count only beside ASCII: they
# hold emoji and Indic letters together.
UNSEEN = r"[\p{Cf}\u034F&&[^\u200C\u200D]]|\uFE0F?\u20E3|(?<=\p{ASCII})[\u200C\u200D]|[\u200C\u200D](?=\p{ASCII})"
IN_DISGUISE = r"(?=[\u00AD\u034F-\x{10FFFF}])[\p{Cf}\u034F\u20E3﹫\uFF01-\uFF5E[\p{Nd}&&[^0-9]]]"
SEVEN_DIGITS = r"[0-9](?:[^0-9\p{L}]{0,3}[0-9]){6}"  # no telephone, card or account number has fewer


def mask_personal_data(rows: DataFrame, *columns: str) -> DataFrame:
    """`rows` with personal data in `columns` replaced by [email], [phone], [card], [iban], [url] or [address].

    Texts are searched in normalised form: digits of any script as ASCII, invisible characters removed. A text without a
    match is left unchanged. Each step is a projection of its own, because nested expressions would be computed
    repeatedly.
    """
    plain, masked = {c: f"{c} in ASCII" for c in columns}, {c: f"{c} masked" for c in columns}
    rows = rows.withColumns({plain[c]: _in_ascii(F.col(c)) for c in columns})
    rows = rows.withColumns({masked[c]: F.coalesce(plain[c], c) for c in columns})
    # A link may hold an address, an IBAN a card number, a card number a telephone number.
    for step in (without_links_and_mail, _without_numbers, without_addresses):
        rows = rows.withColumns({masked[c]: step(F.col(masked[c])) for c in columns})
    unmasked = {c: F.when(F.col(masked[c]) == F.col(plain[c]), F.col(c)) for c in columns}
    rows = rows.withColumns({c: F.coalesce(unmasked[c], masked[c]) for c in columns})
    return rows.drop(*plain.values(), *masked.values())


def _in_ascii(text: Column) -> Column:
    """The text with digits and punctuation in ASCII, without invisible characters; null where nothing changes."""
    folded = F.translate(F.regexp_replace(text, UNSEEN, ""), "".join(AS_ASCII), "".join(AS_ASCII.values()))
    return F.when((F.octet_length(text) > F.length(text)) & text.rlike(IN_DISGUISE), folded)


def _without_numbers(text: Column) -> Column:
    masked = F.array(text)  # a transform over one text gives it a name: each step reads it several times
    for step in (without_ibans, without_cards, without_phones):
        masked = F.transform(masked, step)
    return F.when(text.rlike(SEVEN_DIGITS), F.get(masked, F.lit(0))).otherwise(text)
