"""A page that was loaded once opens and runs without a network."""

import threading

import pytest

from iontobench.page.server import PageServer

from .desk import READY_S, Desk

_KEPT = """(async () => {
    await navigator.serviceWorker.ready;
    const [name] = await caches.keys();
    return (await (await caches.open(name)).keys()).length;
})()"""


@pytest.mark.long
def test_a_page_that_was_loaded_once_runs_both_engines_without_its_server(browser, page_folder):
    with PageServer(page_folder, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        desk = Desk(browser, server.address)
        assert desk.tab.value(_KEPT) >= 20
        server.shutdown()
    desk.tab.value("location.reload()")
    desk.until("document.readyState === 'complete' && document.getElementById('loading')", READY_S)
    desk.listen()
    for engine in ("pyodide", "micropython"):
        assert desk.run("demo", engine=engine)["ok"]
    assert [one for one in desk.tab.errors if "ERR_CONNECTION_REFUSED" not in one] == []
    desk.close()
