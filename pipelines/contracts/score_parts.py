"""The parts of the score."""

REASON_KINDS = (
    "chosen_together",
    "similar_text",
    "similar_meaning",
    "next_choice",
    "two_vectors",
    "well_rated",
    "popular",
)
