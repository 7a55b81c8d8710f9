// What the log and its witnesses signed, and the entry's place in it.

import { Refuted, textOf } from "./bytes.js";
import { cosignedAt, labels, parseNote, requireSignedByAll, signedBy } from "./note.js";
import { isMet, parsePolicy } from "./policy.js";
import { requireIncluded } from "./tree.js";

const POLICY = "log/policy.txt";

// Every demanded key signed the head; `trust` says which those are.
export async function* signatureChecks(proof, trust) {
  const { origin, size } = proof.head;
  const demanded = trust.keysOf(origin, size);
  if (!demanded.length) throw new Refuted("log_unknown", { origin });
  await requireSignedByAll(parseNote(proof.checkpoint, proof.file), demanded);
  yield { part: "signature", check: trust.pasted ? "signature_pasted" : "signature", facts: { keys: labels(demanded), size } };
}

// A policy from elsewhere is demanded; else the one that the bundle was made under, held against today's of the page.
export async function* witnessChecks(bundle, proof, trust) {
  const note = parseNote(proof.checkpoint, proof.file);
  if (trust.pasted) {
    yield* cosigned(note, trust.policy, true);
    return;
  }
  const own = await parsePolicy(textOf(await bundle.read(POLICY), POLICY), POLICY);
  const judged = own.quorum === null ? trust.policy : own;
  yield* cosigned(note, judged, judged === own);
  const known = new Set([...trust.policy.witnesses.values()].map(({ vkey }) => vkey));
  const foreign = [...judged.witnesses.values()].filter(({ vkey }) => !known.has(vkey));
  if (foreign.length) yield { part: "witnesses", check: "witness_keys", remark: true, facts: { keys: labels(foreign) } };
}

async function* cosigned(note, policy, demanded) {
  const names = new Map([...policy.witnesses].map(([name, key]) => [key, name]));
  const met = new Set();
  for (const [key, signature] of await signedBy(note, [...names.keys()])) {
    const name = names.get(key);
    const time = cosignedAt(key, signature);
    met.add(name);
    yield { part: "witnesses", check: time ? "witness" : "witness_timeless", facts: { name, time } };
  }
  const missing = [...policy.witnesses.keys()].filter((name) => !met.has(name));
  const facts = { quorum: policy.quorum, missing };
  if (policy.quorum === null) yield { part: "witnesses", check: "witnesses_none", remark: true };
  else if (isMet(policy, met)) yield { part: "witnesses", check: "quorum", facts };
  else if (demanded) throw new Refuted("quorum_unmet", facts);
  else yield { part: "witnesses", check: "quorum_later", remark: true, facts };
}

export async function* inclusionChecks(entry, leaf, proof) {
  const { origin, size } = proof.head;
  if (leaf.schema !== `${origin}/leaf/v1`) throw new Refuted("entry_other_log", { file: "log/entry.json" });
  await requireIncluded(entry, proof);
  yield { part: "inclusion", check: "inclusion", facts: { index: proof.index, size, origin } };
}

// The log's keys that the bundle names must be those that were demanded; else something was left unasked.
export async function* keyRemarks(bundle, proof, trust) {
  if (!trust.pasted) return;
  const demanded = new Set(trust.keysOf(proof.head.origin, proof.head.size).map(({ vkey }) => vkey));
  const named = await parsePolicy(textOf(await bundle.read(POLICY), POLICY), POLICY);
  const unasked = named.logs.filter(({ vkey }) => !demanded.has(vkey));
  if (unasked.length) yield { part: "trust", check: "keys_unasked", remark: true, facts: { keys: labels(unasked) } };
}
