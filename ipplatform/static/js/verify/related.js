// Other entries that a bundle holds: the asset's history, an erasure, and the same filing in logs that ended.

import { Refuted, Unusable, malformed, textOf } from "./bytes.js";
import { isObject, parseLeaf, parseManifest } from "./canonical.js";
import { opens } from "./filing.js";
import { labels, parseNote, requireSignedByAll } from "./note.js";
import { parsePolicy } from "./policy.js";
import { parseProof, requireIncluded } from "./tree.js";

// An entry proved against the head of the bundle.
async function inSameTree(bundle, file, proofFile, proof) {
  const entry = await bundle.read(file);
  const leaf = parseLeaf(entry, file);
  const own = parseProof(await bundle.read(proofFile), proofFile);
  if (own.checkpoint !== proof.checkpoint) throw new Refuted("other_checkpoint", { file: proofFile });
  if (leaf.schema !== `${proof.head.origin}/leaf/v1`) throw new Refuted("entry_other_log", { file });
  await requireIncluded(entry, own);
  return { leaf, index: own.index };
}

export async function* historyChecks(bundle, proof) {
  for (const file of bundle.names.filter((name) => /^history\/.*\.json$/.test(name))) {
    const { leaf, index } = await inSameTree(bundle, file, file.replace(/\.json$/, ".tlog-proof"), proof);
    yield { part: "history", check: `history_${leaf.kind}`, facts: { file, index, time: new Date(leaf.time * 1000) } };
  }
}

export async function* erasureChecks(bundle, proof, leaf) {
  if (!bundle.has("erasure/entry.json")) return;
  const { leaf: erased, index } = await inSameTree(bundle, "erasure/entry.json", "erasure/entry.tlog-proof", proof);
  const data = await bundle.read("erasure/manifest.json");
  if (erased.kind !== "erase" || !(await opens(data, await bundle.read("erasure/salt.hex"), "erasure/salt.hex", erased))) {
    throw new Refuted("erasure_commitment");
  }
  const { fields } = parseManifest(data, "erasure/manifest.json").value;
  if (!isObject(fields) || !Array.isArray(fields.erased)) throw malformed("erasure/manifest.json", "manifest/v1");
  if (!fields.erased.some((item) => item?.commitment === leaf.commitment)) throw new Refuted("erasure_other");
  yield { part: "erasure", check: "erasure", facts: { request: fields.request, ground: fields.ground, index } };
}

export async function* formerChecks(bundle, proof, leaf, trust) {
  for (const file of bundle.names.filter((name) => /^former\/.*-entry\.json$/.test(name))) {
    yield* ended(bundle, file.slice(0, -"-entry.json".length), leaf, proof, trust);
  }
}

async function* ended(bundle, stem, leaf, proof, trust) {
  const file = `${stem}-entry.json`;
  const entry = await bundle.read(file);
  const old = parseLeaf(entry, file);
  if (["commitment", "kind", "time"].some((member) => old[member] !== leaf[member])) throw new Refuted("former_other", { file });
  const own = parseProof(await bundle.read(`${stem}-entry.tlog-proof`), `${stem}-entry.tlog-proof`);
  if (old.schema !== `${own.head.origin}/leaf/v1`) throw new Refuted("entry_other_log", { file });
  await requireIncluded(entry, own);
  const named = await keysNamed(bundle, `${stem}-policy.txt`, own.head.origin);
  const known = trust.keysOf(own.head.origin, own.head.size);
  await requireSignedByAll(parseNote(own.checkpoint, own.file), known.length ? known : named);
  if (!known.length) yield { part: "former", check: "former_keys", remark: true, facts: { keys: labels(named), origin: own.head.origin } };
  await requireAnchored(bundle, stem, own.checkpoint, proof, trust);
  yield { part: "former", check: "former", facts: { index: own.index, size: own.head.size, origin: own.head.origin } };
}

async function keysNamed(bundle, file, origin) {
  const found = await parsePolicy(textOf(await bundle.read(file), file), file).catch((error) => {
    throw error instanceof Unusable ? malformed(file, "c2sp.org/tlog-policy") : error;
  });
  const keys = found.logs.filter(({ name }) => name === origin);
  if (!keys.length) throw new Refuted("log_unknown", { origin });
  return keys;
}

// Entry 0 of the log after it commits to the final head; a log that ended too is followed to the head of the bundle.
async function requireAnchored(bundle, stem, final, proof, trust) {
  const [anchor, manifest, salt] = [`${stem}-anchor.json`, `${stem}-manifest.json`, `${stem}-salt.hex`];
  const file = `${stem}-anchor.tlog-proof`;
  const own = parseProof(await bundle.read(file), file);
  const { leaf, index } = await inSameTree(bundle, anchor, file, own);
  const data = await bundle.read(manifest);
  const opened = await opens(data, await bundle.read(salt), salt, leaf);
  if (leaf.kind !== "anchor" || index !== "0" || !opened) throw new Refuted("former_anchor", { file: anchor });
  if (parseManifest(data, manifest).value.fields?.checkpoint !== final) throw new Refuted("former_anchor", { file: manifest });
  if (own.checkpoint === proof.checkpoint) return;
  const following = after(stem);
  if (!bundle.has(`${following}-anchor.json`)) throw new Refuted("other_checkpoint", { file });
  const known = trust.keysOf(own.head.origin, own.head.size);
  const keys = known.length ? known : await keysNamed(bundle, `${following}-policy.txt`, own.head.origin);
  await requireSignedByAll(parseNote(own.checkpoint, file), keys);
  await requireAnchored(bundle, following, own.checkpoint, proof, trust);
}

function after(stem) {
  const number = /^former\/(\d{3,9})$/.exec(stem)?.[1];
  return number ? `former/${String(Number(number) + 1).padStart(3, "0")}` : "";
}
