"""German words, sentence patterns and templates. No article before a name: its gender is not known."""

from recommender.texts.language import Language, expand, word_set

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
    reasons={
        "chosen_together": "Zusammen gewählt mit {}",
        "similar_text": "Beschrieben wie {}",
        "similar_meaning": "Ähnlich wie {}",
        "next_choice": "Passt zu dem, was du zuletzt gewählt hast, etwa {}",
        "two_vectors": "Passt zu dem, was du zuletzt gewählt hast",
        "well_rated": "Gut bewertet von denen, die es haben",
        "popular": "Gerade beliebt",
    },
    by_customers=" ({} Kunden)",
    chosen_before="etwas, das du gewählt hast",
    reason_patterns={
        "chosen_together": expand(
            "(Zusammen|Gemeinsam) (gewählt|genommen|ausgesucht) mit *",
            "(Andere|Kunden) (wählten|nahmen) es (zusammen|gemeinsam) mit *",
        ),
        "similar_text": expand(
            "(Beschrieben|Vorgestellt) (wie|ganz wie|so wie) *",
            "(Seine Beschreibung|Sein Text) ähnelt dem von *",
        ),
        "similar_meaning": expand(
            "(Ähnlich wie|Verwandt mit|Nahe bei|In der Art von|Von der Art wie) *",
        ),
        "next_choice": expand(
            "(Passt|Gehört|Kommt) zu dem, was du (zuletzt|kürzlich|neulich) gewählt hast, (etwa|wie|so) *",
        ),
    },
)
