from __future__ import annotations

import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bot.errors import CivilTongueError
from bot.insight import rows


def test_the_folds_are_those_of_the_md5_of_a_text(data: Path) -> None:
    fold = rows.jigsaw(data, [9], "fold9")
    assert len(fold) > 50
    assert {rows.fold_of(text) for text in fold.texts} == {9}
    assert set(fold.weights.tolist()) == {1.0, 2.0}


def test_civil_chat_holds_only_its_fold_once_and_nothing_that_was_trained_on(own_data: Callable[[], Path]) -> None:
    folder = own_data()
    file = folder / "train" / "chat_ubuntu_irc.parquet"
    texts = pd.read_parquet(file)["text"].tolist()
    held_out = next(text for text in texts if rows.fold_of(text) == 9)
    louder = next(
        each for extra in range(99) if rows.fold_of(each := held_out.upper() + " " * extra) in rows.TRAIN_FOLDS
    )
    pd.DataFrame({"text": [*texts, *texts]}).to_parquet(file)
    before = rows.civil_chat(folder, 9)
    assert held_out in before.texts
    assert len(set(before.texts)) == len(before.texts)
    assert {rows.fold_of(text) for text in before.texts} == {9}
    pd.DataFrame({"text": [*texts, louder]}).to_parquet(file)
    assert held_out not in rows.civil_chat(folder, 9).texts


def test_only_comments_without_an_emotion_count_as_civil(data: Path) -> None:
    chat = rows.civil_chat(data, 9)
    reddit = [text for text, source in zip(chat.texts, chat.groups, strict=True) if source == rows.REDDIT]
    assert reddit
    assert all(int(text.split()[1]) % 2 == 0 for text in reddit)
    assert rows.IRC in chat.groups


def test_a_missing_file_is_named_with_where_the_data_comes_from(own_data: Callable[[], Path]) -> None:
    folder = own_data()
    (folder / "eval" / "bias_madlibs_77k.parquet").unlink()
    with pytest.raises(CivilTongueError, match=r"bias_madlibs_77k\.parquet is missing: .*kaggle\.com"):
        rows.madlibs(folder)


def test_a_file_of_another_shape_is_named(own_data: Callable[[], Path]) -> None:
    folder = own_data()
    pd.DataFrame({"words": ["hello"]}).to_parquet(folder / "eval" / "convabuse_test.parquet")
    with pytest.raises(CivilTongueError, match=r"convabuse_test\.parquet cannot be read"):
        rows.convabuse(folder)


def test_a_written_set_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_text('{"text": "hello"}\n')
    with pytest.raises(CivilTongueError, match=r"odd\.jsonl cannot be read as lines of"):
        rows.evaluation_set(file)


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    really = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pyarrow":
            raise ImportError("No module named 'pyarrow'", name="pyarrow")
        return really(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        CivilTongueError, match=r"pyarrow, which is not installed: run `pip install 'civil-tongue\[train\]'`"
    ):
        rows.require_packages()
