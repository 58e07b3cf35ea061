"""Short names of titles, one by one and within a catalogue."""

import pytest

from recommender.texts.facts import facts_of
from recommender.texts.short_names import short_name, short_names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "white hanging heart t-light holder"),
        ("Microsoft Sculpt Mobile Mouse (43U-00001)", "Microsoft Sculpt Mobile Mouse"),
        ("Gift Card, in a Box, large", "Gift Card in a Box"),
        ("Red Gift Card, in a Box", "Red Gift Card"),
        ("LEGO: Star Wars X-Wing, 75301", "LEGO Star Wars X-Wing"),
        ("EN-EL15 Charger for Nikon 1 V1 and D60 cameras and more", "EN-EL15 Charger for Nikon 1 V1 and D60 cameras"),
        ("Big B2 C3 D4 E5 F6 G7 H8 I9 J10 K11 L12 M13", "Big B2 C3 D4 E5 F6 G7 H8 I9 J10 K11 L12"),
        ("magicJack Plus", "magicJack Plus"),
        ("ABC", "ABC"),
        ('Acer AOD270-1375 10.1" Netbook', 'Acer AOD270-1375 10.1" Netbook'),
        ("SanDisk Cruzer Fit Flash Drive- SDCZ33", "SanDisk Cruzer Fit Flash Drive- SDCZ33"),
        ("The Joystick Herbal Infusion", "Joystick Herbal Infusion"),
        ("The Beatles", "The Beatles"),
        ("London Jigsaw Puzzle 1,000 Pieces", "London Jigsaw Puzzle 1,000 Pieces"),
        ("Wasserkocher Edelstahl 1,7 l", "Wasserkocher Edelstahl 1,7 l"),
        ("Monitor 16:9", "Monitor 16:9"),
        ("Monitor 16 : 9, curved", "Monitor 16 : 9"),
        ("Car 1:18: red", "Car 1:18 red"),
        ("Pipe 1 / 2 inch - brass", "Pipe 1 / 2 inch"),
        ("Socks for sizes 1, 2 and 3", "Socks for sizes 1, 2 and 3"),
        ("Blue Desk Lamp,5 W", "Blue Desk Lamp"),
        ("Chanel No. 5", "Chanel No. 5"),
        ("A. Byer Juniors Shirt. Pink", "A. Byer Juniors Shirt"),
        ("Silver Heart Charm Bead with Pearl and Gem Fits Many Chains", "Silver Heart Charm Bead with Pearl and Gem"),
        ("Set A B C D E F G H I J 500 ml", "Set A B C D E F G H I J"),
    ],
)  # fmt: skip
def test_short_names_of_single_titles(title, name):
    assert short_name(title) == name


def test_equal_short_names_get_the_difference_of_the_titles():
    rows = [{"product_id": str(i), "title": f"Paper Gift Card, {design}"} for i, design in enumerate(("Snow", "Tree"))]
    assert [f.name for f in facts_of(rows)] == ["Paper Gift Card Snow", "Paper Gift Card Tree"]


def test_names_are_distinct_within_a_catalogue():
    catalogue = [
        "Candle in A Jar – Cherry Pie", "Candle in A Jar – Apple", "Pair of Socks", "Pair of Socks – Poe", "Tea pot",
        "Brand Case Cover with a Long Name of Many Words (Black) - New", "Juggler Puzzle", "The Juggler Puzzle",
        "Starbucks Gift Card", "Starbucks Gift Cards, Multipack of 3",
        "Brand Case Cover with a Long Name of Many Words (Red) - New", "TEA POT", "Tea, pot",
        "A Very Long Name That Has Many Words before the Color Red", "Gift Card - Print - Snow (Tree)",
        "A Very Long Name That Has Many Words before the Color Blue", "Gift Card - Print - Snow (Dog)",
    ]  # fmt: skip
    names = short_names(catalogue)
    assert names["Candle in A Jar – Cherry Pie"] == "Candle in A Jar Cherry Pie"
    assert (names["Pair of Socks"], names["Pair of Socks – Poe"]) == ("Pair of Socks", "Pair of Socks Poe")
    assert names["Starbucks Gift Cards, Multipack of 3"] == "Starbucks Gift Cards Multipack of 3"
    assert names["Gift Card - Print - Snow (Tree)"] == "Gift Card Print Snow Tree"
    assert names["A Very Long Name That Has Many Words before the Color Red"].endswith(", Red")
    alike = {"Tea pot", "TEA POT", "Tea, pot"}
    assert len({names[title].casefold() for title in catalogue if title not in alike}) == len(catalogue) - len(alike)
    assert len({names[title].casefold() for title in alike}) == 1
    row = {"product_id": "1", "title": "Candle in A Jar – Apple"}
    assert facts_of([row], names)[0].name == "Candle in A Jar Apple"
