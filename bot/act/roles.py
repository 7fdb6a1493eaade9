"""What giving a role and taking one have in common."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import BaseAction
from bot.act.lasting import LONGEST, SHORTEST, look_up, stretch
from bot.errors import AlreadySo, NoSuchRole
from bot.records import Case, MemberNow, Named, UndoReach
from bot.texts.saying import Said, say


class RoleAction(BaseAction):
    """A role that a member gets or loses, for good or for a time."""

    severity: ClassVar[float] = 30
    needs: ClassVar[frozenset[str]] = frozenset({"manage_roles"})
    short: ClassVar[str | None] = "role"
    repeatable: ClassVar[bool] = True
    changes: ClassVar[Any] = "member"
    undo_reach: ClassVar[UndoReach] = "full"

    role: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="The role, by name or id. It must stand below the bot's own."
    )
    duration: Annotated[timedelta, Field(ge=SHORTEST, le=LONGEST)] | None = Field(
        default=None, alias="for", description="After which time it is as before; without it, it stays so."
    )

    @property
    def kind(self) -> Hashable:
        return self.name, self.role.casefold()

    @property
    def strength(self) -> float:
        return self.severity + stretch(self.duration)

    def is_ours(self, case: Case, role_id: int, *, had_it: bool) -> bool:
        """Whether an earlier attempt made it so: ``had_it`` before the flag."""
        return self.was_begun(case) and had_it == any(role.id == role_id for role in case.flag.author.roles)


async def look_at(case: Case, reference: str) -> tuple[Named, MemberNow, bool]:
    """The role, the member, and whether they have it."""
    role = await case.deeds.role(case.flag.guild.id, reference)
    member = await look_up(case, "manage_roles")
    return role, member, role.id in member.role_ids


async def _look_again(case: Case, reference: str) -> tuple[Named, MemberNow, bool]:
    """As ``look_at``, when it is to be undone: nobody has a role that was deleted."""
    try:
        return await look_at(case, reference)
    except NoSuchRole as error:
        raise AlreadySo(say("role_deleted")) from error


async def give_back(case: Case, reference: str) -> Said:
    role, member, has_it = await _look_again(case, reference)
    if has_it:
        raise AlreadySo(say("role_taken_undone_before", role=role.name))
    await case.deeds.add_role(member, role.id, reason=case.undo_reason)
    return say("role_taken_undone", role=role.name)


async def take_away(case: Case, reference: str) -> Said:
    role, member, has_it = await _look_again(case, reference)
    if not has_it:
        raise AlreadySo(say("role_given_undone_before", role=role.name))
    await case.deeds.remove_role(member, role.id, reason=case.undo_reason)
    return say("role_given_undone", role=role.name)
