"""Reads a campaign's file and checks everything in it before the first run.

A name finds a campaign that ships with this package; anything with a separator in it or ending in
`.toml` is a path. Files that it names lie beside it. Everything wrong is told at once, a line
each. Must not run anything.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import resources as packaged
from pathlib import Path

import msgspec

import iontobench
from iontobench import resources
from iontobench.errors import UserError
from iontobench.protocols.loader import load as load_protocol
from iontobench.sessions.start import SEED_MAX, check_faults, skin_of
from iontobench.tomlfile.errors import FileError, quote
from iontobench.tomlfile.judge import read_as
from iontobench.tomlfile.near import near_choice
from iontobench.tomlfile.source import Source, file_hint, is_file_name

from .cells import INDEX, POPULATION, CampaignPlan, faults_of, is_group
from .schema import OWN_BOARD, OWN_LOAD, RUNS_MAX, CampaignError, CampaignFile
from .session_row import ready_for

# What decides a session beside the firmware, as folders and files of this package.
_MODEL = ("device", "link", "protocols", "sessions", "sim", "campaign/engine/session_row.py")


def list_campaigns() -> list[str]:
    """The names of the campaigns that ship, sorted."""
    return sorted(path.stem for path in _shipped().glob("*.toml"))


def load_campaign(name_or_path: str) -> CampaignPlan:
    """Read and check a campaign.

    Raises:
        CampaignError: a line with the file, the key, what is allowed and what to do; `all` has
            every line.
        FileError: a protocol's or a load's own file that is wrong.
    """
    if is_file_name(name_or_path):
        path = Path(name_or_path)
        return parse(Source.read(name_or_path, path, CampaignError), str(path.parent))
    if name_or_path not in list_campaigns():
        near = near_choice(name_or_path, list_campaigns())
        hint = f"did you mean {near}?" if near else file_hint(name_or_path)
        found = f"there is none named {quote(name_or_path)}"
        raise CampaignError("campaigns", "", found, ", ".join(list_campaigns()), hint)
    path = _shipped() / f"{name_or_path}.toml"
    return parse(Source.read(path.name, path, CampaignError), "")


def parse(source: Source, folder: str) -> CampaignPlan:
    """Check the text of one file; `folder` is where it lies, empty for one that ships.

    Raises:
        CampaignError, FileError: as `load_campaign`.
    """
    file = read_as(source, source.data, CampaignFile)
    plan = CampaignPlan(file, folder, "", model_sha256())
    if errors := list(_wrong(source, plan)):
        raise errors[0].with_others(errors)
    return msgspec.structs.replace(plan, identity=_identity(plan))


@cache
def model_sha256() -> str:
    """One hash over the sources that decide what a session does: firmware, simulation, host."""
    root = Path(next(iter(iontobench.__path__)))
    digest = hashlib.sha256(resources.firmware_sha256().encode())
    for part in _MODEL:
        found = [root / part] if part.endswith(".py") else (root / part).rglob("*")
        for path in sorted(one for one in found if one.suffix in (".py", ".toml")):
            name = path.relative_to(root).as_posix()
            content = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(b"%s %d\n" % (name.encode(), len(content)) + content)
    return digest.hexdigest()


def _shipped() -> Path:
    return Path(str(packaged.files(str(__package__)) / "shipped"))


def _wrong(source: Source, plan: CampaignPlan) -> Iterator[FileError]:
    """Everything that the schema could not see."""
    file = plan.file
    for key in ("protocols", "loads", "faults", "boards", "converters"):
        names = getattr(file, key)
        for at, name in enumerate(names):
            if name in names[:at]:
                yield source.error((key, at), f"found {quote(name)} again", "", "remove it")
    if any(map(is_group, file.loads)) != (file.members is not None):
        hint = "add [members] with its count" if file.members is None else "remove it"
        found = "a population without members" if file.members is None else "no population"
        yield source.error(("members",), found, "loads of a population with [members]", hint)
        return
    yield from _wrong_names(source, plan)
    if plan.runs > RUNS_MAX:
        found, hint = f"{plan.runs} runs", "shorten the lists, or run several campaigns"
        yield source.error((), found, f"at most {RUNS_MAX} runs", hint)
    if plan.last_seed > SEED_MAX:
        found = f"the last run's seed would be {plan.last_seed}"
        yield source.error(("seeds", "first"), found, f"at most {SEED_MAX}", "lower it")


def _wrong_names(source: Source, plan: CampaignPlan) -> Iterator[FileError]:
    """Names that stand for nothing, and protocols that a board cannot serve."""
    file = plan.file
    for at, group in enumerate(file.loads):
        member = file.members.first if file.members and is_group(group) else None
        name = plan.load_name(group, member)
        if name is not None:
            yield from _told(source, ("loads", at), partial(skin_of, name))
    for at, text in enumerate(file.faults):
        yield from _told(source, ("faults", at), partial(check_faults, faults_of(text)))
    for at, name in enumerate(file.boards):
        board = None if name == OWN_BOARD else name
        find = partial(resources.board_of, name)
        unknown = [] if board is None else list(_told(source, ("boards", at), find))
        yield from unknown
        for place, protocol in enumerate(() if unknown else file.protocols):
            words = (plan.path_of(protocol), board, file.converters[0], file.profile)
            yield from _told(source, ("protocols", place), partial(ready_for, *words))


def _told(source: Source, path: tuple[str, int], act: Callable[[], object]) -> Iterator[FileError]:
    """What `act` says is wrong with the value at `path`, as an error of the campaign's file."""
    try:
        act()
    except (FileError, UserError) as error:
        found = f"cannot be run: {str(error).removeprefix('--fault: ')}"
        yield source.error(path, found)


def _identity(plan: CampaignPlan) -> str:
    """The hash of what is run: not of comments, nor of a title."""
    content = msgspec.to_builtins(plan.file)
    del content["title"]
    protocols = [load_protocol(plan.path_of(name)) for name in plan.file.protocols]
    told = {
        "campaign": content,
        "protocols": [protocol.toml_sha256 for protocol in protocols],
        "loads": [_load_sha256(plan, group) for group in plan.file.loads],
        "model": plan.model,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _load_sha256(plan: CampaignPlan, group: str) -> str:
    """The hash of a load's file; nothing where it has none, or ships and is in the model's."""
    inner = group.removeprefix(POPULATION).partition(INDEX)[0]
    if group == OWN_LOAD or not is_file_name(inner):
        return ""
    return hashlib.sha256(Path(plan.path_of(inner)).read_bytes()).hexdigest()
