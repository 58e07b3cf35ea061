"""Sentences and names of reviewers, as data. Braces are replaced by words of the theme and the category."""

LOVES = (
    "I love {a_motif} and this {noun} gets it just right.",
    "Bought this {noun} for my sister, who collects anything with {a_motif}.",
    "The {motif} is drawn with real care.",
    "Exactly the {noun} I had been looking for.",
    "Every morning this {noun} makes me think of {scene}.",
    "My third {noun} from this shop and the best so far.",
    "What a find for {fans} like us!",
)
MIDDLES = (
    "The {motif} and the {other} look just as in the picture.",
    "It has something of {scene}, if you ask me.",
    "Think of {scene} and you have it.",
    "The {other} is smaller than I expected, but pretty.",
    "It sits on my shelf beside another one with {a_motif}.",
    "{fans} will understand.",
)
CLOSINGS = (
    "Would buy again.",
    "Arrived in two days, well packed.",
    "Already ordered a second one as a gift.",
    "My guests keep asking where it is from.",
    "Five stars without a doubt.",
)
SIGHS = (
    "I wanted to like this {noun}, I really did.",
    "Nice {motif}, poor {noun}.",
    "Not what I ordered.",
    "For this price I expected more.",
    "The idea with {a_motif} is good, the rest is not.",
)
TITLES_GOOD = (
    "Lovely {noun}",
    "Perfect for {fans}",
    "{motif} at its best",
    "Very happy",
    "So pretty",
    "A great gift",
    "Like {scene}",
)
TITLES_BAD = (
    "Disappointed",
    "Sadly not for me",
    "Only so-so",
    "The {motif} is nice, the {noun} is not",
    "Back it goes",
)
# Eight words or fewer each: many people write the same ones, which no rule may take for copies.
BRIEF_GOOD = ("Would buy again.", "Just as in the picture.", "Very pretty!", "A nice gift.")
BRIEF_BAD = ("Not what I expected.", "Only so-so.", "It was on the small side.")
GERMAN = (
    (
        ("Sehr schön", "„{motif}“ gefällt der ganzen Familie!"),
        ("Tolles Geschenk", "Meine Mutter hat sich riesig gefreut, gute Qualität."),
        ("Größer als gedacht", "Schöne Farben und genau wie auf dem Foto."),
    ),
    (
        ("Leider enttäuscht", "„{motif}“ gefällt, der Rest nicht."),
        ("Geht zurück", "Kam beschädigt an, das ist sehr ärgerlich."),
        ("Na ja", "Auf dem Bild sah es viel größer aus."),
    ),
)
FRENCH = (
    (
        ("Magnifique", "Le motif « {motif} » est superbe."),
        ("Cadeau réussi", "Ma sœur était ravie, livraison rapide et soignée."),
        ("Coup de cœur", "Couleurs douces et la qualité est là."),
    ),
    (
        ("Déçue", "Joli dessin, mais la qualité est mauvaise."),
        ("Bof", "Plus petit que prévu, et arrivé abîmé. Dommage."),
        ("Pas terrible", "Motif « {motif} » à peine visible."),
    ),
)
FIRST_NAMES = (
    "Anna",
    "Jürgen",
    "Zoë",
    "Matteo",
    "Ingrid",
    "Paul",
    "Chloé",
    "Samuel",
    "Łucja",
    "Fatima",
    "Oskar",
    "Beatrice",
    "Henrik",
    "Noémie",
    "Tomás",
    "Wiebke",
    "Priya",
    "Callum",
    "Sofia",
    "Benedikt",
    "Aoife",
    "Emre",
    "Greta",
    "Luís",
    "Marta",
    "Konrad",
    "Yuki",
    "Desmond",
    "Elif",
    "Rasmus",
    "Viola",
    "Hugo",
)
FAMILY_NAMES = (
    "Albrecht",
    "Baxter",
    "Carvalho",
    "Dubois",
    "Eriksen",
    "Fröhlich",
    "Gallagher",
    "Hübner",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novák",
    "O'Brien",
    "Petersen",
    "Quintero",
    "Rossi",
    "Schäfer",
    "Thornton",
    "Ulrich",
    "Vasquez",
    "Whitfield",
    "Xanthos",
    "Yıldız",
    "Zimmermann",
    "Achterberg",
    "Brandão",
    "Castellani",
    "Dietrich",
    "Engström",
    "Fairweather",
)
