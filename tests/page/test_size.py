"""What the page weighs: on disk, sent, and in the browser's memory after a long session."""

import gzip

import pytest

MIB = 1 << 20


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_folder_has_at_most_16_mb(page_folder):
    assert sum(path.stat().st_size for path in files(page_folder)) <= 16_000_000


def test_compressed_it_has_at_most_8_mb(page_folder):
    packed = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files(page_folder))
    assert packed <= 8_000_000


@pytest.mark.parametrize(
    "minutes", [1, pytest.param(20, marks=pytest.mark.long)], ids=["short", "long"]
)
@pytest.mark.parametrize("engine", ["pyodide", "micropython"])
def test_the_wasm_memory_stays_below_64_mb_and_does_not_grow_on(shared_desk, minutes, engine):
    shared_desk.run("demo", engine=engine)
    before = shared_desk.wasm_bytes()
    shared_desk.start("dexamethasone-40", engine=engine)
    shared_desk.until_minute(minutes)
    after = shared_desk.wasm_bytes()
    shared_desk.send(type="stop", now=True)
    assert shared_desk.end()["type"] == "ended"
    assert after <= 64 * MIB
    assert after - before <= 4 * MIB


def test_no_file_names_an_address_that_a_browser_would_ask(page_folder):
    for path in files(page_folder):
        if path.suffix in (".html", ".css") and "vendor" not in path.parts:
            text = path.read_text("utf-8")
            assert "http://" not in text.replace("http://www.w3.org/", "")
            assert "https://" not in text
