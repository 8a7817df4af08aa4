"""In a notebook: our pictures are shown, and the user's own go on being shown after them."""

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

# The kernel's own libraries warn of what is coming in Python; a newcomer sees that, too.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

FIRST = """
from sklearn.datasets import load_iris
from skdl import MLPClassifier
from skdl.plots import LossCurvesDisplay

X, y = load_iris(return_X_y=True)
mlp = MLPClassifier((4,), max_iter=3, n_iter_no_change=None, random_state=0).fit(X, y)
display = LossCurvesDisplay.from_estimator(mlp)
"""
SECOND = """
import matplotlib.pyplot as plt

plt.plot([1, 2, 3]);
"""
AGAIN = "LossCurvesDisplay.from_estimator(mlp);"


def outputs(*cells):
    """Run the cells of a notebook and return what stands below each."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in book.cells]


def pictures(*cells):
    """Run the cells of a notebook; count the pictures that each shows."""
    return [
        sum("image/png" in output.get("data", {}) for output in below) for below in outputs(*cells)
    ]


@pytest.mark.parametrize("cells", [(FIRST, SECOND, AGAIN), (SECOND, FIRST, SECOND)])
def test_every_picture_is_shown_ours_and_the_users(cells, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel chooses, as for a user
    assert pictures(*cells) == [1, 1, 1]


FIT = """
from sklearn.datasets import load_iris
from skdl import MLPClassifier

mlp = MLPClassifier((4,), max_iter=3, n_iter_no_change=None, random_state=0, verbose={verbose})
mlp.fit(*load_iris(return_X_y=True))
"""


def test_a_notebook_shows_the_bar_the_network_and_its_epochs(monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    fitted, silent, epochs, drawn, network = outputs(
        FIT.format(verbose=1) + "None",
        FIT.format(verbose=0) + "None",
        "mlp.history_",
        "mlp.history_.plot();",
        "mlp",
    )
    bar = "".join(output.text for output in fitted)
    assert "MLPClassifier   0 %" in bar and "0/3, ? left" in bar
    assert bar.split("\r")[-2].strip() == ""  # and is wiped off when the fit has ended
    assert silent == []
    assert epochs[0].data["text/html"].count("<tr") == 1 + 3
    assert "image/png" in drawn[0].data
    page = network[0].data["text/html"]
    assert "sk-estimator" in page and "<th>parameters</th>" in page and "minimised by adam" in page
