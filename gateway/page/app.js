// The page: signs in, lists the reviews, follows what happens now.

import { Connection } from "./connection.js";
import { element } from "./dom.js";
import { ProgressBoard } from "./progress.js";
import { showReview } from "./review.js";
import { day } from "./words.js";

const TOKEN_KEY = "debrief.token";
const STATES = {
  off: "Not connected",
  connecting: "Connecting…",
  open: "Live",
  waiting: "Connection lost, trying again…",
  refused: "Disconnected",
};
const REFUSALS = {
  4401: "Your token is not valid, or has expired. Ask your platform for a new one.",
  4403: "This token is not yours to use here.",
  4408: "This page could not keep up. Connect again to go on.",
  4409: "You have too many of these pages open. Close some, then connect again.",
};

const at = (id) => document.getElementById(id);
const board = new ProgressBoard(at("progress"));
const reviews = new Map();
let connection = null;
let token = null;
let shown = null;
let cursor = null;

function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    // Out of the address bar before anything else can read or share it.
    history.replaceState(null, "", location.pathname + location.search);
    sessionStorage.setItem(TOKEN_KEY, given.trim());
  }
  return sessionStorage.getItem(TOKEN_KEY);
}

function signIn(reason) {
  connection?.close();
  connection = null;
  sessionStorage.removeItem(TOKEN_KEY);
  token = null;
  reviews.clear();
  board.clear();
  shown = null;
  at("review").replaceChildren();
  at("review-list").replaceChildren();
  at("desk").hidden = true;
  at("sign-in").hidden = false;
  at("leave").hidden = true;
  at("again").hidden = true;
  at("sign-in-reason").hidden = !reason;
  at("sign-in-reason").textContent = reason ?? "";
  showState("off");
  at("token").focus();
}

function start(given) {
  token = given;
  at("sign-in").hidden = true;
  at("desk").hidden = false;
  at("leave").hidden = false;
  connection?.close();
  connection = new Connection({ token, onFrame, onState });
  connection.open();
}

function showState(state) {
  at("connection").dataset.state = state;
  at("connection").textContent = STATES[state];
}

function onState(state, code) {
  showState(state);
  at("again").hidden = state !== "refused";
  if (state !== "refused") return;
  const reason = REFUSALS[code] ?? "The gateway ended the connection.";
  if (code === 4401 || code === 4403) signIn(reason);
  else notice(reason);
}

function onFrame(frame) {
  if (frame.type === "hello" && frame.recovered !== true) load(null);
  if (frame.type === "progress") board.show(frame);
  if (frame.type === "review") arrived(frame.review);
}

function arrived(review) {
  board.remove(review.run_id);
  if (!keep(review)) return;
  list();
  const reading = shown !== null && shown !== review.run_id;
  // What somebody is reading is not taken from under their eyes.
  if (reading) notice(`A new review is here: ${review.scenario_title}`, () => show(review.run_id));
  else show(review.run_id);
}

function keep(review) {
  const known = reviews.get(review.run_id);
  if (known && known.revision >= review.revision) return false;
  reviews.set(review.run_id, review);
  return true;
}

async function load(after) {
  const address = new URL("reviews", document.baseURI);
  if (after) address.searchParams.set("cursor", after);
  let answer;
  try {
    answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
  } catch {
    return notice("Your reviews could not be loaded. Trying again when the connection is back.");
  }
  if (answer.status === 401) return signIn(REFUSALS[4401]);
  if (!answer.ok) return notice("Your reviews could not be loaded right now.");
  const page = await answer.json();
  page.reviews.forEach(keep);
  cursor = page.next_cursor;
  at("more").hidden = cursor === null;
  const newest = list()[0];
  if (newest && (shown === null || reviews.has(shown))) show(shown ?? newest.run_id, { quiet: true });
  else if (!newest) waiting();
  return undefined;
}

function list() {
  const sorted = [...reviews.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
  at("review-list").replaceChildren(
    ...sorted.map((review) =>
      element(
        "li",
        {},
        element(
          "button",
          {
            type: "button",
            "aria-current": review.run_id === shown ? "true" : null,
            on: { click: () => show(review.run_id) },
          },
          element("span", { class: "title", text: review.scenario_title }),
          element("span", { class: "when", text: day(review.created_at) }),
        ),
      )),
  );
  at("earlier").hidden = sorted.length < 2;
  return sorted;
}

function show(runId, { quiet = false } = {}) {
  const review = reviews.get(runId);
  shown = runId;
  at("notice").hidden = true;
  showReview(at("review"), review);
  document.title = `${review.scenario_title} · Debrief`;
  list();
  if (!quiet) at("headline").focus({ preventScroll: false });
}

function waiting() {
  at("review").replaceChildren(
    element(
      "div",
      { class: "nothing" },
      element("h1", { text: "No review yet" }),
      element("p", { text: "When you finish the last stage of a scenario, your review appears here by itself." }),
    ),
  );
}

function notice(text, open) {
  const place = at("notice");
  place.replaceChildren(
    element("span", { text }),
    open ? element("button", { type: "button", text: "Read it", on: { click: open } }) : "",
  );
  place.hidden = false;
}

at("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = at("token").value.trim();
  at("token").value = "";
  sessionStorage.setItem(TOKEN_KEY, given);
  start(given);
});
at("leave").addEventListener("click", () => signIn(null));
at("again").addEventListener("click", () => connection?.open());
at("more").addEventListener("click", () => load(cursor));
window.addEventListener("hashchange", () => {
  if (new URLSearchParams(location.hash.slice(1)).has("token")) start(takeToken());
});

const kept = takeToken();
if (kept) start(kept);
else signIn(null);
