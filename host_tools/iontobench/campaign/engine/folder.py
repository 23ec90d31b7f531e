"""The folder of a campaign: what is run, and its results in whole parts.

`campaign.json` says what is run. `runs/part-000012.parquet` holds the rows of one part; it has
that name only once it is whole and on the disk, so that a kill at any instant costs the parts in
work and nothing else. Parts hold no clock and no name of a machine: the same campaign gives the
same bytes. Needs pyarrow, of the extra `campaign`.
"""

import importlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import msgspec

from ionto.bench import FIRMWARE_VERSION, NOTICE
from iontobench import __version__, resources
from iontobench.disk import write_whole
from iontobench.errors import MissingExtraError, UserError

from .cells import CampaignPlan
from .columns import COLUMNS, Row

FORMAT, FORMAT_VERSION = "iontobench-campaign", 1
MANIFEST, PARTS, LOCK, SCRATCH = "campaign.json", "runs", "campaign.lock", "part.new"
EXTRA = "campaign"
_BEGUN = {PARTS, LOCK, f"{MANIFEST}.new"}  # what a kill before the manifest may leave


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What `campaign.json` says: what is run, and by which sources."""

    disclaimer: str
    format: str
    format_version: int
    name: str
    title: str
    identity: str
    model_sha256: str
    firmware: dict[str, str]
    host_version: str
    runs: int
    parts: int
    campaign: dict[str, Any]


class CampaignFolder:
    """One campaign's folder; `parts_done` is what is there already."""

    def __init__(self, path: Path, manifest: Manifest):
        self.path = path
        self.manifest = manifest
        self._lock: Any = None

    @classmethod
    def begin(cls, path: Path, plan: CampaignPlan) -> Self:
        """The folder of a campaign that is run now; one that was begun goes on.

        Raises:
            UserError: the folder is another campaign's, not a campaign's, or in use.
        """
        pyarrow()
        wanted = _manifest(plan)
        if (path / MANIFEST).is_file():
            found = read_manifest(path)
            _require_same(path, found, wanted)
        elif path.is_dir() and {one.name for one in path.iterdir()} - _BEGUN:
            raise UserError(f"{path}: holds other things; choose another folder with --out")
        (path / PARTS).mkdir(parents=True, exist_ok=True)
        folder = cls(path, wanted)
        folder._hold()
        try:
            write_whole(path / MANIFEST, _as_json(wanted))
        except BaseException:
            folder.close()
            raise
        return folder

    @classmethod
    def open(cls, path: Path) -> Self:
        """The folder of a campaign, to read.

        Raises:
            UserError: there is none.
        """
        pyarrow()
        return cls(path, read_manifest(path))

    def close(self) -> None:
        """Let another process run it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def parts_done(self) -> set[int]:
        """The numbers of the parts that are whole."""
        names = (one.stem.removeprefix("part-") for one in self._files())
        return {int(name) for name in names if name.isdecimal()}

    def write_part(self, part: int, data: bytes) -> None:
        """Keep a part, whole or not at all.

        Raises:
            OSError: the disk does not take it.
        """
        target = self.path / PARTS / f"part-{part:06d}.parquet"
        write_whole(target, data, self.path / SCRATCH)

    def table(self, columns: Iterable[str] | None = None) -> Any:
        """What is there so far as a table of pyarrow's, in the order of the runs.

        Args:
            columns: which ones; by default all.

        Raises:
            UserError: nothing is there, or a part cannot be read.
        """
        arrow, parquet = pyarrow()
        names = None if columns is None else list(columns)
        files = sorted(self._files())
        if not files:
            raise UserError(f"{self.path}: no part is done yet; run the campaign first")
        try:
            found = [parquet.read_table(one, columns=names) for one in files]
        except (arrow.ArrowInvalid, OSError) as error:
            why = " ".join(str(error).split())
            raise UserError(f"{self.path}: a part cannot be read: {why}") from None
        return arrow.concat_tables(found)

    def _files(self) -> list[Path]:
        return list((self.path / PARTS).glob("part-*.parquet"))

    def _hold(self) -> None:
        """Hold the folder for this process, where the system knows how; a kill lets it go.

        Raises:
            UserError: another process runs this campaign.
        """
        try:
            import fcntl
        except ModuleNotFoundError:  # Windows
            return
        lock = (self.path / LOCK).open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            line = f"{self.path}: another process runs this campaign; wait for it, or stop it"
            raise UserError(line) from None
        self._lock = lock


def pyarrow() -> tuple[Any, Any]:
    """The package, and its part for Parquet.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise MissingExtraError("campaign", error, EXTRA) from error


def part_bytes(rows: list[Row]) -> bytes:
    """A part as a Parquet file: the same rows give the same bytes."""
    arrow, parquet = pyarrow()
    fields = [
        arrow.field(one.name, arrow.type_for_alias(one.kind), metadata={"meaning": one.meaning})
        for one in COLUMNS
    ]
    schema = arrow.schema(fields, metadata={"iontobench.disclaimer": NOTICE})
    stream = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), stream)
    return stream.getvalue()


def read_manifest(path: Path) -> Manifest:
    """What a campaign's folder says that it is.

    Raises:
        UserError: it is no campaign's folder.
    """
    file = path / MANIFEST
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{path}: no campaign's folder: {MANIFEST}: {why}") from None
    if (found.format, found.format_version) != (FORMAT, FORMAT_VERSION):
        line = f"{file}: version {found.format_version}; this program reads {FORMAT_VERSION}"
        raise UserError(line)
    return found


def _manifest(plan: CampaignPlan) -> Manifest:
    return Manifest(
        disclaimer=NOTICE,
        format=FORMAT,
        format_version=FORMAT_VERSION,
        name=plan.file.name,
        title=plan.file.title,
        identity=plan.identity,
        model_sha256=plan.model,
        firmware={"version": FIRMWARE_VERSION, "sha256": resources.firmware_sha256()},
        host_version=__version__,
        runs=plan.runs,
        parts=plan.parts,
        campaign=msgspec.to_builtins(plan.file),
    )


def _require_same(path: Path, found: Manifest, wanted: Manifest) -> None:
    if found.identity == wanted.identity:
        return
    why = f"{found.name} with another content"
    if found.name != wanted.name:
        why = f"the campaign {found.name}"
    elif found.model_sha256 != wanted.model_sha256:
        why = f"{found.name} with another firmware or simulation"
    raise UserError(f"{path}: was begun as {why}; choose another folder with --out")


def _as_json(manifest: Manifest) -> bytes:
    return (json.dumps(msgspec.to_builtins(manifest), indent=1) + "\n").encode()
