"""A deploy that is cut at any write leaves a board that boots: old or new, never a mix."""

import pytest

from iontobench.device.deploy import DeployError, deploy, slots

from .link_memory import Memory
from .link_slots import (
    NEW,
    NEW_ROOT,
    OLD,
    OLD_ROOT,
    ROOT,
    SAME_MAIN,
    STARTS,
    MemoryFiles,
    boots,
    cut_deploy,
    deployed,
    runs,
    slot_files,
)


@pytest.mark.hazard("H-28")
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.short_cases("blank", "old in a, half a firmware in b", "old in b")
def test_a_deploy_cut_at_any_act_boots_old_or_new_and_never_a_mix(start):
    old, new = (OLD, OLD_ROOT["main.py"]), (NEW, NEW_ROOT["main.py"])
    count = 0
    was_cut = True
    seen = []
    while was_cut:
        memory, was_cut = cut_deploy(STARTS[start], count)
        count += 1
        found = runs(memory)
        assert found in ([None, new] if start == "blank" else [old, new]), f"cut at act {count}"
        seen.append(found == new)
        for name in ROOT:
            allowed = [NEW_ROOT[name], STARTS[start].get(f"/{name}")]
            assert memory.files.get(f"/{name}") in allowed, f"{name}, cut at act {count}"
        again = deploy(MemoryFiles(memory), NEW, NEW_ROOT)
        assert runs(memory) == new
        assert memory.files["/slot"] == again.slot.encode()
    assert seen == sorted(seen), "from some act on the new one, and never back"
    assert {False, True} == set(seen)
    assert count > 15


@pytest.mark.parametrize("start", list(STARTS)[1:])
def test_where_main_py_stays_the_same_slot_alone_switches(start):
    files = STARTS[start] | {"/main.py": NEW_ROOT["main.py"]}
    files |= {f"/{files['/slot'].decode()}/{name}": data for name, data in SAME_MAIN.items()}
    count = 0
    was_cut = True
    while was_cut:
        memory, was_cut = cut_deploy(files, count)
        count += 1
        slot = slot_files(memory, boots(memory))
        switched = memory.files["/slot"] != files["/slot"]
        assert slot == (NEW if switched else SAME_MAIN), f"cut at act {count}"
    assert switched


def test_a_new_main_py_runs_an_old_slot_where_there_is_no_other():
    memory = Memory(deployed("b") | {"/main.py": NEW_ROOT["main.py"]})
    assert boots(memory) == "b"


def test_a_slot_from_before_manifests_named_main_py_still_boots():
    kept = OLD["manifest"].decode().splitlines(keepends=True)
    plain = OLD | {"manifest": "".join(kept[:-1]).encode()}
    memory = Memory(deployed("a", plain))
    assert "/main.py" in kept[-1]
    assert boots(memory) == "a"
    assert slots(MemoryFiles(memory)).running == "a"


def test_the_new_firmware_is_switched_on_by_the_last_write_of_all():
    memory = Memory(deployed("a"))
    acts = []
    memory.before = acts.append
    deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    assert acts[-1] == ("rename", "/slot")
    assert all(path.startswith("/b/") or not path.startswith("/a/") for _, path in acts)


def test_the_slot_in_use_is_never_touched():
    memory = Memory(deployed("b"))
    touched = []
    memory.before = lambda act: touched.append(act[1])
    assert deploy(MemoryFiles(memory), NEW, NEW_ROOT).slot == "a"
    assert not any(path.startswith("/b/") for path in touched)


def test_a_board_that_has_it_already_is_not_written_to():
    memory = Memory(deployed("a", NEW, NEW_ROOT))
    touched = []
    memory.before = touched.append
    done = deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    assert (done.slot, done.files, touched) == ("a", 0, [])


def test_only_files_that_differ_are_written():
    memory = Memory(deployed("a") | {f"/b/{name}": data for name, data in OLD.items()})
    written = []
    memory.before = lambda act: written.append(act[1]) if act[0] == "open" else None
    deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    assert "/b/ionto/same.mpy" not in written
    assert "/b/ionto/board.mpy" in written


@pytest.mark.parametrize("name", ROOT)
def test_a_file_beside_the_slots_that_reads_back_wrong_does_not_replace_the_old(name):
    memory = Memory(deployed("a"))
    mark = NEW_ROOT[name][-6:]  # of the two files only this one ends so

    class Rotten(MemoryFiles):
        def append(self, piece):
            super().append(piece.replace(mark, b"rotten"))

    with pytest.raises(DeployError, match=f"/{name} does not read back"):
        deploy(Rotten(memory), NEW, NEW_ROOT)
    assert memory.files[f"/{name}"] == OLD_ROOT[name]


def test_a_file_that_reads_back_wrong_is_not_switched_on():
    memory = Memory(deployed("a"))

    class Rotten(MemoryFiles):
        def append(self, piece):
            super().append(piece.replace(b"new0123", b"new0l23"))

    with pytest.raises(DeployError, match="slot b does not read back"):
        deploy(Rotten(memory), NEW, NEW_ROOT)
    assert slot_files(memory, boots(memory)) == OLD


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.short_cases("blank", "old in a", "old in a, half a firmware in b")
def test_the_host_judges_slots_as_the_board_does(start):
    was_cut = True
    count = 0
    while was_cut:
        memory, was_cut = cut_deploy(STARTS[start], count)
        count += 1
        if "/main.py" not in memory.files:
            continue
        assert slots(MemoryFiles(memory)).running == boots(memory)


def test_another_kinds_calibration_goes_before_anything_else_and_ones_own_stays():
    touched = []
    memory = Memory(deployed("a") | {"/calibration": b"1 2 3"})
    memory.before = touched.append
    deploy(MemoryFiles(memory), NEW, NEW_ROOT, drop=["/calibration"])
    assert touched[0] == ("remove", "/calibration")
    memory = Memory(deployed("a") | {"/calibration": b"1 2 3"})
    deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    assert memory.files["/calibration"] == b"1 2 3"
