// What the figures are called in plain words. The gateway sends figures; this says what they mean.

export const PHASES = [
  ["received", "Run received"],
  ["gathering", "Gathering your records"],
  ["reviewing", "Reading the whole arc"],
  ["validating", "Checking every claim"],
  ["ready", "Ready"],
];

const KINDS = {
  pace: "Pace",
  recurring_issue: "Coming back",
  fixed_issue: "After feedback",
  independence: "Working without hints",
  help_avoidance: "Going without help",
  first_pass: "First tries",
  recovery: "Recovering",
  stuck: "Getting stuck",
  help_seeking: "Asking questions",
  calibration: "Judging your own work",
  writing: "Writing",
};

const VERDICTS = {
  pace: { improving: "You got faster", worsening: "You slowed down", steady: "Your pace held steady" },
  recurring_issue: { present: "It kept coming back", worsening: "It came back late", absent: "It did not keep coming back" },
  fixed_issue: { improving: "Gone after the feedback", absent: "Not gone after the feedback" },
  independence: { improving: "You needed fewer hints", worsening: "You needed more hints", steady: "Your use of hints held steady" },
  help_avoidance: { present: "You went without help you could have used", absent: "No sign of avoiding help" },
  first_pass: { improving: "Your first tries got better", worsening: "Your first tries got weaker" },
  recovery: { present: "You recovered after weak first tries", absent: "Weak first tries mostly stayed weak" },
  stuck: { present: "There was a long stretch without a run of successes", absent: "You were never stuck for long" },
  help_seeking: { present: "You asked questions", absent: "You seldom asked questions" },
  calibration: { present: "Your self-ratings were off", absent: "Your self-ratings matched the scores" },
  writing: { improving: "It grew in your texts", worsening: "It shrank in your texts", present: "It shows in your texts", absent: "It does not show in your texts" },
};

const COUNTED = {
  pace: ["stage", "stages"],
  recurring_issue: ["chance", "chances"],
  fixed_issue: ["chance", "chances"],
  help_seeking: ["message", "messages"],
  calibration: ["pair", "pairs"],
  writing: ["word", "words"],
  recovery: ["retried objective", "retried objectives"],
};

const SOURCES = { objective: "Objective", message: "Conversation", artefact: "Your text" };

export function kindName(kind) {
  return KINDS[kind] ?? plain(kind);
}

export function plain(tag) {
  const text = tag.replaceAll(/[_-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function counted(kind, n) {
  const [one, many] = COUNTED[kind] ?? ["objective", "objectives"];
  return `${n} ${n === 1 ? one : many}`;
}

export function verdictWords(signal) {
  if (signal.verdict === "too_little_data") {
    const things = (COUNTED[signal.kind] ?? ["objective", "objectives"])[1];
    return signal.n < signal.minimum_n
      ? `Too few ${things} to tell (${signal.n} of ${signal.minimum_n})`
      : "Nothing of this sort was recorded";
  }
  if (signal.verdict === "unclear") return "No clear trend: it could be chance";
  if (signal.kind === "calibration" && signal.verdict === "present" && signal.value) {
    return signal.value > 0 ? "You rated your work above its scores" : "You rated your work below its scores";
  }
  return VERDICTS[signal.kind]?.[signal.verdict] ?? plain(signal.verdict);
}

export function tone(kind, verdict) {
  if (verdict === "too_little_data" || verdict === "unclear") return "none";
  if (verdict === "improving") return "good";
  if (verdict === "worsening") return "bad";
  const goodWhenAbsent = ["recurring_issue", "help_avoidance", "stuck", "calibration"];
  if (goodWhenAbsent.includes(kind)) return verdict === "absent" ? "good" : "bad";
  if (kind === "recovery") return verdict === "present" ? "good" : "bad";
  if (kind === "fixed_issue") return "bad";
  return "none";
}

export function figure(value, unit) {
  if (value === null) return null;
  const named = unit !== "ratio" && !unit.startsWith("percent");
  return named ? `${bare(value, unit)} ${unit}` : bare(value, unit);
}

// The figure without the name of its unit, for where that has just been said.
export function bare(value, unit) {
  if (unit === "ratio") return `${number(value * 100, 0)} %`;
  if (unit.startsWith("percent")) return `${signed(value, 0)} %`;
  return number(value, 2);
}

export function number(value, digits) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: digits }).format(value).replace("-", "−");
}

function signed(value, digits) {
  return (value > 0 ? "+" : "") + number(value, digits);
}

export function sourceName(evidence) {
  const revision = evidence.revision !== null && evidence.revision > 1 ? `, revision ${evidence.revision}` : "";
  return (SOURCES[evidence.source] ?? plain(evidence.source)) + revision;
}

export function day(text) {
  const moment = new Date(text);
  return Number.isNaN(moment.valueOf())
    ? text
    : moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

// What a partial review lacks, each in a phrase.
export function missing(review) {
  const names = { objective_rollups: "objectives", messages: "messages", artefacts: "versions of own texts" };
  const lacks = Object.entries(names)
    .map(([key, name]) => [review.coverage[key], name])
    .filter(([part]) => part.expected !== null && part.seen < part.expected)
    .map(([part, name]) => `${part.seen} of ${part.expected} ${name} arrived`);
  const silent = review.perspectives.filter((view) => view.status === "unavailable");
  return lacks.concat(silent.map((view) => `${view.name}’s view could not be written`));
}

export function reviewerWords(review) {
  if (review.reviewer === "rules") return "Written by fixed rules, without a language model";
  const arc = review.provenance.calls.find((call) => call.call === "arc");
  return arc ? `Written by ${arc.model}` : "Written by a language model";
}
