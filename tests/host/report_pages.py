"""Helpers of the report's tests: a record made into a page, and the page taken apart."""

import html.parser
import re
import xml.etree.ElementTree as ET

from tests.host.synthetic_sessions import header

from iontobench.records import RecordWriter
from iontobench.report import write_report

SVG = "{http://www.w3.org/2000/svg}"


class Page(html.parser.HTMLParser):
    """Tags with their attributes, ids, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.open, self.words = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.words.append(" ".join(data.split()))

    @property
    def text(self):
        return " ".join(word for word in self.words if word)


def make(folder, items, summary, snapshot=None, **changes):
    record = folder / "record.jsonl"
    with RecordWriter(record, header(**changes)) as writer:
        for item in items:
            writer.item(item)
        if snapshot is not None:
            writer.snapshot(snapshot)
        if summary is not None:
            writer.close(summary)
    return record


def page_of(record, name="report.html"):
    out = record.with_name(name)
    write_report(record, out)
    return out.read_text(encoding="utf-8")


def drawings(page):
    return [ET.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)]
