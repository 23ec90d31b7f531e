"""A campaign's run: whole parts, whatever kills it; the same by every engine; its report."""

import importlib
import json
import random
import shutil
import signal
import subprocess
import sys

import pytest
from tests.host.campaign_bench import PARTS, RUNS, TEXT, begin, parts, run, write
from tests.host.cli import call

from iontobench.campaign.engine import folder as folder_module
from iontobench.campaign.engine import loader, session_row
from iontobench.campaign.engine.columns import COLUMNS, NAMES
from iontobench.campaign.engine.engines import PartTask, run_dask, run_part
from iontobench.campaign.engine.figures import figures_of
from iontobench.campaign.engine.folder import CampaignFolder
from iontobench.campaign.engine.loader import load_campaign
from iontobench.campaign.engine.page import HEADS, answers, combination_rows
from iontobench.sessions.replay import replay
from iontobench.sim.plant import PlantError

pytest.importorskip("pyarrow")
KILLS_S = (0.2, 3.0)  # after so many seconds of wall time: from the imports to the last parts


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """(file, folder) of a campaign that nothing disturbed."""
    home = tmp_path_factory.mktemp("small")
    file = write(home)
    said = run(file, home / "out", "--json")
    assert said.code == 0, said.err
    return file, home / "out"


@pytest.fixture
def rows(small):
    return CampaignFolder.open(small[1]).table().to_pylist()


def test_a_campaign_has_a_row_for_each_run_with_the_columns_that_are_documented(rows):
    assert [row["run"] for row in rows] == list(range(RUNS))
    assert {tuple(row) for row in rows} == {NAMES}
    healthy = [row for row in rows if row["faults"] == "none"]
    opened = [row for row in rows if row["faults"] == "open@3"]
    assert {(row["outcome"], row["trip"]) for row in healthy} == {("complete", "none")}
    assert {(row["fault"], row["trip"]) for row in opened} == {("open", "wanted")}
    assert all(row["dose_true_mamin"] == pytest.approx(0.05, rel=0.02) for row in healthy)
    assert all(0 < row["gate_off_ms"] <= 20 for row in opened)
    assert {row["is_missed"] for row in rows} == {False}
    assert {row["seed"] for row in rows} == {5, 6, 7}


def test_the_types_of_the_columns_are_those_that_are_documented(small):
    table = CampaignFolder.open(small[1]).table()
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds == {one.name: one.kind for one in COLUMNS}
    meaning = table.schema.field("gate_off_ms").metadata[b"meaning"].decode()
    assert meaning == next(one.meaning for one in COLUMNS if one.name == "gate_off_ms")


def test_a_row_is_the_session_that_its_command_runs(small, tmp_path):
    found = call("campaign", "report", small[1], "--json").object["worst"][0]
    _, *words = found[2].split()
    assert call(*words, "--data", tmp_path, "--plain").code in (0, 3)
    [record] = tmp_path.rglob("record.jsonl")
    row = CampaignFolder.open(small[1]).table().to_pylist()[found[0]]
    closing = json.loads(record.read_text("utf-8").splitlines()[-1])["close"]["summary"]
    assert closing["dose_uc"] == pytest.approx(row["dose_mamin"] * 60000)
    assert closing["true_peak_ua"] == pytest.approx(row["peak_ua"])
    played = replay(record)
    assert played.is_equal
    assert played.items == row["items"]


def test_pandas_and_duckdb_read_the_parts(small):
    pandas, duckdb = pytest.importorskip("pandas"), pytest.importorskip("duckdb")
    assert len(pandas.read_parquet(small[1] / "runs")) == RUNS
    query = f"select fault, count(*) from '{small[1]}/runs/*.parquet' group by fault order by 1"
    assert duckdb.sql(query).fetchall() == [("open", 6), (None, 6)]


@pytest.mark.long
def test_processes_give_the_same_bytes_as_one(small, tmp_path):
    said = call("campaign", small[0], "--out", tmp_path / "two", "--jobs", "2")
    assert said.code == 0, said.err
    assert parts(tmp_path / "two") == parts(small[1])


def test_a_complete_campaign_runs_nothing_again_and_writes_the_same_report(small):
    before = (small[1] / "report.html").read_bytes()
    said = run(small[0], small[1])
    assert (said.code, "12 of 12 runs are there already" in said.out) == (0, True)
    assert (small[1] / "report.html").read_bytes() == before


