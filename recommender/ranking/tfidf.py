"""A TF-IDF vocabulary of a catalogue, kept without scikit-learn objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

WORD = r"(?u)[^\W_]+"
LEAST_TEXTS = 2  # a word that only one text holds relates it to no other


@dataclass(frozen=True)
class TfidfVocabulary:
    """`known` words, lower case, and `idf` float32 (w,): their inverse document frequencies."""

    known: Sequence[str]
    idf: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str], most: int) -> TfidfVocabulary:
        """The `most` frequent words that two of the texts or more hold; an empty vocabulary where there are none."""
        vectoriser = TfidfVectorizer(token_pattern=WORD, min_df=LEAST_TEXTS, max_features=most, dtype=np.float32)
        try:
            vectoriser.fit(texts if most else [])
        except ValueError:  # raised where there is no such word
            return cls((), np.zeros(0, np.float32))
        return cls(tuple(vectoriser.get_feature_names_out().tolist()), vectoriser.idf_.astype(np.float32))

    def counted(self, texts: Sequence[str]) -> sparse.csr_array:
        """float32 (len(texts), w): TF-IDF, sublinear counts (Salton & Buckley 1988), each row of length 1 or empty."""
        if not self.known or not len(texts):
            return sparse.csr_array((len(texts), len(self.known)), dtype=np.float32)
        vectoriser = TfidfVectorizer(
            token_pattern=WORD, vocabulary=list(self.known), sublinear_tf=True, dtype=np.float32
        )
        vectoriser.idf_ = self.idf
        return sparse.csr_array(vectoriser.transform(texts))
