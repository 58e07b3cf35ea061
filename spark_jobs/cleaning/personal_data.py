"""Personal data in texts -> a word that says what stood there."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

DOT = r"(?:\.| ?[\[({] ?(?:dot|punkt|\.) ?[\])}] ?)"
LABEL = r"[\p{L}\p{N}-]+"
NO_DIGIT_BEFORE, NO_DIGIT_AFTER = "(?<![0-9A-Za-z.,-])", "(?![0-9])"

# In this order: a link may hold an address, an IBAN a card number, a card number a telephone number.
# Kept on purpose: prices, years, dates, sizes, ISBNs and codes of up to nine digits in a row.
# Repetitions of groups are bounded: Java's matcher recurses on them.
MASKS = (
    ("[url]", r"(?i)\b(?:https?://|www\.)[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]"),
    # jane.doe@example.org, jane (at) example (dot) org
    (
        "[email]",
        r"(?i)(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}][\p{L}\p{N}._%+-]*(?:@| ?[\[({] ?(?:at|@) ?[\])}] ?)"
        rf"{LABEL}(?:{DOT}{LABEL}){{0,8}}{DOT}\p{{L}}{{2,}}",
    ),
    (
        "[iban]",
        r"\b[A-Z]{2}[0-9]{2}(?=(?:[ -]?[A-Z]){0,6}(?:[ -]?[0-9]){6})(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b",
    ),
    (
        "[card]",
        rf"{NO_DIGIT_BEFORE}(?:[2-6][0-9]{{3}}([ -]?)[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{4}}(?:\1[0-9]{{1,3}})?"
        rf"|3[47][0-9]{{2}}([ -]?)[0-9]{{6}}\2[0-9]{{5}}){NO_DIGIT_AFTER}",
    ),
    # +49 30 23125 123, 0049 (0)30/23125-123
    (
        "[phone]",
        r"(?<![0-9A-Za-z])(?:\+|00)[1-9][0-9]{0,2}[ ./-]?(?:\(0?[0-9]{1,5}\)[ ./-]?)?"
        rf"[0-9](?:[ ./-]?[0-9]){{5,12}}{NO_DIGIT_AFTER}",
    ),
    # (030) 23125-123, 030 23125-123, 0171/1234567, 06 12 34 56 78, 01632960001
    ("[phone]", rf"{NO_DIGIT_BEFORE}\(0[0-9]{{1,5}}\)[ ./-]?[0-9](?:[ ./-]?[0-9]){{4,9}}{NO_DIGIT_AFTER}"),
    ("[phone]", rf"{NO_DIGIT_BEFORE}0[1-9][0-9]{{1,4}}[ ./-][0-9](?:[ ./-]?[0-9]){{4,9}}{NO_DIGIT_AFTER}"),
    ("[phone]", rf"{NO_DIGIT_BEFORE}0[1-9](?:[ .-][0-9]{{2}}){{4}}{NO_DIGIT_AFTER}"),
    ("[phone]", rf"{NO_DIGIT_BEFORE}0[1-9][0-9]{{8,9}}{NO_DIGIT_AFTER}"),
    # (202) 555-0123, 202-555-0123, 1-800-555-0123
    (
        "[phone]",
        rf"{NO_DIGIT_BEFORE}(?:1[ .-])?(?:\([2-9][0-9]{{2}}\) ?|[2-9][0-9]{{2}}[ .-])"
        rf"[0-9]{{3}}[.-][0-9]{{4}}{NO_DIGIT_AFTER}",
    ),
)
WORTH_A_LOOK = r"@|[0-9][ ./()-]*[0-9]|(?i)https?:|www\.|\bat\b"


def mask_personal_data(rows: DataFrame, *columns: str) -> DataFrame:
    """`rows` with addresses, telephone, card and account numbers and links in `columns` as [email], [phone], …"""

    def masked(text: Column) -> Column:
        replaced = reduce(lambda t, mask: F.regexp_replace(t, mask[1], mask[0]), MASKS, text)
        return F.when(text.rlike(WORTH_A_LOOK), replaced).otherwise(text)

    return rows.withColumns({c: masked(F.col(c)) for c in columns})
