"""German. Frames have no article before a name, since nobody says which one it takes."""

from pipelines.words.language import Language, frames, listed

ONCE = "(| in einem Korb| in einer Bestellung| in einem Zug)"

DE = Language(
    code="de",
    name="German",
    plain=listed(
        """ein eine einen einem einer eines und der die das den dem des dieser diese dieses diesem diesen mit samt
        sowie zusammen gemeinsam neben dazu beide beiden beides jedes alle alles es sie ihr ihre dein deine deinen
        deinem ihren ihrem wir unser unsere unserem unseren hier ist sind sein zu zum zur am als so auch noch während
        wenn dann paar set bündel duo trio zwei drei vier fünf sechs bring bringt nimm nimmt wähle wählen kombiniere
        kombinieren kombiniert verbinde verbindet lege leg geh geht gehen kommt kommen trifft treffen hat haben enthält
        enthalten umfasst steckt stecken vereint vereinen artikel ding dinge produkt produkte fund warenkorb korb
        bestellung zug in im ins auf von vom für aus bei oder was wer wo da gekauft kombination sammlung gehört gehören
        dich dir ihnen auch füge hinzu nun kategorie"""
    ),
    binding=listed("in im ins auf von vom für aus bei oder ist sind hat haben"),
    counts={"paar": 2, "duo": 2, "beide": 2, "beiden": 2, "beides": 2, "zwei": 2, "trio": 3, "drei": 3}
    | {"vier": 4, "fünf": 5, "sechs": 6},
    claims=listed(
        """beste bester bestes besten besser perfekt perfekte ideal ideale ultimativ premium top führend führende
        einzigartig einzige nur immer nie kostenlos gratis günstig günstiger günstigste rabatt sparen ersparnis
        schnäppchen angebot preis zertifiziert geprüft getestet bewährt garantiert garantie lebenslang sicher
        sicherheit gesund gesundheit bio natürlich wasserdicht feuerfest unzerbrechlich stoßfest hypoallergen
        ungiftig schadstofffrei öko umweltfreundlich nachhaltig vegan echt echte original offiziell neu neue neuer
        neues handgemacht langlebig antibakteriell"""
    ),
    titles={
        2: frames("* (und|mit|&) *", "* und * im (Set|Duo)", "(Set|Duo|Paar): * (und|sowie) *"),
        3: frames("*, * (und|&) *", "*, * und * im (Set|Trio)", "(Set|Trio): *, * (und|sowie) *"),
    },
    sentences={
        2: frames(
            f"(Kombiniere|Wähle|Nimm) * (und|mit|zusammen mit) *{ONCE}.",
            "(Dieses Set|Dieses Duo|Unser Set|Das Set) (vereint|enthält|verbindet|umfasst) * (und|sowie) *.",
            f"* (und|zusammen mit|samt) *{ONCE}.",
            "(Zwei Artikel|Zwei Produkte|Ein Set|Ein Duo) in (einem Korb|einer Bestellung): * (und|sowie) *.",
            "(Im Set|Zusammen|Gemeinsam) in (einem Korb|einer Bestellung): * (und|mit) *.",
            "Hier (kommt|ist) * (zusammen mit|samt) *.",
        ),
        3: frames(
            f"(Kombiniere|Wähle|Nimm) *, * (und|sowie) *{ONCE}.",
            "(Dieses Set|Dieses Trio|Unser Set|Das Set) (vereint|enthält|verbindet|umfasst) *, * (und|sowie) *.",
            f"*, * (und|samt) *{ONCE}.",
            "(Drei Artikel|Drei Produkte|Ein Set|Ein Trio) in (einem Korb|einer Bestellung): *, * (und|sowie) *.",
            "(Im Set|Zusammen|Gemeinsam) in (einem Korb|einer Bestellung): *, * (und|sowie) *.",
        ),
    },
    of_brand=("Alles von {}.", "Alles ist von {}."),
    of_category=("Kategorie: {}.",),
    and_="und",
    found=("", "Zusammen gekauft in einem Warenkorb.", "Zusammen gekauft in {} Warenkörben."),
    reasons={
        "chosen_together": "Zusammen gewählt mit {}",
        "similar_text": "Beschrieben wie {}",
        "similar_meaning": "Ähnlich wie {}",
        "next_choice": "Passt zu dem, was du zuletzt gewählt hast, etwa {}",
        "two_vectors": "Passt zu dem, was du zuletzt gewählt hast",
        "well_rated": "Gut bewertet von denen, die es haben",
        "popular": "Gerade beliebt",
    },
    by_customers=" (von {} Kunden)",
    chosen_before="etwas, das du gewählt hast",
    reason_frames={
        "chosen_together": frames(
            "(Zusammen|Gemeinsam) (gewählt|genommen|ausgesucht) mit *",
            "(Andere|Kunden) (wählten|nahmen) es (zusammen|gemeinsam) mit *",
        ),
        "similar_text": frames(
            "(Beschrieben|Vorgestellt) (wie|ganz wie|so wie) *",
            "(Seine Beschreibung|Sein Text) ähnelt dem von *",
        ),
        "similar_meaning": frames(
            "(Ähnlich wie|Verwandt mit|Nahe bei|In der Art von|Von der Art wie) *",
        ),
        "next_choice": frames(
            "(Passt|Gehört|Kommt) zu dem, was du (zuletzt|kürzlich|neulich) gewählt hast, (etwa|wie|so) *",
        ),
    },
)
