"""E-mail addresses, links and telephone numbers in free text, in the spellings that people use.

Repeated groups are bounded or possessive, because Java's matcher recurses on others.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

LINK = (
    r"(?i)\b(?:(?:https?|hxxps?|ftp)://|www\.)[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]"
    r"|(?<![\p{L}\p{N}@._-])(?:[\p{L}\p{N}-]{1,63}\.){1,4}(?:com|org|net|de|uk|io|ly|be|gl|co|tv|eu|fr|app|info)/"
    r"[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]"
)
SIGN = r"[\p{L}\p{M}\p{N}._%+'’&=~-]"
NAME = rf"(?<!{SIGN}){SIGN}++"
LABEL = r"[\p{L}\p{M}\p{N}-]{1,63}"
OPEN, CLOSE = r"[\[({<]", r"[\])}>]"
AT = rf"(?:@| ?{OPEN} ?(?:at|ät|a|@) ?{CLOSE} ?)"
SPELT_DOT = rf"(?: ?{OPEN} ?(?:dot|punkt|point|punto|\.) ?{CLOSE} ?| (?:dot|punkt) )"
DOT = rf"(?:[.。]|{SPELT_DOT})"
END_OF_HOST = r"(?:xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}]+)"
# Where at and dot are words or stand alone, the end must be one of these: "look at polka dot dresses", "@home. Really"
COMMON = r"(?:com|org|net|edu|gov|info|biz|io|eu|de|uk|fr|nl|ch|be|es|pl|se|dk|ca|au|jp|in)\b"
MAILERS = r"(?:g(?:oogle)?mail|yahoo|ymail|hotmail|outlook|icloud|aol|gmx|web|msn|live|proton(?:mail)?|t-online|posteo)"
WORD, WORD_DOT = r"[\p{L}\p{N}]{1,63}", r"[ _-](?:dot|punkt)[ _-]"
E_MAILS = (
    # jane.doe@example.org, jane (at) example (dot) org, "jane doe"@example.org
    rf"(?i)(?:{NAME}(?:{SPELT_DOT}{SIGN}++){{0,4}}|\"[^\"\s]{{1,40}}(?: [^\"\s]{{1,40}})?\"){AT}"
    rf"{LABEL}(?:{DOT}{LABEL}){{0,8}}{DOT}{END_OF_HOST}",
    # jane at example dot org, jane_at_example_dot_org
    rf"(?i)(?<!{SIGN}){SIGN}{{1,64}}?(?:{WORD_DOT}{WORD}){{0,3}}[ _-](?:at|ät)[ _-]"
    rf"{WORD}(?:{WORD_DOT}{WORD}){{0,4}}{WORD_DOT}{COMMON}",
    # jane @ example.org, jane@example . org
    rf"(?i){NAME} ?@ ?{LABEL}(?: ?\. ?{LABEL}){{0,4}} ?\. ?{COMMON}",
    # jane at gmail.com, jane.doe at example.org (but: bought it at example.org)
    rf"(?i){NAME} at {MAILERS}\.[a-z]{{2,4}}\b",
    rf"(?i)(?<!{SIGN})\p{{L}}[\p{{L}}\p{{N}}]*+[._][\p{{L}}\p{{N}}._]*+ at (?:{LABEL}\.){{1,4}}{COMMON}",
)
# All begin in one class of characters: Java's matcher then runs over the rest of a text ten times as fast.
CONTACT = (
    r"[@:.({\[<dDpP](?:(?<=@)|(?<=:)/|(?<=\.)\p{L}|(?<=[({\[<]) ?[aAäÄ@]|(?<=[dD])[oO][tT](?!\p{L})"
    r"|(?<=[pP])[uU][nN][kK][tT])"
)

GAP = r"[\p{Z}\p{Pd}\u2212./_]"
START, END = r"(?<![0-9\p{L}])(?<![0-9][.,:/'\p{Pd}])", r"(?![0-9])"
NO_CODE = (
    r"(?<!(?i:isbn|asin|ean|upc|gtin|sku|order|item|model|part|serial|art|bestell|artikel)"
    r"(?i:[ -]?(?:10|13|number|nummer|no|nr|code|id))?[.:# ]{0,3})"
)
PHONES = (
    # +49 30 23125 123, 0049 (0)30/23125-123, 011 44 20 7946 0123
    rf"{START}(?:\(?\+ ?|00 ?|011[ -])[1-9](?:(?:{GAP}|[()]){{0,3}}[0-9]){{6,15}}{END}",
    # (030) 23125-123, 030 23125-123, 030 - 23 12 51 23, 0171/1234567, 0 30 / 23 12 51 23
    rf"(?<![0-9])\(0(?:{GAP}?[0-9]){{1,5}}\){GAP}{{0,3}}[0-9](?:{GAP}{{0,3}}[0-9]){{4,9}}{END}",
    rf"{START}0[1-9][0-9]{{1,4}}{GAP}{{1,3}}[0-9](?:{GAP}{{0,3}}[0-9]){{4,9}}{END}",
    rf"{START}0 ?[1-9][0-9]{{1,4}} ?/ ?[0-9](?:{GAP}{{0,3}}[0-9]){{4,9}}{END}",
    # 06 12 34 56 78, 06-12345678, 02 1234 5678, 02-123-4567
    rf"{START}0[1-9](?:{GAP}[0-9]{{2}}){{4}}{END}",
    rf"{START}0[1-9](?:[ \p{{Pd}}][0-9]{{3,4}}[ \p{{Pd}}]?[0-9]{{4}}| [0-9]{{3}} [0-9]{{3}}){END}",
    # (202) 555-0123, 202-555-0123, 1-800-555-0123, 202 555 0123 (but: 250 500 1000)
    rf"(?<![0-9])(?:\+?1{GAP}?)?\([2-9][0-9]{{2}}\){GAP}{{0,3}}[0-9]{{3}}{GAP}{{1,3}}[0-9]{{4}}{END}",
    rf"{START}(?:1{GAP}?)?[2-9][0-9]{{2}}{GAP}[0-9]{{3}} ?[.\p{{Pd}}] ?[0-9]{{4}}{END}",
    rf"{START}(?:1{GAP}?)?[2-9][0-9]{{2}}{GAP}[2-9][0-9]{{2}} [0-9]{{2}}(?!00)[0-9]{{2}}{END}",
    # (11) 91234-5678, 138 1234 5678, 98765 43210
    rf"(?<![0-9])\([1-9][0-9]\) ?9?[0-9]{{4}}[ .-]?[0-9]{{4}}{END}",
    rf"{START}1[3-9][0-9][ -][0-9]{{4}}[ -][0-9]{{4}}{END}",
    rf"{START}[6-9][0-9]{{4}}[ -][0-9]{{5}}{END}",
    # 01632960001, 2025550123, 13812345678 (but: ISBN 3161484100)
    rf"(?=(?:0[1-9][0-9]{{8,9}}|1?[2-9][0-9]{{2}}[2-9][0-9]{{6}}|1[3-9][0-9]{{9}}){END}){START}{NO_CODE}[0-9]{{10,11}}",
)
# call me at 555-0123, Tel.: 23125123
CALL = (
    r"(?i:\b(?:(?:tele)?(?:phone|fone|fon|fono)|tel|mobile?|handy|cell|fax|whatsapp|sms|call|text|ring|ruf|anruf)s?\b"
    r"(?: (?:me|us|him|her|them|at|on|is|now|number|nummer|no|nr|under|unter|an|auf)){0,3}[\s.:#=(+-]{0,3})"
)
LOCAL = rf"(?:[0-9](?:(?:{GAP}|[()]){{0,2}}[0-9]){{8,13}}|[0-9]{{3}}[ .\p{{Pd}}][0-9]{{4}}|[0-9]{{7,8}})"


def without_links_and_mail(text: Column) -> Column:
    """`text` with links as [url] and e-mail addresses as [email]."""
    without_links = F.regexp_replace(text, LINK, "[url]")
    masked = reduce(lambda t, pattern: F.regexp_replace(t, pattern, "[email]"), E_MAILS, without_links)
    return F.when(text.rlike(CONTACT), masked).otherwise(text)


def without_phones(text: Column) -> Column:
    """`text` with telephone numbers as [phone]."""
    plain = reduce(lambda t, pattern: F.regexp_replace(t, pattern, "[phone]"), PHONES, text)
    return F.regexp_replace(plain, rf"({CALL}){LOCAL}{END}", "$1[phone]")
