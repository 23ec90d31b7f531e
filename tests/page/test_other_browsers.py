"""What the page says in a browser that lacks something: one line, and the rest goes on."""

NO_SERIAL = "Object.defineProperty(navigator, 'serial', {value: undefined, configurable: true});"
NO_JSPI = "delete WebAssembly.Suspending;"


def test_a_browser_whose_python_cannot_wait_is_told_which_one_can(browser, page_server):
    tab = browser.open(page_server.address, NO_JSPI)
    tab.wait("!document.getElementById('failed').hidden")
    line = tab.text("#failed")
    assert line.startswith("the bench did not start: this browser cannot run it")
    assert line.endswith("from version 137 on")
    assert tab.value("document.getElementById('loading').hidden")
    assert "dummy loads, never people" in tab.text("#warning")
    assert tab.errors == []
    tab.close()


def test_a_browser_without_serial_ports_says_so_and_names_the_command(browser, page_server):
    tab = browser.open(page_server.address, NO_JSPI, prepare=[NO_SERIAL])
    tab.wait("!document.getElementById('failed').hidden")
    tab.click("#tab-board")
    tab.wait("!document.getElementById('board-unsupported').hidden")
    assert "iontobench doctor" in tab.text("#board-unsupported")
    assert tab.value("document.getElementById('board-desk').hidden")
    assert len(tab.workers) == 1  # no second Python for a room that can do nothing
    tab.close()


def test_a_browser_whose_workers_have_no_serial_ports_says_so_too(browser, page_server):
    tab = browser.open(page_server.address, NO_JSPI + NO_SERIAL)
    tab.wait("!document.getElementById('failed').hidden")
    tab.click("#tab-board")
    tab.wait("!document.getElementById('board-unsupported').hidden")
    assert tab.value("document.getElementById('board-desk').hidden")
    assert tab.errors == []
    tab.close()
