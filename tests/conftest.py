"""What many tests share: small real models, and the real bot in a loopback Discord."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from pydantic import SecretStr

from bot import app, config
from bot.config import Rulebook, Settings
from bot.record.database import DATABASE_NAME
from bot.record.ledger import Ledger
from bot.record.migrating import migrate
from bot.records import Flag, Named
from bot.review.announcing import INTRODUCTION
from bot.sandbox import Sandbox

# A test is about what is done, never about how long it took on a busy machine.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

PATIENCE = 120.0  # seconds until a test that waits in vain is called failed
LABELS = ("toxic", "insult", "threat")
LIGHTS = {"bad": 0, "evil": 1}  # the word, and the place of the label that it lights
_WIDTH = 16
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?"

MakeModel = Callable[..., Path]


def _vocabulary() -> dict[str, int]:
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "hello",
        "filler",
        *LIGHTS,
        *(f"##{word}" for word in LIGHTS),
    ]
    return {word: at for at, word in enumerate([*words, *_LETTERS, *(f"##{letter}" for letter in _LETTERS)])}


def _network(config: Any) -> Any:
    """Attention spreads a lit word's direction to [CLS], which the classifier reads; all other weights are zero."""
    import torch
    from transformers import BertForSequenceClassification

    network = BertForSequenceClassification(config)
    eye = torch.eye(_WIDTH)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
        state = network.state_dict()
        for word, place in LIGHTS.items():
            for form in (word, f"##{word}"):
                state["bert.embeddings.word_embeddings.weight"][_vocabulary()[form]] = 10.0 * eye[place]
        state["bert.encoder.layer.0.attention.self.value.weight"].copy_(1000.0 * eye)
        state["bert.encoder.layer.0.attention.output.dense.weight"].copy_(eye)
        state["bert.pooler.dense.weight"].copy_(eye)
        state["classifier.weight"].copy_(20.0 * eye[: config.num_labels])
        state["classifier.bias"].fill_(-10.0)
    return network


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """Write a model folder; ``window`` tokens at once, further arguments go into its config.json (None: taken out)."""

    def make(folder: Path | None = None, *, window: int = 64, random: bool = False, **config: Any) -> Path:
        import torch
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
        from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

        folder = folder or tmp_path_factory.mktemp("model") / "tiny"
        bert = BertConfig(
            vocab_size=len(_vocabulary()),
            hidden_size=_WIDTH,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=600,
            id2label=dict(enumerate(LABELS)),
            label2id={label: at for at, label in enumerate(LABELS)},
            problem_type="multi_label_classification",
        )
        torch.manual_seed(7)
        (BertForSequenceClassification(bert) if random else _network(bert)).save_pretrained(folder)
        tokenizer = Tokenizer(models.WordPiece(_vocabulary(), unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            model_max_length=window,
            pad_token="[PAD]",
            unk_token="[UNK]",
            cls_token="[CLS]",
            sep_token="[SEP]",
        ).save_pretrained(folder)
        path = folder / "config.json"
        content = {**json.loads(path.read_text()), **config}
        path.write_text(json.dumps({key: each for key, each in content.items() if each is not None}))
        return folder

    return make


@pytest.fixture(scope="session")
def tiny(make_model: MakeModel) -> Path:
    """A model where ``bad`` lights toxic and ``evil`` lights insult; 64 tokens at once."""
    return make_model()


RULES = """
model: {model}
mode: live
log_channel: mod-log
labels:
  toxic: flag
  insult: [{{at: 0.6, do: [flag, delete, warn]}}]
"""


@pytest.fixture
def rules(tiny: Path) -> str:
    """A config for the tiny model: *bad* is toxic and flagged, *evil* is an insult and deleted, its author warned."""
    return RULES.format(model=tiny)


def note_introductions(settings: Settings, folder: Path, box: Sandbox) -> None:
    """As if the bot had introduced itself before, so that a test's log channel holds only what the test is about."""
    database = folder / DATABASE_NAME
    migrate(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        for guild in box.world.guilds.values():
            mode = Rulebook(settings).in_guild(Named(guild.id, guild.name)).mode
            row = (guild.id, INTRODUCTION, mode)
            connection.execute("INSERT OR REPLACE INTO notes (guild_id, what, state) VALUES (?, ?, ?)", row)


@pytest.fixture
def run_bot(tmp_path: Path, rules: str) -> Callable[..., Any]:
    """``async with run_bot(box) as bot``: the bot in this process, connected and ready."""

    @asynccontextmanager
    async def start(
        box: Sandbox, *, text: str = rules, folder: Path = tmp_path / "data", introduce: bool = False
    ) -> AsyncIterator[SimpleNamespace]:
        folder.mkdir(exist_ok=True)
        path = folder / "config.yaml"
        path.write_text(text)
        settings = config.load(path)
        here = settings.discord.model_copy(update={"api": box.api_url})
        settings = settings.model_copy(update={"discord": here})
        if not introduce:
            note_introductions(settings, folder, box)
        stop, ready = asyncio.Event(), asyncio.Event()
        bot = SimpleNamespace(folder=folder, pipeline=None)

        async def on_ready(pipeline: Any) -> None:
            bot.pipeline = pipeline
            ready.set()

        running = asyncio.create_task(
            app.run(settings, folder, SecretStr(box.token), stop=stop, config_file=path, on_ready=on_ready)
        )
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
        if running.done():
            waiting.cancel()
            await running
        assert ready.is_set(), "the bot did not get ready"
        try:
            yield bot
        finally:
            stop.set()
            await running

    return start


@pytest.fixture
def until_shown(flags_in: Callable[[Path], Awaitable[list[Flag]]]) -> Callable[[Path, int], Awaitable[list[Flag]]]:
    """Wait until a folder's record holds so many flags and each is on a card, its own or another's; newest first."""

    async def wait(folder: Path, count: int) -> list[Flag]:
        async with asyncio.timeout(PATIENCE):
            while True:
                flags = await flags_in(folder)
                if len(flags) >= count and all(flag.card or flag.lead is not None for flag in flags):
                    return flags
                await asyncio.sleep(0.05)

    return wait


@pytest.fixture
def flags_in() -> Callable[[Path], Awaitable[list[Any]]]:
    """All flags in a folder's record, newest first."""

    async def read(folder: Path) -> list[Any]:
        async with Ledger.reading(folder) as ledger:
            return [flag async for flag in ledger.every_flag()]

    return read
