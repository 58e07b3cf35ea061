"""RecTools' item-kNN (TF-IDF weights, 100 neighbours): FOLDER K."""

import sys
from pathlib import Path

import pandas as pd
from implicit.nearest_neighbours import TFIDFRecommender
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import ImplicitItemKNNWrapperModel

folder, k = Path(sys.argv[1]), int(sys.argv[2])
events = pd.read_csv(folder / "events.csv")
events = events.rename(columns={"user": Columns.User, "product": Columns.Item, "weight": Columns.Weight})
events[Columns.Datetime] = pd.to_datetime(events.pop("seconds"), unit="s")
dataset = Dataset.construct(events)
model = ImplicitItemKNNWrapperModel(TFIDFRecommender(K=100)).fit(dataset)
users = pd.read_csv(folder / "users.csv")["user"]
known = users[users.isin(events[Columns.User])].to_numpy()
found = model.recommend(known, dataset, k=k, filter_viewed=True)
found = found.rename(columns={Columns.User: "user", Columns.Item: "product"})
found["place"] = found[Columns.Rank] - 1
found[["user", "product", "place"]].to_csv(folder / "lists.csv", index=False)
