// Signed notes, verifier keys and checkpoints: C2SP signed-note, tlog-checkpoint and tlog-cosignature.

import { Refuted, bytesOf, fromBase64, hex, join, malformed, u64 } from "./bytes.js";
import { digest } from "./digests.js";
import { ed25519, mlDsa44 } from "./keys.js";

const RULE = "c2sp.org/signed-note";
const ED25519 = 1;
const COSIGNATURE = 4;
const MLDSA44 = 6;
const PUBLIC_BYTES = { [ED25519]: 32, [COSIGNATURE]: 32, [MLDSA44]: 1312 };
const LATEST = 2n ** 63n - 1n;

export function parseNote(note, file) {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || note.length > 1e6) throw malformed(file, RULE);
  const text = note.slice(0, split + 1);
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x09\x0b-\x1f\x7f]/.test(text)) throw malformed(file, RULE);
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > 100) throw malformed(file, RULE);
  return { file, text, signatures: lines.map((line) => signatureOf(line, file)) };
}

function signatureOf(line, file) {
  const matched = /^\u2014 ([^\s+]+) (\S+)$/u.exec(line);
  if (!matched) throw malformed(file, RULE);
  const raw = fromBase64(matched[2], file);
  if (raw.length < 5) throw malformed(file, RULE);
  return { name: matched[1], id: hex(raw.slice(0, 4)), signature: raw.slice(4) };
}

export function parseCheckpoint(text, file) {
  const lines = text.split("\n");
  const [origin, size, root] = lines;
  const wrong = malformed(file, "c2sp.org/tlog-checkpoint");
  if (lines.length < 4 || lines.pop() !== "" || lines.some((line) => !line)) throw wrong;
  if (!/^(0|[1-9]\d{0,18})$/.test(size) || BigInt(size) > LATEST) throw wrong;
  const raw = fromBase64(root, file);
  if (raw.length !== 32) throw wrong;
  return { origin, size, root: raw };
}

// Throws Refuted unless the id agrees with name and key. Base64 may hold a plus, names may not.
export async function parseKey(vkey, file) {
  const [name, id, ...rest] = vkey.split("+");
  const typed = fromBase64(rest.join("+"), file);
  const expected = hex((await digest("SHA-256", join(bytesOf(`${name}\n`), typed))).slice(0, 4));
  if (!name || /\s/.test(name) || expected !== id || typed.length !== 1 + PUBLIC_BYTES[typed[0]]) {
    throw malformed(file, RULE);
  }
  return { name, id, vkey, algorithm: typed[0], public: typed.slice(1) };
}

export const algorithmOf = (key) => (key.algorithm === MLDSA44 ? "ML-DSA-44" : "Ed25519");

const label = (key) => `${key.name}+${key.id} (${algorithmOf(key)})`;

export const labels = (keys) => keys.map(label);

// The first line of each key that signed; a false line by a known key refutes, unknown keys are passed over.
export async function signedBy(note, keys) {
  const found = new Map();
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((item) => item.name === name && item.id === id);
    if (!key || found.has(key)) continue;
    if (!(await isSignedBy(key, note, signature))) throw new Refuted("signature_false", { key: label(key) });
    found.set(key, signature);
  }
  return found;
}

// Every one of `keys` must have signed: verifiers ignore lines they do not know, so ours demands.
export async function requireSignedByAll(note, keys) {
  const found = await signedBy(note, keys);
  const absent = keys.find((key) => !found.has(key));
  if (absent) throw new Refuted("signature_absent", { key: label(absent) });
}

async function isSignedBy(key, note, signature) {
  if (key.algorithm === ED25519) return ed25519(key.public, signature, bytesOf(note.text));
  if (signature.length <= 8 || timeIn(signature) > LATEST) return false;
  const raw = signature.slice(8);
  if (key.algorithm === COSIGNATURE) {
    return ed25519(key.public, raw, bytesOf(`cosignature/v1\ntime ${timeIn(signature)}\n${note.text}`));
  }
  const { origin, size, root } = parseCheckpoint(note.text, note.file);
  const stated = signature.slice(0, 8);
  const numbers = join(u64(0), u64(size), root);
  const message = join(bytesOf("subtree/v1\n\0"), short(key.name), stated, short(origin), numbers);
  return mlDsa44(key.public, raw, message);
}

const timeIn = (signature) => new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);

// When a witness says that it saw the head; null for a plain signature, which states no time.
export function cosignedAt(key, signature) {
  if (key.algorithm === ED25519) return null;
  const seconds = timeIn(signature);
  if (seconds === 0n || seconds > 253402300799n) throw new Refuted("cosignature_time", { key: label(key) });
  return new Date(Number(seconds) * 1000);
}

function short(text) {
  const data = bytesOf(text);
  if (!data.length || data.length > 255) throw malformed(text.slice(0, 50), "c2sp.org/tlog-cosignature");
  return join(Uint8Array.of(data.length), data);
}
