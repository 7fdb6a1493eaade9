"""Buttons, menus, forms and commands, answered by the real discord.py."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import httpx
import pytest
from discord import app_commands, ui

from bot.sandbox import Interaction, Refused, Sandbox
from bot.sandbox.entities import Message

Answer = Callable[[discord.Interaction], Awaitable[Any]]


@pytest.fixture
async def client(connect: Any) -> Any:
    return await connect()


async def send(
    client: discord.Client, box: Sandbox, view: ui.View | ui.LayoutView, channel: str = "mod-log"
) -> Message:
    """Post a message with a view as the bot, and give the sandbox's own record of it."""
    place: Any = client.get_channel(box.channel(channel).id)
    await place.send(view=view)
    return box.messages(channel)[-1]


def button(label: str, answer: Answer, **options: Any) -> ui.View:
    pressed: ui.Button[ui.View] = ui.Button(label=label, **options)
    pressed.callback = answer  # type: ignore[method-assign]
    view = ui.View(timeout=None)
    view.add_item(pressed)
    return view


async def silence(_: discord.Interaction) -> None:
    """What a bot that hangs answers."""


# Presses and their answers


async def test_a_press_is_answered_with_a_message_that_only_the_presser_sees(box: Sandbox, client: Any) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"hello {interaction.user.display_name}", ephemeral=True)

    card = await send(client, box, button("Uphold", answer))
    done = await box.press("Morgan", card, "Uphold")
    assert (done.answered, done.is_ephemeral, done.content) == (True, True, "hello Morgan")
    assert done.message in box.seen_by("Morgan", "mod-log")
    assert done.message not in box.seen_by("Robin", "mod-log")
    assert done.message not in box.messages("mod-log")


async def test_the_bot_is_told_who_pressed_where_and_what_they_may(box: Sandbox, client: Any) -> None:
    heard: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        heard.append(interaction)
        await interaction.response.defer()

    card = await send(client, box, button("Look", answer, custom_id="look"))
    await box.press("Morgan", card, "look")
    await box.press("Robin", card, "Look")
    morgan, robin = heard
    assert isinstance(morgan.user, discord.Member)
    assert (morgan.user.display_name, morgan.message and morgan.message.id) == ("Morgan", card.id)
    assert [role.name for role in morgan.user.roles] == ["@everyone", "Member", "Moderator"]
    assert (morgan.permissions.ban_members, robin.permissions.ban_members) == (True, False)
    assert robin.permissions.moderate_members
    assert morgan.app_permissions.moderate_members
    assert morgan.context.guild
    assert (morgan.locale, morgan.guild_locale) == (discord.Locale.american_english,) * 2
    assert (morgan.guild_id, morgan.channel_id) == (box.guild.id, card.channel.id)
    assert morgan.filesize_limit == 10 * 1024 * 1024


async def test_a_press_in_a_direct_message_has_a_user_and_no_guild(box: Sandbox, client: Any) -> None:
    heard: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        heard.append(interaction)
        await interaction.response.send_message("thank you")

    await client.guilds[0].get_member_named("Mallory").send(view=button("Appeal", answer))
    await client.guilds[0].ban(client.guilds[0].get_member_named("Mallory"))
    done = await box.press("Mallory", box.dms("Mallory")[0], "Appeal")
    assert (done.content, done.is_ephemeral) == ("thank you", False)
    assert isinstance(heard[0].user, discord.User)
    assert (heard[0].guild_id, heard[0].context.dm_channel) == (None, True)
    assert [text.content for text in box.dms("Mallory")] == ["", "thank you"]


async def test_an_update_changes_the_message_under_the_button(box: Sandbox, client: Any) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content="decided", view=None)

    card = await send(client, box, button("Uphold", answer))
    done = await box.press("Morgan", card, "Uphold")
    assert done.message is card
    assert (card.content, card.components) == ("decided", [])
    with pytest.raises(Refused, match="There is no button 'Uphold' on that message; there are: none"):
        await box.press("Morgan", card, "Uphold")


async def test_a_deferred_answer_is_waited_for_and_may_bring_a_file(box: Sandbox, client: Any) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(
            content="the chart", attachments=[discord.File(io.BytesIO(b"png"), "chart.png")]
        )

    done = await box.press("Morgan", await send(client, box, button("Stats", answer)), "Stats")
    assert (done.deferred, done.is_ephemeral, done.content) == (True, True, "the chart")
    assert done.files == {"chart.png": b"png"}


