"""English."""

from recommender.texts.language import Language, frames, listed

ONCE = "(| in one basket| in one order| in one go)"
HOLDS = "(brings together|combines|includes|holds|joins|contains)"
ARTICLES = listed("a an the")
PARTED = listed("set pair duo trio bundle items products one two three four five six in by side basket order go")

EN = Language(
    code="en",
    name="English",
    articles=ARTICLES,
    opening=ARTICLES
    | PARTED
    | listed(
        """this our your here is are comes come put together bring brings combine combines take choose pick add join
        joins include includes contain contains hold holds"""
    ),
    joining=ARTICLES | listed("and with together along alongside also then add take choose pick"),
    closing=listed("in to one the your basket order go together"),
    parted=PARTED,
    counts={"pair": 2, "duo": 2, "two": 2, "trio": 3, "three": 3, "four": 4, "five": 5, "six": 6},
    titles={
        2: frames("* (and|with|&) *", "(Set|Pair|Duo|Bundle): * (and|with|&) *"),
        3: frames("*, * (and|&) *", "(Set|Trio|Bundle): *, * (and|&) *"),
    },
    sentences={
        2: frames(
            f"(Combine|Bring together|Put together|Join) the * (and|with|alongside) the *{ONCE}.",
            f"(Take|Choose|Pick|Add) the * (and|together with|along with|alongside) the *{ONCE}.",
            f"(This|The|Our) (set|pair|bundle|duo) {HOLDS} the * (and|alongside) the *.",
            "(Two items|Two products|One set|One pair) in one (basket|order): the * (and|with|alongside) the *.",
            "(Together|Side by side) in one (basket|order): the * (and|with|alongside) the *.",
            "One (basket|order), two (items|products): the * (and|with|alongside) the *.",
            "Here (is|comes) the * (together with|along with|alongside) the *.",
        ),
        3: frames(
            f"(Combine|Bring together|Put together|Join|Take|Choose|Pick|Add) the *, the * and the *{ONCE}.",
            f"(This|The|Our) (set|trio|bundle) {HOLDS} the *, the * and the *.",
            "(Three items|Three products|One set|One trio) in one (basket|order): the *, the * and the *.",
            "(Together|Side by side) in one (basket|order): the *, the * and the *.",
            "One (basket|order), three (items|products): the *, the * and the *.",
        ),
    },
    of_brand=("All of it is by {}.", "All by {}."),
    of_category=("Category: {}.",),
    and_="and",
    found=("", "Bought together in one basket.", "Bought together in {} baskets."),
    reasons={
        "chosen_together": "Chosen together with {}",
        "similar_text": "Described like {}",
        "similar_meaning": "Similar to {}",
        "next_choice": "Goes with what you chose lately, such as {}",
        "two_vectors": "Fits what you chose lately",
        "well_rated": "Rated well by those who have it",
        "popular": "Popular right now",
    },
    by_customers=" ({} customers)",
    chosen_before="what you chose",
    reason_frames={
        "chosen_together": frames(
            "(Chosen|Picked|Taken) (together with|along with|beside) the *",
            "(Others|Customers) (chose|picked|took) it (together with|along with|beside) the *",
            "(Goes|Comes) (together with|along with) the *",
        ),
        "similar_text": frames(
            "(Described|Presented) (like|much like|in words like those of) the *",
            "(Its description|Its text) resembles that of the *",
        ),
        "similar_meaning": frames(
            "(Similar to|Akin to|Related to) the *",
            "(Of a kind with|In the manner of|In the vein of) the *",
        ),
        "next_choice": frames(
            "(Goes with|Fits|Suits|Follows) what you chose (lately|recently|last), (such as|like|among it) the *",
            "(After|Following) what you chose (lately|recently), such as the *",
        ),
    },
)