def test_a_folder_of_another_content_firmware_or_campaign_is_refused(small, tmp_path, monkeypatch):
    out = tmp_path / "out"
    shutil.copytree(small[1], out)
    other = write(tmp_path, TEXT.replace("count = 3", "count = 4"))
    said = run(other, out)
    assert said.code == 2
    assert "was begun as small with another content; choose another folder" in said.err
    named = run(write(tmp_path, TEXT.replace('"small"', '"large"')), out)
    assert "was begun as the campaign small" in named.err
    with monkeypatch.context() as patched:
        patched.setattr(loader, "model_sha256", lambda: "another")
        assert "with another firmware or simulation" in run(small[0], out).err
    assert parts(out) == parts(small[1])


def test_a_folder_with_other_things_or_no_campaign_is_refused(small, tmp_path):
    (tmp_path / "thesis.txt").write_text("words", encoding="utf-8")
    said = run(small[0], tmp_path)
    assert (said.code, "holds other things" in said.err) == (2, True)
    for words in (["report", tmp_path], ["compare", tmp_path, small[1]]):
        said = call("campaign", *words)
        assert (said.code, "no campaign's folder" in said.err) == (2, True)


def test_a_campaign_that_runs_is_not_run_a_second_time_at_once(small, tmp_path):
    pytest.importorskip("fcntl")
    out = tmp_path / "out"
    held = CampaignFolder.begin(out, load_campaign(str(small[0])))
    assert "another process runs this campaign" in run(small[0], out).err
    held.close()
    CampaignFolder.begin(out, load_campaign(str(small[0]))).close()


class Killed(BaseException):
    """As SIGKILL: nothing catches it."""


