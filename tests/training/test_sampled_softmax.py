"""The softmax over drawn products, where all are drawn and where some are."""

import torch
from torch.nn import functional

from training.sampled_softmax import draw, loss_of_drawn

SCORES = torch.tensor([[2.0, 0.5, -1.0, 0.0], [0.1, 3.0, 1.0, -2.0]])
WANTED = torch.tensor([0, 2])
OWN = SCORES[torch.arange(2), WANTED]


def test_with_all_products_it_is_the_whole_softmax():
    drawn = draw(4, 4)
    loss = loss_of_drawn(OWN, SCORES[:, drawn], WANTED, drawn, 4)
    assert torch.isclose(loss, functional.cross_entropy(SCORES, WANTED))


def test_each_drawn_product_stands_for_many():
    """One of four drawn counts four times; of what was chosen and drawn, nothing is added."""
    drawn = torch.tensor([1])
    loss = loss_of_drawn(OWN[:1], SCORES[:1, drawn], WANTED[:1], drawn, 4)
    own, other = SCORES[0, 0].exp(), SCORES[0, 1].exp()
    assert torch.isclose(loss, -(own / (own + 4 * other)).log())
    alone = loss_of_drawn(OWN[:1], OWN[:1, None], WANTED[:1], WANTED[:1], 4)
    assert torch.isclose(alone, torch.tensor(0.0))


def test_never_more_are_drawn_than_asked_for():
    assert draw(3, 5).tolist() == [0, 1, 2]
    assert draw(100, 5).shape == (5,)
