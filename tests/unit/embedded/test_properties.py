from consumer.embedded.properties import server_properties


def _settings(**overrides: str) -> dict[str, str]:
    text = server_properties(
        host="127.0.0.1",
        port=9092,
        controller_port=9093,
        log_directory="logs",
        overrides={name.replace("_", "."): value for name, value in overrides.items()},
    )
    return dict(line.split("=", 1) for line in text.splitlines())


def test_every_listener_is_on_loopback() -> None:
    listeners = _settings()["listeners"].split(",")
    assert [listener.split("//")[1] for listener in listeners] == [
        "127.0.0.1:9092",
        "127.0.0.1:9093",
    ]


def test_topics_are_never_made_by_accident() -> None:
    assert _settings()["auto.create.topics.enable"] == "false"


def test_an_override_wins() -> None:
    assert _settings(num_io_threads="7")["num.io.threads"] == "7"