async def test_the_first_followup_of_a_deferred_answer_is_that_answer(box: Sandbox, client: Any) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("first")
        await interaction.followup.send("second", ephemeral=True)

    done = await box.press("Morgan", await send(client, box, button("Go", answer)), "Go")
    await box.until(lambda: done.followups)
    assert (done.content, done.is_ephemeral) == ("first", False)
    assert [(each.content, each.only_for and each.only_for.name) for each in done.followups] == [("second", "Morgan")]


async def test_answers_and_followups_are_read_edited_and_deleted(box: Sandbox, client: Any) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one", ephemeral=True)
        original = await interaction.original_response()
        await original.edit(content=original.content + " two")
        followup = await interaction.followup.send("three", ephemeral=True, wait=True)
        await followup.edit(content="four")
        await original.delete()

    done = await box.press("Morgan", await send(client, box, button("Go", answer)), "Go")
    await box.until(lambda: done.message is not None and done.message.is_deleted)
    assert (done.content, done.followups[0].content) == ("one two", "four")
    assert done.message not in box.seen_by("Morgan", "mod-log")


async def test_a_bot_that_does_not_answer_in_time_has_lost_its_chance(box: Sandbox, client: Any) -> None:
    heard: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        heard.append(interaction)

    box.world.interactions.answer_within = 0.05
    done = await box.press("Morgan", await send(client, box, button("Go", answer)), "Go")
    assert (done.answered, done.failed, done.answered_in, done.response) == (False, True, None, None)
    with pytest.raises(discord.NotFound) as refusal:
        await heard[0].response.send_message("late")
    assert refusal.value.code == 10062


async def test_a_press_while_no_bot_is_there_is_not_answered(box: Sandbox, api: httpx.AsyncClient) -> None:
    box.world.interactions.answer_within = 0.05
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
    await api.post(f"/channels/{box.channel('general').id}/messages", json={"components": [row]})
    assert (await box.press("Alice", box.messages("general")[0], "go")).failed


# Who may press


@pytest.mark.parametrize(
    ("member", "name", "sentence"),
    [
        ("Mallory", "Open", "Mallory cannot see #mod-log"),
        ("Morgan", "Shut", "The button 'Shut' is disabled"),
        ("Morgan", "Away", "is a link to https://example.org/"),
        ("Morgan", "Else", "There is no button 'Else' on that message; there are: 'Open', 'Shut', 'Away'"),
    ],
)
async def test_what_discords_client_would_not_let_happen_is_refused(
    box: Sandbox, client: Any, member: str, name: str, sentence: str
) -> None:
    view = button("Open", silence)
    view.add_item(ui.Button(label="Shut", disabled=True))
    view.add_item(ui.Button(label="Away", url="https://example.org/"))
    card = await send(client, box, view)
    with pytest.raises(Refused, match=sentence):
        await box.press(member, card, name)


async def test_nobody_else_can_press_a_button_on_an_ephemeral_answer(box: Sandbox, client: Any) -> None:
    async def inner(interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content="confirmed", view=None)

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("sure?", view=button("Yes", inner), ephemeral=True)

    asked = await box.press("Morgan", await send(client, box, button("Ban", answer)), "Ban")
    with pytest.raises(Refused, match="Only Morgan can see that message"):
        await box.press("Ada", asked, "Yes")
    await box.press("Morgan", asked, "Yes")
    assert asked.content == "confirmed"


# Menus


async def test_an_option_is_chosen_by_its_label_or_value(box: Sandbox, client: Any) -> None:
    chosen: list[list[str]] = []
    menu: ui.Select[ui.View] = ui.Select(placeholder="Timeout", custom_id="t", max_values=2)
    menu.add_option(label="10 minutes", value="10m")
    menu.add_option(label="1 hour", value="1h")

    async def answer(interaction: discord.Interaction) -> None:
        chosen.append(menu.values)
        await interaction.response.defer()

    menu.callback = answer  # type: ignore[method-assign]
    card = await send(client, box, ui.View(timeout=None).add_item(menu))
    await box.choose("Morgan", card, "Timeout", ["10 minutes"])
    await box.choose("Morgan", card, "t", ["10m", "1h"])
    assert chosen == [["10m"], ["10m", "1h"]]
    with pytest.raises(Refused, match="'Timeout' has no choice '2h'; there are: '10 minutes', '1 hour'"):
        await box.choose("Morgan", card, "Timeout", ["2h"])
    with pytest.raises(Refused, match="1 to 2 must be chosen, not 0"):
        await box.choose("Morgan", card, "Timeout", [])


