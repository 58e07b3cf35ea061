"""The categories of the demo shop: their paths, nouns, prices and shares."""

from typing import NamedTuple


class Category(NamedTuple):
    """One third-level category; `price` is the usual range in euros, `weight` its share of the catalogue."""

    path: str
    nouns: tuple[str, ...]
    materials: tuple[str, ...]
    uses: tuple[str, ...]
    praise: tuple[str, ...]
    complaints: tuple[str, ...]
    price: tuple[float, float]
    weight: float = 1.0

    @property
    def name(self) -> str:
        """The last level of the path, as in "Mugs"."""
        return self.path.rsplit(" > ", 1)[1]


def _category(path: str, price: tuple[float, float], weight: float, *texts: str) -> Category:
    """The category, from five lists separated by "|": nouns, materials, uses, praise, complaints."""
    nouns, materials, uses, praise, complaints = (tuple(p.strip() for p in text.split("|")) for text in texts)
    return Category(path, nouns, materials, uses, praise, complaints, price, weight)


CATEGORIES: tuple[Category, ...] = (
    _category(
        "Home > Kitchen > Mugs",
        (9, 24),
        1.5,
        "mug | coffee cup | beaker | espresso cup",
        "stoneware | porcelain | enamel | bone china",
        "Holds 350 ml and goes into the dishwasher. | Keeps coffee warm through a long call. | "
        "The handle takes four fingers.",
        "the handle sits well in the hand | survives the dishwasher",
        "arrived with a chip in the rim | smaller than I thought",
    ),
    _category(
        "Home > Kitchen > Teapots",
        (22, 65),
        0.7,
        "teapot | tea kettle | infuser pot",
        "cast iron | porcelain | borosilicate glass | glazed clay",
        "Pours without a drip and comes with a fine strainer. | Enough for four cups. | "
        "The lid stays on when you pour.",
        "pours without dripping | keeps the brew hot for an hour",
        "the spout drips | the lid does not fit",
    ),
    _category(
        "Food > Hot Drinks > Tea",
        (5, 16),
        0.9,
        "black tea | herbal infusion | green tea | tea blend",
        "organic leaves | loose leaves | pyramid bags | a printed tin",
        "Steep for three minutes at 90 degrees. | Packed in a tin that you will keep. | "
        "Mild, round, and without added flavour.",
        "smells wonderful and tastes even better | second infusion is still good",
        "tastes of hay | weak even after five minutes",
    ),
    _category(
        "Home > Decor > Posters",
        (12, 45),
        1.4,
        "poster | art print | wall print | lithograph",
        "matte paper | cotton paper | recycled paper | canvas",
        "Printed in eight colours, 50 by 70 centimetres. | Ships in a sturdy tube. | Fits a standard frame.",
        "colours are rich and deep | much nicer on the wall than on screen",
        "creased in the tube | print is a bit blurred",
    ),
    _category(
        "Home > Decor > Picture Frames",
        (10, 40),
        0.7,
        "picture frame | photo frame | gallery frame",
        "oak | walnut | brushed aluminium | painted pine",
        "With real glass and a passepartout. | Hangs upright or across. | Opens from the back with four clips.",
        "looks like something from a gallery | glass is clear and heavy",
        "a corner had split | the glass was scratched",
    ),
    _category(
        "Home > Decor > Cushions",
        (15, 49),
        1.1,
        "cushion | throw pillow | cushion cover",
        "velvet | linen | organic cotton | corduroy",
        "Hidden zip, washable at 30 degrees. | Feather filling that keeps its shape. | 45 by 45 centimetres.",
        "soft and well filled | washes without fading",
        "zip broke in a week | thin fabric",
    ),
    _category(
        "Home > Bedroom > Bed Linen",
        (35, 120),
        0.7,
        "duvet cover | bedding set | pillowcase set",
        "percale | satin cotton | washed linen | flannel",
        "Cool in summer and warm in winter. | Closes with corozo buttons. | Two pieces, 135 by 200.",
        "I sleep like a stone in it | gets softer with each wash",
        "shrank in the first wash | buttons come off",
    ),
    _category(
        "Home > Decor > Candles",
        (9, 34),
        0.9,
        "scented candle | pillar candle | candle in a jar",
        "soy wax | beeswax | rapeseed wax | stearin",
        "Burns for forty hours without soot. | Cotton wick, poured by hand. | The jar makes a nice vase later.",
        "burns evenly and smells gentle | fills the whole room",
        "hardly any scent | the wick drowns",
    ),
    _category(
        "Stationery > Paper > Notebooks",
        (7, 26),
        1.2,
        "notebook | journal | sketchbook | diary",
        "thread-bound | hardcover | softcover | leather",
        "Lies flat on the table and takes fountain-pen ink. | 192 dotted pages and an elastic band. | "
        "Numbered pages, pocket at the back.",
        "paper takes ink without bleeding | lies perfectly flat",
        "pages come loose | ink bleeds through",
    ),
    _category(
        "Stationery > Writing > Pens",
        (6, 48),
        0.7,
        "fountain pen | ballpoint pen | rollerball | pencil set",
        "brass | resin | aluminium | cedar wood",
        "Refillable, with a medium nib. | Well balanced for long letters. | Comes in a slim gift box.",
        "glides over the page | nicely balanced",
        "scratches | leaks in the bag",
    ),
    _category(
        "Clothing > Tops > T-Shirts",
        (16, 39),
        1.3,
        "t-shirt | tee | long-sleeved shirt",
        "organic cotton | heavy jersey | slub cotton | bamboo jersey",
        "Regular fit, pre-shrunk. | Screen-printed by hand in small runs. | Soft collar that does not scratch.",
        "fits true to size | print still fine after ten washes",
        "comes out small | print cracked",
    ),
    _category(
        "Clothing > Accessories > Socks",
        (6, 19),
        0.9,
        "pair of socks | pair of knee socks | pair of hiking socks",
        "merino | combed cotton | wool blend | bamboo",
        "Reinforced heel and toe. | No seam that presses. | Sizes 36 to 46.",
        "warm without being bulky | stay up all day",
        "hole after two weeks | slide down",
    ),
    _category(
        "Bags > Everyday > Backpacks",
        (29, 98),
        0.8,
        "backpack | rucksack | daypack | tote bag",
        "waxed canvas | recycled polyester | felt | cordura",
        "Room for a laptop and lunch. | Padded straps, water-repellent base. | Two side pockets and a hidden one.",
        "comfortable even when it is full | took it through a downpour, all dry inside",
        "strap seam gave way | zip jams",
    ),
    _category(
        "Toys > Puzzles > Jigsaw Puzzles",
        (11, 42),
        1.0,
        "jigsaw puzzle | 1000-piece puzzle | wooden puzzle",
        "greyboard | birch plywood | recycled board | linen-finish board",
        "A thousand pieces, each cut differently. | Comes with a cotton bag and a small print. | "
        "For two rainy weekends.",
        "pieces click together firmly | kept the family busy all weekend",
        "one piece was missing | pieces too loose",
    ),
)

# What is often bought together: the teapot, the cups and the tea.
COMPLEMENTS: tuple[tuple[str, ...], ...] = (
    ("Teapots", "Mugs", "Tea"),
    ("Posters", "Picture Frames"),
    ("Notebooks", "Pens"),
    ("Bed Linen", "Cushions"),
    ("Backpacks", "Socks"),
    ("Candles", "Tea", "Jigsaw Puzzles"),
)

BRANDS: tuple[str, ...] = (
    "Nordlicht",
    "Hülse & Sohn",
    "Atelier Brume",
    "Oak & Ember",
    "Papierhaus",
    "Littlewood",
    "Casa Verano",
    "Studio Kiesel",
    "Fennimore",
    "Brightwater",
    "Maison Élan",
    "Tangram",
    "Kettle Row",
    "Hafenkind",
    "Juniper Lane",
    "Blaupause",
    "Marrow & Pine",
    "Søndag",
)
COLOURS: tuple[str, ...] = (
    "sage green",
    "midnight blue",
    "terracotta",
    "ivory",
    "charcoal",
    "mustard",
    "dusty pink",
    "petrol",
    "rust",
    "sand",
)
