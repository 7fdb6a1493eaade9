"""What a visitor can write on the page beside plain messages, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.sandbox import Sandbox

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def wide(box: Sandbox, page: Page) -> Page:
    """The page of a guild with a forum and a voice channel."""
    box.widen()
    await expect(page.locator('[data-channel="Lounge"]')).to_be_visible()
    return page


async def choose(page: Page, entry: str) -> None:
    await page.click("#add")
    await page.get_by_role("menuitem", name=entry).click()


async def press(page: Page, button: str) -> None:
    await page.locator("dialog").get_by_role("button", name=button).click()
    await expect(page.locator("dialog")).to_have_count(0)


async def test_a_poll_is_asked_line_by_line(box: Sandbox, page: Page) -> None:
    await choose(page, "Poll")
    await page.get_by_label("Question").fill(f"Which? {EVIL}")
    await page.get_by_label("Answers").fill(f"Tea\n\n{EVIL}")
    await press(page, "Post the poll")
    await expect(page.locator(".poll .card-title")).to_have_text(f"Which? {EVIL}")
    await expect(page.locator(".poll .answer")).to_have_text(["Tea", EVIL])
    assert await page.locator("#messages img").count() == 0
    [message] = box.messages("general")
    assert [each["poll_media"]["text"] for each in message.extra["poll"]["answers"]] == ["Tea", EVIL]


async def test_what_is_wrong_with_a_poll_is_said_and_the_form_stays(page: Page) -> None:
    await choose(page, "Poll")
    await page.get_by_label("Question").fill("Which?")
    await page.get_by_label("Answers").fill("\n".join("abcdefghijk"))
    await page.get_by_role("button", name="Post the poll").click()
    await expect(page.locator("dialog .error")).to_have_text("A poll has 1 to 10 answers, not 11.")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)


async def test_a_text_file_is_attached_with_a_message_beside_it(box: Sandbox, page: Page) -> None:
    await choose(page, "Text file")
    await page.get_by_label("File name").fill("rant.md")
    await page.get_by_label("What stands in it").fill("a long story")
    await page.get_by_label("Message beside it").fill("read this")
    await press(page, "Post the file")
    await expect(page.locator("#messages .message")).to_contain_text("read this")
    link = page.locator("#messages .file a")
    await expect(link).to_have_text("rant.md")
    async with page.expect_download() as download:
        await link.click()
    path = await (await download.value).path()
    assert path.read_text() == "a long story"


async def test_a_sticker_is_shown_by_its_name(page: Page) -> None:
    await choose(page, "Sticker")
    await page.get_by_label("What the sticker is called").fill(EVIL)
    await press(page, "Post the sticker")
    await expect(page.locator("#messages .sticker")).to_have_text(f"Sticker: {EVIL}")


async def test_a_reply_names_what_it_answers_and_can_be_called_off(box: Sandbox, page: Page) -> None:
    said = await box.say("general", "Alice", "chess tonight?")
    message = page.locator(f'[data-message="{said.id}"]')
    await message.hover()
    await message.get_by_role("button", name="Reply").click()
    await expect(page.locator("#replying")).to_contain_text("Replying to Alice")
    await page.get_by_role("button", name="Cancel the reply").click()
    await expect(page.locator("#replying")).to_be_hidden()
    await message.hover()
    await message.get_by_role("button", name="Reply").click()
    await expect(page.locator("#text")).to_be_focused()
    await page.fill("#text", "I am in")
    await page.press("#text", "Enter")
    await expect(page.locator("#messages .reply")).to_have_text("in reply to Alice: chess tonight?")
    await expect(page.locator("#replying")).to_be_hidden()
    assert box.messages("general")[-1].referenced is said


async def test_a_reply_that_was_begun_ends_with_the_channel(box: Sandbox, page: Page) -> None:
    await box.say("general", "Alice", "chess tonight?")
    message = page.locator("#messages .message")
    await message.hover()
    await message.get_by_role("button", name="Reply").click()
    await page.locator('[data-channel="off-topic"]').click()
    await expect(page.locator("#channel-name")).to_have_text("#off-topic")
    await expect(page.locator("#replying")).to_be_hidden()


async def test_a_message_is_forwarded_to_another_channel(box: Sandbox, page: Page) -> None:
    said = await box.say("general", "Alice", "chess tonight?")
    message = page.locator("#messages .message")
    await message.hover()
    await message.get_by_role("button", name="Forward").click()
    to = page.locator("dialog").get_by_label("To")
    await expect(to.locator("option", has_text="#mod-log")).to_have_count(0)  # where Mallory may not write
    await to.select_option(label="#off-topic")
    await press(page, "Forward")
    await expect(page.locator("#channel-name")).to_have_text("#off-topic")
    await expect(page.locator("#messages blockquote")).to_contain_text("chess tonight?")
    assert box.messages("off-topic")[0].reference["message_id"] == str(said.id)


async def test_a_thread_is_opened_and_renamed(box: Sandbox, page: Page) -> None:
    await choose(page, "Thread")
    await page.get_by_label("Title").fill("openings")
    await page.get_by_label("First message").fill("e4 or d4?")
    await press(page, "Open a thread")
    await expect(page.locator("#channel-name")).to_have_text("openings")
    await expect(page.locator("#messages .message")).to_contain_text("e4 or d4?")
    await choose(page, "Rename this thread")
    await page.get_by_label("Title").fill(EVIL)
    await press(page, "Rename")
    await expect(page.locator("#channel-name")).to_have_text(EVIL)


async def test_a_post_is_opened_in_a_forum(box: Sandbox, wide: Page) -> None:
    await wide.locator('[data-channel="ideas"]').click()
    await expect(wide.locator("#line")).to_be_hidden()
    await wide.get_by_role("button", name="Open a post").click()
    await wide.get_by_label("Title").fill("a chess bot")
    await wide.get_by_label("First message").fill("please")
    await press(wide, "Open a post")
    await expect(wide.locator("#channel-name")).to_have_text("a chess bot")
    await expect(wide.locator("#line")).to_be_visible()
    [thread] = [each for each in box.guild.channels.values() if each.name == "a chess bot"]
    assert thread.parent is box.channel("ideas")


async def test_a_voice_channel_is_given_a_status(box: Sandbox, wide: Page) -> None:
    await wide.locator('[data-channel="Lounge"]').click()
    await choose(wide, "Channel status")
    await wide.get_by_label("Status").fill(EVIL)
    await press(wide, "Set the status")
    await expect(wide.locator("#topic")).to_have_text(EVIL)
    assert box.channel("Lounge").status == EVIL


async def test_a_member_renames_themselves_and_takes_the_name_back(box: Sandbox, page: Page) -> None:
    await choose(page, "Change nickname")
    await page.get_by_label("Nickname").fill("Queen M")
    await press(page, "Change")
    await expect(page.locator("#speaker option:checked")).to_have_text("Queen M")
    assert box.member("Mallory").nick == "Queen M"
    await choose(page, "Change nickname")
    await expect(page.get_by_label("Nickname")).to_have_value("Queen M")
    await page.get_by_label("Nickname").fill("")
    await press(page, "Change")
    await box.until(lambda: box.member("Mallory").nick is None)


async def test_somebody_new_may_begin_with_a_poll(box: Sandbox, page: Page) -> None:
    await page.select_option("#speaker", label="Someone new…")
    await page.fill("#name", "Zoë")
    await choose(page, "Poll")
    await page.get_by_label("Question").fill("Tea?")
    await page.get_by_label("Answers").fill("yes")
    await press(page, "Post the poll")
    await expect(page.locator("#messages .author")).to_have_text("Zoë")
    await expect(page.locator("#speaker")).to_have_value("Zoë")
