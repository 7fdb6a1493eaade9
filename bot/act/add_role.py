"""Give the member a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.act.base import Done
from bot.act.lasting import due_at, lasting
from bot.act.roles import RoleAction, look_at, take_away
from bot.errors import AlreadyForNow
from bot.records import Case
from bot.texts.saying import Said, say


class AddRoleAction(RoleAction):
    """Give the member a role, for good or for a time."""

    name: ClassVar[str] = "add_role"

    async def do(self, case: Case) -> Done:
        due = due_at(case, self.duration)
        role, member, has_it = await look_at(case, self.role)
        if has_it and not self.is_ours(case, role.id, had_it=False):
            raise AlreadyForNow(say("role_there", role=role.name), {"role": role.id}, due)
        if not has_it:
            await case.deeds.add_role(member, role.id, reason=case.audit_reason)
        said = say("role_given", role=role.name, lasting=lasting(self.duration))
        return Done(said, {"role": role.id}, due)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        return await take_away(case, str(before["role"]))
