"""A notebook as a page of the site: its text, its code, and what the code printed and drew.

Its output is kept in its file. `python -m tests.site --notebook` runs it anew and keeps that.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.arch.sources import ROOT

FILE = ROOT / "docs" / "notebooks" / "hundred-loads.ipynb"
_TIMEOUT_S = 1800


def as_page(text: str) -> str:
    """The Markdown of a notebook's file."""
    cells = json.loads(text)["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def run_anew(path: Path = FILE) -> Any:
    """The notebook with what it prints and draws today, and nothing of this computer.

    Raises:
        ModuleNotFoundError: the extra `notebook` is not installed.
    """
    import nbclient
    import nbformat

    found = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        nbclient.NotebookClient(found, timeout=_TIMEOUT_S, resources=resources).execute()
    found.metadata.language_info = {"name": "python"}
    for cell in found.cells:
        cell.metadata = {}
    return found


def keep_anew() -> None:
    """Run the notebook and keep its output in its file."""
    import nbformat

    nbformat.write(run_anew(), FILE)


def _parts(cell: dict) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
        return
    yield f"```python\n{source}\n```"
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            yield f"```text\n{''.join(output['text']).rstrip()}\n```"
        picture = output.get("data", {}).get("image/png")
        if picture:
            yield f"![What the cell draws](data:image/png;base64,{''.join(picture.split())})"
