"""The page, in a real Chromium."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from bot.sandbox import Sandbox

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


async def write(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def send_card(box: Sandbox, api: httpx.AsyncClient, body: dict[str, Any], channel: str = "mod-log") -> None:
    answer = await api.post(f"/channels/{box.channel(channel).id}/messages", json=body)
    assert answer.status_code == 200


async def test_a_newcomer_is_told_what_to_try(page: Page) -> None:
    await expect(page.locator("#empty")).to_contain_text("Try an insult as Mallory, then open #mod-log.")
    await page.locator("#empty button").first.click()
    await expect(page.locator("#text")).to_be_focused()
    await page.press("#text", "Enter")
    await expect(page.locator(".message .author")).to_have_text("Mallory")
    await expect(page.locator("#empty")).to_be_hidden()


async def test_messages_are_sent_edited_and_deleted_with_the_keyboard(box: Sandbox, page: Page) -> None:
    await write(page, "hello")
    message = page.locator("#messages .message")
    await expect(message).to_contain_text("hello")
    await page.press("#text", "ArrowUp")
    editor = page.locator(".editor")
    await expect(editor).to_be_focused()
    await editor.fill("goodbye")
    await editor.press("Enter")
    await expect(message).to_contain_text("goodbye(edited)")
    assert box.messages("general")[0].content == "goodbye"
    await message.get_by_role("button", name="Delete: goodbye").click()
    await expect(message.locator(".fate")).to_have_text("deleted by its author")


async def test_what_the_bot_deletes_stays_as_a_ghost_with_its_reason(
    box: Sandbox, page: Page, api: httpx.AsyncClient
) -> None:
    said = await box.say("general", "Mallory", "you fool")
    await expect(page.locator(".message")).to_contain_text("you fool")
    path = f"/channels/{said.channel.id}/messages/{said.id}"
    await api.delete(path, headers={"X-Audit-Log-Reason": "flag%20%231: insult"})
    ghost = page.locator(".message.ghost")
    await expect(ghost.locator(".fate")).to_have_text("deleted by Civil Tongue — flag #1: insult")
    decoration = await ghost.locator(".body").evaluate("node => getComputedStyle(node).textDecorationLine")
    assert decoration == "line-through"
    await page.click("#tab-audit")
    await expect(page.locator("#audit")).to_contain_text("Civil Tongue · message delete · Mallory")
    await page.reload()
    await expect(page.locator(".ghost .fate")).to_contain_text("flag #1")


async def test_member_text_and_names_are_only_ever_text(box: Sandbox, page: Page, api: httpx.AsyncClient) -> None:
    name = "<img src=x onerror=alert(1)>"
    await box.say("general", name, EVIL)
    await box.say("general", "Alice", f"**{EVIL}** ||{EVIL}|| `{EVIL}` > {EVIL}\n# {EVIL}\n[x](javascript:alert(1))")
    await send_card(box, api, {"content": EVIL, "embeds": [{"title": EVIL, "description": EVIL}]}, "general")
    components = [{"type": 17, "components": [{"type": 10, "content": EVIL}]}]
    await send_card(box, api, {"flags": 1 << 15, "components": components}, "general")
    dm = (await api.post("/users/@me/channels", json={"recipient_id": str(box.member("Mallory").user.id)})).json()
    await api.post(f"/channels/{dm['id']}/messages", json={"content": EVIL})
    box.world.add_channel(box.guild, EVIL[:100], topic=EVIL)
    await expect(page.locator("#messages .message")).to_have_count(4)
    await expect(page.locator("#dms")).to_contain_text("<script>")
    await expect(page.locator("#messages .author").first).to_have_text(name)
    await page.select_option("#speaker", name)
    await page.click("#tab-audit")
    assert await page.locator("body img, body script, body a[href^=javascript]").count() == 0
    assert await page.title() == "Sandbox · Civil Tongue sandbox"


async def test_markdown_becomes_elements_and_spoilers_open(box: Sandbox, page: Page) -> None:
    alice, general = box.member("Alice").user.id, box.channel("general").id
    text = f"**bold** *slanted* `code` ~~gone~~ <@{alice}> <#{general}> <t:0:d> ||secret||\n-# small\n> quoted\n## Big"
    await box.say("general", "Bob", text + "\n[click](https://evil.example) \\*plain\\* ||*in* it||")
    body = page.locator("#messages .body")
    for selector, expected in {
        "strong": "bold",
        "em >> nth=0": "slanted",
        "code": "code",
        "s": "gone",
        ".mention >> nth=0": "@Alice",
        ".mention >> nth=1": "#general",
        ".subtext": "small",
        "blockquote": "quoted",
        ".heading": "Big",
        ".masked": "click (https://evil.example)",
    }.items():
        await expect(body.locator(selector)).to_have_text(expected)
    await expect(body).to_contain_text("*plain*")
    await expect(body.locator("time")).to_have_attribute("datetime", "1970-01-01T00:00:00.000Z")
    spoiler = body.locator(".spoiler").first
    await expect(spoiler.locator(".spoiler-content")).to_be_hidden()
    await spoiler.focus()
    await page.keyboard.press("Enter")
    await expect(spoiler.locator(".spoiler-content")).to_be_visible()
    await expect(spoiler).to_have_attribute("aria-expanded", "true")


async def test_the_log_shows_cards_and_their_jump_links(box: Sandbox, page: Page, api: httpx.AsyncClient) -> None:
    said = await box.say("general", "Mallory", "you fool")
    link = f"https://discord.com/channels/{box.guild.id}/{said.channel.id}/{said.id}"
    jump = {"type": 2, "style": 5, "label": "Jump", "url": link}
    section = {"type": 9, "components": [{"type": 10, "content": "### Flag #1"}], "accessory": jump}
    row = {"type": 1, "components": [{"type": 2, "style": 4, "label": "Mistaken", "custom_id": "m"}]}
    container = {"type": 17, "accent_color": 0xAA0011, "components": [section, {"type": 14}, row]}
    await send_card(box, api, {"flags": 1 << 15, "components": [container]})
    unread = page.locator('[data-channel="mod-log"]')
    await expect(unread).to_have_class(re.compile("unread"))
    await unread.click()
    card = page.locator(".card")
    await expect(card.locator(".heading")).to_have_text("Flag #1")
    await expect(card.locator(".btn.danger")).to_have_text("Mistaken")
    line = await card.evaluate("node => getComputedStyle(node).borderLeftColor")
    assert line == "rgb(170, 0, 17)"
    links = f"[here]({link}) [there](https://evil.example/{said.id})"
    await send_card(box, api, {"content": links})
    await expect(page.locator("#messages .jump")).to_have_text("here")
    await expect(page.locator("#messages .masked")).to_have_text(f"there (https://evil.example/{said.id})")
    await card.get_by_role("button", name="Jump").click()
    await expect(page.locator("#channel-name")).to_have_text("#general")
    await expect(page.locator(f'[data-message="{said.id}"]')).to_be_visible()


async def test_someone_new_can_speak_and_a_refusal_is_shown(box: Sandbox, page: Page) -> None:
    await page.select_option("#speaker", label="Someone new…")
    await page.fill("#name", "Zoë")
    await write(page, "hi")
    await expect(page.locator(".author")).to_have_text("Zoë")
    await expect(page.locator("#speaker")).to_have_value("Zoë")
    await page.fill("#text", "again")
    box.member("Zoë").timed_out_until = datetime.now(UTC) + timedelta(hours=1)
    # Not by a key: the page may hear of the timeout first, and then it has no field to press a key in.
    await page.locator("#composer").evaluate("form => form.requestSubmit()")
    await expect(page.locator("#error")).to_contain_text("Zoë is timed out until")
    await expect(page.locator("#text")).to_have_value("again")


async def test_warnings_appear_as_direct_messages(box: Sandbox, page: Page, api: httpx.AsyncClient) -> None:
    for name in ("Mallory", "Bob"):
        recipient = {"recipient_id": str(box.member(name).user.id)}
        dm = (await api.post("/users/@me/channels", json=recipient)).json()
        await api.post(f"/channels/{dm['id']}/messages", json={"content": f"please stop, {name}"})
    await expect(page.locator("#dms .message")).to_have_text(re.compile("please stop, Mallory"))
    await page.get_by_role("button", name=re.compile("Bob has 1 unread message")).click()
    await expect(page.locator("#dms .message")).to_have_text(re.compile("please stop, Bob"))
    await page.get_by_label("Bob takes direct messages").uncheck()
    await box.until(lambda: not box.member("Bob").user.takes_dms)


async def test_the_bot_is_shown_coming_and_going(box: Sandbox, page: Page, connect: Any) -> None:
    await expect(page.locator("#bot")).to_have_text("Civil Tongue is offline")
    client = await connect()
    await expect(page.locator("#bot")).to_have_text("Civil Tongue is online")
    await client.close()
    await expect(page.locator("#bot")).to_have_text("Civil Tongue is offline")


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_it_fits_wide_and_narrow_screens(box: Sandbox, page: Page, width: int, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 800})
    await box.say("general", "Mallory", "a long word: " + "x" * 500)
    await expect(page.locator("#messages .message")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 900:
        await page.get_by_role("button", name="Audit log").click()
        await expect(page.locator("#audit")).to_be_visible()
        await expect(page.locator("#messages")).to_be_hidden()
        await page.get_by_role("button", name="Channels").click()
        await page.locator('[data-channel="off-topic"]').click()
        await expect(page.locator("#channel-name")).to_have_text("#off-topic")


async def test_text_stands_out_from_its_background(box: Sandbox, page: Page) -> None:
    await box.say("general", "Mallory", "hello")
    await box.delete(box.messages("general")[0])
    await expect(page.locator(".fate")).to_be_visible()
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for selector in (
            ".fate",
            ".author",
            ".ghost .body",
            "#topic",
            ".note",
            "#bot-text",
            ".channel-name",
            ".line button",
        ):
            ratio = await page.locator(selector).first.evaluate(CONTRAST)
            assert ratio >= 4.5, (scheme, selector, ratio)


READ = (".fate", ".author", ".ghost .body", "#topic", ".note", "#bot-text", ".channel-name", ".line button")

# The contrast ratio of WCAG 2, with colours read back from a canvas, whatever notation they are in.
CONTRAST = """node => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channels = color => {
    context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = rgb => rgb.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const back = element => channels(getComputedStyle(element).backgroundColor);
  let behind = node;
  while (back(behind)[3] < 255 && behind.parentElement) behind = behind.parentElement;
  const [a, b] = [light(channels(getComputedStyle(node).color)), light(back(behind))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""