async def test_members_roles_and_channels_are_chosen_by_name(box: Sandbox, client: Any) -> None:
    chosen: list[Any] = []
    view = ui.View(timeout=None)
    for kind in (ui.UserSelect, ui.RoleSelect, ui.ChannelSelect, ui.MentionableSelect):
        menu = kind(custom_id=kind.__name__)

        async def answer(interaction: discord.Interaction, menu: Any = menu) -> None:
            chosen.extend(menu.values)
            await interaction.response.defer()

        menu.callback = answer  # type: ignore[method-assign]
        view.add_item(menu)
    card = await send(client, box, view)
    await box.choose("Morgan", card, "UserSelect", ["Mallory"])
    await box.choose("Morgan", card, "RoleSelect", ["Helper"])
    await box.choose("Morgan", card, "ChannelSelect", ["general"])
    await box.choose("Morgan", card, "MentionableSelect", ["Alice"])
    user, role, channel, mentioned = chosen
    assert isinstance(user, discord.Member)
    assert [user.display_name, role.name, channel.name, mentioned.display_name] == [
        *("Mallory", "Helper", "general", "Alice"),
    ]


# Forms


class Reasons(ui.Modal, title="Appeal"):
    head: ui.TextDisplay[Any] = ui.TextDisplay("Say it in **your** words.")
    why: ui.Label[Any] = ui.Label(text="Why", component=ui.TextInput(custom_id="why", min_length=3, max_length=20))
    kind: ui.Label[Any] = ui.Label(
        text="Kind",
        component=ui.Select(
            options=[discord.SelectOption(label="Joke", value="joke")], custom_id="kind", required=False
        ),
    )
    who: ui.Label[Any] = ui.Label(text="Who", component=ui.UserSelect(custom_id="who", required=False))
    old: ui.TextInput[Any] = ui.TextInput(label="Anything else", custom_id="else", required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        why, kind, who = (part.component for part in (self.why, self.kind, self.who))
        people = [each.display_name for each in who.values]  # type: ignore[attr-defined]
        text = f"{why.value} {kind.values} {people} {self.old.value!r}"  # type: ignore[attr-defined]
        await interaction.response.send_message(text, ephemeral=True)


async def open_form(box: Sandbox, client: Any) -> Interaction:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Reasons())

    return await box.press("Morgan", await send(client, box, button("Appeal", answer)), "Appeal")


async def test_a_form_is_opened_filled_in_and_sent(box: Sandbox, client: Any) -> None:
    opened = await open_form(box, client)
    assert opened.modal is not None
    assert opened.response is opened.modal
    assert opened.modal.title == "Appeal"
    assert [(field["custom_id"], field["label"]) for field in opened.modal.fields] == [
        *(("why", "Why"), ("kind", "Kind"), ("who", "Who"), ("else", "Anything else")),
    ]
    sent = await box.submit("Morgan", opened.modal, {"Why": "a joke", "kind": "joke", "who": ["Bob"]})
    assert (sent.content, sent.is_ephemeral) == ("a joke ['joke'] ['Bob'] ''", True)
    with pytest.raises(Refused, match="The form 'Appeal' has been sent already"):
        await box.submit("Morgan", opened.modal, {"why": "once more"})
    brief = await box.submit("Morgan", (await open_form(box, client)).modal, {"why": "oops"})
    assert brief.content == "oops [] [] ''"


