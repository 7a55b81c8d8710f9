// The page /verify: dropped or chosen files are checked here, in this browser; nothing is uploaded.

import { Refuted, Unusable } from "./bytes.js";
import { verifyBundle } from "./bundle.js";
import { DerError } from "./der.js";
import { digestsOf, piecesOf } from "./digests.js";
import { documentWith } from "./filing.js";
import { trustOfPage, trustOfText } from "./policy.js";
import { conclude, lineOf, progress, say, sectionOf } from "./report.js";
import { isBundle, openZip } from "./zip.js";

const page = document.querySelector("[data-verify]");
const input = page.querySelector("input[type=file]");
const pasted = page.querySelector("textarea");
const ofPage = trustOfPage(JSON.parse(page.querySelector("[data-verify-trust]").textContent));
const CERTIFICATE = "certificate.pdf";
const CERTIFICATE_NAME = /^certificate.*\.pdf$/i;
const opened = [];
let chosen = [];
let queue = Promise.resolve();

async function bundleOf(file, section, trust) {
  const bundle = await openZip(file);
  const state = { part: "files" };
  let notes = 0;
  try {
    const tell = (facts) => progress("busy", { name: file.name, ...facts });
    for await (const { part, check, remark, facts } of verifyBundle(bundle, trust, state, tell)) {
      notes += remark ? 1 : 0;
      lineOf(section, remark ? "note" : "ok", part, say(check, facts));
    }
  } catch (error) {
    const found = error instanceof DerError ? new Refuted("malformed", { file: state.part, rule: "X.690 DER" }) : error;
    if (!(found instanceof Refuted)) throw found;
    lineOf(section, "stop", state.part, say(found.code, found.facts));
    return conclude(section, "refuted", say("refuted"));
  }
  opened.push(bundle);
  return conclude(section, "verified", say(notes ? "verified_notes" : "verified"));
}

async function documentOf(file, section, refuted) {
  const found = await digestsOf(piecesOf(file), file.size);
  const facts = { sha256: found.sha256, name: file.name };
  const whole = opened.filter((bundle) => bundle.has("filing/manifest.json"));
  for (const bundle of whole) {
    const document = await documentWith(bundle, found);
    if (document) return conclude(section, "verified", say("document_found", { ...facts, ...document }));
  }
  if (await isCertificate(found)) return conclude(section, "digest", say("certificate_beside", facts));
  if (CERTIFICATE_NAME.test(file.name)) return conclude(section, "digest", say(opened.length ? "certificate_unread" : "certificate_alone", facts));
  if (whole.length) return conclude(section, "refuted", say("document_unknown", facts));
  if (opened.length) return conclude(section, "digest", say("document_unopened", facts));
  if (refuted) return conclude(section, "digest", say("document_refuted", facts));
  return conclude(section, "digest", say(file.name.toLowerCase().endsWith(".zip") ? "not_bundle" : "digest", facts));
}

// Whether these are the bytes of a certificate in a bundle. That proves nothing: anybody can put a file into a bundle.
async function isCertificate({ sha256 }) {
  for (const bundle of opened.filter((one) => one.has(CERTIFICATE))) {
    if ((await digestsOf(bundle.chunks(CERTIFICATE), bundle.size(CERTIFICATE))).sha256 === sha256) return true;
  }
  return false;
}

async function examine(file, work) {
  const section = sectionOf(file);
  progress("opening", { name: file.name });
  try {
    return await work(section);
  } catch (error) {
    return conclude(section, "unusable", `${say("unusable")} ${reasonOf(error)}`);
  }
}

function reasonOf(error) {
  if (error instanceof Unusable || error instanceof Refuted) return say(error.code, error.facts);
  if (error instanceof DOMException && ["NotReadableError", "NotFoundError"].includes(error.name)) return say("unreadable");
  console.error(error);
  return say("browser");
}

// Bundles first, so that documents beside them find what they were filed as.
async function examineAll(files) {
  const trust = await trustNow();
  if (!trust) return;
  chosen = files;
  opened.length = 0;
  sectionOf(null);
  page.setAttribute("aria-busy", "true");
  const kinds = await Promise.all(files.map((file) => isBundle(file)));
  const outcomes = [];
  for (const file of files.filter((_, place) => kinds[place])) {
    outcomes.push(await examine(file, (section) => bundleOf(file, section, trust)));
  }
  const refuted = outcomes.length > 0;
  for (const file of files.filter((_, place) => !kinds[place])) {
    outcomes.push(await examine(file, (section) => documentOf(file, section, refuted)));
  }
  page.removeAttribute("aria-busy");
  progress(null, { outcomes });
}

// The keys to trust, or null after saying what is wrong with those pasted.
async function trustNow() {
  const problem = page.querySelector("[data-verify-trust-problem]");
  problem.hidden = true;
  pasted.removeAttribute("aria-invalid");
  try {
    return pasted.value.trim() ? await trustOfText(pasted.value, await ofPage) : await ofPage;
  } catch (error) {
    problem.textContent = `${say("trust_malformed")} ${reasonOf(error)}`;
    problem.hidden = false;
    pasted.setAttribute("aria-invalid", "true");
    pasted.closest("details").open = true;
    pasted.focus();
    return null;
  }
}

// One after the other, however fast they are dropped. A document alone is held against the bundles from before.
function take(files) {
  const added = [...files];
  if (added.length) queue = queue.then(async () => examineAll(await together(added)));
}

async function together(added) {
  const kinds = await Promise.all(added.map((file) => isBundle(file)));
  if (kinds.some(Boolean)) return added;
  const before = await Promise.all(chosen.map((file) => isBundle(file)));
  return [...chosen.filter((_, place) => before[place]), ...added];
}

input.addEventListener("change", () => take(input.files));
pasted.addEventListener("change", () => {
  queue = queue.then(() => (chosen.length ? examineAll(chosen) : trustNow()));
});

// Anywhere on the page: a browser would open a file that falls beside the field, and leave.
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  page.classList.add("dragging");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) page.classList.remove("dragging");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  page.classList.remove("dragging");
  take(event.dataTransfer.files);
});

if (globalThis.crypto?.subtle && globalThis.DecompressionStream) {
  page.querySelector("[data-verify-form]").hidden = false;
  page.querySelector("[data-verify-plain]").hidden = true;
}
