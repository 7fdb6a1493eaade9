"""What has a name keeps its id from one sandbox to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox import Sandbox


def ids_in(file: Path) -> dict[str, int]:
    """The ids of a sandbox with a member, a channel and a role of its own, and two threads of one name."""
    box = Sandbox(ids_file=file)
    thread = box.world.add_thread(box.channel("general"), "again", box.guild.owner)
    twin = box.world.add_thread(box.channel("general"), "again", box.guild.owner)
    return {
        "guild": box.guild.id,
        "bot": box.world.bot.id,
        "newcomer": box.member("Zoë").user.id,
        "channel": box.channel("mod-log").id,
        "made": box.world.add_channel(box.guild, "made").id,
        "role": box.world.role_called("Helper", box.guild).id,
        "dm": box.world.dm_with(box.member("Zoë").user).id,
        "thread": thread.id,
        "twin": twin.id,
    }


def test_a_sandbox_with_the_same_file_is_the_same_world(tmp_path: Path) -> None:
    first, second = ids_in(tmp_path / "ids.json"), ids_in(tmp_path / "ids.json")
    assert first == second
    assert len(set(first.values())) == len(first)


@pytest.mark.parametrize("content", ["", "[1]", '{"guild/sandbox": "x"}', '{"guild/sandbox": null}'])
def test_a_file_with_something_else_in_it_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "ids.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"ids\.json does not hold the sandbox's ids any more: delete it"):
        Sandbox(ids_file=file)
