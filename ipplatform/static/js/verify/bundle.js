// The checks of a bundle in order, each with what it proves; the same as `ipplatform evidence verify`.

import { Refuted, textOf } from "./bytes.js";
import { parseLeaf } from "./canonical.js";
import { digestsOf } from "./digests.js";
import { filingChecks } from "./filing.js";
import { inclusionChecks, keyRemarks, signatureChecks, witnessChecks } from "./log.js";
import { erasureChecks, formerChecks, historyChecks } from "./related.js";
import { timeChecks } from "./time.js";
import { parseProof } from "./tree.js";

const LISTINGS = { SHA256SUMS: "sha256", SHA512SUMS: "sha512" };
const ENTRY = "log/entry.json";
const PROOF = "log/entry.tlog-proof";

// `state.part` names the part at work, for whoever catches an error; `tell` hears of files and how far each is.
export async function* verifyBundle(bundle, trust, state, tell) {
  state.part = "files";
  const digests = await requireListed(bundle, tell);
  yield { part: "files", check: "files", facts: { count: digests.size } };
  if (bundle.skipped.length) yield { part: "files", check: "skipped", remark: true, facts: { files: bundle.skipped } };
  state.part = "inclusion";
  const entry = await bundle.read(ENTRY);
  const leaf = parseLeaf(entry, ENTRY);
  state.part = "filing";
  for await (const one of filingChecks(bundle, leaf, digests, state)) yield one;
  state.part = "signature";
  const proof = parseProof(await bundle.read(PROOF), PROOF);
  const parts = {
    signature: signatureChecks(proof, trust),
    witnesses: witnessChecks(bundle, proof, trust),
    inclusion: inclusionChecks(entry, leaf, proof),
    history: historyChecks(bundle, proof),
    erasure: erasureChecks(bundle, proof, leaf),
    former: formerChecks(bundle, proof, leaf, trust),
    time: timeChecks(bundle, entry, proof, trust),
    trust: keyRemarks(bundle, proof, trust),
  };
  for (const [part, checks] of Object.entries(parts)) {
    state.part = part;
    yield* checks;
  }
}

async function requireListed(bundle, tell) {
  const found = new Map();
  const names = bundle.names.filter((name) => !(name in LISTINGS));
  for (const name of names) {
    tell({ done: found.size, all: names.length, file: name, part: 0 });
    const report = (part) => tell({ done: found.size, all: names.length, file: name, part });
    found.set(name, await digestsOf(bundle.chunks(name), bundle.size(name), report));
  }
  for (const [listing, algorithm] of Object.entries(LISTINGS)) {
    const listed = sums(textOf(await bundle.read(listing), listing), listing);
    const unlisted = names.filter((name) => !listed.has(name)).sort().slice(0, 3);
    if (unlisted.length) throw new Refuted("files_unlisted", { listing, files: unlisted });
    const absent = [...listed.keys()].filter((name) => !found.has(name)).sort().slice(0, 3);
    if (absent.length) throw new Refuted("files_absent", { listing, files: absent });
    const changed = names.find((name) => listed.get(name) !== found.get(name)[algorithm]);
    if (changed) throw new Refuted("file_changed", { listing, file: changed });
  }
  return found;
}

function sums(text, listing) {
  const listed = new Map();
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const matched = /^([0-9a-f]+) {2}(.+)$/.exec(line);
    if (!matched || listed.has(matched[2])) throw new Refuted("malformed", { file: listing, rule: "sha256sum(1)" });
    listed.set(matched[2], matched[1]);
  }
  return listed;
}
