// One review as a page.

import { clearCharts, seriesChart } from "./charts.js";
import { chip, element, section } from "./dom.js";
import { bare, counted, day, figure, kindName, missing, number, plain, reviewerWords, sourceName, tone, verdictWords } from "./words.js";

const DIRECTIONS = { improving: ["↗", "Improving"], worsening: ["↘", "Worsening"], present: ["•", "Present"] };

export function showReview(place, review) {
  clearCharts();
  const stages = stageNumbers(review);
  const parts = [
    hero(review),
    patterns(review, stages),
    element("div", { class: "pair" }, didWell(review, stages), keptStuck(review, stages)),
    pushNext(review, stages),
    experience(review, stages),
    perspectives(review, stages),
    signals(review),
    writing(review, stages),
    footer(review),
  ];
  place.replaceChildren(...parts.filter(Boolean));
  place.setAttribute("lang", review.language);
}

// Every series holds every stage in order; reviews carry ids, people count.
function stageNumbers(review) {
  const ids = review.signals[0]?.series.map((point) => point.stage_id) ?? [];
  return new Map(ids.map((id, index) => [id, index + 1]));
}

function stageName(stages, id) {
  return stages.has(id) ? `Stage ${stages.get(id)}` : plain(id);
}

function hero(review) {
  const lacks = missing(review);
  const partial = review.status === "partial";
  return element(
    "header",
    { class: "hero" },
    element("p", { class: "eyebrow", text: review.scenario_title }),
    element("h1", { id: "headline", tabindex: "-1", text: review.headline }),
    element("p", { class: "summary", text: review.summary }),
    element(
      "ul",
      { class: "facts", "aria-label": "About this review" },
      element("li", {}, chip(partial ? "Partial" : "Complete", partial ? "bad" : "good")),
      element("li", {}, chip(reviewerWords(review), "none")),
      review.revision > 1 ? element("li", {}, chip(`Revision ${review.revision}`, "none")) : null,
      element("li", { class: "when" }, element("time", { datetime: review.created_at, text: day(review.created_at) })),
    ),
    partial
      ? element(
          "p",
          { class: "partial" },
          element("strong", { text: "Not everything was there: " }),
          lacks.length ? `${lacks.join("; ")}.` : "some of your records did not arrive.",
        )
      : null,
  );
}

function evidence(items, stages) {
  if (items.length === 0) return null;
  return element(
    "ul",
    { class: "evidence", "aria-label": "Evidence" },
    items.map((item) => {
      const label = `${sourceName(item)} · ${stageName(stages, item.stage_id)}`;
      if (item.quote === null) return element("li", {}, element("span", { class: "pointer", text: label }));
      return element(
        "li",
        {},
        element(
          "details",
          {},
          element("summary", { text: label }),
          element(
            "figure",
            {},
            element("blockquote", { text: item.quote }),
            element("figcaption", { text: `${plain(item.source)} ${item.source_id}` }),
          ),
        ),
      );
    }),
  );
}

function patterns(review, stages) {
  if (review.patterns.length === 0) return null;
  const cards = review.patterns.map((pattern) => {
    const [sign, word] = DIRECTIONS[pattern.direction];
    const mood = tone(pattern.kind, pattern.direction);
    return element(
      "li",
      { class: `card pattern mood-${mood}` },
      element(
        "div",
        { class: "card-head" },
        element("span", { class: "sign", "aria-hidden": "true", text: sign }),
        element("h3", { text: patternTitle(pattern) }),
        chip(word, mood),
      ),
      element("p", { class: "statement", text: pattern.statement }),
      element(
        "p",
        { class: "reach" },
        stageStrip(pattern.stage_ids, stages),
        element("span", { text: `${plain(pattern.confidence)} confidence` }),
      ),
      evidence(pattern.evidence, stages),
    );
  });
  return section("patterns", "Across your whole run", "What no single stage could show.", element("ul", { class: "cards" }, cards));
}

function patternTitle(item) {
  const named = item.kind === "recurring_issue" || item.kind === "fixed_issue" || item.kind === "writing";
  return named && item.name ? `${kindName(item.kind)}: ${plain(item.name).toLowerCase()}` : kindName(item.kind);
}

function stageStrip(ids, stages) {
  const known = ids.every((id) => stages.has(id));
  const names = known
    ? `Stages ${ids.map((id) => stages.get(id)).join(", ")}`
    : ids.map((id) => stageName(stages, id)).join(", ");
  const dots = [...stages.keys()].map((id) => element("i", { class: ids.includes(id) ? "on" : "" }));
  return element("span", { class: "strip" }, element("span", { class: "dots", "aria-hidden": "true" }, dots), names);
}

function didWell(review, stages) {
  const items = review.did_well.map((item) =>
    element("li", {}, element("p", { class: "statement", text: item.statement }), evidence(item.evidence, stages)));
  return section("well", "What you did well", null, listOr(items, "Nothing in this run’s records supports praise yet."));
}

function keptStuck(review, stages) {
  const items = review.kept_stuck.map((item) =>
    element(
      "li",
      {},
      item.issue_kind ? element("p", { class: "tag", text: plain(item.issue_kind) }) : null,
      element("p", { class: "statement", text: item.statement }),
      evidence(item.evidence, stages),
    ));
  return section("stuck", "Where you kept getting stuck", null, listOr(items, "Nothing kept holding you up."));
}

function listOr(items, otherwise) {
  return items.length ? element("ul", { class: "plain" }, items) : element("p", { class: "empty", text: otherwise });
}

function pushNext(review, stages) {
  if (review.push_next.length === 0) return null;
  const items = review.push_next.map((item) =>
    element(
      "li",
      { class: "card next" },
      element("h3", { text: item.action }),
      element("p", { text: item.why }),
      element("p", { class: "check" }, element("strong", { text: "You will know it worked when: " }), item.check),
      evidence(item.evidence, stages),
    ));
  return section("next", "Push on this next", null, element("ol", { class: "cards numbered" }, items));
}

