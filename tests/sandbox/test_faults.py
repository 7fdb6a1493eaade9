"""What tests can make go wrong."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.sandbox import Sandbox

MESSAGES = "POST /channels/{channel}/messages"


def messages_path(box: Sandbox) -> str:
    return f"/channels/{box.channel('general').id}/messages"


async def test_the_next_calls_of_a_route_are_answered_as_asked(box: Sandbox, api: httpx.AsyncClient) -> None:
    headers = {"Retry-After": "1"}
    fault = box.faults.answer(MESSAGES, 503, code=130000, message="Overloaded", headers=headers, times=2)
    answers = [await api.post(messages_path(box), json={"content": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].json() == {"message": "Overloaded", "code": 130000}
    assert answers[0].headers["retry-after"] == "1"
    assert fault.met == 2
    assert len(box.messages("general")) == 1


async def test_a_call_can_fail_after_it_was_carried_out(box: Sandbox, api: httpx.AsyncClient) -> None:
    box.faults.answer(MESSAGES, 500, when="after")
    assert (await api.post(messages_path(box), json={"content": "x"})).status_code == 500
    assert len(box.messages("general")) == 1


@pytest.mark.parametrize(("when", "done"), [("before", 0), ("after", 1)])
async def test_a_connection_is_cut_before_or_after_the_deed(
    box: Sandbox, api: httpx.AsyncClient, when: str, done: int
) -> None:
    box.faults.drop(MESSAGES, when=when)
    with pytest.raises(httpx.TransportError):
        await api.post(messages_path(box), json={"content": "x"})
    assert len(box.messages("general")) == done
    assert box.received[-1].status == 0
    assert (await api.post(messages_path(box), json={"content": "x"})).status_code == 200


async def test_a_hanging_call_waits_to_be_released(box: Sandbox, api: httpx.AsyncClient) -> None:
    fault = box.faults.hang(MESSAGES)
    call = asyncio.create_task(api.post(messages_path(box), json={"content": "x"}))
    await fault.reached.wait()
    assert box.messages("general") == []
    assert (await api.get("/users/@me")).status_code == 200, "other routes go on"
    fault.release()
    assert (await call).status_code == 200


async def test_all_calls_can_be_paused_and_refused(box: Sandbox, api: httpx.AsyncClient) -> None:
    pause = box.faults.pause()
    call = asyncio.create_task(api.get("/users/@me"))
    await pause.reached.wait()
    pause.lift()
    assert (await call).status_code == 200
    refusal = box.faults.refuse()
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            await api.get("/users/@me")
    refusal.lift()
    assert (await api.get("/users/@me")).status_code == 200


async def test_a_route_can_name_one_channel(box: Sandbox, api: httpx.AsyncClient) -> None:
    box.faults.answer(f"* /channels/{box.channel('off-topic').id}/messages", 500, times=None)
    assert (await api.get(messages_path(box))).status_code == 200
    assert (await api.get(f"/channels/{box.channel('off-topic').id}/messages")).status_code == 500


async def test_every_call_is_kept_without_the_token(box: Sandbox, api: httpx.AsyncClient) -> None:
    await api.post(messages_path(box), json={"content": "x"}, headers={"X-Audit-Log-Reason": "why%20not"})
    await api.get("/users/@me", headers={"Authorization": "Bot wrong"})
    kept = box.calls(MESSAGES)[0]
    assert (kept.method, kept.body, kept.reason, kept.status) == ("POST", {"content": "x"}, "why not", 200)
    assert kept.route == "POST /channels/{channel_id}/messages"
    assert box.token not in repr(box.received)
    assert box.invalid_calls == 1


async def test_waiting_for_what_never_comes_says_what_did(box: Sandbox, api: httpx.AsyncClient) -> None:
    await api.get("/users/@me")
    with pytest.raises(TimeoutError, match="GET /users/@me → 200"):
        await box.until(lambda: False, within=0.01)


async def test_waiting_passes_on_what_the_condition_raises(box: Sandbox) -> None:
    def broken() -> bool:
        return bool(1 / len(box.messages("general")) and False)

    with pytest.raises(ZeroDivisionError):
        await box.until(broken)


async def test_strict_limits_are_like_discords() -> None:
    async with (
        Sandbox(rate_limits="discord") as box,
        httpx.AsyncClient(base_url=box.api_url, headers={"Authorization": f"Bot {box.token}"}) as api,
    ):
        answers = [await api.post(messages_path(box), json={"content": "x"}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]


async def test_leaving_the_sandbox_lets_hanging_calls_go() -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        async with Sandbox() as box:
            fault = box.faults.pause()
            call = asyncio.create_task(client.get(f"{box.api_url}/gateway"))
            await fault.reached.wait()
        assert (await call).status_code == 200
