// The page /verify: a dropped bundle is checked here, in this browser; nothing is uploaded.

import { digestOf, findDocument, verifyBundle } from "./verify-bundle.js";
import { Refuted } from "./verify-log.js";
import { Unusable, openZip } from "./verify-zip.js";

const page = document.querySelector("[data-verify]");
const input = page.querySelector("input[type=file]");
const results = page.querySelector("[data-verify-results]");
const verdict = page.querySelector("[data-verify-verdict]");
const messages = new Map(
  Array.from(page.querySelectorAll("[data-message]"), (item) => [item.dataset.message, item.textContent.trim()]),
);
let last = null;

// Words come from the page, so that they are in its language; {names} in them are facts.
function say(key, facts = {}) {
  return (messages.get(key) ?? key).replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? ""));
}

function line(tone, text) {
  const item = document.createElement("li");
  item.className = { ok: "met", stop: "not-met", note: "unknown" }[tone];
  const mark = document.createElement("strong");
  mark.textContent = `${say(`mark_${tone}`)} `;
  const words = document.createElement("span");
  words.className = "text-body";
  words.textContent = text;
  item.append(mark, words);
  results.append(item);
}

function conclude(outcome, text) {
  verdict.hidden = false;
  verdict.dataset.outcome = outcome;
  verdict.className = `callout callout-${{ verified: "ok", refuted: "stop", unusable: "wait", digest: "note" }[outcome]}`;
  verdict.textContent = text;
  verdict.focus();
}

async function bundleOf(file) {
  const bundle = await openZip(file);
  results.replaceChildren();
  try {
    for await (const { check, remark, facts } of verifyBundle(bundle, page.dataset.policy)) {
      line(remark ? "note" : "ok", say(check, facts));
    }
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    line("stop", error.message);
    conclude("refuted", say("refuted"));
    return;
  }
  last = bundle;
  conclude("verified", say("verified"));
}

async function documentOf(file) {
  if (!last?.has("filing/manifest.json")) {
    conclude("digest", say("digest", { name: file.name, sha256: await digestOf(file) }));
    return;
  }
  const { sha256, found } = await findDocument(last, file);
  if (found) conclude("verified", say("document_found", { name: file.name, role: found.role }));
  else conclude("refuted", say("document_unknown", { name: file.name, sha256 }));
}

async function isZip(file) {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

async function examine(file) {
  verdict.hidden = true;
  page.setAttribute("aria-busy", "true");
  try {
    if ((await isZip(file)) && (!last || file.name.startsWith("evidence-"))) await bundleOf(file);
    else await documentOf(file);
  } catch (error) {
    const text = error instanceof Unusable ? error.message : say("browser");
    conclude("unusable", `${say("unusable")} ${text}`);
  } finally {
    page.removeAttribute("aria-busy");
  }
}

input.addEventListener("change", async () => {
  for (const file of input.files) await examine(file);
});
page.addEventListener("dragover", (event) => {
  event.preventDefault();
  page.classList.add("dragging");
});
page.addEventListener("dragleave", () => page.classList.remove("dragging"));
page.addEventListener("drop", async (event) => {
  event.preventDefault();
  page.classList.remove("dragging");
  for (const file of event.dataTransfer.files) await examine(file);
});
page.querySelector("[data-verify-form]").hidden = false;
