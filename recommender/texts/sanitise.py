"""What stands in texts of products and is no fact: orders to a machine, promises to heal, ways to reach a person."""

from __future__ import annotations

import re
import unicodedata


def _one_of(words: str) -> str:
    return "(?:" + "|".join(word.replace("_", r"\s+") for word in words.split()) + ")"


# An order has an object that only a machine has (its instructions), or what it is to say. "Forget Me Not Tea Towel, All
# Cotton", "Write This Down Journal" and "Sound System: JBL" have neither. From an order on, the rest is none of ours.
FORGET = _one_of("ignore disregard forget override bypass overlook")
ALL_OF = _one_of("all any every everything what of the that your my our these those other system")
TOLD = _one_of(
    r"instructions? prompts? guidelines commands (?<=your\s)rules (?<=your\s)orders "
    "above previous prior earlier before you_were you_have_been i_said i_told"
)
SAY = _one_of("say write claim tell state answer reply respond output print repeat mention add")
TO_WHOM = _one_of("only exactly always everyone everybody people them users? customers? the_customers? your_customers?")
WHAT = r"(?:that\s+(?:\S+\s+){0,3}\S+|(?:it|this|they|(?:the|this|our|your)\s+\w+))"
IS = _one_of("is are was were will can has have costs? cures? heals? prevents? relieves?")
VERGISS = _one_of("ignorieren? vergiss vergessen missachten? übergehen?")
ALLE = _one_of("sie alle alles aller allen die deine ihre was")
VORGABEN = _one_of(
    r"anweisung(?:en)? vorgaben (?<=alle\s)regeln (?<=deine\s)regeln prompts? vorige\w* vorherige\w* bisherige\w* "
    r"obige\w* (?<=alles\s)zuvor (?<=alles\s)davor"
)
SAGE = _one_of("sage? schreibe? behaupte antworte erwähne wiederhole")
TO_A_MACHINE = (
    r"<\|",
    r"\[/?(?:INST|SYS)\]",
    r"#{2,}",
    r"```",
    rf"\b(?:please\s+)?{FORGET}\s+(?:{ALL_OF}\s+)*{TOLD}\b",
    rf"\b(?:bitte\s+)?{VERGISS}\s+(?:{ALLE}\s+)*{VORGABEN}\b",
    r"(?:^|[.!?;|–—-]\s+)(?:system|assistant|user|developer)\s*:",
    r"\b(?:system|developer)\s+prompt\b",
    r"\byou are (?:now|no longer) (?:an?|the|in|my)\b",
    rf"\b{SAY}\s+(?:{TO_WHOM}\s+)*{WHAT}\s+{IS}\b",
    r"\b(?:answer|reply|respond|output)\s+(?:only|exactly)\b",
    r"\b(?:say|write|print|repeat|output)\s+(?:(?:only|exactly)\s+)?the following\b",
    rf"\b{SAGE}\s*,?\s+(?:\w+\s*,?\s+)?dass\b",
    r"\bantworte\s+(?:nur|genau)\b",
)
TO_HEAL = (
    r"\b(?:(?:and|that|which|it)\s+)?(?:cures|heals|prevents|relieves)\b",
    r"\b(?:to|helps?|can|will|may)\s+(?:\w+\s+(?:and|&)\s+)?(?:cure|heal|prevent|relieve)\b",
    r"\b(?:remed(?:y|ies)|cure) for\b",
    r"\b(?:heilt|lindert|verhindert|hilft gegen)\b",
)
ORDER = re.compile("|".join(f"{begin}.*" for begin in (*TO_A_MACHINE, *TO_HEAL)), re.IGNORECASE)
# Of a telephone number one sees the plus, the nought and few groups, a word for it, or the groups of North America.
# Model numbers (910-001601), lists (10/100/1000) and ranges (136-174/400-480) have none of these.
OF_PEOPLE = re.compile(
    r"\S+@[^\s@]+\.[a-z]{2,}\S*|(?<!\S)@[a-z_]\w{2,}|\S*(?:://|www\.)\S*"
    r"|(?<![\w.-])\+\d(?:[ /.()-]{0,2}\d){7,}(?!\w)"
    r"|(?<![\w.-])(?=0(?:[ /-]?\d){8})0\d{1,5}[ /-]?\d+(?: \d+)*(?![\w/-])"
    r"|(?<![\w.-])\(?\d{3}(?:\) ?|[.-])\d{3}[.-]\d{4}(?!\w)"
    r"|\b(?:call|tel|fax|whatsapp|telefon|ruf)\b\W*\d(?:[ /.-]?\d){5,}(?!\w)",
    re.IGNORECASE,
)
SENTENCES = re.compile(r"(?<=[.!?;])\s+")


def true_part(text: str | None) -> str:
    """`text` in one line, without what follows an order or a promise to heal, and without ways to reach a person."""
    return _cleaned(ORDER.sub(" ", _one_line(text)))


def true_title(title: str) -> str:
    """The true part of a title. One that begins with an order is what stands in its other sentences, or all of it."""
    plain = _one_line(title)
    if (told := true_part(plain)) and any(map(str.isalnum, told)):
        return told
    by_sentence = " ".join(filter(None, map(true_part, SENTENCES.split(plain))))
    return by_sentence or _cleaned(plain) or plain


def _one_line(text: str | None) -> str:
    return unicodedata.normalize("NFC", " ".join((text or "").split()))


def _cleaned(text: str) -> str:
    return " ".join(OF_PEOPLE.sub(" ", text).split()).rstrip(" -–—|,;:")