function experience(review, stages) {
  const xp = review.xp;
  const most = Math.max(1, ...xp.dimensions.map((dimension) => dimension.xp));
  const rows = xp.dimensions.map((dimension) => {
    const bar = element("span", { class: "fill" });
    bar.style.inlineSize = `${(100 * dimension.xp) / most}%`;
    return element(
      "li",
      {},
      element("h3", { text: dimension.title }),
      element("p", { class: "points" }, element("strong", { text: number(dimension.xp, 0) }), " XP"),
      element("span", { class: "track", "aria-hidden": "true" }, bar),
      element("p", { class: "rationale", text: dimension.rationale }),
      evidence(dimension.evidence, stages),
    );
  });
  return section(
    "xp",
    "Your experience points",
    `${number(xp.expected_total, 0)} XP over ${xp.dimensions.length} ${xp.dimensions.length === 1 ? "dimension" : "dimensions"}${xpNote(xp)}`,
    element("ol", { class: "bars card" }, rows),
  );
}

function xpNote(xp) {
  if (xp.clamped) return "; the reviewer’s figures were held to what your results support.";
  return xp.normalized ? "; the reviewer’s figures were rescaled to the total." : ".";
}

function perspectives(review, stages) {
  if (review.perspectives.length === 0) return null;
  const cards = review.perspectives.map((view) => {
    const silence = view.status === "unavailable"
      ? "This view could not be written this time."
      : "You did not talk with each other in this run.";
    return element(
      "li",
      { class: "card persona" },
      element(
        "div",
        { class: "card-head" },
        element("span", { class: "face", "aria-hidden": "true", text: initials(view.name) }),
        element("div", {}, element("h3", { text: view.name }), element("p", { class: "role", text: plain(view.role) })),
      ),
      view.text === null
        ? element("p", { class: "empty", text: silence })
        : element("blockquote", { class: "voice", text: view.text }),
      evidence(view.evidence, stages),
    );
  });
  return section("people", "How the people around you saw it", null, element("ul", { class: "cards" }, cards));
}

function initials(name) {
  return name.split(/\s+/u).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
}

function signals(review) {
  if (review.signals.length === 0) return null;
  const thin = review.signals.filter((signal) => signal.verdict === "too_little_data");
  const told = review.signals.filter((signal) => signal.verdict !== "too_little_data");
  const sorted = told.sort((a, b) => Number(a.verdict === "unclear") - Number(b.verdict === "unclear"));
  return section(
    "signals",
    "What was measured",
    "Figures over the stages of this run, and what can honestly be said of them.",
    sorted.length ? element("ul", { class: "cards small" }, sorted.map(signalCard)) : null,
    thin.length ? tooLittle(thin) : null,
  );
}

function tooLittle(thin) {
  const rows = thin.flatMap((signal) => [
    element("dt", { text: patternTitle(signal) }),
    element("dd", { text: verdictWords(signal) }),
  ]);
  return element(
    "div",
    { class: "card thin" },
    element("h3", { text: "Too little to go on" }),
    element("dl", {}, rows),
  );
}

function signalCard(signal) {
  const value = figure(signal.value, signal.unit);
  const range = signal.low !== null && signal.high !== null
    ? ` (between ${bare(signal.low, signal.unit)} and ${bare(signal.high, signal.unit)})`
    : "";
  return element(
    "li",
    { class: `card signal mood-${tone(signal.kind, signal.verdict)}` },
    element("h3", { text: patternTitle(signal) }),
    element("p", { class: "verdict", text: verdictWords(signal) }),
    seriesChart(signal),
    element(
      "p",
      { class: "small-print" },
      value === null ? "" : `${value}${range} · `,
      `from ${counted(signal.kind, signal.n)}`,
    ),
  );
}

function writing(review, stages) {
  if (review.writing_style === null) return null;
  return section(
    "writing",
    "How you wrote",
    null,
    element(
      "div",
      { class: "card" },
      element("p", { class: "statement", text: review.writing_style.statement }),
      evidence(review.writing_style.evidence, stages),
    ),
  );
}

function footer(review) {
  const names = { objective_rollups: "Objectives", messages: "Messages", artefacts: "Versions of your own texts" };
  const rows = Object.entries(names).map(([key, name]) => {
    const part = review.coverage[key];
    const expected = part.expected === null ? "not known" : number(part.expected, 0);
    return element(
      "tr",
      {},
      element("th", { scope: "row", text: name }),
      element("td", { text: expected }),
      element("td", { text: number(part.seen, 0) }),
      element("td", { text: number(part.used, 0) }),
    );
  });
  const head = ["", "Expected", "Arrived", "Read"].map((text) => element(text ? "th" : "td", { scope: text ? "col" : null, text }));
  const calls = review.provenance.calls.map((call) =>
    element("li", {
      text: `${plain(call.call.replace(":", ": "))}: ${call.provider === call.model ? call.model : `${call.provider}, ${call.model}`}`
        + `${call.fallback ? ", as a stand-in" : ""}${call.reused ? ", reused" : ""}`,
    }));
  return section(
    "basis",
    "What this review rests on",
    null,
    element(
      "div",
      { class: "basis" },
      element("table", {}, element("caption", { text: "Your records" }), element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)),
      element(
        "details",
        {},
        element("summary", { text: "Who wrote it, and how" }),
        element("ul", {}, calls),
        element("p", {
          text: `Prompts ${review.provenance.prompt_version}, schema ${review.provenance.schema_version}, review ${review.review_id}, run ${review.run_id}.`,
        }),
      ),
    ),
  );
}
