// What the page shows. Words come from the page, so that they are in its language; {names} in them are facts.

const page = document.querySelector("[data-verify]");
const words = JSON.parse(page.querySelector("[data-verify-words]").textContent);
const results = page.querySelector("[data-verify-results]");
const verdict = page.querySelector("[data-verify-verdict]");
const busy = page.querySelector("[data-verify-progress]");
const MARKS = { ok: "met", stop: "not-met", note: "unknown" };
const TONES = { verified: "ok", refuted: "stop", unusable: "wait", digest: "note" };
const STATUS = { verified: "mark_ok", refuted: "mark_stop", unusable: "mark_unusable", digest: "mark_note" };

export function say(code, facts = {}) {
  return (words[code] ?? code).replace(/\{(\w+)\}/g, (_, name) => shown(name, facts[name])).trim();
}

// Which words there may be for a fact of this name; what a later platform adds is shown as it stands.
const TERMS = { kind: ["kind"], role: ["role", "kind"], roles: ["member"], ground: ["ground"] };
const NUMBERS = ["filing", "request"];
const NUMBER = /^[0-9a-hjkmnp-tv-z]{16}$/;

function shown(name, fact) {
  if (fact instanceof Date) return `${fact.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  if (Array.isArray(fact)) return fact.map((one) => shown(name, one)).join(words.between);
  if (NUMBERS.includes(name) && NUMBER.test(fact)) return String(fact).match(/.{4}/g).join("-").toUpperCase();
  const term = TERMS[name]?.map((family) => `${family}_${fact}`).find((code) => Object.hasOwn(words, code));
  return term ? words[term] : String(fact ?? "");
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

// A place for what is found about a file; null clears the page of earlier ones.
export function sectionOf(file) {
  if (!file) {
    results.replaceChildren();
    verdict.hidden = true;
    return null;
  }
  const section = element("section", "checked-file", "");
  section.append(element("h2", "", file.name), element("p", "", ""), element("ul", "reasons", ""));
  section.lastChild.hidden = true;
  results.append(section);
  return section;
}

export function lineOf(section, tone, part, text) {
  const item = element("li", MARKS[tone], "");
  item.dataset.part = part;
  item.append(
    element("strong", "", say(`mark_${tone}`)),
    element("strong", "text-body", say(`part_${part}`)),
    element("span", "text-body", text),
  );
  section.lastChild.hidden = false;
  section.lastChild.append(item);
}

export function conclude(section, outcome, text) {
  section.dataset.outcome = outcome;
  const mark = element("span", `status status-${TONES[outcome]}`, say(STATUS[outcome]));
  section.children[1].replaceChildren(mark, ` ${text}`);
  return { outcome, text, name: section.firstChild.textContent };
}

// Where the work stands; at its end the worst verdict, which speaks for all.
export function progress(code, facts) {
  busy.hidden = code === null;
  busy.textContent = code ? say(code, facts) : "";
  if (code) return;
  const order = ["refuted", "unusable", "digest", "verified"];
  const [worst] = [...facts.outcomes].sort((one, other) => order.indexOf(one.outcome) - order.indexOf(other.outcome));
  verdict.hidden = false;
  verdict.dataset.outcome = worst.outcome;
  verdict.className = `callout mt-3 callout-${TONES[worst.outcome]}`;
  verdict.textContent = say("of_file", worst);
  verdict.focus();
}
