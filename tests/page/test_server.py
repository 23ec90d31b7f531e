"""The page's server: this machine only, its own files only, under its own name only."""

import http.client
import json
import socket
import threading

import pytest

from iontobench.errors import UserError
from iontobench.page.build import STAMP
from iontobench.page.policy import POLICY
from iontobench.page.server import ADDRESS, PageServer

FILES = {"index.html": b"<!doctype html>\n", "a.js": b"1\n", "sub/b.wasm": b"\0asm"}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "page"
    for name, data in FILES.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (made / "secret.txt").write_text("not listed")
    (made / STAMP).write_text(json.dumps({"key": "k", "files": list(FILES)}))
    (tmp_path / "outside.txt").write_text("outside")
    return made


@pytest.fixture
def server(folder):
    with PageServer(folder, 0) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield one
        one.shutdown()


def ask(server, path="/", method="GET", host=None, **headers):
    port = server.server_address[1]
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name in [f"{ADDRESS}:{port}"] if host is None else host:
        connection.putheader("Host", name)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_it_listens_on_the_loopback_address_and_on_no_other(server):
    assert server.server_address[0] == server.socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("name", FILES)
def test_a_listed_file_is_served_with_its_type_and_the_policy(server, name):
    answer, body = ask(server, f"/{name}")
    assert (answer.status, body) == (200, FILES[name])
    policy = answer.getheader("Content-Security-Policy")
    assert policy.startswith(POLICY)
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    types = {
        "index.html": "text/html",
        "a.js": "text/javascript",
        "sub/b.wasm": "application/wasm",
    }
    assert answer.getheader("Content-Type").startswith(types[name])


def test_the_root_is_the_page_and_a_head_has_no_body(server):
    assert ask(server, "/")[1] == FILES["index.html"]
    answer, body = ask(server, "/", "HEAD")
    assert (answer.status, body) == (200, b"")
    assert answer.getheader("Content-Length") == str(len(FILES["index.html"]))


@pytest.mark.parametrize(
    "path",
    [
        *("/secret.txt", f"/{STAMP}", "/../outside.txt", "/sub/../../outside.txt"),
        *("/%2e%2e/outside.txt", "//etc/passwd", "/sub", "/sub/", "/..", "/a.js/", "/\\..\\a"),
        "http://elsewhere.example/index.html",
    ],
)
def test_no_other_path_leads_to_a_file(server, path):
    answer, body = ask(server, path)
    assert answer.status == 404
    assert body == b"no such file\n"


@pytest.mark.parametrize(
    "host",
    [
        *(["elsewhere.example"], ["elsewhere.example:{port}"], ["127.0.0.1"], ["localhost"]),
        *([], ["127.0.0.1:{port}", "elsewhere.example"], ["127.0.0.1:{port}.example"]),
        *(["localhost:1"], ["0.0.0.0:{port}"], ["[::1]:{port}"]),
    ],
)
def test_a_foreign_name_for_this_machine_is_refused(server, host):
    port = server.server_address[1]
    answer, body = ask(server, host=[name.format(port=port) for name in host])
    assert answer.status == 421
    assert FILES["index.html"] not in body


def test_localhost_is_a_name_of_it(server):
    assert ask(server, host=[f"localhost:{server.server_address[1]}"])[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_it_takes_no_other_method(server, method):
    assert ask(server, "/", method)[0].status == 501


def test_what_has_not_changed_is_not_sent_again(server):
    tag = ask(server, "/a.js")[0].getheader("ETag")
    answer, body = ask(server, "/a.js", If_None_Match=tag)
    assert (answer.status, body) == (304, b"")


def test_it_does_not_tell_its_version(server):
    assert ask(server)[0].getheader("Server") == "iontobench"


def test_a_folder_without_a_page_is_refused_in_one_line(tmp_path):
    with pytest.raises(UserError, match="holds no page; `make page` makes one"):
        PageServer(tmp_path, 0)


def test_a_port_that_is_taken_is_refused_with_what_to_do(folder):
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port}: .*--port"):
            PageServer(folder, port)
