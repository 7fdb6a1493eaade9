"""Files in messages: what a body says of its uploads, and ``attachment://name`` where one of them is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.forms import Form
from bot.sandbox.refusals import ApiError, invalid_form

SCHEME = "attachment://"
MAX_DESCRIPTION = 1_024  # characters
MEDIA = ("media", "file")  # where a component names a file
PICTURES = ("image", "thumbnail", "author", "footer")  # where an embed does


def describe(form: Form, uploads: Sequence[Json]) -> None:
    """Give the uploads the descriptions that ``attachments`` of the body has for them; its ids count the files."""
    for part in form.parts("attachments", most=10):
        number, text = part.data.get("id"), part.text("description", most=MAX_DESCRIPTION)
        if text and str(number).isdecimal() and int(str(number)) < len(uploads):
            uploads[int(str(number))]["description"] = text


def show(components: list[Json], embeds: list[Json], attachments: Sequence[Json]) -> None:
    """Put the real place of each file where the message shows it. Raises ``ApiError`` for a file that is not there."""
    by_name = {each["filename"]: each for each in attachments}
    for component in components:
        _show_in(component, by_name)
    for embed in embeds:
        for key in PICTURES:
            _replace_urls(embed.get(key), by_name)


def _show_in(component: Json, by_name: dict[str, Json]) -> None:
    for key in MEDIA:
        if isinstance(component.get(key), dict):
            _complete(component, key, by_name)
    for item in component.get("items", ()):
        _show_in(item, by_name)
    for child in component.get("components", ()):
        _show_in(child, by_name)
    if isinstance(component.get("accessory"), dict):
        _show_in(component["accessory"], by_name)


def _complete(holder: Json, key: str, by_name: dict[str, Json]) -> None:
    url = holder[key]["url"]
    if not url.startswith(SCHEME):
        return
    file = _find(url, by_name)
    holder[key] |= {"url": file["url"], "proxy_url": file["url"], "attachment_id": file["id"]}
    holder[key] |= {name: file.get(name) for name in ("width", "height", "content_type")}
    if key == "file":
        holder |= {"name": file["filename"], "size": file["size"]}


def _replace_urls(part: Any, by_name: dict[str, Json]) -> None:
    for name in ("url", "icon_url"):
        if isinstance(part, dict) and str(part.get(name, "")).startswith(SCHEME):
            part[name] = _find(part[name], by_name)["url"]


def _find(url: str, by_name: dict[str, Json]) -> Json:
    file = by_name.get(url.removeprefix(SCHEME))
    if file is None:
        raise _missing(url)
    return file


def _missing(url: str) -> ApiError:
    error = {
        "code": "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        "message": f"The referenced attachment {url} was not found",
    }
    return invalid_form({"components": {"_errors": [error]}})
