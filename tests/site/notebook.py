"""A notebook as a page of the site: its text, its code, and what the code printed and drew."""

import json
from collections.abc import Iterator


def as_page(text: str) -> str:
    """The Markdown of a notebook's file."""
    cells = json.loads(text)["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


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
