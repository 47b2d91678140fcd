"""The page in a real browser, served by the real app."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.progress import ReviewProgress

pytestmark = pytest.mark.browser

USER = "learner-1"


class Visit:
    """One open page and everything that it complained about."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Visit(context)
    context.close()


def test_a_review_arrives_while_the_page_is_open_and_is_shown_whole(
    live_gateway: Any, visit: Visit, review: dict[str, Any], tmp_path: Path
) -> None:
    page = visit.page
    page.goto(f"{live_gateway.address}/#token={live_gateway.token(USER)}")
    page.wait_for_selector("#connection[data-state=open]")
    assert "token" not in page.url
    live_gateway.step(_step(review, "reviewing", done=2))
    page.wait_for_selector(".under-way .now")
    page.screenshot(path=str(tmp_path / "progress.png"))

    live_gateway.publish(review)

    page.wait_for_selector("#headline")
    assert page.inner_text("#headline") == review["headline"]
    assert page.locator(".under-way").count() == 0
    page.wait_for_selector(".chart canvas")
    text = page.inner_text("#review")
    for pattern in review["patterns"]:
        assert pattern["statement"] in text
    for view in review["perspectives"]:
        assert view["name"] in text
    for dimension in review["xp"]["dimensions"]:
        assert dimension["rationale"] in text
    assert "Too few objectives to tell (2 of 6)" in text
    assert "38 of 41 messages arrived" in text
    page.screenshot(path=str(tmp_path / "desktop.png"), full_page=True)
    assert visit.complaints == []


def test_evidence_opens_the_words_it_quotes(
    live_gateway: Any, visit: Visit, review: dict[str, Any]
) -> None:
    live_gateway.publish(review)
    page = visit.page
    page.goto(f"{live_gateway.address}/#token={live_gateway.token(USER)}")
    quote = page.locator(".pattern blockquote").first
    page.wait_for_selector(".pattern summary")
    assert not quote.is_visible()
    page.locator(".pattern summary").first.focus()
    page.keyboard.press("Enter")
    assert quote.inner_text() == review["patterns"][0]["evidence"][0]["quote"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 768])
def test_nothing_is_wider_than_a_small_screen(
    live_gateway: Any,
    browser: Any,
    review: dict[str, Any],
    tmp_path: Path,
    *,
    width: int,
    scheme: str,
) -> None:
    live_gateway.publish(review)
    context = browser.new_context(
        viewport={"width": width, "height": 780}, color_scheme=scheme, device_scale_factor=2
    )
    page = context.new_page()
    page.goto(f"{live_gateway.address}/#token={live_gateway.token(USER)}")
    page.wait_for_selector(".chart canvas")
    page.screenshot(path=str(tmp_path / f"{width}-{scheme}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_review_as_large_as_they_come_fits_a_phone(
    live_gateway: Any, browser: Any, review: dict[str, Any]
) -> None:
    stages = [f"stage-{number}" for number in range(40)]
    for signal in review["signals"]:
        signal["series"] = [{"stage_id": stage, "value": 0.5} for stage in stages]
    review["patterns"][0]["stage_ids"] = stages
    review["summary"] = "averylongwordwithoutabreak" * 40
    review["xp"]["dimensions"] = [
        {**review["xp"]["dimensions"][0], "dimension_id": f"d{number}", "title": "Dimension" * 30}
        for number in range(12)
    ]
    review["perspectives"] = [
        {**review["perspectives"][0], "persona_id": f"p{number}", "name": "Persona" * 40}
        for number in range(8)
    ]
    live_gateway.publish(review)
    context = browser.new_context(viewport={"width": 390, "height": 780})
    page = context.new_page()
    page.goto(f"{live_gateway.address}/#token={live_gateway.token(USER)}")
    page.wait_for_selector(".chart canvas")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_text_begins_on_the_side_of_its_own_script(
    live_gateway: Any, visit: Visit, review: dict[str, Any]
) -> None:
    review["headline"] = "تحسنت سرعتك مع مرور الوقت."
    live_gateway.publish(review)
    page = visit.page
    page.goto(f"{live_gateway.address}/#token={live_gateway.token(USER)}")
    page.wait_for_selector("#headline")
    gap = """() => {
        const box = document.querySelector("#headline");
        const first = document.createRange();
        first.setStart(box.firstChild, 0);
        first.setEnd(box.firstChild, 1);
        return box.getBoundingClientRect().right - first.getBoundingClientRect().right;
    }"""
    assert page.evaluate(gap) < 8


def test_what_a_learner_wrote_is_never_run(
    live_gateway: Any, visit: Visit, review: dict[str, Any]
) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    review["headline"] = attack
    review["patterns"][0]["evidence"][0]["quote"] = attack
    live_gateway.publish(review)
    page = visit.page
    page.goto(f"{live_gateway.address}/#token={live_gateway.token(USER)}")
    page.wait_for_selector("#headline")
    assert page.inner_text("#headline") == attack
    assert page.title() != "owned"
    assert page.locator("#review img, #review script").count() == 0


def test_a_lost_connection_comes_back_and_brings_what_was_missed(
    live_gateway: Any, visit: Visit, review: dict[str, Any]
) -> None:
    page = visit.page
    page.goto(f"{live_gateway.address}/#token={live_gateway.token(USER)}")
    page.wait_for_selector("#connection[data-state=open]")
    live_gateway.kick(1012)
    page.wait_for_selector("#connection[data-state=waiting]")
    live_gateway.publish(review)
    page.wait_for_selector("#headline")
    assert page.inner_text("#headline") == review["headline"]


def test_a_dead_token_is_told_and_not_tried_again(live_gateway: Any, visit: Visit) -> None:
    page = visit.page
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    expired = live_gateway.token(USER, ttl=timedelta(seconds=-5))
    page.goto(f"{live_gateway.address}/#token={expired}")
    page.wait_for_selector("#sign-in-reason:not([hidden])")
    page.wait_for_timeout(2500)
    assert len(sockets) == 1
    assert page.evaluate("sessionStorage.length") == 0


def test_the_token_can_be_pasted_and_forgotten(
    live_gateway: Any, visit: Visit, review: dict[str, Any]
) -> None:
    live_gateway.publish(review)
    page = visit.page
    page.goto(live_gateway.address)
    page.fill("#token", live_gateway.token(USER))
    page.click("#token-form button")
    page.wait_for_selector("#headline")
    page.click("#leave")
    page.wait_for_selector("#sign-in:not([hidden])")
    assert page.evaluate("sessionStorage.length") == 0
    assert page.locator("#headline").count() == 0


def _step(review: dict[str, Any], phase: str, *, done: int) -> ReviewProgress:
    return ReviewProgress.model_validate(
        {
            "run_id": review["run_id"],
            "user_id": review["user_id"],
            "at": "2026-03-14T10:00:00Z",
            "phase": phase,
            "done": done,
            "total": 6,
            "detail": "two of six parts are written",
        }
    )
