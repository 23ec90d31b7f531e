"""Numbers the runs of a campaign: what run number N is, without a list of them.

The load changes last, so that one board's calibration and one load serve the runs beside each
other. Must not run anything.
"""

from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from iontobench.tomlfile.source import is_file_name

from .schema import NO_FAULT, OWN_BOARD, OWN_LOAD, CampaignFile

POPULATION = "population:"
INDEX = "#"
_JOINED = " + "  # between the faults of one set


class RunCell(NamedTuple):
    """One run: what `iontobench run` is told. None: not told, its default holds.

    `group` is the load as the campaign's file names it, `member` its index in a population.
    """

    run: int
    protocol: str
    load: str | None
    group: str
    member: int | None
    board: str | None
    converter: str
    profile: str
    faults: tuple[str, ...]
    seed: int


class CampaignPlan(Struct, frozen=True):
    """A campaign that has been checked: all that a worker needs to run a part of it.

    `folder` is where its file lies, `identity` the hash of all that decides its results, `model`
    that of the sources that make them.
    """

    file: CampaignFile
    folder: str
    identity: str
    model: str

    @property
    def runs(self) -> int:
        """How many there are."""
        file = self.file
        each = len(file.boards) * len(file.converters) * len(file.protocols) * len(file.faults)
        return self._loads * file.seeds.count * each

    @property
    def parts(self) -> int:
        """How many parts they make."""
        return -(-self.runs // self.file.part_runs)

    @property
    def last_seed(self) -> int:
        """The highest seed of any run."""
        file = self.file
        members = file.members.count if file.members and any(map(is_group, file.loads)) else 1
        return file.seeds.first + members * file.seeds.count - 1

    def runs_of(self, part: int) -> range:
        """The numbers of the runs of one part."""
        first = part * self.file.part_runs
        return range(first, min(first + self.file.part_runs, self.runs))

    def cell(self, run: int) -> RunCell:
        """Run number `run`."""
        file = self.file
        rest, fault = divmod(run, len(file.faults))
        rest, protocol = divmod(rest, len(file.protocols))
        rest, converter = divmod(rest, len(file.converters))
        rest, board = divmod(rest, len(file.boards))
        load, seed = divmod(rest, file.seeds.count)
        group, member, order = self._load(load)
        return RunCell(
            run,
            self.path_of(file.protocols[protocol]),
            self.load_name(group, member),
            group,
            member,
            None if file.boards[board] == OWN_BOARD else file.boards[board],
            file.converters[converter],
            file.profile,
            faults_of(file.faults[fault]),
            file.seeds.first + order * file.seeds.count + seed,
        )

    def path_of(self, name: str) -> str:
        """A name as it is, a path as seen from the folder of the campaign's file."""
        return str(Path(self.folder) / name) if is_file_name(name) else name

    def load_name(self, group: str, member: int | None) -> str | None:
        """What `--skin` takes; None for the protocol's own load."""
        if group == OWN_LOAD:
            return None
        if group.startswith(POPULATION):
            inner, index, told = group.removeprefix(POPULATION).partition(INDEX)
            name = POPULATION + self.path_of(inner) + index + told
            return f"{name}{INDEX}{member}" if is_group(group) and member is not None else name
        return self.path_of(group)

    @property
    def _loads(self) -> int:
        return sum(self._size(group) for group in self.file.loads)

    def _size(self, group: str) -> int:
        return self.file.members.count if is_group(group) and self.file.members else 1

    def _load(self, at: int) -> tuple[str, int | None, int]:
        """(its group, its index there, its place among the members) of load number `at`."""
        for group in self.file.loads:
            size = self._size(group)
            if at < size:
                is_member = is_group(group) and self.file.members is not None
                first = self.file.members.first if self.file.members else 0
                return group, first + at if is_member else _index_of(group), at if is_member else 0
            at -= size
        raise IndexError(at)


def is_group(load: str) -> bool:
    """Whether a load of a campaign stands for the members of a population."""
    return load.startswith(POPULATION) and INDEX not in load


def faults_of(text: str) -> tuple[str, ...]:
    """The faults of one set."""
    return () if text == NO_FAULT else tuple(one.strip() for one in text.split("+"))


def joined(faults: tuple[str, ...]) -> str:
    """A set of faults as a campaign's file has it."""
    return _JOINED.join(faults) or NO_FAULT


def _index_of(group: str) -> int | None:
    told = group.rpartition(INDEX)[2] if group.startswith(POPULATION) else ""
    return int(told) if told.isdecimal() else None
