from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

pytest.importorskip("pandas", reason="the `train` extra is not installed")


def test_without_data_it_says_where_to_get_it(tmp_path: Path) -> None:
    for given in ([], ["--data", str(tmp_path / "nowhere")]):
        result = CliRunner().invoke(app, ["evaluate", *given])
        assert result.exit_code == 1
        assert "--data DIR" in str(result.exception)
        assert "kaggle.com" in str(result.exception)
        assert "\n" not in str(result.exception)
        assert ("There is no folder" in str(result.exception)) == bool(given)
