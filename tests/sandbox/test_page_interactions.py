"""Buttons, forms and commands on the page, in a real Chromium, answered by the real discord.py."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from playwright.async_api import Locator, Page, expect

from bot.sandbox import Sandbox

Answer = Callable[[discord.Interaction], Awaitable[Any]]


class Note(ui.Modal, title="Note"):
    head: ui.TextDisplay[Any] = ui.TextDisplay("Only **moderators** read it.")
    text: ui.Label[Any] = ui.Label(text="Text", component=ui.TextInput(style=discord.TextStyle.paragraph))
    long: ui.Label[Any] = ui.Label(
        text="For", component=ui.Select(options=[discord.SelectOption(label="A day", value="1d")], required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text, long = self.text.component, self.long.component
        await interaction.response.send_message(f"noted: {text.value} {long.values}", ephemeral=True)  # type: ignore[attr-defined]


class Card(ui.LayoutView):
    """A card with every kind of thing that can be pressed."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.row: ui.ActionRow[Any] = ui.ActionRow()
        self.press(
            "Uphold", lambda each: each.response.send_message(f"upheld by {each.user.display_name}", ephemeral=True)
        )
        self.press("Note", lambda each: each.response.send_modal(Note()))
        self.press("Done", self.finish)
        self.press("Silent", self.say_nothing)
        self.menus: ui.ActionRow[Any] = ui.ActionRow()
        menu: ui.Select[Any] = ui.Select(
            placeholder="Timeout", options=[discord.SelectOption(label="A day", value="1d")]
        )
        menu.callback = lambda each: each.response.send_message(f"for {menu.values}", ephemeral=True)  # type: ignore[method-assign]
        self.menus.add_item(menu)
        self.add_item(ui.Container(ui.TextDisplay("### Flag #1"), self.row, self.menus))

    def press(self, label: str, answer: Answer) -> None:
        button: ui.Button[Any] = ui.Button(label=label, custom_id=label)
        button.callback = answer  # type: ignore[method-assign]
        self.row.add_item(button)

    async def finish(self, interaction: discord.Interaction) -> None:
        view = ui.LayoutView().add_item(ui.TextDisplay(f"decided by {interaction.user.display_name}"))
        await interaction.response.edit_message(view=view)

    async def say_nothing(self, _: discord.Interaction) -> None:
        pass


@pytest.fixture
async def client(connect: Any) -> Any:
    client = await connect()
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(client)

    @tree.command(description="Flags, the newest first")
    @app_commands.default_permissions(moderate_members=True)
    async def flags(interaction: discord.Interaction, member: discord.Member, page: int = 1) -> None:
        await interaction.response.send_message(f"flags of {member.display_name}, page {page}", ephemeral=True)

    @tree.command(description="A chart")
    async def stats(interaction: discord.Interaction) -> None:
        view = ui.LayoutView().add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://chart.png")))
        await interaction.response.send_message(view=view, file=discord.File(io.BytesIO(PNG), "chart.png"))

    @tree.context_menu(name="Report to moderators")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"reported: {message.content}", ephemeral=True)

    @tree.context_menu(name="History")
    async def history(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"history of {member.display_name}", ephemeral=True)

    await tree.sync()
    return client


# A picture of one white point.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ffff"
    "ff7f0009fb03fd2a86e38a0000000049454e44ae426082"
)


@pytest.fixture
async def card(box: Sandbox, client: Any, page: Page) -> Locator:
    """A card in #mod-log, open as Morgan."""
    await client.get_channel(box.channel("mod-log").id).send(view=Card())
    await page.select_option("#speaker", "Morgan")
    await page.locator('[data-channel="mod-log"]').click()
    found = page.locator("#messages .card")
    await expect(found.locator(".heading")).to_have_text("Flag #1")
    return found


def whisper(page: Page) -> Locator:
    return page.locator("#messages .whisper")


