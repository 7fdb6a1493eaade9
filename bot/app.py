"""Builds the parts and owns their lifetimes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

import structlog
from pydantic import SecretStr

from bot import duties
from bot.agenda import Agenda
from bot.by_hand import ByHand
from bot.config import ConfigFile, Reloaded, Rulebook, Settings
from bot.doctor.one_server import examine_server
from bot.due import Due
from bot.explaining import Explainer
from bot.gateway import posts
from bot.gateway.answers import InvalidAnswers
from bot.gateway.catch_up import catch_up
from bot.gateway.client import Client, Connection, intents_for
from bot.gateway.deeds import DiscordDeeds
from bot.gateway.files import Fetcher
from bot.gateway.looking import look_at
from bot.health import Health
from bot.languages import ByLanguage, workers_by_language
from bot.pipeline import Pipeline
from bot.read.eligibility import skip_reason
from bot.record.heartbeat import Heartbeat, now_beating
from bot.record.ledger import Ledger
from bot.records import Flag, GuildSettings, Named, Post
from bot.review.announcing import Announcer, Facts, reload_notice
from bot.review.appeals.deciding import Appeals
from bot.review.board import Board
from bot.review.commands import Tree
from bot.review.commands.mydata import Exports
from bot.review.commands.syncing import keep_told
from bot.review.desk import Checked, Desk
from bot.review.forms import take_form
from bot.review.log_channel import LogChannel
from bot.score.model import labels_of, load
from bot.score.worker import Worker
from bot.slow_lane import SlowLane
from bot.texts import Texts
from bot.verdict import Verdicts

DRAIN_SECONDS = 10.0  # what has been begun may take this long to end when the bot is told to stop
NEW_PLACES = ("on_guild_join", "on_guild_channel_create", "on_guild_channel_update")  # a log channel may be among them

OnReady = Callable[[Pipeline], Awaitable[None]]

log = structlog.get_logger()


async def run(
    settings: Settings,
    folder: Path,
    token: SecretStr,
    *,
    stop: asyncio.Event,
    config_file: Path | None = None,
    on_ready: OnReady | None = None,
) -> None:
    """Run the bot until ``stop`` is set. ``on_ready`` is awaited once, when it is connected and its model is loaded.

    ``config_file`` is where ``settings`` come from: moderators are told, and its changes are taken over.

    Raises any ``CivilTongueError`` that keeps it from running.
    """
    health = Health()
    load_model = partial(load, settings.model, options=settings.model_options, threads=settings.worker.threads)
    async with (
        Ledger.at(folder, settings.retention, health) as ledger,
        Worker(load_model, options=settings.worker, health=health) as worker,
        workers_by_language(settings, worker) as by_language,
    ):
        leftovers = await duties.all_unfinished(ledger)
        set_there = await ledger.guild_settings()
        bot = Bot(
            settings,
            folder,
            token,
            health,
            ledger,
            worker,
            by_language=by_language,
            config_file=config_file,
            leftovers=leftovers,
            set_there=set_there,
        )
        async with duties.together([*bot.duties(), bot.tell_when_ready(on_ready), bot.leave_when_told(stop)]):
            pass  # they run until the bot is told to stop


class Bot:
    """The parts of a bot, wired together, and what each event means for them."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        token: SecretStr,
        health: Health,
        ledger: Ledger,
        worker: Worker,
        *,
        by_language: Mapping[str, Worker],
        config_file: Path | None,
        leftovers: list[Flag],
        set_there: Mapping[int, GuildSettings],
    ) -> None:
        self.folder, self.config_file = folder, config_file
        self.health, self.ledger, self.worker, self.by_language = health, ledger, worker, by_language
        self._leftovers = leftovers
        self.connected = asyncio.Event()  # for the first time
        self.news = asyncio.Event()  # something may have to be announced
        self.guilds_changed = asyncio.Event()
        self.decided = asyncio.Event()  # a verdict was given
        self.renamed = asyncio.Event()  # commands may be called otherwise now
        self.missed = asyncio.Event()  # a session began anew, so messages may have been missed
        self._sessions_begun: list[datetime] = []  # those before which nothing has been caught up yet
        self.rulebook = Rulebook(settings, set_there)
        self.invalid = InvalidAnswers()
        self.connection = Connection(token, settings.discord, self._make_client)
        self.log_channel = LogChannel(self._client, self.rulebook)
        self.deeds = DiscordDeeds(
            self._client,
            log_channel=self._log_channel_of,
            invalid=self.invalid,
            appeal_buttons=lambda guild, number: self.appeals.buttons(guild, number),
        )
        self.agenda = Agenda()
        self.board = Board(ledger, self.rulebook, self.log_channel, self.agenda, self.connection.online)
        scorer = ByLanguage(worker, by_language)
        self.pipeline = Pipeline(
            self.rulebook,
            scorer=scorer,
            ledger=ledger,
            deeds=self.deeds,
            cards=self.board,
            health=health,
            agenda=self.agenda,
            online=self.connection.online,
            explainer=Explainer(self._worker_of, health),
        )
        self._asks_for = settings.asks_for  # Discord is asked for it when connecting
        self.slow_lane = SlowLane(Fetcher(settings.discord.api).text_of, self.pipeline.handle, self._is_moderated)

        self.troubles = duties.Troubles(health, self.pipeline.limits, ledger.key_trouble_told)
        self.verdicts = Verdicts(
            ledger,
            deeds=self.deeds,
            agenda=self.agenda,
            online=self.connection.online,
            texts=self._texts_in,
            changed=self._on_verdict,
            hurried=self.troubles.on_hurry,
        )
        self.by_hand = ByHand(ledger, self.pipeline.carrying, changed=self.board.changed)
        self.appeals = Appeals(
            ledger,
            self.rulebook,
            verdicts=self.verdicts,
            deeds=self.deeds,
            agenda=self.agenda,
            log_channel=self.log_channel,
            online=self.connection.online,
        )
        self.desk = Desk(
            ledger=ledger,
            rulebook=self.rulebook,
            pipeline=self.pipeline,
            scorer=scorer,
            deeds=self.deeds,
            agenda=self.agenda,
            log_channel=self.log_channel,
            check=self._check,
            post_of=posts.of,
            appeals=self.appeals,
            exports=Exports(),
            board=self.board,
            verdicts=self.verdicts,
            by_hand=self.by_hand,
            config_file=config_file,
        )

    def duties(self) -> list[duties.Duty]:
        """What runs beside the reading of messages for as long as the bot does."""
        online = self.connection.online
        announcer = Announcer(self.ledger, self.log_channel, self._facts)
        running: list[duties.Duty] = [
            self.connection.run(),
            self.troubles.announce(self.log_channel.say, online),
            duties.expire_regularly(self.ledger, self.rulebook),
            duties.post_cards_regularly(self.pipeline, self.decided, online),
            duties.erase_regularly(self.ledger, self.deeds, online),
            duties.forget_left_guilds(self.ledger, self._guilds, self.guilds_changed, online),
            duties.read_what_was_missed(self.missed, self._catch_up),
            duties.announce_regularly(announcer, self.connected, self.news),
            duties.beat_regularly(self.folder, self._heartbeat),
            self._take_back_on_time(),
            self.slow_lane.run(),
            self.appeals.run(),
            self.verdicts.run(),
            self.board.run(),
            keep_told(self._client, self.ledger, online, self.renamed),
        ]
        if self.config_file is not None:
            running.append(ConfigFile(self.config_file, self.rulebook, labels_of).watch(self._take_over))
        return running

    async def tell_when_ready(self, on_ready: OnReady | None) -> None:
        await self.worker.ready()
        await self.connected.wait()
        if on_ready is not None:
            await on_ready(self.pipeline)

    async def leave_when_told(self, stop: asyncio.Event) -> NoReturn:
        await stop.wait()
        log.info("stopping", seconds_at_most=DRAIN_SECONDS)
        await self.pipeline.leave(DRAIN_SECONDS)
        await self.deeds.close()
        raise duties.Leaving

    # The client, which is another one after each loss

    def _make_client(self) -> Client:
        client = Client(
            self._on_post,
            self._on_open,
            http_trace=self.invalid.trace(),
            intents=intents_for(self._asks_for),
            make_tree=lambda client: Tree(client, self.desk),
        )
        client.add_listener(take_form, "on_interaction")
        for event in NEW_PLACES:
            client.add_listener(self._on_new_place, event)
        for event in ("on_guild_join", "on_guild_available", "on_guild_remove"):
            client.add_listener(self._on_guilds_changed, event)
        client.add_listener(self._on_session, "on_connect")
        client.add_listener(self._on_shard_ready, "on_shard_ready")
        return client

    async def _check(self, guild: Named) -> Checked:
        """What this server lacks for the rules to be carried out."""
        client = self._client()
        seen = await look_at(client, guild)
        found = examine_server(seen, self.rulebook, client.application_id or 0)
        problems = tuple((finding.sentence, finding.mend) for finding in found.problems)
        return Checked(problems, found.invite, found.lacks_any)

    def _client(self) -> Client:
        return self.connection.client

    async def _on_open(self) -> None:
        """Each time a session begins anew; the first time there may be leftovers of an earlier run."""
        leftovers, self._leftovers = self._leftovers, []
        await self.pipeline.reconcile(leftovers)
        for event in (self.connected, self.news, self.guilds_changed):
            event.set()

    async def _on_session(self) -> None:
        self._sessions_begun.append(datetime.now(UTC))

    async def _on_shard_ready(self, _shard: int) -> None:
        """One shard knows its guilds; of several, one that begins anew alone makes no whole client ready again."""
        self.missed.set()

    def _worker_of(self, model_id: str) -> Worker | None:
        workers = (self.worker, *self.by_language.values())
        return next((worker for worker in workers if worker.model_id == model_id), None)

    async def _on_new_place(self, *_: object) -> None:
        self.news.set()

    async def _on_guilds_changed(self, *_: object) -> None:
        self.guilds_changed.set()

    def _guilds(self) -> list[Named]:
        """All guilds that the bot is in, also those that Discord cannot reach now."""
        return [Named(guild.id, guild.name or "") for guild in self._client().guilds]

    async def _catch_up(self) -> None:
        client, begun = self._client(), list(self._sessions_begun)
        if begun and (window := self.rulebook.settings.catch_up):
            await catch_up(client, self.ledger.last_messages, window, begun[0], self._on_post)
        if not client.is_closed():  # else it was cut short, and goes on with the next session
            del self._sessions_begun[: len(begun)]

    async def _on_post(self, post: Post) -> None:
        if self.rulebook.settings.read.files:
            self.slow_lane.take(post)
        await self.pipeline.handle(post)

    def _is_moderated(self, post: Post) -> bool:
        here = self.rulebook.here(post)
        return not (here.exempted_by or skip_reason(post, here.exempt))

    def _on_verdict(self) -> None:
        self.board.changed()
        self.decided.set()

    # The rules in force

    async def _take_over(self, reloaded: Reloaded) -> None:
        self.ledger.keep(self.rulebook.settings.retention)
        self.news.set()
        self.renamed.set()
        if self.connected.is_set():
            await self.log_channel.say(partial(reload_notice, reloaded))

    def _log_channel_of(self, guild: Named) -> str | None:
        return self.rulebook.in_guild(guild).log_channel

    def _texts_in(self, guild: Named) -> Texts:
        return self.rulebook.in_guild(guild).texts

    def _facts(self, guild: Named) -> Facts:
        here = self.rulebook.in_guild(guild)
        labels = tuple(label for label, ladder in here.rules.ladders.items() if ladder.steps)
        return Facts(
            here.mode,
            labels,
            self.config_file,
            here.texts,
            is_paused=here.pause is not None,
            digest_hour=self.rulebook.settings.digest_hour,
        )

    # Time

    async def _take_back_on_time(self) -> None:
        await self.connected.wait()
        await Due(self.ledger, self.deeds, self.agenda, self._texts_in).run()

    def _heartbeat(self) -> Heartbeat:
        is_up = self.connection.is_up
        return now_beating(
            connected=is_up,
            model_loaded=self.worker.is_ready,
            mode=self.rulebook.settings.mode,
            servers=len(self.connection.client.guilds) if is_up else 0,
            reasons={part: str(said) for part, said in self.health.reasons.items()},
        )
