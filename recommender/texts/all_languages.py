"""The languages in which bundles and reasons are written, by ISO 639-1 code."""

from recommender.texts.english import EN
from recommender.texts.german import DE
from recommender.texts.language import Language

LANGUAGES: dict[str, Language] = {language.code: language for language in (EN, DE)}