@pytest.mark.parametrize(
    ("member", "values", "sentence"),
    [
        ("Robin", {"why": "mine"}, "That form was opened for Morgan, not for Robin"),
        ("Morgan", {}, '"Why" must be 3 to 20 characters long, not 0'),
        ("Morgan", {"why": "x" * 21}, '"Why" must be 3 to 20 characters long, not 21'),
        ("Morgan", {"why": "a joke", "kind": "threat"}, "has no choice 'threat'"),
        ("Morgan", {"reason": "x"}, "The form 'Appeal' has no field 'reason'; it has: why, kind, who, else"),
    ],
)
async def test_a_form_that_discords_client_would_not_send_is_refused(
    box: Sandbox, client: Any, member: str, values: dict[str, Any], sentence: str
) -> None:
    opened = await open_form(box, client)
    with pytest.raises(Refused, match=sentence):
        await box.submit(member, opened.modal, values)


# Commands


def tree_of(client: discord.Client) -> app_commands.CommandTree[Any]:
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(client)

    @tree.command(description="Every type of option")
    @app_commands.choices(label=[app_commands.Choice(name="Insult", value="insult")])
    async def every(
        interaction: discord.Interaction,
        text: app_commands.Range[str, 2, 5],
        who: discord.Member,
        role: discord.Role,
        place: discord.TextChannel,
        either: discord.Member | discord.Role,
        number: app_commands.Range[int, 1, 9] = 1,
        part: float = 0.5,
        flag: bool = False,
        label: app_commands.Choice[str] | None = None,
    ) -> None:
        shown = [text, who.display_name, role.name, place.name, str(either), number, part, flag, label and label.value]
        await interaction.response.send_message(repr(shown))

    @tree.command(description="For those who may ban")
    @app_commands.default_permissions(ban_members=True)
    async def bans(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("nobody", ephemeral=True)

    @tree.command(description="Anywhere")
    async def why(interaction: discord.Interaction, flag: int = 0) -> None:
        await interaction.response.send_message(f"{interaction.user} {flag}", ephemeral=True)

    @why.autocomplete("flag")
    async def flags(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[int]]:
        return [app_commands.Choice(name=f"flag {number}", value=number) for number in (1, 12) if typed in str(number)]

    @tree.command(description="Of servers alone")
    @app_commands.guild_only
    async def here(interaction: discord.Interaction) -> None:
        await interaction.response.defer()

    strikes = app_commands.Group(name="strikes", description="Strikes")

    @strikes.command(description="Take one back")
    async def remove(interaction: discord.Interaction, member: discord.User) -> None:
        await interaction.response.send_message(f"one less for {member.display_name} {type(member).__name__}")

    tree.add_command(strikes)

    @tree.context_menu(name="Report to moderators")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.author.display_name}: {message.content}", ephemeral=True)

    @tree.context_menu(name="History")
    @app_commands.default_permissions(moderate_members=True)
    async def history(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"of {member.display_name}", ephemeral=True)

    return tree


@pytest.fixture
async def tree(client: Any) -> app_commands.CommandTree[Any]:
    made = tree_of(client)
    await made.sync()
    return made


async def test_a_command_gets_options_of_every_type(box: Sandbox, tree: Any) -> None:
    given = {"text": "abc", "who": "Mallory", "role": "Helper", "place": "general", "either": "Moderator"}
    done = await box.command("Alice", "general", "/every", **given, number=3, part=0.25, flag=True, label="Insult")
    assert done.content == "['abc', 'Mallory', 'Helper', 'general', 'Moderator', 3, 0.25, True, 'insult']"
    assert done.message is not None
    assert done.message.kind == 20
    plain = await box.command("Alice", "general", "every", options=given)
    assert plain.content == "['abc', 'Mallory', 'Helper', 'general', 'Moderator', 1, 0.5, False, None]"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": None}, "/every needs the option 'text'"),
        ({"text": "abcdef"}, "'text' must be 2 to 5 characters long, not 6"),
        ({"number": 10}, "'number' must be between 1 and 9, not 10"),
        ({"number": "many"}, "'number' must be a number, not 'many'"),
        ({"flag": "perhaps"}, "'flag' must be true or false"),
        ({"label": "joke"}, "'label' has no choice 'joke'; there are: 'Insult'"),
        ({"who": "Nobody"}, "There is nobody called 'Nobody'"),
        ({"place": "weekend plans"}, "#weekend plans is not of a kind that can be chosen here"),
        ({"colour": "red"}, "/every has no option 'colour'"),
    ],
)
async def test_options_that_discords_client_would_not_send_are_refused(
    box: Sandbox, tree: Any, changed: dict[str, Any], sentence: str
) -> None:
    given = {"text": "abc", "who": "Mallory", "role": "Helper", "place": "general", "either": "Moderator"}
    with pytest.raises(Refused, match=sentence):
        await box.command("Alice", "general", "/every", options={**given, **changed})


