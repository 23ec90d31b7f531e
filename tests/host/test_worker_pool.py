"""Workers of a campaign: few things in flight, none lost with a worker, none left behind."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from iontobench.campaign.worker_pool import DEATHS_MAX, IN_FLIGHT, as_known
from iontobench.errors import EndedEarlyError

HUNG_S = 300  # no worker takes as long


def double(number):
    return 2 * number


def double_or_die(job):
    """Double a number; the first time, the process dies of it."""
    number, folder = job
    mark = Path(folder) / str(number)
    if number % 5 == 0 and not mark.exists():
        mark.touch()
        os._exit(9)
    return 2 * number


def die(_number):
    os._exit(9)


def fail(_number):
    raise ValueError("of the work itself")


def test_every_result_comes_once_whatever_the_number_of_processes():
    for jobs in (1, 2):
        assert sorted(as_known(double, range(40), jobs)) == [2 * one for one in range(40)]


def test_no_more_is_asked_for_than_is_in_flight():
    asked = []

    def things():
        for number in range(50):
            asked.append(number)
            yield number

    for count, _ in enumerate(as_known(double, things(), 2), 1):
        assert len(asked) <= count + 2 * IN_FLIGHT


def test_what_a_dead_worker_had_in_hand_is_done_again(tmp_path):
    jobs = [(number, str(tmp_path)) for number in range(1, 12)]
    assert sorted(as_known(double_or_die, jobs, 2)) == [2 * number for number, _ in jobs]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.long
def test_workers_that_die_again_and_again_end_it_with_a_line():
    with pytest.raises(EndedEarlyError, match=f"{DEATHS_MAX} times a worker died"):
        list(as_known(die, range(4), 2))


def test_an_error_of_the_work_is_raised_and_leaves_no_worker():
    with pytest.raises(ValueError, match="of the work itself"):
        list(as_known(fail, range(4), 2))


PARENT = """
import os, sys
from concurrent.futures import wait
from iontobench.campaign.worker_pool import worker_pool
if __name__ == "__main__":
    with worker_pool(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits by Linux's pidfd_open")
def test_a_worker_ends_when_its_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    worker = os.pidfd_open(int(parent.stdout.readline()))
    try:
        parent.kill()
        parent.communicate()
        ended, _, _ = select.select([worker], [], [], HUNG_S)
        assert ended == [worker]
    finally:
        os.close(worker)
