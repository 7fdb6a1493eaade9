from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.fair_queue import FairQueue

Item = tuple[int, int, int]  # guild, member, serial number

arrivals = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=120)


def pushed(queue: FairQueue[Item], homes: list[tuple[int, int]]) -> list[Item]:
    """Push an item for each (guild, member); returns what was displaced."""
    displaced = []
    for serial, (guild, member) in enumerate(homes):
        gone = queue.push((guild, member, serial), guild_id=guild, member_id=member)
        if gone is not None:
            displaced.append(gone)
    return displaced


def drained(queue: FairQueue[Item]) -> list[Item]:
    items = []
    while (item := queue.pop()) is not None:
        items.append(item)
    return items


def assert_taking_turns(served: list[int]) -> None:
    """Between two items of one comes at most one item of each other."""
    for each in set(served):
        turns = [at for at, other in enumerate(served) if other == each]
        for one, next_one in zip([-1, *turns], turns, strict=False):
            between = served[one + 1 : next_one]
            assert len(between) == len(set(between))


@given(arrivals, st.integers(1, 30))
def test_nothing_is_lost_and_the_bound_holds(homes: list[tuple[int, int]], capacity: int) -> None:
    queue: FairQueue[Item] = FairQueue(capacity)
    displaced = pushed(queue, homes)
    assert len(queue) == min(capacity, len(homes))
    assert sorted(displaced + drained(queue)) == sorted((*home, serial) for serial, home in enumerate(homes))
    assert len(queue) == 0


@given(arrivals, st.integers(1, 30))
def test_the_items_of_a_member_keep_their_order(homes: list[tuple[int, int]], capacity: int) -> None:
    queue: FairQueue[Item] = FairQueue(capacity)
    pushed(queue, homes)
    served = drained(queue)
    for home in set(homes):
        serials = [serial for *where, serial in served if tuple(where) == home]
        assert serials == sorted(serials)


@given(arrivals)
def test_no_guild_waits_for_more_than_one_item_of_each_other(homes: list[tuple[int, int]]) -> None:
    queue: FairQueue[Item] = FairQueue(1000)
    pushed(queue, homes)
    served = [guild for guild, _, _ in drained(queue)]
    assert_taking_turns(served)


@given(arrivals)
def test_no_member_waits_for_more_than_one_item_of_each_other_in_the_guild(homes: list[tuple[int, int]]) -> None:
    queue: FairQueue[Item] = FairQueue(1000)
    pushed(queue, [(1, member) for _, member in homes])
    served = [member for _, member, _ in drained(queue)]
    assert_taking_turns(served)


@given(arrivals, st.integers(1, 30))
def test_only_a_guild_with_most_waiting_loses_an_item(homes: list[tuple[int, int]], capacity: int) -> None:
    queue: FairQueue[Item] = FairQueue(capacity)
    waiting: list[Item] = []
    for serial, (guild, member) in enumerate(homes):
        item = (guild, member, serial)
        waiting.append(item)
        gone = queue.push(item, guild_id=guild, member_id=member)
        if gone is None:
            continue
        lengths = {each: sum(other == each for other, _, _ in waiting) for each, _, _ in waiting}
        assert lengths[gone[0]] == max(lengths.values())
        mates = [each for each in waiting if each[0] == gone[0]]
        members = {each: sum(other == each for _, other, _ in mates) for _, each, _ in mates}
        assert members[gone[1]] == max(members.values())
        assert gone == max(each for each in mates if each[1] == gone[1])
        waiting.remove(gone)


@given(arrivals, st.data())
def test_removed_items_are_never_served(homes: list[tuple[int, int]], data: st.DataObject) -> None:
    queue: FairQueue[Item] = FairQueue(1000)
    pushed(queue, homes)
    items = list(queue)
    removed = data.draw(st.sets(st.sampled_from(items))) if items else set()
    for item in removed:
        queue.remove(item)
        queue.remove(item)  # a second time does no harm
        assert item not in queue
    assert sorted(drained(queue)) == sorted(set(items) - removed)


def test_a_newcomer_from_a_quiet_guild_displaces_the_flooders_newest() -> None:
    queue: FairQueue[Item] = FairQueue(3)
    pushed(queue, [(1, 1), (1, 1), (1, 1)])
    assert queue.push((2, 9, 3), guild_id=2, member_id=9) == (1, 1, 2)
    assert queue.push((1, 1, 4), guild_id=1, member_id=1) == (1, 1, 4)
    assert drained(queue) == [(1, 1, 0), (2, 9, 3), (1, 1, 1)]


def test_clearing_returns_what_waited_by_arrival() -> None:
    queue: FairQueue[Item] = FairQueue(10)
    pushed(queue, [(2, 1), (1, 1), (2, 2)])
    assert queue.clear() == [(2, 1, 0), (1, 1, 1), (2, 2, 2)]
    assert queue.pop() is None