async def test_commands_are_offered_to_those_who_may_use_them(box: Sandbox, tree: Any) -> None:
    assert (await box.command("Morgan", "general", "/bans")).content == "nobody"
    for member in ("Robin", "Mallory"):
        with pytest.raises(Refused, match=f"{member} is offered no command 'bans' in #general"):
            await box.command(member, "general", "/bans")
    box.member("Mallory").timed_out_until = discord.utils.utcnow() + timedelta(hours=1)
    with pytest.raises(Refused, match="Mallory is offered no command 'why' in #general; there are: none"):
        await box.command("Mallory", "general", "/why")


async def test_in_a_direct_message_there_are_commands_for_who_shares_a_server(box: Sandbox, tree: Any) -> None:
    done = await box.command("Mallory", None, "/why", flag=3)
    assert done.content == f"{box.member('Mallory').user.username} 3"
    with pytest.raises(Refused, match="no command 'here' in the DM with the bot"):
        await box.command("Mallory", None, "/here")
    await tree.client.guilds[0].ban(discord.Object(box.member("Mallory").user.id))
    with pytest.raises(Refused, match="Mallory is offered no command 'why'"):
        await box.command("Mallory", None, "/why")


async def test_a_subcommand_takes_even_someone_who_is_no_member(box: Sandbox, tree: Any) -> None:
    box.world.person("Stranger")
    gone = await box.command("Morgan", "general", "/strikes remove", member="Stranger")
    here = await box.command("Morgan", "general", "/strikes remove", member="Bob")
    assert (gone.content, here.content) == ("one less for Stranger User", "one less for Bob Member")
    with pytest.raises(Refused, match="/strikes needs one of its subcommands: remove"):
        await box.command("Morgan", "general", "/strikes")


async def test_suggestions_come_while_an_option_is_typed(box: Sandbox, tree: Any) -> None:
    offered = await box.autocomplete("Alice", "general", "/why", "flag", "2")
    assert offered == [{"name": "flag 12", "value": 12}]


async def test_context_menus_are_on_messages_and_members(box: Sandbox, tree: Any) -> None:
    said = await box.say("general", "Mallory", "you fool")
    report = await box.context_menu("Alice", "Report to moderators", said)
    assert (report.content, report.is_ephemeral) == ("Mallory: you fool", True)
    assert (await box.context_menu("Morgan", "History", "Mallory")).content == "of Mallory"
    with pytest.raises(Refused, match="Alice is offered no command 'History'"):
        await box.context_menu("Alice", "History", "Mallory")


async def test_a_guilds_own_commands_are_known_there_alone(box: Sandbox, client: Any) -> None:
    other = box.world.add_guild("Other")
    box.world.add_channel(other, "general")
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(client)

    @tree.command(description="Here", guild=discord.Object(box.guild.id))
    async def local(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("local")

    await tree.sync(guild=discord.Object(box.guild.id))
    assert (await box.command("Alice", "general", "/local")).content == "local"
    assert [[each["name"] for each in box.commands(guild)] for guild in (None, "Other")] == [["local"], []]
    with pytest.raises(Refused, match="no command 'local'"):
        await box.command("Alice", "general", "/local", guild="Other")


async def test_a_layout_shows_the_files_it_names(box: Sandbox, client: Any) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        view = ui.LayoutView()
        view.add_item(ui.TextDisplay("## Last week"))
        view.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://chart.png", description="flags per day")))
        view.add_item(ui.File("attachment://data.csv"))
        files = [discord.File(io.BytesIO(b"1"), "chart.png"), discord.File(io.BytesIO(b"22"), "data.csv")]
        await interaction.response.send_message(view=view, files=files)

    done = await box.press("Morgan", await send(client, box, button("Stats", answer)), "Stats")
    assert done.content == "## Last week"
    gallery, file = done.components[1:]
    assert gallery["items"][0]["media"]["url"].startswith(f"{box.url}/attachments/")
    assert (file["name"], file["size"]) == ("data.csv", 2)
    assert done.files == {"chart.png": b"1", "data.csv": b"22"}
