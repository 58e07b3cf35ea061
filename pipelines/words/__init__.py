"""Words that are true: facts of products, texts made of them, and the check that a text says nothing else."""

from pipelines.words.english import EN
from pipelines.words.german import DE
from pipelines.words.language import Language

LANGUAGES: dict[str, Language] = {language.code: language for language in (EN, DE)}
