"""The built page, its server and one browser, once for all tests of the tier `page`.

Without a browser or without npm the tests are skipped by name; with `page` in IONTOBENCH_REQUIRE
they fail. A tab is opened anew for each test that asks for one.
"""

import os
import shutil
import threading

import pytest
from filelock import FileLock
from tests.arch.sources import ROOT

from iontobench.page.build import build
from iontobench.page.fetched import FetchError
from iontobench.page.server import PageServer

from .chromium import Chromium
from .desk import Desk


@pytest.fixture(scope="session")
def page_folder():
    """The folder that `make page` makes."""
    folder = ROOT / "build" / "page"
    folder.parent.mkdir(exist_ok=True)
    try:
        with FileLock(folder.with_suffix(".lock"), timeout=600):
            return build(folder)
    except FetchError as why:
        if "page" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
            pytest.fail(f"the page tier is required: {why}", pytrace=False)
        pytest.skip(f"page tier: {why}")


@pytest.fixture(scope="session")
def page_server(page_folder, tmp_path_factory):
    """A server of a copy of it on a free port: another process may make the folder anew."""
    copy = shutil.copytree(page_folder, tmp_path_factory.mktemp("served") / "page")
    with PageServer(copy, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """One headless browser."""
    with Chromium() as chromium:
        yield chromium


@pytest.fixture
def desk(browser, page_server):
    """A new tab of the page, its bench ready."""
    one = Desk(browser, page_server.address)
    yield one
    one.close()


@pytest.fixture(scope="module")
def shared_desk(browser, page_server):
    """A tab that the tests of a module share: a start of Python takes seconds."""
    one = Desk(browser, page_server.address)
    yield one
    one.close()
