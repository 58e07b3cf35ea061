"""The latent tastes of the demo shop: themes across its categories.

A theme has many words of its own, and a product uses few of them. Two products of one theme may share no word at all: a
lexical similarity sees part of a taste, a sentence encoder more of it.
"""

from typing import NamedTuple


class Theme(NamedTuple):
    """One taste: things to depict (singular, without article), its atmosphere, and who likes it (plural)."""

    name: str
    motifs: tuple[str, ...]
    scenes: tuple[str, ...]
    fans: tuple[str, ...]


def _theme(name: str, motifs: str, scenes: str, fans: str) -> Theme:
    """The theme, from lists separated by commas."""
    motif, scene, fan = (tuple(part.strip() for part in text.split(",")) for text in (motifs, scenes, fans))
    return Theme(name, motif, scene, fan)


THEMES: tuple[Theme, ...] = (
    _theme(
        "botanical",
        "fern, peony, eucalyptus, wild rose, lavender, herbarium, ivy, foxglove, magnolia, orchid, poppy, "
        "fig leaf, dahlia",
        "a greenhouse after the rain, pressed flowers, a garden in full bloom, petals and leaves",
        "plant lovers, gardeners, florists",
    ),
    _theme(
        "nautical",
        "lighthouse, anchor, sextant, schooner, octopus, humpback whale, sailor's knot, ship's wheel, "
        "seagull, harbour, mermaid, coral reef, fishing boat",
        "salt air, waves against the pier, a calm sea at dawn, low tide",
        "sailors, beachcombers, swimmers",
    ),
    _theme(
        "retro travel",
        "vintage suitcase, Riviera coast, old airline, postcard, Vespa, camper van, globe, passport stamp, "
        "grand hotel, hot-air balloon, road map, Route 66, zeppelin",
        "holidays of the fifties, far horizons, the romance of the open road, luggage labels",
        "globetrotters, people with wanderlust, nostalgic tourists",
    ),
    _theme(
        "space",
        "Saturn, astronaut, nebula, rocket, lunar crater, comet, Milky Way, telescope, satellite, Orion, "
        "solar eclipse, Mars rover, black hole",
        "zero gravity, a moonlit countdown, the silence between the stars, distant galaxies",
        "stargazers, amateur astronomers, future cosmonauts",
    ),
    _theme(
        "cats",
        "tabby, Siamese, black kitten, ginger tomcat, whisker, paw print, sleepy Persian, Maine Coon, "
        "ball of yarn, purring feline, cat basket, tuxedo cat, calico",
        "an afternoon nap on the windowsill, nine lives, soft purring, a curious stare from the bookshelf",
        "cat owners, feline friends, crazy kitty people",
    ),
    _theme(
        "mountaineering",
        "ice axe, Matterhorn, alpine hut, carabiner, summit cross, chamois, glacier, base camp, edelweiss, "
        "crampon, climbing rope, Himalayan peak, rock face",
        "thin air above the clouds, the last metres to the top, a night in a bivouac, a steep ridge",
        "climbers, hikers, alpinists",
    ),
    _theme(
        "art deco",
        "geometric fan, Gatsby, gilded sunburst, Chrysler skyscraper, chevron, flapper, "
        "black-and-gold mirror, stepped zigzag, Tamara-style portrait, cocktail bar, marble lobby, "
        "Bakelite, Jazz Age",
        "the glamour of the twenties, brass and lacquer, champagne towers, symmetrical elegance",
        "lovers of the roaring twenties, admirers of old glamour, design historians",
    ),
    _theme(
        "dinosaurs",
        "T. rex, triceratops, fossil, stegosaurus, ammonite, pterodactyl, raptor claw, diplodocus, trilobite, "
        "volcanic island, prehistoric egg, Jurassic fern, skeleton dig",
        "a world before us, big teeth, the Cretaceous at teatime, sixty-six million years ago",
        "young palaeontologists, fossil hunters, grown-up dino kids",
    ),
    _theme(
        "jazz",
        "saxophone, upright bass, trumpet, blue note, smoky club, vinyl record, swing band, Harlem, "
        "grand piano, bebop singer, trombone, microphone, drum brush",
        "syncopated nights, improvisation after midnight, a slow ballad, New Orleans in the morning",
        "musicians, record collectors, late-night listeners",
    ),
    _theme(
        "cycling",
        "penny-farthing, racing bike, bicycle bell, peloton, bike chain, yellow jersey, tandem, "
        "cobbled climb, velodrome, saddle, spoked wheel, fixed gear, cargo bike",
        "tailwind all day, two wheels and no hurry, burning legs on the pass, Sunday rides",
        "cyclists, commuters on two wheels, Tour watchers",
    ),
    _theme(
        "baking",
        "sourdough, croissant, whisk, rolling pin, cinnamon bun, gingerbread, macaron, cupcake, flour sack, "
        "cherry pie, cookie cutter, layer cake, pretzel",
        "warm crumbs, the smell of a bakery at six, sugar and butter, proving dough",
        "hobby bakers, pastry chefs, people with a sweet tooth",
    ),
    _theme(
        "gothic",
        "raven, gargoyle, cathedral window, skull, haunted manor, bat, crypt, wrought-iron gate, "
        "black candle, vampire, moonlit graveyard, Poe, spider web",
        "creaking doors, velvet and shadows, fog over the tombstones, delicious gloom",
        "goths, horror readers, night owls",
    ),
    _theme(
        "japan",
        "Mount Fuji, koi carp, cherry blossom, origami crane, torii gate, great wave, maneki-neko, samurai, "
        "bonsai, geisha fan, red-crowned crane, shiba, Kyoto temple",
        "quiet wabi-sabi, ink on rice paper, a stroll through Kyoto, the calm of a zen garden",
        "japanophiles, sushi lovers, haiku poets",
    ),
    _theme(
        "wild west",
        "cactus, cowboy boot, mustang, lasso, saloon, sheriff's star, rattlesnake, horseshoe, wagon trail, "
        "tumbleweed, buffalo, canyon, rodeo",
        "dust and leather, a campfire on the prairie, high noon, the frontier at sunset",
        "cowgirls, western fans, country singers",
    ),
    _theme(
        "arctic",
        "polar bear, northern lights, penguin, igloo, reindeer, husky sledge, iceberg, snowflake, walrus, "
        "narwhal, snowy owl, fjord, frozen lake",
        "crisp winter light, the long polar night, frost on the window, endless snow",
        "winter people, skiers, Scandinavia fans",
    ),
    _theme(
        "insects",
        "bumblebee, monarch butterfly, honeycomb, dragonfly, stag beetle, ladybird, beehive, luna moth, "
        "firefly, grasshopper, scarab, ant trail, cicada",
        "a humming meadow, six tiny legs, the buzz of midsummer, wings under a magnifying glass",
        "beekeepers, entomologists, bug collectors",
    ),
    _theme(
        "tropics",
        "toucan, macaw, monstera, flamingo, pineapple, parrot, palm frond, hibiscus, hummingbird, "
        "banana leaf, tree frog, jaguar, coconut",
        "a steamy rainforest, endless summer, cocktails under palms, bright feathers",
        "sun seekers, beach-bar regulars, exotic-bird watchers",
    ),
    _theme(
        "olympus",
        "Medusa, Greek amphora, Athena's owl, laurel wreath, Pegasus, Doric column, Minotaur, "
        "Poseidon's trident, Icarus, Zeus, labyrinth, marble bust, Trojan horse",
        "gods with bad tempers, ancient legends, olive groves and ruins, an epic told by the fire",
        "classicists, Homer readers, mythology nerds",
    ),
    _theme(
        "railways",
        "steam locomotive, Orient Express, signal box, railway clock, dining car, narrow gauge, viaduct, "
        "tram, platform whistle, model train, sleeper carriage, buffer stop, tunnel",
        "timetables and soot, the rattle of the rails, a journey by night train, departures board",
        "trainspotters, commuters, stationmasters at heart",
    ),
    _theme(
        "library",
        "first edition, reading nook, quill, bookworm, Jane Austen, inkwell, typewriter, Sherlock Holmes, "
        "library card, leather-bound novel, bookmark, poem, fairy tale",
        "one more chapter, the smell of old paper, rainy days with a novel, shelves up to the ceiling",
        "readers, librarians, writers",
    ),
    _theme(
        "arcade",
        "8-bit hero, pixel heart, joystick, space invader, high score, game cartridge, power-up, "
        "pixel dragon, console, boss level, neon arcade, dungeon map, coin slot",
        "insert coin to continue, Saturday mornings in front of the screen, extra lives, the glow of the nineties",
        "gamers, speedrunners, retro console collectors",
    ),
    _theme(
        "circus",
        "big top, trapeze, juggler, acrobat, ringmaster, clown, unicycle, elephant parade, carousel, "
        "fire-eater, tightrope, strongman, popcorn stand",
        "drum roll please, sawdust and spotlights, the greatest show in town, candy-striped tents",
        "showmen, daydreamers, children of all ages",
    ),
    _theme(
        "ballet",
        "swan, tutu, pointe shoe, pirouette, Nutcracker, ballerina, arabesque, theatre curtain, grand jeté, "
        "music box, Degas dancer, barre, opera house",
        "curtain up, tulle and rosin, Tchaikovsky on a Sunday, weightless steps",
        "dancers, ballet mums, theatre-goers",
    ),
    _theme(
        "woodland",
        "red fox, toadstool, hedgehog, acorn, badger, stag, mossy log, squirrel, tawny owl, pine cone, "
        "chanterelle, birch, wild boar",
        "autumn leaves, a foggy morning among the trees, mushrooms after rain, the hush of the undergrowth",
        "forest walkers, mushroom pickers, foragers",
    ),
)
