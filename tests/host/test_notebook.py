"""The notebook of the documentation is kept with its output, and runs anew to the same."""

import importlib.util
import json

import pytest
from tests.site import notebook

PAGE = notebook.FILE
HAS_JUPYTER = all(importlib.util.find_spec(name) for name in ("nbclient", "ipykernel"))


def printed(cells):
    """What each cell of code printed."""
    return [
        "".join("".join(one["text"]) for one in cell["outputs"] if one["output_type"] == "stream")
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def drawn(cells):
    """How many pictures there are."""
    return sum("data" in one for cell in cells for one in cell.get("outputs", ()))


def test_the_notebook_is_kept_with_what_it_prints_and_draws_and_without_an_error():
    cells = json.loads(PAGE.read_text("utf-8"))["cells"]
    assert drawn(cells) == 1
    assert "accepted" in printed(cells)[0]
    assert "100" in printed(cells)[1]
    kinds = [one["output_type"] for cell in cells for one in cell.get("outputs", ())]
    assert "error" not in kinds


def test_the_notebook_runs_a_hundred_loads():
    assert "for index in range(100)" in notebook.as_page(PAGE.read_text("utf-8"))


def test_a_page_of_a_notebook_has_its_text_its_code_its_output_and_its_picture():
    cells = [
        {"cell_type": "markdown", "source": ["# A\n", "\n", "text"]},
        {
            "cell_type": "code",
            "source": ["print(1)"],
            "outputs": [
                {"output_type": "stream", "text": ["1\n"]},
                {"output_type": "display_data", "data": {"image/png": "AA\nBB"}},
            ],
        },
    ]
    assert notebook.as_page(json.dumps({"cells": cells})) == (
        "# A\n\ntext\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n"
        "![What the cell draws](data:image/png;base64,AABB)\n"
    )


@pytest.mark.long
@pytest.mark.skipif(not HAS_JUPYTER, reason="needs the extra notebook (make test-all installs it)")
def test_the_notebook_prints_the_same_when_it_is_run_anew():
    kept = json.loads(PAGE.read_text("utf-8"))["cells"]
    again = notebook.run_anew().cells
    assert printed(again) == printed(kept)
    assert drawn(again) == drawn(kept)
