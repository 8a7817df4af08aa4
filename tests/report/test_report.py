"""The report: one page that holds everything, for any regime."""

import html
import io
import pickle
import re
import sys
import urllib.parse
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from chromium import look
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier

from skdl.diagnosis import diagnose
from skdl.diagnosis.final_test import HeldOut
from skdl.report import render_report

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects elements, attributes and visible text; every element must be closed."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.text, self.open = [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def diagnosis():
    X, y = load_iris(return_X_y=True)
    model = SklearnMLPClassifier((4,), max_iter=5, random_state=0)
    found = diagnose(model, X, y, random_state=0, bayes_error="estimate")
    found.try_remedies(X, y, random_state=0)
    return found


@pytest.fixture(scope="module")
def page(diagnosis):
    held_out = HeldOut("the network as it is", 30, 0.2, 0.1, 0.37)
    return render_report(
        diagnosis,
        title="iris <b>",
        data_notes=["3 rows left out & said"],
        settings={"Seed": 7},
        held_out=held_out,
    )


def test_page_needs_nothing_from_elsewhere(page):
    parsed = Page(page)
    assert not {"link", "img", "iframe", "object"} & set(parsed.elements)
    for tag, name, value in parsed.attributes:
        if name in ("src", "href", "xlink:href", "data", "srcset"):
            assert value.startswith(("#", "data:")), (tag, name, value)
    script = re.search(r"<script>(.*?)</script>", page, re.S).group(1)
    assert not re.search(r"import|fetch|http|src", script)
    style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
    assert "url(" not in style and "@import" not in style


def test_page_says_what_the_diagnosis_says(page, diagnosis):
    words = Page(page).words
    assert diagnosis.headline in words
    for part in ("+ bias", "= training error", "+ variance", "= validation error", "95 % interval"):
        assert part in words
    for remedy in diagnosis.remedies:
        assert remedy.action in words and remedy.reason in words and remedy.source in words
        assert " ".join(remedy.code.split()) in words
    for note in diagnosis.notes:
        assert note in words
    assert "3 rows left out & said" in words and "Seed 7" in words
    assert "150 rows, 4 features" in words


def test_page_escapes_what_it_is_given(page):
    assert "iris &lt;b&gt;" in page and "iris <b>" not in page
    # The learning curve, the gaps, the losses, what was tried, and a histogram of each column.
    assert Page(page).elements.count("svg") == 4 + 4


def test_page_tells_findings_trials_baselines_regions_and_the_test_part(page, diagnosis):
    words = Page(page).words
    assert diagnosis.explanation in words and diagnosis.bayes.told in words
    assert diagnosis.findings
    for finding in diagnosis.findings:
        assert f"{finding.name} : {finding.evidence} {finding.code}" in words
    for change in diagnosis.trials_.to_frame()["change"]:
        assert change in words
    for model in diagnosis.baselines_["model"]:
        assert model in words
    for region in diagnosis.regions_["region"]:  # on request
        assert region in words
    assert "On the test part, 30 rows" in words
    assert "20.0 % (error rate; 95 % interval 10.0 % to 37.0 %)" in words


def test_a_person_sees_the_verdict_and_opens_the_parts(page, diagnosis):
    script = """
        const see = element => element.innerText.replace(/\\s+/g, ' ').trim();
        const before = see(document.body);
        const opened = {};
        for (const part of document.querySelectorAll('details')) {
            const was = part.open;
            part.querySelector('summary').click();
            opened[part.id] = [was, part.open, see(part)];
            if (was) part.querySelector('summary').click();
        }
        return {before, opened, top: see(document.querySelector('h1')),
                wide: document.documentElement.scrollWidth, window: innerWidth};
    """
    seen = look(page, script)
    assert seen["top"] == diagnosis.headline
    parts = {"baselines", "confusion", "worst", "regions", "columns", "folds", "settings"}
    assert set(seen["opened"]) == {"tried", "all-regions", *parts}
    closed = {name: text for name, (was, _, text) in seen["opened"].items() if not was}
    assert set(closed) == {"all-regions", *parts}
    for name, told in (
        ("baselines", "other model minus yours"),
        ("confusion", "A row for each class"),
        ("worst", "unusual about it"),
        ("all-regions", "By class"),
        ("columns", "feature 3"),
        ("settings", "Seed"),
    ):
        assert told in closed[name] and told not in seen["before"]
    assert all(now for was, now, _ in seen["opened"].values() if not was)
    assert seen["opened"]["tried"][:2] == [True, False]
    assert seen["wide"] <= seen["window"]


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_sticks_out_of_the_window(page, width):
    script = """
        const frame = document.querySelector('iframe'), page = frame.contentDocument;
        for (const part of page.querySelectorAll('details')) part.open = true;
        return [page.documentElement.scrollWidth, frame.clientWidth];
    """
    content, window = look(framed(page, width), script)
    assert content <= window == width


def framed(page, width):
    """Put a page into a frame: a window of Chromium is never narrower than 500 pixels."""
    style = f"width: {width}px; height: 900px; border: 0"
    return (
        f'<html><body><iframe style="{style}" srcdoc="{html.escape(page)}"></iframe></body></html>'
    )


