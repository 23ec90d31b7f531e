"""How the page looks and is used: widths, themes, the keyboard, what axe-core finds.

Of each room with something in it: a session that has ended, a board's port, a record.
"""

import base64
import json

import pytest

import iontobench

from .axe import axe_script
from .live_board import SCRIPT

READY_S = 120
ROOMS = ("simulation", "board", "record")
_GRAVE = ("serious", "critical")
_AXE = """axe.run(document, {resultTypes: ["violations"]}).then((found) =>
    found.violations.map((one) => [one.impact, one.id, one.nodes.map((node) => node.html)]))"""
_PIXELS = """((canvas, name) => {
    const probe = document.createElement("span");
    probe.className = name;
    probe.style.color = "var(--stroke)";
    document.body.append(probe);
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] > 200 && wanted.every((one, of) => Math.abs(data[at + of] - one) < 12)) {
            count++;
        }
    }
    return count;
})(document.querySelector("#sim-plots canvas"), "series-1")"""


@pytest.fixture(scope="module")
def tab(browser, page_server, tmp_path_factory):
    """One tab with something in each room."""
    tab = browser.open(page_server.address, SCRIPT, {"toBoard": lambda text: None}, [SCRIPT])
    tab.look_like(1400)
    tab.wait("document.getElementById('loading').hidden", READY_S)
    tab.fill("#sim-protocol", "demo")
    tab.wait("document.getElementById('sim-text').value.includes('\"demo\"')", READY_S)
    tab.fill("#sim-speed", "max")
    tab.click("#sim-start")
    tab.wait("!document.getElementById('sim-ended').hidden", READY_S)
    give_record(tab, tmp_path_factory.mktemp("data"))
    tab.click("#tab-board")
    tab.wait("document.getElementById('board-protocol').options.length", READY_S)
    yield tab
    tab.close()


def give_record(tab, folder):
    """Choose the file of a record in the room for it."""
    iontobench.run("demo", data_dir=folder)
    [record] = folder.rglob("record.jsonl")
    packed = base64.b64encode(record.read_bytes()).decode()
    tab.click("#tab-record")
    tab.value(f"""(() => {{
        const bytes = Uint8Array.from(atob({json.dumps(packed)}), (one) => one.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], "record.jsonl"));
        const input = document.getElementById("rec-file");
        input.files = files.files;
        input.dispatchEvent(new Event("change"));
    }})()""")
    tab.wait("!document.getElementById('rec-found').hidden", READY_S)


def drawn(tab):
    """Until what has changed has been drawn: twice the page's own pace of it."""
    tab.value("new Promise((go) => setTimeout(() => requestAnimationFrame(go), 250))")


@pytest.mark.short_cases("dark-400", "light-1400")
@pytest.mark.parametrize("width", [400, 900, 1400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_window(tab, theme, width):
    tab.look_like(width, 900, theme == "dark")
    if not tab.value("typeof axe === 'object'"):
        tab.value(f"{axe_script()}; true")
    for room in ROOMS:
        tab.click(f"#tab-{room}")
        drawn(tab)
        found = [one for one in tab.value(_AXE) if one[0] in _GRAVE]
        assert found == [], (room, found)
        wide = tab.value("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{room} is {wide} px wider than the window"
    assert tab.errors == []


@pytest.mark.parametrize("width", [400, 1400])
def test_the_warning_is_in_sight_wherever_the_page_is_scrolled_to(tab, width):
    tab.look_like(width, 700)
    for room in ROOMS:
        tab.click(f"#tab-{room}")
        for place in (0, 1_000_000):
            tab.value(f"scrollTo(0, {place})")
            seen = """((box) => {
                const over = document.elementFromPoint(innerWidth / 2, (box.top + box.bottom) / 2);
                return box.top >= 0 && over.closest("#warning") !== null;
            })(document.getElementById("warning").getBoundingClientRect())"""
            assert tab.value(seen), (room, place)
    assert "dummy loads, never people" in tab.text("#warning")


def test_the_plots_take_the_colours_of_a_theme_that_changes_while_they_are_open(tab):
    tab.look_like(1400, 900, is_dark=False)
    tab.click("#tab-simulation")
    drawn(tab)
    assert tab.value(_PIXELS) > 100
    tab.look_like(1400, 900, is_dark=True)  # the system's theme
    drawn(tab)
    assert tab.value(_PIXELS) > 100
    tab.click("#theme")  # and the page's own
    drawn(tab)
    assert tab.value("document.documentElement.dataset.theme") == "light"
    assert tab.value(_PIXELS) > 100
    tab.value("localStorage.clear(); delete document.documentElement.dataset.theme")


def test_a_plot_is_told_in_words_and_as_a_table(tab):
    tab.click("#tab-simulation")
    drawn(tab)
    tab.wait("document.querySelector('#sim-plots .told').textContent.includes('…')")
    tab.value("document.querySelector('#sim-plots details').open = true")
    tab.wait("document.querySelectorAll('#sim-plots details table tbody tr').length > 5")
    head = tab.value("document.querySelector('#sim-plots details thead').innerText")
    assert "set point, mA" in head
    tab.value("document.querySelector('#sim-plots details').open = false")


def test_rooms_are_chosen_by_the_keyboard_and_stand_in_the_address(tab):
    tab.click("#tab-simulation")
    tab.value("document.getElementById('tab-simulation').focus()")
    tab.press("ArrowRight")
    assert tab.value("document.activeElement.id") == "tab-board"
    assert tab.value("location.hash") == "#board"
    assert tab.value("!document.getElementById('room-board').hidden")
    tab.press("End")
    assert tab.value("document.activeElement.id") == "tab-record"
    tab.press("Home")
    assert tab.value("document.activeElement.id") == "tab-simulation"


def test_nothing_of_a_session_can_be_pressed_once_it_has_ended(tab):
    tab.click("#tab-simulation")
    shown = tab.value("""[...document.querySelectorAll("#sim-session button")]
        .filter((one) => one.offsetParent !== null).map((one) => one.textContent)""")
    assert shown[0] == "Save the record"
    assert not {"pause", "stop by a ramp", "Off at once", "Set", "Inject"} & set(shown)


def test_reduced_motion_has_no_transitions(tab):
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    tab.command("Emulation.setEmulatedMedia", features=features)
    moved = tab.value("getComputedStyle(document.getElementById('theme')).transitionDuration")
    tab.look_like(1400)
    assert moved == "0s"
