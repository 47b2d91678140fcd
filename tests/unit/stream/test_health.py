from starlette.testclient import TestClient

from consumer.stream.health import StreamHealth, health_app


def test_ready_only_when_every_job_reads() -> None:
    health = StreamHealth(("ingest", "review"))
    client = TestClient(health_app(health))
    health.up("ingest")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["jobs"] == {"ingest": "ok", "review": "starting"}
    health.up("review")
    assert client.get("/readyz").status_code == 200
    health.down("ingest", "no broker answers")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_the_figures_are_served_and_forgotten_with_their_partition() -> None:
    health = StreamHealth(("review",))
    client = TestClient(health_app(health))
    health.lag("review", "scenario.completed", 3, 17)
    health.dead_lettered("scenario.completed", "invalid")
    series = 'debrief_consumer_lag_records{job="review",partition="3",topic="scenario.completed"}'
    text = client.get("/metrics").text
    assert f"{series} 17.0" in text
    assert 'debrief_dead_letters_total{kind="invalid",topic="scenario.completed"} 1.0' in text
    health.forget("review", "scenario.completed", 3)
    assert series not in client.get("/metrics").text
