"""Build the site of the documentation into build/site: `make docs`.

Pages and what is made from the code go into build/docs, zensical makes HTML of them, and every
link of the HTML is followed. Exit 1 where the site's generator warns, a link leads nowhere, or a
page would ask another server; 4 without the extra `docs`. `--serve` shows the site afterwards.
`--notebook` runs the notebook anew and keeps what it prints, and builds nothing.
"""

import argparse
import functools
import http.server
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.arch.sources import ROOT

from . import check, generated, nav, notebook, pages

WORK = ROOT / "build" / "docs"
SITE = ROOT / "build" / "site"
_PORT = 8000


def main(argv: list[str] | None = None) -> int:
    """Build the site, say what is wrong with it; return the exit code."""
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__.splitlines()[0])
    parser.add_argument("--serve", action="store_true", help=f"on 127.0.0.1:{_PORT}, until Ctrl-C")
    parser.add_argument(
        "--notebook", action="store_true", help="run the notebook, keep its output"
    )
    args = parser.parse_args(argv)
    if args.notebook:
        notebook.keep_anew()
        return 0
    if importlib.util.find_spec("zensical") is None:
        print("make docs: zensical is missing; pip install 'iontobench[docs]'", file=sys.stderr)
        return 4
    wrong = build(WORK, SITE)
    if wrong:
        print(*wrong, sep="\n", file=sys.stderr)
        return 1
    count = len(list(SITE.rglob("*.html")))
    print(f"{count} pages, 0 warnings, 0 broken links, 0 requests to other servers")
    print(f"open {(SITE / 'index.html').relative_to(ROOT)} in a browser; for the search too:")
    print("  make docs ARGS=--serve")
    if args.serve:
        serve(SITE)
    return 0


def build(work: Path, target: Path) -> list[str]:
    """Build the site into `target` by way of the folder `work`; return what is wrong with it."""
    stage(work)
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=work,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    if done.returncode or not (work / "site").is_dir():
        return said.splitlines() or ["no site was built"]
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(work / "site", target)
    (target / "404.html").unlink(missing_ok=True)  # for a server's root: its links begin with /
    return check.warnings(said) + check.site(target)


def stage(work: Path) -> None:
    """Write what the site's generator reads."""
    shutil.rmtree(work, ignore_errors=True)
    target = work / "pages"
    pages.stage(target)
    for place, make in generated.PAGES.items():
        places = pages.sources() | {place: place}
        pages.write(target / place, pages.for_site(make(), place, places, target, base=""))
    config = nav.present(target).replace("@ROOT@", ROOT.as_posix())
    pages.write(work / "zensical.toml", config)
    shutil.copyfile(ROOT / "docs" / "site.css", target / "site.css")


def serve(folder: Path) -> None:
    """Show a folder to this computer's browsers until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", _PORT), handler) as server:
        print(f"http://127.0.0.1:{_PORT}/ until Ctrl-C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
