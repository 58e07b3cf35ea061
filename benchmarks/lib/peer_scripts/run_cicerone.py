"""cicerone-recommender: LightFM with brands, item-kNN and popularity by weighted reciprocal ranks: FOLDER K."""

import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

folder, k = Path(sys.argv[1]), int(sys.argv[2])
given, left = folder / "input", folder / "output"
given.mkdir()
left.mkdir()
events = pd.read_csv(folder / "events.csv")
until_now = int(time.time()) - events["seconds"].max()  # it forgets by the clock
told = {
    "user_id": events["user"].astype(str),
    "item_id": events["product"].astype(str),
    "event_type": "purchase",
    "quantity": 1,
    "occurred_at": pd.to_datetime(events["seconds"] + until_now, unit="s", utc=True),
}
pd.DataFrame(told).to_parquet(given / "events.parquet")
products = pd.read_csv(folder / "products.csv")
items = {"item_id": products["product"].astype(str), "brand": products["brand"].astype(str)}
pd.DataFrame(items).to_parquet(given / "items.parquet")
pd.DataFrame({"user_id": told["user_id"].unique()}).to_parquet(given / "users.parquet")
(folder / "features.toml").write_text(
    "item_availability_filters = []\n[event_weights]\npurchase = 4.0\n"
    '[[item_features]]\ncolumn = "brand"\ntype = "categorical"\n'
)
(folder / "cicerone.toml").write_text(
    f'[job]\nmode = "batch"\ntop_k = {k}\nhalf_life_days = 90\nfeature_config_path = "{folder / "features.toml"}"\n'
    'models = ["collaborative", "item_based", "popular"]\n'
    "[job.model_weights]\ncollaborative = 1.0\nitem_based = 0.6\npopular = 0.3\n"
    f'[input]\nkind = "dataset"\n[input.options]\nstorage_backend = "local"\npath = "{given}"\n'
    f'[output]\nkind = "dataset"\n[output.options]\nstorage_backend = "local"\npath = "{left}"\n'
)
program = Path(sys.executable).with_name("cicerone")
subprocess.run([program, "-c", str(folder / "cicerone.toml"), "job"], check=True)
found = pd.read_parquet(left / "recommendations.parquet")
found = found[found["user_id"].str.isdigit()]
users = set(pd.read_csv(folder / "users.csv")["user"])
lists = pd.DataFrame(
    {"user": found["user_id"].astype(int), "product": found["item_id"].astype(int), "place": found["rank"] - 1}
)
lists[lists["user"].isin(users) & (lists["place"] < k)].to_csv(folder / "lists.csv", index=False)
