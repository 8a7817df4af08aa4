"""The report: one page that holds everything, for any regime."""

import re
import sys
from html.parser import HTMLParser

import pytest
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier

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
    return diagnose(model, X, y, random_state=0)


@pytest.fixture(scope="module")
def page(diagnosis):
    return render_report(
        diagnosis, title="iris <b>", data_notes=["3 rows left out & said"], settings={"Seed": 7}
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
    assert Page(page).elements.count("svg") == 2


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


@pytest.mark.parametrize(("module", "extra"), [("jinja2", "report"), ("matplotlib", "plot")])
def test_a_missing_package_is_named(monkeypatch, diagnosis, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf'needs {module}; .*pip install "skdl\[{extra}\]"'):
        render_report(diagnosis)