def test_a_word_is_explained_and_code_is_copied(page, diagnosis):
    script = """
        const told = {};
        for (const word of document.querySelectorAll('.term')) {
            word.click();
            told[word.innerText] = document.querySelector('[popover]:popover-open').innerText;
        }
        const button = document.querySelector('.copy');
        button.click();
        return {told, hidden: button.hidden, beside: button.previousElementSibling.innerText};
    """
    seen = look(page, script)
    assert set(seen["told"]) == {"bias", "variance", "Bayes error", "fold"}
    assert "generalisation gap" in seen["told"]["variance"]
    assert "bias_variance_decomposition" in seen["told"]["variance"]
    assert not seen["hidden"] and seen["beside"] in [r.code for r in diagnosis.remedies]


def test_the_confusion_and_the_worst_rows_are_those_of_the_folds(diagnosis):
    page = Page(render_report(diagnosis)).words
    seen = diagnosis.predictions_
    counts = [((seen["target"] == c) & (seen["predicted"] == 0)).sum() for c in range(3)]
    assert f"0 1 2 0 {counts[0]} " in page
    wrong = next(seen[seen["loss"] > 0].sort_values("certainty", ascending=False).itertuples())
    told = f"{wrong.row} {wrong.target} {wrong.predicted} {100 * wrong.certainty:.0f} %"
    assert f"unusual about it {told} " in page


def test_a_regressor_is_seen_against_the_truth_and_only_what_stands_out_is_told():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    y = X[:, 0] + np.where(X[:, 1] > 1, 3 * rng.normal(size=400), 0)
    found = diagnose(LinearRegression(), X, y, train_sizes=(), random_state=0)
    words = Page(render_report(found)).words
    assert "Predicted against true" in words
    told = words[words.index("Where the errors are") : words.index("All regions")]
    high = found.regions_[found.regions_["stands_out"] != ""]["region"]
    assert len(high) and all(region in told for region in high)
    assert all(r not in told for r in found.regions_["region"] if r not in set(high))
    plain = X[:, 0] + 0.01 * rng.normal(size=400)
    calm = Page(render_report(diagnose(LinearRegression(), X, plain, random_state=0))).words
    assert "No region stands out" in calm


def test_what_is_not_at_hand_is_left_out(diagnosis):
    again = pickle.loads(pickle.dumps(diagnosis))
    parts = {value for _, name, value in Page(render_report(again)).attributes if name == "id"}
    assert "worst" in parts and "columns" not in parts
    again.predictions_ = None
    parts = {value for _, name, value in Page(render_report(again)).attributes if name == "id"}
    assert not {"worst", "confusion"} & parts


def test_page_suits_print_narrow_and_dark(page):
    for condition in ("prefers-color-scheme: dark", "max-width", "print"):
        assert re.search(rf"@media [^{{]*{condition}", page)
    assert 'name="viewport"' in page


def test_without_a_learning_curve_there_is_one_picture():
    X, y = load_iris(return_X_y=True)
    found = diagnose(KNeighborsClassifier(1), X, y, train_sizes=(), random_state=0)
    assert Page(render_report(found)).elements.count("figure") == 1


def test_every_regime_has_its_page():
    X, y = load_iris(return_X_y=True)
    for bayes_error, regime in ((0.0, "underfitting"), (0.66, "neither")):
        found = diagnose(DummyClassifier(), X, y, bayes_error=bayes_error, random_state=0)
        assert found.regime == regime
        words = Page(render_report(found)).words
        assert ("What next" in words) == (regime == "neither")


def test_no_fault_shown_has_its_page_too():
    X, y = load_iris(return_X_y=True)
    y = np.random.default_rng(0).integers(2, size=len(y))
    found = diagnose(DummyClassifier(), X, y, random_state=0)
    assert found.regime == "no fault shown"
    page = render_report(found)
    words = Page(page).words
    assert "no better than guessing" in words and "What could be tried" in words
    colour = re.search(r"--regime: var\((--[a-z-]+)\)", page).group(1)
    assert page.count(f"{colour}: #") >= 2  # by day and by night


@pytest.mark.parametrize(("module", "extra"), [("jinja2", "report"), ("matplotlib", "plot")])
def test_a_missing_package_is_named(monkeypatch, diagnosis, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf'needs {module}; .*pip install "skdl\[{extra}\]"'):
        render_report(diagnosis)


def test_all_mistakes_can_be_saved_as_csv(diagnosis):
    page = render_report(diagnosis)
    link = r'download="mistakes.csv" href="data:text/csv;charset=utf-8,([^"]*)"'
    (address,) = re.findall(link, page)
    saved = pd.read_csv(io.StringIO(urllib.parse.unquote(address)), index_col="row")
    errors = diagnosis.errors(n_neighbors=0)
    assert saved.index.tolist() == errors.index.tolist()
    assert saved["predicted"].tolist() == errors["predicted"].tolist()
