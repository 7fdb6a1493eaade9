"""Give the member a role."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import BaseAction, Done
from bot.act.lasting import LONGEST, SHORTEST, due_at, lasting, look_up, stretch
from bot.errors import AlreadySo
from bot.records import Case, UndoReach


class AddRoleAction(BaseAction):
    """Give the member a role, for good or for a time."""

    name: ClassVar[str] = "add_role"
    severity: ClassVar[float] = 30
    needs: ClassVar[frozenset[str]] = frozenset({"manage_roles"})
    short: ClassVar[str | None] = "role"
    changes: ClassVar[Any] = "member"
    undo_reach: ClassVar[UndoReach] = "full"

    role: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="The role, by name or id. It must stand below the bot's own."
    )
    duration: Annotated[timedelta, Field(ge=SHORTEST, le=LONGEST)] | None = Field(
        default=None, alias="for", description="After which time the role is taken back; without it, it stays."
    )

    @property
    def kind(self) -> Hashable:
        return self.name, self.role.casefold()

    @property
    def strength(self) -> float:
        return self.severity + stretch(self.duration)

    async def do(self, case: Case) -> Done:
        due = due_at(case, self.duration)
        role = await case.deeds.role(case.flag.guild.id, self.role)
        member = await look_up(case, "manage_roles")
        if role.id in member.role_ids:
            raise AlreadySo(f"The member has the role {role.name} already.")
        await case.deeds.add_role(member, role.id, reason=case.audit_reason)
        detail = f"The member was given the role {role.name}{lasting(self.duration)}."
        return Done(detail, {"role": role.id}, due)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> str:
        role = await case.deeds.role(case.flag.guild.id, str(before["role"]))
        member = await look_up(case, "manage_roles")
        if role.id not in member.role_ids:
            raise AlreadySo(f"The member no longer has the role {role.name}.")
        await case.deeds.remove_role(member, role.id, reason=case.undo_reason)
        return f"The role {role.name} was taken back."
