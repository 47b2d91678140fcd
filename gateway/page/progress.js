// Reviews under way: one card a run, until its review arrives.

import { element } from "./dom.js";
import { PHASES, plain } from "./words.js";

const ORDER = PHASES.map(([phase]) => phase);

export class ProgressBoard {
  constructor(place) {
    this.place = place;
    this.cards = new Map();
  }

  show(step) {
    if (step.phase === "ready") return this.remove(step.run_id);
    const card = progressCard(step);
    const old = this.cards.get(step.run_id);
    if (old) old.replaceWith(card);
    else this.place.append(card);
    this.cards.set(step.run_id, card);
    return undefined;
  }

  remove(runId) {
    this.cards.get(runId)?.remove();
    this.cards.delete(runId);
  }

  clear() {
    for (const runId of [...this.cards.keys()]) this.remove(runId);
  }
}

function progressCard(step) {
  const stopped = step.phase === "delayed" || step.phase === "failed";
  const at = ORDER.indexOf(step.phase);
  const titles = { delayed: "Your review has to wait", failed: "Your review could not be written" };
  const steps = PHASES.slice(0, -1).map(([, name], index) =>
    element("li", { class: index < at ? "done" : index === at ? "now" : "", "aria-current": index === at ? "step" : null, text: name }));
  return element(
    "div",
    { class: `card under-way ${stopped ? `is-${step.phase}` : ""}` },
    element("h2", { text: titles[step.phase] ?? "Your review is being written" }),
    stopped ? null : element("ol", { class: "steps" }, steps),
    step.total > 0 && !stopped
      ? element("progress", { max: step.total, value: step.done, "aria-label": `${step.done} of ${step.total} parts written` })
      : null,
    step.detail ? element("p", { class: "small-print", text: plain(step.detail) }) : null,
  );
}
