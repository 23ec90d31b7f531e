"""A record on the table, flipped, cut or hostile: told as the command line does, shown as text."""

import base64
import json
import random

import pytest
from tests.host.cli import call
from tests.host.synthetic_sessions import header, small

from iontobench.link.events import LinkNote, LiveFault, Mark
from iontobench.records import RecordWriter

SEED = 20
SHORT, LONG = 25, 200
MARK_UP = "<img src=x onerror=alert(1)><script>document.title='run'</script>{{7*7}}"


def said_here(folder, monkeypatch, data, name="record.jsonl"):
    """What `iontobench records verify NAME` says of a file, in its folder."""
    monkeypatch.chdir(folder)
    path = folder / name
    path.write_bytes(data)
    said = call("records", "verify", name, "--json", "--data", "none")
    told = said.object
    return told["sentence"] if "sentence" in told else told["error"]


def altered(data, count):
    """Copies with one byte changed, or cut, at random places."""
    draw = random.Random(SEED)
    for number in range(count):
        at = draw.randrange(len(data))
        if number % 3 == 2:
            yield data[:at]
        else:
            yield data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


@pytest.fixture(scope="module")
def record(shared_desk):
    return shared_desk.run("demo", faults="part-lift@4")["record"]


@pytest.mark.parametrize(
    "count", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_a_flipped_or_cut_record_has_exactly_the_command_lines_sentence(
    shared_desk, record, tmp_path, monkeypatch, count
):
    for data in altered(record, count):
        found = shared_desk.ask(data, type="verify", name="record.jsonl")
        assert found.get("sentence", found.get("line")) == said_here(tmp_path, monkeypatch, data)
    assert shared_desk.tab.errors == []


def test_an_intact_record_is_said_and_shown_to_be_intact(
    shared_desk, record, tmp_path, monkeypatch
):
    found = shared_desk.ask(record, type="verify", name="record.jsonl")
    assert found["ok"]
    assert found["sentence"] == said_here(tmp_path, monkeypatch, record)
    assert ["injected faults", "part-lift@4"] in found["rows"]


def dropped(tab, data, name="record.jsonl"):
    """Drop a file on the page as a person would."""
    packed = json.dumps(base64.b64encode(data).decode())
    tab.value(f"""(() => {{
        document.getElementById("tab-record").click();
        const bytes = Uint8Array.from(atob({packed}), (one) => one.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], {json.dumps(name)}));
        for (const type of ["dragover", "drop"]) {{
            const told = {{dataTransfer: files, bubbles: true, cancelable: true}};
            const event = new DragEvent(type, told);
            document.getElementById("rec-drop").dispatchEvent(event);
        }}
    }})()""")


def hostile(path):
    """A record whose every text is mark-up; its chain is intact."""
    told = header()
    told["protocol"] = {**told["protocol"], "name": MARK_UP, "toml": MARK_UP}
    told |= {"skin": MARK_UP, "rung": MARK_UP, "label": MARK_UP, "faults": [MARK_UP]}
    told["board"] = {**told["board"], "name": MARK_UP}
    with RecordWriter(path, told) as writer:
        for item in small():
            writer.item(item)
        writer.item(Mark(100, MARK_UP))
        writer.item(LiveFault(100, MARK_UP))
        writer.item(LinkNote(100, MARK_UP))
        writer.close({"outcome": MARK_UP, "fault": MARK_UP, "dose_uc": 1})
    return path.read_bytes()


def test_mark_up_in_a_record_is_shown_as_text_and_nothing_of_it_runs(desk, tmp_path):
    tab = desk.tab
    before = tab.value("document.title")
    elements = "document.querySelectorAll('#room-record img, #room-record script').length"
    dropped(tab, hostile(tmp_path / "record.jsonl"), f"{MARK_UP}.jsonl")
    tab.wait("!document.getElementById('rec-found').hidden")
    assert "<img src=x onerror=alert(1)>" in tab.text("#rec-rows")
    assert "<script>" in tab.text("#rec-events")
    assert tab.value(elements) == 0
    assert tab.value("document.title") == before
    assert tab.errors == []


JUNK = {
    "empty": b"",
    "text": b"hello",
    "not-utf8": b'{"header":{"disclaimer":"' + bytes(range(128, 256)) * 50 + b'"}}\n',
    "nested": b'{"header":' + b"[" * 200_000 + b"\n",
    "nested-object": b'{"header":{"format":' + b'{"a":' * 100_000 + b"\n",
    "nulls": b"\0" * 100_000,
    "endless-line": b'{"header":{"disclaimer":"' + b"x" * 3_000_000,
    "mark-up": MARK_UP.encode() * 100,
}


@pytest.mark.parametrize("kind", JUNK)
def test_what_is_no_record_is_refused_in_one_line_as_the_command_line_does(
    shared_desk, tmp_path, monkeypatch, kind
):
    found = shared_desk.ask(JUNK[kind], type="verify", name="record.jsonl")
    line = found.get("sentence", found.get("line"))
    assert line == said_here(tmp_path, monkeypatch, JUNK[kind])
    assert "\n" not in line
    assert shared_desk.tab.errors == []


def test_a_file_of_200_mb_is_refused_at_once_and_unread(desk):
    desk.tab.value("""(() => {
        document.getElementById("tab-record").click();
        window.read = 0;
        const file = new File([new Uint8Array(200e6)], "record.jsonl");
        file.arrayBuffer = () => { window.read += 1; };
        const event = new DragEvent("drop", {bubbles: true, cancelable: true});
        Object.defineProperty(event, "dataTransfer", {value: {files: [file]}});
        document.getElementById("rec-drop").dispatchEvent(event);
    })()""")
    desk.tab.wait("document.getElementById('rec-refused').textContent.includes('too large')", 5)
    assert desk.tab.value("window.read") == 0


def test_a_hostile_protocol_is_judged_as_text_and_the_page_stays_responsive(desk):
    tab = desk.tab
    texts = (
        MARK_UP,
        "a = " + "[" * 30_000,
        "a." * 30_000 + "b = 1",
        'name = "' + MARK_UP + '"',
        "\ud800",
    )
    for text in texts:
        tab.fill("#sim-text", text)
        tab.wait(
            "document.querySelector('#sim-check-verdict').textContent.startsWith('refused')", 20
        )
        assert (
            tab.value("document.querySelectorAll('#sim-check img, #sim-check script').length") == 0
        )
    slowest_ms = tab.value("""new Promise((done) => {
        let last = performance.now(), slowest = 0, left = 60;
        const frame = (now) => {
            slowest = Math.max(slowest, now - last);
            last = now;
            if (left-- > 0) requestAnimationFrame(frame); else done(slowest);
        };
        requestAnimationFrame(frame);
    })""")
    assert slowest_ms < 2000
    assert tab.errors == []
