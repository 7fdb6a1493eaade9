"""Keys and key files."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KeyUnusable
from bot.record.sealing import Key, KeyRing, Sealed, key_file_for, make_private

RING = KeyRing((Key.make(), Key.make()))


@given(plain=st.binary(max_size=2_000), about=st.binary(max_size=20))
def test_what_is_sealed_opens_again(plain: bytes, about: bytes):
    sealed = RING.seal(plain, about)
    assert sealed.key_id == RING.newest.id
    assert RING.open(sealed, about) == plain


@given(plain=st.binary(min_size=8), bit=st.integers(min_value=0))
def test_one_changed_bit_keeps_it_from_opening(plain: bytes, bit: int):
    sealed = RING.seal(plain, b"flag 1")
    broken = bytearray(sealed.ciphertext)
    broken[bit // 8 % len(broken)] ^= 1 << bit % 8
    with pytest.raises(KeyUnusable, match="changed"):
        RING.open(Sealed(sealed.key_id, sealed.nonce, bytes(broken)), b"flag 1")


def test_a_text_moved_to_another_flag_does_not_open():
    with pytest.raises(KeyUnusable):
        RING.open(RING.seal(b"text", b"flag 1"), b"flag 2")


def test_an_older_key_still_opens_what_it_sealed_and_a_dropped_one_does_not():
    first = KeyRing(()).grown()
    sealed = first.seal(b"text", b"")
    grown = first.grown()
    assert grown.open(sealed, b"") == b"text"
    with pytest.raises(KeyUnusable, match="not at hand"):
        grown.only_newest().open(sealed, b"")


def test_no_two_seals_share_a_nonce():
    assert len({RING.seal(b"same", b"").nonce for _ in range(1_000)}) == 1_000


def test_a_key_does_not_show_itself():
    key = Key.make()
    assert base64.b64encode(key.secret).decode() not in repr(KeyRing((key,)))
    assert repr(key.secret) not in repr(KeyRing((key,)))


def test_a_key_file_reads_back_newest_last_and_is_the_owners_alone(tmp_path: Path):
    path = tmp_path / "key"
    RING.write(path)
    assert KeyRing.read(path) == RING
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [line.split()[0] for line in path.read_text().splitlines()] == [key.id for key in RING.keys]
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_a_bare_key_with_comments_is_a_key_file(tmp_path: Path):
    path = tmp_path / "key"
    secret = os.urandom(32)
    path.write_text(f"# made by openssl\n\n{base64.b64encode(secret).decode()}\n")
    assert KeyRing.read(path) == KeyRing((Key.of(secret),))


GOOD = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no key"),
        (b"# nothing\n", "holds no key"),
        (b"abc not-base64\n", "key:1: not a key"),
        (f"\n{GOOD[:-8]}\n".encode(), "key:2: not a key"),
        (f"a b {GOOD}\n".encode(), "key:1: not a key"),
        (f"0123456789ab {GOOD}\n".encode(), "0123456789ab names"),
        (b"\xff\xfe\x00", "not text"),
    ],
)
def test_a_key_file_that_is_none_is_refused_by_line_without_showing_keys(tmp_path: Path, content: bytes, says: str):
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(KeyUnusable, match=says) as caught:
        KeyRing.read(path)
    assert GOOD[:20] not in str(caught.value)


def test_a_missing_key_file_is_no_ring_and_an_unreadable_one_an_error(tmp_path: Path):
    assert KeyRing.read(tmp_path / "none") is None
    with pytest.raises(KeyUnusable, match="cannot be read"):
        KeyRing.read(tmp_path)


def test_a_key_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "key").mkdir()
    with pytest.raises(KeyUnusable, match="cannot be written"):
        RING.write(tmp_path / "key")
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
@pytest.mark.parametrize(("ours", "mode"), [(True, 0o600), (False, 0o644)])
def test_our_key_file_is_made_private_and_a_named_one_left_alone(tmp_path: Path, ours: bool, mode: int):
    path = tmp_path / "key"
    RING.write(path)
    path.chmod(0o644)
    make_private(path, ours=ours)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_the_environment_names_the_key_file_before_the_folder_does(tmp_path: Path):
    assert key_file_for(tmp_path, {}) == tmp_path / "key"
    assert key_file_for(tmp_path, {"CIVIL_TONGUE_KEY_FILE": "/run/secrets/key"}) == Path("/run/secrets/key")
