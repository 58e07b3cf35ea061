"""English."""

from pipelines.words.language import Language, frames, listed

ONCE = "(| in one basket| in one order| in one go)"

EN = Language(
    code="en",
    name="English",
    plain=listed(
        """a an and the this that these those with together along alongside beside both each one all it they them
        its their your you we our us here here's let let's is are be to at as so also too well while when then next
        side pair set bundle duo trio two three four five six put bring brings take choose pick add combine combines
        join joins match go goes come comes get gets has have hold holds contain contains include includes including
        make makes meet meets item items thing things product products find finds basket cart order in on of for from
        by into or which who what where there want looking same another other combination collection bought chosen
        belong belongs category"""
    ),
    binding=listed("in on of for from by into or is are be has have"),
    counts={"pair": 2, "duo": 2, "both": 2, "two": 2, "trio": 3, "three": 3, "four": 4, "five": 5, "six": 6},
    claims=listed(
        """best better finest greatest perfect ideal ultimate premium top superior leading unique only most always
        never free cheap cheaper cheapest discount discounted sale save saving savings bargain deal price certified
        approved tested proven guaranteed guarantee warranty lifetime safe safety safer secure healthy health organic
        natural waterproof fireproof unbreakable shockproof hypoallergenic nontoxic non-toxic bpa-free eco eco-friendly
        sustainable vegan genuine authentic original official new handmade durable antibacterial"""
    ),
    titles={
        2: frames("* (and|with|&) *", "* (and|with) * (set|pair|duo)", "(Set|Pair|Duo|Bundle): * and *"),
        3: frames("*, * (and|&) *", "*, * and * (set|trio)", "(Set|Trio|Bundle): *, * and *"),
    },
    sentences={
        2: frames(
            f"(Pair|Combine|Bring together|Put together|Join) the * (and|with) the *{ONCE}.",
            f"(Take|Choose|Pick|Get|Add) the * (and|together with|along with) the *{ONCE}.",
            "(This set|This pair|This bundle|This duo|Our set|The set) "
            "(brings together|combines|includes|holds|joins|contains) the * and the *.",
            f"The * (and|together with|alongside) the *{ONCE}.",
            "(Two items|Two products|One set|One pair) in one (basket|order): the * and the *.",
            "The * goes into (the|your) basket (together with|alongside|along with) the *.",
            "Here (is|comes) the * (together with|along with) the *.",
        ),
        3: frames(
            f"(Combine|Bring together|Put together|Take|Choose|Pick|Get|Add) the *, the * and the *{ONCE}.",
            "(This set|This trio|This bundle|Our set|The set) "
            "(brings together|combines|includes|holds|joins|contains) the *, the * and the *.",
            f"The *, the * (and|together with) the *{ONCE}.",
            "(Three items|Three products|One set|One trio) in one (basket|order): the *, the * and the *.",
            "The * goes into (the|your) basket (together with|alongside) the * and the *.",
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
    by_customers=" by {} customers",
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
