"""The report: one page that holds everything, for any regime."""

import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from chromium import look
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier

from skdl.command_line.held_out import HeldOut
from skdl.diagnosis import diagnose
from skdl.report import render_report

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects elements, attributes and visible text; every element must be closed."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.attributes, self.text, self.open = [], [], [], []
        self.feed(html)
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
    assert not {"script", "link", "img", "iframe", "object"} & set(parsed.elements)
    for tag, name, value in parsed.attributes:
        if name in ("src", "href", "xlink:href", "data", "srcset"):
            assert value.startswith("#"), (tag, name, value)
    style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
    assert "url(" not in style and "@import" not in style


def test_page_says_what_the_diagnosis_says(page, diagnosis):
    words = Page(page).words
    assert diagnosis.headline in words
    for part in ("+ bias", "= training error", "+ variance", "= validation error", "95 % interval"):
        assert part in words
    for remedy in diagnosis.remedies:
        assert remedy.action in words and remedy.reason in words and remedy.source in words
        assert remedy.change in words
    for note in diagnosis.notes:
        assert note in words
    assert "3 rows left out & said" in words and "Seed 7" in words
    assert "150 rows, 4 features" in words


def test_page_escapes_what_it_is_given(page):
    assert "iris &lt;b&gt;" in page and "iris <b>" not in page
    assert Page(page).elements.count("svg") == 3


def test_page_tells_findings_trials_baselines_regions_and_the_test_part(page, diagnosis):
    words = Page(page).words
    assert diagnosis.explanation in words and diagnosis.bayes.told in words
    assert diagnosis.findings
    for finding in diagnosis.findings:
        assert f"{finding.name} : {finding.evidence}" in words
    for change in diagnosis.trials_.to_frame()["change"]:
        assert change in words
    for model in diagnosis.baselines_["model"]:
        assert model in words
    for region in diagnosis.regions_["region"]:
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
    assert set(seen["opened"]) == {"tried", "baselines", "regions", "folds", "settings"}
    closed = {name: text for name, (was, _, text) in seen["opened"].items() if not was}
    assert set(closed) == {"baselines", "regions", "folds", "settings"}
    for name, told in (
        ("baselines", "other model minus yours"),
        ("regions", "By class"),
        ("settings", "Seed"),
    ):
        assert told in closed[name] and told not in seen["before"]
    assert all(now for was, now, _ in seen["opened"].values() if not was)
    assert seen["opened"]["tried"][:2] == [True, False]
    assert seen["wide"] <= seen["window"]


@pytest.mark.parametrize("width", [500, 1280])
def test_nothing_sticks_out_of_the_window(page, width):
    script = """
        for (const part of document.querySelectorAll('details')) part.open = true;
        return [document.documentElement.scrollWidth, innerWidth];
    """
    content, window = look(page, script, width=width)
    assert content <= window


def test_page_suits_print_narrow_and_dark(page):
    for condition in ("prefers-color-scheme: dark", "max-width", "print"):
        assert re.search(rf"@media [^{{]*{condition}", page)
    assert 'name="viewport"' in page


def test_without_a_learning_curve_there_is_one_picture():
    X, y = load_iris(return_X_y=True)
    found = diagnose(KNeighborsClassifier(1), X, y, train_sizes=(), random_state=0)
    assert Page(render_report(found)).elements.count("svg") == 1


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
