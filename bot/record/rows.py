"""A flag as rows, and rows as a flag."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from bot.record.tables import FlagRow, OutcomeRow, RulingRow
from bot.records import (
    Author,
    CardPlace,
    Decision,
    Fired,
    Flag,
    Named,
    Outcome,
    Post,
    Remark,
    Ruling,
    Scores,
    Span,
    Status,
    Struck,
    ViewScores,
)


def flag_row(
    post: Post,
    scores: Scores,
    decision: Decision,
    *,
    number: int,
    text_hash: bytes,
    alike: bytes,
    hashed_with: int,
    created_at: datetime,
) -> FlagRow:
    """The flag of one decision, its actions planned or held back, as yet without an id."""
    return FlagRow(
        guild_id=post.guild.id,
        guild_name=post.guild.name,
        number=number,
        channel_id=post.channel.id,
        channel_name=post.channel.name,
        parent_id=post.parent.id if post.parent else None,
        parent_name=post.parent.name if post.parent else None,
        category_id=post.category.id if post.category else None,
        category_name=post.category.name if post.category else None,
        author_id=post.author.id,
        author_name=post.author.name,
        author_is_bot=post.author.is_bot,
        author_roles=[[role.id, role.name] for role in post.author.roles],
        message_id=post.message_id,
        kind=post.kind,
        also=list(post.also),
        is_edit=post.is_edit,
        author_joined_at=post.author.joined_at,
        text_hash=text_hash,
        alike=alike,
        hashed_with=hashed_with,
        model=scores.model,
        views=[[view.surface, view.view, dict(view.labels)] for view in scores.views],
        unscored=scores.unscored,
        on_labels=list(decision.on),
        fired=[asdict(fired) for fired in decision.fired],
        hold_reason=decision.hold_reason,
        struck=asdict(decision.struck) if decision.struck else None,
        raised_by_id=decision.raised_by.id if decision.raised_by else None,
        raised_by_name=decision.raised_by.name if decision.raised_by else None,
        created_at=created_at,
        outcomes=_planned(decision),
    )


def _planned(decision: Decision) -> list[OutcomeRow]:
    to_do = [(action, Status.PLANNED, "") for action in decision.actions]
    held = [(action, Status.HELD_BACK, decision.hold_reason) for action in decision.held_back]
    return [
        OutcomeRow(position=position, action=action.name, status=status, detail=detail, options=plain(action.options))
        for position, (action, status, detail) in enumerate(to_do + held)
    ]


def plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as JSON gives them back, so that a flag just made equals the one read later."""
    return cast(dict[str, Any], json.loads(json.dumps(dict(options), default=str)))


def flag_from(row: FlagRow, text: str | None, remarks: Sequence[Remark] = ()) -> Flag:
    """The flag of ``row``; its text and remarks come from outside, where the key is."""
    card = None
    if row.card_channel_id is not None and row.card_message_id is not None:
        card = CardPlace(row.card_channel_id, row.card_message_id, row.in_digest)
    return Flag(
        id=row.id,
        number=row.number,
        guild=Named(row.guild_id, row.guild_name),
        channel=Named(row.channel_id, row.channel_name),
        parent=Named(row.parent_id, row.parent_name or "") if row.parent_id is not None else None,
        category=Named(row.category_id, row.category_name or "") if row.category_id is not None else None,
        author=Author(
            row.author_id,
            row.author_name,
            tuple(Named(*role) for role in row.author_roles),
            is_bot=row.author_is_bot,
            joined_at=row.author_joined_at,
        ),
        message_id=row.message_id,
        kind=cast(Any, row.kind),
        also=tuple(row.also),
        text=text,
        scores=Scores(row.model, tuple(ViewScores(*view) for view in row.views), row.unscored),
        on=tuple(row.on_labels),
        fired=tuple(Fired(**fired) for fired in row.fired),
        outcomes=tuple(outcome_from(outcome) for outcome in row.outcomes),
        created_at=row.created_at,
        hold_reason=row.hold_reason,
        struck=Struck(**row.struck) if row.struck else None,
        is_edit=row.is_edit,
        verdict=cast(Any, row.verdict),
        raised_by=None if row.raised_by_id is None else Named(row.raised_by_id, row.raised_by_name or ""),
        reports=row.reports,
        card=card,
        rulings=tuple(ruling_from(ruling) for ruling in row.rulings),
        remarks=tuple(remarks),
        lead=row.lead_id,
        spans=tuple(Span(*span) for span in row.spans),
    )


def outcome_from(row: OutcomeRow) -> Outcome:
    return Outcome(
        action=row.action,
        status=Status(row.status),
        detail=row.detail,
        options=row.options,
        took=row.took,
        before=row.before,
        due=row.due_at,
        undo_status=None if row.undo_status is None else Status(row.undo_status),
        undo_detail=row.undo_detail,
        by=None if row.by_id is None else Named(row.by_id, row.by_name or ""),
        ordered_at=row.ordered_at,
    )


def ruling_from(row: RulingRow) -> Ruling:
    return Ruling(cast(Any, row.verdict), Named(row.by_id, row.by_name), row.decided_at, row.via)
