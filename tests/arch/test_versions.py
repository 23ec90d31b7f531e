"""One version everywhere: the package, the firmware, what `mip` installs, the changelog."""

import json
import re
import tomllib
from datetime import date

from tests.arch.sources import BOARDS, ROOT

from ionto.bench import FIRMWARE_VERSION

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_DATED = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def test_package_firmware_and_what_mip_installs_have_one_version():
    packages = sorted(BOARDS.glob("*/package.json"))
    assert len(packages) >= 3
    told = {json.loads(path.read_text("utf-8"))["version"] for path in packages}
    assert told | {FIRMWARE_VERSION} == {PROJECT["version"]}


def test_the_changelog_has_the_version_with_its_date_and_room_for_the_next():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    [(version, day), *_] = _DATED.findall(text)
    assert version == PROJECT["version"]
    assert date.fromisoformat(day)
    assert text.index("\n## Unreleased\n") < text.index(f"\n## {version} ")


def test_the_wheel_says_what_it_is():
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert PROJECT["classifiers"] == sorted(PROJECT["classifiers"])
    assert "dummy-load" in PROJECT["keywords"]
    assert PROJECT["description"].endswith("Bench only: dummy loads, never people.")
