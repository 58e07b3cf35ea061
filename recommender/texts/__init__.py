"""Words that are true: facts of products, texts made of them, and the check that a text says nothing else."""

from recommender.texts.english import EN
from recommender.texts.german import DE
from recommender.texts.language import Language

LANGUAGES: dict[str, Language] = {language.code: language for language in (EN, DE)}