async def test_a_press_brings_an_answer_for_the_presser_alone(card: Locator, page: Page) -> None:
    await card.get_by_role("button", name="Uphold").click()
    await expect(whisper(page)).to_contain_text("upheld by Morgan")
    await expect(whisper(page).locator(".only-you")).to_contain_text("Only Morgan can see this")
    await page.select_option("#speaker", "Ada")
    await expect(whisper(page)).to_have_count(0)
    await page.select_option("#speaker", "Morgan")
    await page.get_by_role("button", name="Dismiss message").click()
    await expect(whisper(page)).to_have_count(0)
    await page.reload()
    await page.locator('[data-channel="mod-log"]').click()
    await page.select_option("#speaker", "Morgan")
    await expect(card).to_be_visible()
    await expect(whisper(page)).to_have_count(0)


async def test_an_update_redraws_the_card_for_everyone(card: Locator, page: Page) -> None:
    await card.get_by_role("button", name="Done").click()
    await expect(page.locator("#messages .body")).to_have_text("decided by Morgan")


async def test_a_form_is_filled_in_and_sent(card: Locator, page: Page) -> None:
    await card.get_by_role("button", name="Note").click()
    form = page.locator("dialog")
    await expect(form).to_contain_text("Only moderators read it.")
    await form.get_by_label("Text").fill("was <b>joking</b>")
    await form.get_by_label("For").select_option("1d")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    await expect(whisper(page).locator(".body")).to_have_text("noted: was <b>joking</b> ['1d']")


