"""English words, sentence patterns and templates."""

from recommender.texts.language import Language, expand, reason_patterns_in, reasons_in, word_set

ONCE = "(| in one basket| in one order| in one go)"
HOLDS = "(brings together|combines|includes|holds|joins|contains)"
ARTICLES = word_set("a an the")
NOT_BEFORE_NAME = word_set(
    "set pair duo trio bundle items products one two three four five six in by side basket order go"
)

EN = Language(
    code="en",
    name="English",
    articles=ARTICLES,
    opening=ARTICLES
    | NOT_BEFORE_NAME
    | word_set(
        """this our your here is are comes come put together bring brings combine combines take choose pick add join
        joins include includes contain contains hold holds"""
    ),
    joining=ARTICLES | word_set("and with together along alongside also then add take choose pick"),
    closing=word_set("in to one the your basket order go together"),
    not_before_name=NOT_BEFORE_NAME,
    counting_words={"pair": 2, "duo": 2, "two": 2, "trio": 3, "three": 3, "four": 4, "five": 5, "six": 6},
    title_patterns={
        2: expand("* (and|with|&) *", "(Set|Pair|Duo|Bundle): * (and|with|&) *"),
        3: expand("*, * (and|&) *", "(Set|Trio|Bundle): *, * (and|&) *"),
    },
    description_patterns={
        2: expand(
            f"(Combine|Bring together|Put together|Join) the * (and|with|alongside) the *{ONCE}.",
            f"(Take|Choose|Pick|Add) the * (and|together with|along with|alongside) the *{ONCE}.",
            f"(This|The|Our) (set|pair|bundle|duo) {HOLDS} the * (and|alongside) the *.",
            "(Two items|Two products|One set|One pair) in one (basket|order): the * (and|with|alongside) the *.",
            "(Together|Side by side) in one (basket|order): the * (and|with|alongside) the *.",
            "One (basket|order), two (items|products): the * (and|with|alongside) the *.",
            "Here (is|comes) the * (together with|along with|alongside) the *.",
        ),
        3: expand(
            f"(Combine|Bring together|Put together|Join|Take|Choose|Pick|Add) the *, the * and the *{ONCE}.",
            f"(This|The|Our) (set|trio|bundle) {HOLDS} the *, the * and the *.",
            "(Three items|Three products|One set|One trio) in one (basket|order): the *, the * and the *.",
            "(Together|Side by side) in one (basket|order): the *, the * and the *.",
            "One (basket|order), three (items|products): the *, the * and the *.",
        ),
    },
    brand_sentences=("All of it is by {}.", "All by {}."),
    category_sentences=("Category: {}.",),
    and_="and",
    basket_sentences=("", "Bought together in one basket.", "Bought together in {} baskets."),
    reasons=reasons_in("en"),
    by_customers=" ({} customers)",
    chosen_before="what you chose",
    reason_patterns=reason_patterns_in("en"),
)