@pytest.mark.parametrize("at", range(2 * (PARTS + 1)))
@pytest.mark.short_cases("0", "1", "6", "13")
def test_a_kill_before_or_after_any_file_has_its_name_costs_only_that_part(
    small, tmp_path, monkeypatch, at
):
    tick = iter(range(1000))
    write_whole = folder_module.write_whole
    done = parts(small[1])

    def killing(path, data, scratch=None):
        if next(tick) == at:
            (scratch or path.with_name(f"{path.name}.new")).write_bytes(data[: len(data) // 2])
            raise Killed
        write_whole(path, data, scratch)
        if next(tick) == at:
            raise Killed

    # What a part holds does not matter here: no session is run.
    def told(task):
        data = done[f"part-{task.part:06d}.parquet"]
        return engines.DonePart(task.part, len(task.plan.runs_of(task.part)), data)

    engines = importlib.import_module("iontobench.campaign.engine.engines")
    monkeypatch.setattr(engines, "run_part", told)
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(folder_module, "write_whole", killing)
        with pytest.raises(Killed):
            run(small[0], out)
    begun = parts(out) if (out / "runs").is_dir() else {}
    assert begun.items() <= done.items()
    assert run(small[0], out).code == 0
    assert parts(out) == done


def killed_and_resumed(file, out, kills, jobs, seed):
    """The folders of a campaign that was killed so often; one that was whole before gets another.

    So it is killed as often on a fast computer, and each folder is whole afterwards.
    """
    draw, met, folders = random.Random(seed), 0, [out / "campaign-0"]
    while met < kills:
        process = begin(file, folders[-1], jobs)
        try:
            process.wait(draw.uniform(*KILLS_S))
        except subprocess.TimeoutExpired:
            process.kill()
            met += 1
        else:
            assert process.returncode == 0
            folders.append(out / f"campaign-{len(folders)}")
        process.communicate()
    for folder in folders:
        last = begin(file, folder, jobs)
        _, said = last.communicate()
        assert last.returncode == 0, said.decode()
    return folders


@pytest.mark.long
def test_two_sigkills_at_seeded_instants_and_a_resume_are_as_undisturbed(small, tmp_path):
    for folder in killed_and_resumed(small[0], tmp_path / "out", 2, 1, seed=1):
        assert parts(folder) == parts(small[1])


@pytest.mark.long
def test_twenty_sigkills_at_seeded_instants_and_a_resume_are_as_undisturbed(tmp_path):
    text = TEXT.replace("count = 3", "count = 30")
    file = write(tmp_path, text)
    assert call("campaign", file, "--out", tmp_path / "plain", "--jobs", "2").code == 0
    for folder in killed_and_resumed(file, tmp_path / "out", 20, 2, seed=2):
        assert parts(folder) == parts(tmp_path / "plain")


def test_ctrl_c_in_the_third_part_keeps_the_first_two_and_is_exit_130(
    small, tmp_path, monkeypatch
):
    engines = importlib.import_module("iontobench.campaign.engine.engines")
    done = parts(small[1])

    def told(task):
        if task.part == 2:
            raise KeyboardInterrupt
        data = done[f"part-{task.part:06d}.parquet"]
        return engines.DonePart(task.part, len(task.plan.runs_of(task.part)), data)

    monkeypatch.setattr(engines, "run_part", told)
    said = run(small[0], tmp_path / "out")
    assert said.code == 130
    assert "Traceback" not in said.err
    assert parts(tmp_path / "out") == dict(list(done.items())[:2])


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C of a process is POSIX's")
@pytest.mark.long
def test_ctrl_c_keeps_what_is_whole_and_is_exit_130(small, tmp_path):
    process = begin(small[0], tmp_path / "out", jobs=2)
    assert b" of 12" in process.stdout.readline()  # some part is whole
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode in (0, 130)  # 0: it was through already
    assert "Traceback" not in said.decode()
    assert parts(tmp_path / "out").items() <= parts(small[1]).items()


@pytest.mark.long
def test_a_dask_cluster_of_two_workers_gives_the_same_bytes_and_one_may_die(small, tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra cluster")
    plan = load_campaign(str(small[0]))
    said = call("campaign", small[0], "--out", tmp_path / "out", "--engine", "dask", "--jobs", "2")
    assert said.code == 0, said.err
    assert parts(tmp_path / "out") == parts(small[1])
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with cluster:
        found = {}
        for one in run_dask(plan, list(range(PARTS)), 2, cluster.scheduler_address):
            if not found:
                victim = next(iter(cluster.workers.values()))
                victim.process.process.kill()
            found[f"part-{one.part:06d}.parquet"] = one.data
    assert found == parts(small[1])


def test_a_worker_with_other_sources_refuses(small, monkeypatch):
    plan = load_campaign(str(small[0]))
    engines = importlib.import_module("iontobench.campaign.engine.engines")
    monkeypatch.setattr(engines, "model_sha256", lambda: "another")
    with pytest.raises(Exception, match="another firmware or simulation; install the same"):
        run_part(PartTask(plan, 0))


def test_a_run_that_cannot_be_simulated_is_a_row_and_ends_nothing(small, monkeypatch):
    def leaves(*_args):
        raise PlantError("the plant has\nleft its range")

    monkeypatch.setattr(session_row, "run_virtual", leaves)
    row = session_row.run_cell(load_campaign(str(small[0])).cell(0))
    assert (row["outcome"], row["trouble"]) == ("no result", "the plant has left its range")
    assert tuple(row) == NAMES
    assert row["dose_mamin"] is None


@pytest.mark.parametrize(
    ("module", "words", "extra"),
    [
        ("pyarrow", [], "campaign"),
        ("distributed", ["--engine", "dask"], "cluster"),
    ],
)
def test_a_missing_extra_is_one_line_with_its_name_and_exit_4(
    small, tmp_path, monkeypatch, module, words, extra
):
    monkeypatch.setitem(sys.modules, module, None)
    said = run(small[0], tmp_path / "out", *words)
    assert said.code == 4
    assert f"{module} is missing; pip install 'iontobench[{extra}]'" in said.err.splitlines()[-1]


def test_a_scheduler_without_dask_is_exit_2(small, tmp_path):
    said = run(small[0], tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert (said.code, "--scheduler goes with --engine dask" in said.err) == (2, True)


def test_a_dry_run_tells_time_and_size_and_writes_nothing(small, tmp_path):
    said = run(small[0], tmp_path / "out", "--dry-run", "--json")
    assert said.code == 0
    assert (said.object["runs"], said.object["runs_left"], said.object["workers"]) == (12, 12, 1)
    assert said.object["board_s"] == pytest.approx(12 * 12.0)
    whole = sum(map(len, parts(small[1]).values()))
    assert said.object["size_bytes"] == pytest.approx(whole, rel=0.2)
    assert said.object["time_s"] > 0
    assert not (tmp_path / "out").exists()
    assert run(small[0], small[1], "--dry-run", "--json").object["runs_left"] == 0


def test_a_report_is_one_page_with_answers_plots_and_the_worst_ten(small):
    page = (small[1] / "report.html").read_text("utf-8")
    assert page.count("<svg") == 3
    assert "Bench only: dummy loads, never people." in page
    assert "6 of 6 (100.00 %)" in page
    assert page.count("iontobench run demo --skin") == 10
    assert "http" not in page.replace("http://www.w3.org", "").replace("http-equiv", "")
    assert "not validated on people" in page


def test_doses_of_healthy_runs_that_were_limited_are_an_answer_of_their_own(small):
    table = CampaignFolder.open(small[1]).table()
    rows = table.to_pylist()
    first, second = [row for row in rows if row["faults"] == "none"][:2]
    first["is_limited"] = second["is_limited"] = True
    first["dose_true_mamin"] /= 2
    told = dict(answers(figures_of(table.from_pylist(rows, schema=table.schema))))
    assert told["dose within 2 % of the plan, healthy and not limited"] == "4 of 4 (100.00 %)"
    assert told["dose within 2 % of the plan, healthy and limited"] == "1 of 2 (50.00 %)"


def test_the_table_of_combinations_is_no_wider_than_the_page(small):
    """56rem of 16 px have 112 characters of 8 px: the longest cell of each column, and a gap."""
    rows = combination_rows(figures_of(CampaignFolder.open(small[1]).table()))
    assert {len(row) for row in rows} == {len(HEADS)}
    widest = [max(len(row[at]) for row in rows) for at in range(1, len(HEADS))]
    words = [max(len(word) for word in head.split()) for head in HEADS[1:]]
    assert sum(max(pair) + 2 for pair in zip(widest, words, strict=True)) <= 112 - 9 * 2
    assert rows[0][:2] == ["demo, palm, ideal, none", "3 / 3"]


def test_a_report_of_a_part_of_a_campaign_says_how_many_runs_are_missing(small, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(small[1], out)
    (out / "runs" / "part-000003.parquet").unlink()
    assert call("campaign", "report", out).code == 0
    assert "2 runs are still missing" in (out / "report.html").read_text("utf-8")
    for part in (out / "runs").iterdir():
        part.unlink()
    said = call("campaign", "report", out)
    assert (said.code, "no part is done yet" in said.err) == (2, True)


def test_a_damaged_part_is_exit_2_with_a_line(small, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(small[1], out)
    (out / "runs" / "part-000003.parquet").write_bytes(b"PAR1 and no more")
    said = call("campaign", "report", out)
    assert (said.code, "a part cannot be read" in said.err) == (2, True)


def test_a_campaign_beside_itself_differs_in_nothing(small):
    said = call("campaign", "compare", small[1], small[1], "--json")
    assert (said.code, said.object["both"], said.object["different"]) == (0, RUNS, 0)


def test_shared_runs_that_differ_are_told_with_column_value_and_command(small, tmp_path):
    text = TEXT.replace("count = 3", "count = 2").replace('"palm"', '"sole"')
    other = write(tmp_path, text.replace("part_runs = 2", "part_runs = 3"))
    assert run(other, tmp_path / "out").code == 0
    said = call("campaign", "compare", small[1], tmp_path / "out", "--json")
    assert (said.code, said.object["both"], said.object["different"]) == (0, 4, 0)
    assert (said.object["only_first"], said.object["only_second"]) == (8, 4)
    changed = CampaignFolder.open(tmp_path / "out")
    rows = changed.table().to_pylist()[:3]
    rows[1] |= {"dose_mamin": rows[1]["dose_mamin"] + 1, "outcome": "short"}
    changed.write_part(0, folder_module.part_bytes(rows))
    said = call("campaign", "compare", small[1], tmp_path / "out", "--json")
    assert (said.code, said.object["different"]) == (1, 1)
    columns = {row["column"]: row["most"] for row in said.object["columns"]}
    assert columns == {"outcome": None, "dose_mamin": pytest.approx(1.0)}
    [shown] = said.object["shown"]
    assert shown["second"]["outcome"] == "short"
    assert "--fault open@3" in shown["command"]


@pytest.mark.long
def test_a_load_is_whatever_skin_takes_also_a_member_of_a_population(tmp_path):
    text = TEXT.replace('["resistor:5000", "palm"]', '["population:palm"]')
    text = text.replace("count = 3", "count = 1") + "[members]\nfirst = 40\ncount = 3\n"
    said = run(write(tmp_path, text), tmp_path / "out", "--json")
    assert said.code == 0, said.err
    rows = CampaignFolder.open(tmp_path / "out").table().to_pylist()
    assert [row["member"] for row in rows[::2]] == [40, 41, 42]
    assert [row["seed"] for row in rows[::2]] == [5, 6, 7]
    assert rows[2]["load"] == "population:palm#41"
    assert len({row["load_mean_ohm"] for row in rows}) == len(rows)
    assert list(said.object["limited"]) == ["population:palm"]
    assert "--skin 'population:palm#4" in said.object["worst"][0][2]