async def test_a_form_can_be_left_and_opened_again(card: Locator, page: Page) -> None:
    await card.get_by_role("button", name="Note").click()
    await expect(page.locator("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await card.get_by_role("button", name="Note").click()
    await expect(page.locator("dialog")).to_be_visible()


async def test_a_choice_in_a_menu_is_told(card: Locator, page: Page) -> None:
    await card.get_by_label("Timeout").select_option("1d")
    await expect(whisper(page)).to_contain_text("for ['1d']")


async def test_a_bot_that_does_not_answer_is_shown_as_such(box: Sandbox, card: Locator, page: Page) -> None:
    box.world.interactions.answer_within = 0.05
    await card.get_by_role("button", name="Silent").click()
    await expect(page.locator("#messages .trouble")).to_have_text("The application did not respond.")


async def test_who_does_not_see_a_channel_is_told_and_offered_to_be_somebody_else(card: Locator, page: Page) -> None:
    await page.select_option("#speaker", "Mallory")
    await expect(page.locator("#barred")).to_contain_text("Mallory cannot see this channel")
    await expect(page.locator("#text")).to_be_hidden()
    await card.get_by_role("button", name="Uphold").click()
    await expect(page.locator("#messages .trouble")).to_have_text("Mallory cannot see #mod-log.")
    await page.get_by_role("button", name="Act as Robin").click()
    await expect(page.locator("#text")).to_be_visible()
    await expect(page.locator("#speaker")).to_have_value("Robin")


async def test_a_command_is_found_filled_in_and_sent_with_the_keyboard(client: Any, page: Page) -> None:
    await page.select_option("#speaker", "Morgan")
    await page.locator("#text").press_sequentially("/f")
    await expect(page.locator("#palette li")).to_have_text([re.compile("/flags.*Flags, the newest first")])
    await page.keyboard.press("Enter")
    form = page.get_by_role("form", name="/flags")
    await form.get_by_label("member").select_option("Mallory")
    await form.get_by_label("page").fill("2")
    await page.keyboard.press("Enter")
    await expect(whisper(page)).to_contain_text("flags of Mallory, page 2")
    await expect(whisper(page)).to_contain_text("Morgan used /flags")
    await expect(form).to_have_count(0)


async def test_commands_that_one_may_not_use_are_not_listed(client: Any, page: Page) -> None:
    await page.locator("#text").press_sequentially("/")
    await expect(page.locator("#palette li strong")).to_have_text(["/stats"])
    await page.keyboard.press("Escape")
    await expect(page.locator("#palette")).to_be_hidden()


async def test_a_chart_is_shown_as_a_picture_from_this_machine(client: Any, page: Page) -> None:
    await page.locator("#text").press_sequentially("/stats")
    await expect(page.locator("#palette li")).to_have_count(1)
    await page.keyboard.press("Enter")
    picture = page.locator("#messages img")
    await expect(picture).to_have_attribute("src", re.compile(r"^/attachments/\d+/chart\.png$"))
    await expect(picture).to_have_js_property("naturalWidth", 1)


async def test_a_message_and_a_member_have_the_bots_menus(box: Sandbox, client: Any, page: Page) -> None:
    await box.say("general", "Mallory", "you fool")
    message = page.locator("#messages .message")
    await message.hover()
    await message.get_by_role("button", name="What the bot offers about: you fool").click()
    await page.get_by_role("menuitem", name="Report to moderators").click()
    await expect(whisper(page)).to_contain_text("reported: you fool")
    await page.locator("#messages button.author").first.click()
    await page.get_by_role("menuitem", name="History").click()
    await expect(whisper(page).last).to_contain_text("history of Mallory")
    await page.locator("#tab-members").click()
    await page.locator('[data-member="Bob"]').get_by_role("button", name="What the bot offers about Bob").click()
    await page.get_by_role("menuitem", name="History").click()
    await expect(whisper(page).last).to_contain_text("history of Bob")


async def test_the_members_are_listed_by_rank(page: Page) -> None:
    await page.locator("#tab-members").click()
    await expect(page.locator("#members .person")).to_have_text(
        ["Olivia", "Ada", "Morgan", "Robin", "Alice", "Bob", "Mallory"]
    )
    await expect(page.locator("#members .tag")).to_have_text(["Owner", "Admin", "Moderator", "Helper"])
    await page.get_by_role("button", name="Act as Morgan").click()
    await expect(page.locator("#speaker")).to_have_value("Morgan")


async def test_buttons_and_commands_work_in_a_direct_message(box: Sandbox, client: Any, page: Page) -> None:
    mallory = client.guilds[0].get_member_named("Mallory")
    await mallory.send(view=Card())
    dms = page.locator("#dms")
    await dms.get_by_role("button", name="Uphold").click()
    await expect(dms.locator(".whisper")).to_contain_text("upheld by Mallory")
    await dms.get_by_role("button", name="Use a command here").click()
    await page.get_by_role("menuitem", name="/stats").click()
    await expect(dms.locator("img")).to_be_visible()


async def test_the_page_says_which_mode_the_bot_is_in_and_by_which_rules(box: Sandbox, client: Any, page: Page) -> None:
    mode = ["live"]
    box.describe = lambda _: {"mode": mode[0], "rules": "/home/olivia/config.yaml"}
    await client.get_channel(box.channel("general").id).send("hello")
    await expect(page.locator("#mode")).to_have_text("live")
    await expect(page.locator("#rules")).to_have_text("rules: /home/olivia/config.yaml")
    mode[0] = "shadow"
    await client.get_channel(box.channel("general").id).send("paused")
    await expect(page.locator("#mode")).to_have_text("shadow")


async def test_two_pages_act_as_two_moderators(box: Sandbox, card: Locator, page: Page) -> None:
    assert page.context.browser is not None
    other = await page.context.browser.new_page()
    await other.goto(box.url)
    await other.select_option("#speaker", "Robin")
    await other.locator('[data-channel="mod-log"]').click()
    await asyncio.gather(
        card.get_by_role("button", name="Uphold").click(),
        other.locator("#messages").get_by_role("button", name="Uphold").click(),
    )
    await expect(whisper(page)).to_contain_text("upheld by Morgan")
    await expect(whisper(other)).to_contain_text("upheld by Robin")


async def test_the_newest_message_stays_in_sight_until_one_scrolls_up(box: Sandbox, client: Any, page: Page) -> None:
    for number in range(40):
        await box.say("general", "Alice", f"message {number}")
    last = page.locator("#messages .message").last
    await expect(last).to_contain_text("message 39")
    await expect(last).to_be_in_viewport()
    await page.select_option("#speaker", "Morgan")
    await page.locator("#text").press_sequentially("/flags")
    await expect(page.locator("#palette li")).to_have_count(1)
    await page.keyboard.press("Enter")  # the options take room from the messages
    await expect(page.get_by_role("form", name="/flags")).to_be_visible()
    await expect(last).to_be_in_viewport(ratio=0.9)
    await page.locator("#scroll").hover()
    await page.mouse.wheel(0, -600)
    await expect(last).not_to_be_in_viewport()
    await box.say("general", "Alice", "and one more")
    await expect(last).to_contain_text("and one more")
    await expect(last).not_to_be_in_viewport()
