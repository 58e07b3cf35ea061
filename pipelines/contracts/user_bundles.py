"""The bundles to show each user."""

from pipelines.contracts.bundles import PARTS
from pipelines.contracts.common_checks import list_checks, nothing_hidden
from pipelines.contracts.contract import FLOAT, INT, MODEL_VERSION, RELEASE, RUN_DATE, TEXT, Column, Table

USER_BUNDLES = Table(
    name="user_bundles",
    area="outputs",
    meaning="The bundles to show each user, best first.",
    grain="one row for each user and rank",
    key=("user_id", "rank"),
    sort=("user_id", "rank"),
    columns=(
        Column("user_id", TEXT, "pseudonym of the user (keyed hash)"),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("bundle_id", TEXT, "bundle to show", refers_to="bundles.bundle_id"),
        Column("score", FLOAT, "mean score of its products for the user"),
        MODEL_VERSION,
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        *list_checks("user_bundles", "user_id", "bundle_id", "lists"),
        nothing_hidden(
            f"(select user_id, product_id from user_bundles u join {PARTS} b on u.bundle_id = b.bundle_id)", "bundles"
        ),
    ),
)
