"""kindling-rec with its defaults: FOLDER K."""

import sys
from pathlib import Path

import pandas as pd
from kindling import Engine

folder, k = Path(sys.argv[1]), int(sys.argv[2])
events = pd.read_csv(folder / "events.csv").rename(columns={"user": "entity_id", "product": "item_id"})
events["timestamp"] = pd.to_datetime(events.pop("seconds"), unit="s")
users = pd.read_csv(folder / "users.csv")["user"].tolist()
lists = Engine().fit(events.drop(columns="weight")).recommend_batch(users, n=k)
rows = [(user, r.item_id, place) for user, found in zip(users, lists, strict=True) for place, r in enumerate(found)]
pd.DataFrame(rows, columns=["user", "product", "place"]).to_csv(folder / "lists.csv", index=False)
