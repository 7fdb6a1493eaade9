"""The hub's own client against a small hub on a real loopback socket."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from bot.errors import ModelUnavailable
from bot.score import source
from bot.score.importing import import_model
from bot.score.model import labels_of, load
from bot.score.options import ModelOptions

MakeModel = Callable[..., Path]
EXACT = ModelOptions(number_type="float32")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "someone/tiny-toxic"
GATED = "someone/gated"


class Hub(ThreadingHTTPServer):
    """Answers what huggingface_hub asks for, for one repository: ``folder``, at the one commit of ``main``."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.is_down = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def files(self) -> list[Path]:
        return sorted(each for each in self.folder.rglob("*") if each.is_file())


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(path)
        self.server.agents.add(self.headers["User-Agent"])
        if self.server.is_down:
            self.reply(503, {"error": "down"})
        elif GATED in path:
            self.reply(403, {"error": "gated"}, {"X-Error-Code": "GatedRepo"})
        elif NAME not in path:
            self.reply(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        elif "/tree/" in path:
            self.reply(200, [self.entry(file) for file in self.server.files()])
        elif match := re.fullmatch(rf"/{NAME}/resolve/([^/]+)/(.+)", path):
            self.resolve(match[1], self.server.folder / match[2])
        elif path.endswith(("/revision/main", f"/revision/{COMMIT}", f"/models/{NAME}")):
            siblings = [{"rfilename": self.entry(each)["path"], **self.entry(each)} for each in self.server.files()]
            self.reply(200, {"id": NAME, "sha": COMMIT, "siblings": siblings, "tags": [], "downloads": 0})
        else:
            self.reply(404, {"error": "Revision not found"}, {"X-Error-Code": "RevisionNotFound"})

    def entry(self, file: Path) -> dict[str, Any]:
        name = file.relative_to(self.server.folder).as_posix()
        return {"type": "file", "path": name, "size": file.stat().st_size, "oid": self.tag(file)}

    def tag(self, file: Path) -> str:
        return hashlib.sha1(file.read_bytes()).hexdigest()

    def resolve(self, revision: str, file: Path) -> None:
        if revision not in ("main", COMMIT):
            self.reply(404, {"error": "Revision not found"}, {"X-Error-Code": "RevisionNotFound"})
        elif not file.is_file():
            self.reply(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
        else:
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{self.tag(file)}"'}
            self.send(200, file.read_bytes(), "application/octet-stream", headers)

    def reply(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        self.send(status, json.dumps(content).encode(), "application/json", headers or {})

    def send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture
def hub(make_model: MakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    server = Hub(make_model(tmp_path / "repository"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_model_is_fetched_once_and_its_commit_recorded(hub: Hub) -> None:
    model = load(NAME, options=EXACT)
    assert model.id == f"{NAME}@{COMMIT}"
    assert model.labels == ("toxic", "insult", "threat")
    fetched = [path for path in hub.asked if path.endswith("model.safetensors")]
    hub.asked.clear()
    assert load(f"{NAME}@{COMMIT}", options=EXACT).id == model.id
    assert fetched
    assert not [path for path in hub.asked if path.endswith("model.safetensors")]


def test_only_what_the_model_needs_is_downloaded(hub: Hub) -> None:
    for name in ("modeling_own.py", "pytorch_model.bin", "onnx/model.onnx", "onnx/model.safetensors", "README.md"):
        (hub.folder / name).parent.mkdir(exist_ok=True)
        (hub.folder / name).write_bytes(b"x")
    folder = load(NAME, options=EXACT).folder
    assert {each.name for each in folder.rglob("*") if each.is_file()} <= {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
    }


def test_nothing_is_told_beyond_the_request_itself(hub: Hub) -> None:
    load(NAME, options=EXACT)
    assert not [path for path in hub.asked if "telemetry" in path or "discussions" in path or "convert" in path]


def test_a_fetched_model_loads_while_the_hub_is_away(hub: Hub) -> None:
    load(NAME, options=EXACT)
    hub.is_down = True
    assert load(NAME, options=EXACT).id == f"{NAME}@{COMMIT}"
    hub.server_close()
    hub.shutdown()
    assert load(NAME, options=EXACT).id == f"{NAME}@{COMMIT}"


def test_labels_are_read_without_downloading_weights(hub: Hub) -> None:
    assert labels_of(NAME) == ("toxic", "insult", "threat")
    assert labels_of(f"{NAME}@{COMMIT}") == ("toxic", "insult", "threat")
    assert not [path for path in hub.asked if "safetensors" in path]


@pytest.mark.parametrize("read", [load, labels_of])
@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("someone/missing", "There is no model someone/missing"),
        (f"{NAME}@nowhere", "no revision 'nowhere'"),
        (GATED, "is gated"),
    ],
)
def test_what_the_hub_refuses_is_one_sentence(hub: Hub, read: Any, wanted: str, sentence: str) -> None:
    with pytest.raises(ModelUnavailable, match=sentence) as refused:
        read(wanted)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("read", [load, labels_of])
def test_a_hub_that_is_away_is_one_sentence(hub: Hub, read: Any) -> None:
    hub.is_down = True
    with pytest.raises(ModelUnavailable, match="could not be had") as refused:
        read(NAME)
    assert "embedded" in str(refused.value)


def test_a_repository_with_only_a_pickle_is_not_downloaded_but_can_be_imported(hub: Hub, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(hub.folder / "model.safetensors"), hub.folder / "pytorch_model.bin")
    (hub.folder / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match=f"python -m bot model import {NAME}"):
        load(NAME)
    assert not [path for path in hub.asked if path.endswith(".bin")]
    assert load(str(import_model(NAME, tmp_path / "imported")), options=EXACT).labels == labels_of(NAME)


def test_a_repository_without_any_model_is_refused(hub: Hub) -> None:
    (hub.folder / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="no weights in safetensors"):
        load(NAME)
    (hub.folder / "config.json").unlink()
    with pytest.raises(ModelUnavailable, match=r"has no config\.json"):
        labels_of(NAME)


def test_a_model_over_the_size_cap_is_not_downloaded(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_WEIGHT_BYTES", 1000)
    with pytest.raises(ModelUnavailable, match="choose a smaller model"):
        load(NAME)
    assert not [path for path in hub.asked if path.endswith("model.safetensors")]


def test_a_model_of_which_only_the_labels_were_fetched_is_not_taken_for_complete(hub: Hub) -> None:
    assert labels_of(NAME)
    hub.is_down = True
    assert labels_of(NAME) == ("toxic", "insult", "threat")
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        load(NAME)


def test_labels_are_read_without_torch_and_with_telemetry_off(hub: Hub, tmp_path: Path) -> None:
    program = f"""
import sys
from bot.score.model import labels_of
print(*labels_of({NAME!r}))
from huggingface_hub import constants
print(constants.HF_HUB_DISABLE_TELEMETRY, "torch" in sys.modules, "transformers" in sys.modules)
"""
    surroundings = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")}
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], env=surroundings, cwd=root, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["toxic insult threat", "True False False"], done.stderr
