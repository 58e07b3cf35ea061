"""German words, sentence patterns and templates. No article before a name: its gender is not known."""

from recommender.texts.language import Language, expand, reason_patterns_in, reasons_in, word_set

ONCE = "(| in einem Korb| in einer Bestellung| in einem Zug)"
HOLDS = "(vereint|verbindet|enthält|umfasst)"
ARTICLES = word_set("der die das den dem des ein eine einen einem einer")
NOT_BEFORE_NAME = word_set(
    "set paar duo trio bündel artikel produkte zwei drei vier fünf sechs im in korb warenkorb bestellung zug"
)

DE = Language(
    code="de",
    name="German",
    articles=ARTICLES,
    opening=ARTICLES
    | NOT_BEFORE_NAME
    | word_set(
        """dieses dieser diese unser unsere dein deine hier kommt kommen ist sind zusammen gemeinsam nebeneinander
        kombiniere kombiniert wähle nimm lege vereint verbindet enthält umfasst"""
    ),
    joining=ARTICLES | word_set("und mit sowie samt zusammen gemeinsam auch dann nimm wähle"),
    closing=word_set("in einem einer korb warenkorb bestellung zug zusammen gemeinsam"),
    not_before_name=NOT_BEFORE_NAME,
    counting_words={"paar": 2, "duo": 2, "zwei": 2, "trio": 3, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6},
    title_patterns={
        2: expand("* (und|mit|sowie|&) *", "(Set|Duo|Paar|Bündel): * (und|mit|sowie|&) *"),
        3: expand("*, * (und|sowie|&) *", "(Set|Trio|Bündel): *, * (und|sowie|&) *"),
    },
    description_patterns={
        2: expand(
            f"(Kombiniere|Wähle|Nimm) * (und|mit|sowie|samt|zusammen mit) *{ONCE}.",
            f"(Dieses|Unser|Das) (Set|Duo|Paar|Bündel) {HOLDS} * (und|sowie|samt) *.",
            "(Zwei Artikel|Zwei Produkte|Ein Set|Ein Duo) in (einem Korb|einer Bestellung): * (und|sowie|samt) *.",
            "(Im Set|Zusammen|Gemeinsam|Nebeneinander) in (einem Korb|einer Bestellung): * (und|mit|sowie) *.",
            "(Ein Korb|Eine Bestellung), zwei (Artikel|Produkte): * (und|mit|sowie) *.",
            "Hier (kommt|ist) * (zusammen mit|samt) *.",
        ),
        3: expand(
            f"(Kombiniere|Wähle|Nimm) *, * (und|sowie) *{ONCE}.",
            f"(Dieses|Unser|Das) (Set|Trio|Bündel) {HOLDS} *, * (und|sowie) *.",
            "(Drei Artikel|Drei Produkte|Ein Set|Ein Trio) in (einem Korb|einer Bestellung): *, * (und|sowie) *.",
            "(Im Set|Zusammen|Gemeinsam|Nebeneinander) in (einem Korb|einer Bestellung): *, * (und|sowie) *.",
            "(Ein Korb|Eine Bestellung), drei (Artikel|Produkte): *, * (und|sowie) *.",
        ),
    },
    brand_sentences=("Alles von {}.", "Alles ist von {}."),
    category_sentences=("Kategorie: {}.",),
    and_="und",
    basket_sentences=("", "Zusammen gekauft in einem Warenkorb.", "Zusammen gekauft in {} Warenkörben."),
    reasons=reasons_in("de"),
    by_customers=" ({} Kunden)",
    chosen_before="etwas, das du gewählt hast",
    reason_patterns=reason_patterns_in("de"),
)
