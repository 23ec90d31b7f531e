"""The installation: named skips, a failure when required, no addresses, nothing half-done."""

import json
import shutil
import threading

import pytest
from filelock import FileLock

from . import install


def _unavailable():
    raise install.Unavailable("no such thing here")


def test_a_missing_vm_skips_by_name(monkeypatch):
    monkeypatch.delenv("IONTOBENCH_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="VM tier: no such thing here"):
        install.vm_module_or_skip(_unavailable)


@pytest.mark.parametrize("required", ["vm", "chip,vm"])
def test_a_missing_vm_fails_where_it_is_required(monkeypatch, required):
    monkeypatch.setenv("IONTOBENCH_REQUIRE", required)
    with pytest.raises(pytest.fail.Exception, match="required: no such thing here"):
        install.vm_module_or_skip(_unavailable)


def test_a_requirement_of_another_tier_still_skips(monkeypatch):
    monkeypatch.setenv("IONTOBENCH_REQUIRE", "chip")
    with pytest.raises(pytest.skip.Exception):
        install.vm_module_or_skip(_unavailable)


def test_the_lock_file_pins_by_hash_and_names_no_address():
    text = (install.HERE / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)


def test_an_installed_vm_is_used_again_without_npm(vm_path, monkeypatch):
    monkeypatch.setattr(install, "_npm_ci", lambda folder: pytest.fail("npm ran again"))
    assert install.vm_module() == vm_path


def test_a_failed_install_is_unavailable_and_leaves_no_folder(vm_path, tmp_path):
    source, build = tmp_path / "source", tmp_path / "build"
    source.mkdir()
    shutil.copy(install.HERE / "package-lock.json", source)
    (source / "package.json").write_text('{"dependencies": {"not-in-the-lock": "1.0.0"}}')
    with pytest.raises(install.Unavailable, match="npm ci failed"):
        install.vm_module(source, build)
    assert [entry.name for entry in build.iterdir() if entry.is_dir()] == []


def test_a_worker_waits_while_another_installs_and_then_uses_that(vm_path, tmp_path, monkeypatch):
    installs, found = [], []
    monkeypatch.setattr(install, "_install", lambda source, target: installs.append(target))
    worker = threading.Thread(target=lambda: found.append(install.vm_module(build=tmp_path)))
    with FileLock(tmp_path / "install.lock"):
        worker.start()
        module = tmp_path / vm_path.relative_to(install.BUILD)
        module.parent.mkdir(parents=True)
        module.touch()
    worker.join(timeout=30)
    assert found == [module]
    assert installs == []
