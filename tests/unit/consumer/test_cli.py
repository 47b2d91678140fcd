"""What a command answers to wrong use: what, where, what to do, and which exit code."""

from importlib.metadata import version
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError

from consumer import cli
from producer.errors import SendFailedError

SECRET = "a-secret-of-thirty-two-characters"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEBRIEF_KAFKA_BOOTSTRAP_SERVERS", raising=False)


class Run:
    """The command line as a process has it, in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return the exit code and what was written to both outputs."""
        self._monkeypatch.setattr("sys.argv", ["debrief", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        assert isinstance(code, int)
        return code, *self._capsys.readouterr()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(monkeypatch, capsys)


def test_the_version_is_the_installed_ones(run: Run) -> None:
    assert run("--version") == (0, f"debrief {version('debrief')}\n", "")


@pytest.mark.parametrize("user_id", ["", "x" * 129])
def test_no_token_is_made_that_no_gateway_would_take(
    run: Run, monkeypatch: pytest.MonkeyPatch, user_id: str
) -> None:
    monkeypatch.setenv("DEBRIEF_JWT_SECRET", SECRET)

    code, out, err = run("token", user_id)

    assert (code, out) == (2, "")
    assert "USER_ID" in err


def test_a_token_is_valid_for_ten_years_at_most(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_JWT_SECRET", SECRET)

    code, out, err = run("token", "ada", "--hours", "1e300")

    assert (code, out) == (2, "")
    assert "--hours" in err


def test_a_short_secret_signs_and_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_JWT_SECRET", "short")

    code, out, err = run("token", "ada")

    assert code == 0
    assert out.count(".") == 2
    assert err.startswith("debrief: DEBRIEF_JWT_SECRET is shorter than 32 bytes")
    assert err.count("\n") == 1


def test_a_database_that_is_none_is_wrong_configuration(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBRIEF_DATABASE_URL", "rubbish")

    code, out, err = run("redo", "run-1")

    assert (code, out) == (2, "")
    assert "DEBRIEF_DATABASE_URL" in err


def test_the_doctor_tells_the_unreadable_settings_of_both_deployables(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBRIEF_XP_BAND", "lots")
    monkeypatch.setenv("DEBRIEF_GATEWAY_PORT", "high")
    monkeypatch.setenv("DEBRIEF_LOG_FORMAT", "xml")

    code, out, _err = run("doctor")

    assert code == 2
    assert out.count("DEBRIEF_LOG_FORMAT") == 1
    assert "DEBRIEF_XP_BAND" in out
    assert "DEBRIEF_GATEWAY_PORT" in out


def test_the_doctor_names_what_looks_like_a_setting_and_is_none(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DEBRIEF_TOPIC_PREFX=a\nOTHER=b\n", encoding="utf-8")
    monkeypatch.setenv("debrief_log_format", "json")
    monkeypatch.setenv("DEBRIEF_JWT_SECRET", SECRET)
    monkeypatch.setenv("DEBRIEF_WHATEVER_ELSE", SECRET)

    _code, out, _err = run("doctor")

    notes = [line for line in out.splitlines() if line.startswith("note")]
    assert notes == [
        (
            "note   settings: DEBRIEF_TOPIC_PREFX is no setting of Debrief and changes nothing; "
            "did you mean DEBRIEF_TOPIC_PREFIX?"
        ),
        "note   settings: DEBRIEF_WHATEVER_ELSE is no setting of Debrief and changes nothing",
    ]


def test_the_doctor_names_each_thing_to_do(run: Run) -> None:
    code, out, _err = run("doctor")

    assert code == 1
    for name in ("model keys", "kafka", "topics", "gateway"):
        assert f"WRONG  {name}: " in out
    assert "ok     database: answers" in out


def test_a_file_without_a_run_is_told(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()

    code, out, err = run("review", str(empty))

    assert (code, out) == (1, "")
    assert "nothing to review" in err


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        (KafkaConnectionError("unable"), "DEBRIEF_KAFKA_BOOTSTRAP_SERVERS"),
        (UnknownTopicOrPartitionError(), "debrief topics create"),
    ],
)
def test_a_failure_of_kafka_says_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch, cause: Exception, advice: str
) -> None:
    def fails(_user_id: str) -> None:
        raise SendFailedError("not acknowledged") from cause

    monkeypatch.setattr("consumer.commands.erase.run_erase", fails)

    code, out, err = run("erase", "ada")

    assert (code, out) == (1, "")
    assert advice in err
