// Building the page: every text goes in as text. Nothing here parses HTML.

export function element(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on") for (const [type, run] of Object.entries(value)) node.addEventListener(type, run);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export function section(id, title, lead, ...children) {
  return element(
    "section",
    { class: `part part-${id}`, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title`, text: title }),
    lead ? element("p", { class: "lead", text: lead }) : null,
    ...children,
  );
}

export function chip(text, kind) {
  return element("span", { class: `chip chip-${kind}`, text });
}
