"""Sentences and names of reviewers, as data. Braces are filled with words of the theme and the category."""

LOVES = (
    "I love {a_motif} and this {noun} gets it just right.",
    "Bought this {noun} for my sister, who collects anything with {a_motif}.",
    "The {motif} is drawn with real care.", "Exactly the {noun} I had been looking for.",
    "Every morning this {noun} makes me think of {scene}.", "My third {noun} from this shop and the best so far.",
    "What a find for {fans} like us!",
)
MIDDLES = (
    "The {motif} and the {other} look just as in the picture.", "It has something of {scene}, if you ask me.",
    "Think of {scene} and you have it.", "The {other} is smaller than I expected, but pretty.",
    "It sits on my shelf beside another one with {a_motif}.", "{fans} will understand.",
)
CLOSINGS = (
    "Would buy again.", "Arrived in two days, well packed.", "Already ordered a second one as a gift.",
    "My guests keep asking where it is from.", "Five stars without a doubt.",
)
SIGHS = (
    "I wanted to like this {noun}, I really did.", "Nice {motif}, poor {noun}.", "Not what I ordered.",
    "For this price I expected more.", "The idea with {a_motif} is good, the rest is not.",
)
TITLES_GOOD = (
    "Lovely {noun}", "Perfect for {fans}", "{motif} at its best", "Very happy", "So pretty", "A great gift",
    "Like {scene}",
)
TITLES_BAD = ("Disappointed", "Sadly not for me", "Only so-so", "The {motif} is nice, the {noun} is not",
"Back it goes")
GERMAN = (
    (
        ("Sehr schön", "Wunderschönes Stück, das Motiv „{motif}“ gefällt der ganzen Familie. Gerne wieder!"),
        ("Tolles Geschenk", "Meine Mutter hat sich riesig gefreut. Gute Qualität und schnelle Lieferung."),
        ("Größer als gedacht", "Schöne Farben, liebevoll verpackt und genau wie auf dem Foto. Fünf Sterne."),
    ),
    (
        ("Leider enttäuscht", "Das Motiv „{motif}“ ist hübsch, aber die Verarbeitung lässt zu wünschen übrig."),
        ("Geht zurück", "Kam beschädigt an, für diesen Preis hätte ich mehr erwartet."),
        ("Na ja", "Ganz nett, aber auf dem Bild sah es viel größer aus."),
    ),
)
FRENCH = (
    (
        ("Magnifique", "Très bel objet, le motif « {motif} » est superbe. Je recommande à tous !"),
        ("Cadeau réussi", "Offert à ma sœur pour Noël, elle était ravie. Livraison rapide et soignée."),
        ("Coup de cœur", "Les couleurs sont douces et la qualité est au rendez-vous."),
    ),
    (
        ("Déçue", "Le dessin est joli mais la qualité n'est pas à la hauteur du prix."),
        ("Bof", "Plus petit que prévu, et arrivé abîmé. Dommage."),
        ("Pas terrible", "Je m'attendais à mieux, le motif « {motif} » est à peine visible."),
    ),
)
FIRST_NAMES = (
    "Anna", "Jürgen", "Zoë", "Matteo", "Ingrid", "Paul", "Chloé", "Samuel", "Łucja", "Fatima", "Oskar", "Beatrice",
    "Henrik", "Noémie", "Tomás", "Wiebke", "Priya", "Callum", "Sofia", "Benedikt", "Aoife", "Emre", "Greta", "Luís",
    "Marta", "Konrad", "Yuki", "Desmond", "Elif", "Rasmus", "Viola", "Hugo",
)
FAMILY_NAMES = (
    "Albrecht", "Baxter", "Carvalho", "Dubois", "Eriksen", "Fröhlich", "Gallagher", "Hübner", "Ivanova", "Jansen",
    "Kowalski", "Lindqvist", "Moreau", "Novák", "O'Brien", "Petersen", "Quintero", "Rossi", "Schäfer", "Thornton",
    "Ulrich", "Vasquez", "Whitfield", "Xanthos", "Yıldız", "Zimmermann", "Achterberg", "Brandão", "Castellani",
    "Dietrich", "Engström", "Fairweather",
)
