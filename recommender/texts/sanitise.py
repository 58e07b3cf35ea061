"""Removes from product texts what is no fact: prompt injections, health claims, and contact data of people."""

from __future__ import annotations

import re
import unicodedata


def _any_of(words: str) -> str:
    """A group that matches any of the words; `_` within a word stands for whitespace."""
    return "(?:" + "|".join(word.replace("_", r"\s+") for word in words.split()) + ")"


# An injection names what only a machine has (its instructions), or a claim that it is to state. "Forget Me Not Tea
# Towel, All Cotton", "Write This Down Journal" and "Sound System: JBL" have neither. All that follows is removed.
FORGET = _any_of("ignore disregard forget override bypass overlook")
ALL_OF = _any_of("all any every everything what of the that your my our these those other system")
INSTRUCTIONS = _any_of(
    r"instructions? prompts? guidelines commands (?<=your\s)rules (?<=your\s)orders "
    "above previous prior earlier before you_were you_have_been i_said i_told"
)
SAY = _any_of("say write claim tell state answer reply respond output print repeat mention add")
ADDRESSEES = _any_of(
    "only exactly always everyone everybody people them users? customers? the_customers? your_customers?"
)
SUBJECT = r"(?:that\s+(?:\S+\s+){0,3}\S+|(?:it|this|they|(?:the|this|our|your)\s+\w+))"
VERB = _any_of("is are was were will can has have costs? cures? heals? prevents? relieves?")
VERGISS = _any_of("ignorieren? vergiss vergessen missachten? übergehen?")
ALLE = _any_of("sie alle alles aller allen die deine ihre was")
VORGABEN = _any_of(
    r"anweisung(?:en)? vorgaben (?<=alle\s)regeln (?<=deine\s)regeln prompts? vorige\w* vorherige\w* bisherige\w* "
    r"obige\w* (?<=alles\s)zuvor (?<=alles\s)davor"
)
SAGE = _any_of("sage? schreibe? behaupte antworte erwähne wiederhole")
INJECTIONS = (
    r"<\|",
    r"\[/?(?:INST|SYS)\]",
    r"#{2,}",
    r"```",
    rf"\b(?:please\s+)?{FORGET}\s+(?:{ALL_OF}\s+)*{INSTRUCTIONS}\b",
    rf"\b(?:bitte\s+)?{VERGISS}\s+(?:{ALLE}\s+)*{VORGABEN}\b",
    r"(?:^|[.!?;|–—-]\s+)(?:system|assistant|user|developer)\s*:",
    r"\b(?:system|developer)\s+prompt\b",
    r"\byou are (?:now|no longer) (?:an?|the|in|my)\b",
    rf"\b{SAY}\s+(?:{ADDRESSEES}\s+)*{SUBJECT}\s+{VERB}\b",
    r"\b(?:answer|reply|respond|output)\s+(?:only|exactly)\b",
    r"\b(?:say|write|print|repeat|output)\s+(?:(?:only|exactly)\s+)?the following\b",
    rf"\b{SAGE}\s*,?\s+(?:\w+\s*,?\s+)?dass\b",
    r"\bantworte\s+(?:nur|genau)\b",
)
HEALTH_CLAIMS = (
    r"\b(?:(?:and|that|which|it)\s+)?(?:cures|heals|prevents|relieves)\b",
    r"\b(?:to|helps?|can|will|may)\s+(?:\w+\s+(?:and|&)\s+)?(?:cure|heal|prevent|relieve)\b",
    r"\b(?:remed(?:y|ies)|cure) for\b",
    r"\b(?:heilt|lindert|verhindert|hilft gegen)\b",
)
REMOVED_TO_END = re.compile("|".join(f"{begin}.*" for begin in (*INJECTIONS, *HEALTH_CLAIMS)), re.IGNORECASE)
# A telephone number has a plus, a leading zero and few groups, a word such as "tel", or the groups of North America.
# Model numbers (910-001601), lists (10/100/1000) and ranges (136-174/400-480) have none of these.
CONTACT_DATA = re.compile(
    r"\S+@[^\s@]+\.[a-z]{2,}\S*|(?<!\S)@[a-z_]\w{2,}|\S*(?:://|www\.)\S*"
    r"|(?<![\w.-])\+\d(?:[ /.()-]{0,2}\d){7,}(?!\w)"
    r"|(?<![\w.-])(?=0(?:[ /-]?\d){8})0\d{1,5}[ /-]?\d+(?: \d+)*(?![\w/-])"
    r"|(?<![\w.-])\(?\d{3}(?:\) ?|[.-])\d{3}[.-]\d{4}(?!\w)"
    r"|\b(?:call|tel|fax|whatsapp|telefon|ruf)\b\W*\d(?:[ /.-]?\d){5,}(?!\w)",
    re.IGNORECASE,
)
SENTENCES = re.compile(r"(?<=[.!?;])\s+")


def sanitise_text(text: str | None) -> str:
    """`text` in one line, without injections and health claims, all that follows them, and contact data."""
    return _without_contacts(REMOVED_TO_END.sub(" ", _one_line(text)))


def sanitise_title(title: str) -> str:
    """The sanitised title, never empty for a title that is not.

    For a title that begins with an injection: what remains of its other sentences, else all of it without contact data.
    """
    line = _one_line(title)
    if (sanitised := sanitise_text(line)) and any(map(str.isalnum, sanitised)):
        return sanitised
    by_sentence = " ".join(filter(None, map(sanitise_text, SENTENCES.split(line))))
    return by_sentence or _without_contacts(line) or line


def _one_line(text: str | None) -> str:
    return unicodedata.normalize("NFC", " ".join((text or "").split()))


def _without_contacts(text: str) -> str:
    return " ".join(CONTACT_DATA.sub(" ", text).split()).rstrip(" -–—|,;:")
