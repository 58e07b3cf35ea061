"""The softmax over drawn products, where all are drawn and where some are."""

import torch
from torch.nn import functional

from training.ranker.sampled_softmax import draw_products, sampled_softmax_loss

SCORES = torch.tensor([[2.0, 0.5, -1.0, 0.0], [0.1, 3.0, 1.0, -2.0]])
WANTED = torch.tensor([0, 2])
OWN = SCORES[torch.arange(2), WANTED]


def test_with_all_products_it_is_the_whole_softmax():
    drawn, each = draw_products(torch.ones(4), 4)
    loss = sampled_softmax_loss(OWN, SCORES[:, drawn] + each, WANTED, drawn)
    assert torch.isclose(loss, functional.cross_entropy(SCORES, WANTED))


def test_each_drawn_product_stands_for_many():
    """One of four drawn counts four times; of what was chosen and drawn, nothing is added."""
    torch.manual_seed(0)
    drawn, each = draw_products(torch.tensor([0.0, 1.0, 0.0, 0.0]), 1)
    loss = sampled_softmax_loss(OWN[:1], SCORES[:1, drawn] + each, WANTED[:1], drawn)
    own, other = SCORES[0, 0].exp(), SCORES[0, 1].exp()
    assert torch.isclose(loss, -(own / (own + 4 * other)).log())
    alone = sampled_softmax_loss(OWN[:1], OWN[:1, None] + each, WANTED[:1], WANTED[:1])
    assert torch.isclose(alone, torch.tensor(0.0))


def test_drawn_or_not_a_product_counts_as_much_as_its_chance_says():
    chances = torch.tensor([1.0, 1.0, 4.0, 2.0])
    _, each = draw_products(chances, 4)
    assert torch.allclose(each.exp(), 4 * chances / 8)
    torch.manual_seed(0)
    counted = torch.zeros(4)
    for _ in range(4000):
        drawn, log = draw_products(chances, 1)
        counted[drawn] += log.exp()
    assert torch.allclose(counted / 4000, each.exp(), atol=0.1)


def test_never_more_are_drawn_than_asked_for():
    assert draw_products(torch.ones(3), 5)[0].tolist() == [0, 1, 2]
    drawn, each = draw_products(torch.ones(100), 5)
    assert drawn.unique().shape == each.shape == (5,)
