// The log's public formats with WebCrypto: digests, RFC 6962 proofs, C2SP notes and checkpoints.
// Browsers have no ML-DSA-44 yet; that comes from a library which stands unchanged among our files.

import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

export class Refuted extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export const bytesOf = (text) => encoder.encode(text);

export function textOf(data) {
  try {
    return decoder.decode(data);
  } catch {
    throw new Refuted("a text is not UTF-8");
  }
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})+$/.test(text)) throw new Refuted("not hexadecimal");
  return Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));
}

export function fromBase64(text) {
  let raw;
  try {
    raw = atob(text);
  } catch {
    throw new Refuted("not base64");
  }
  if (btoa(raw) !== text) throw new Refuted("not base64");
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

export async function digest(algorithm, data) {
  return new Uint8Array(await crypto.subtle.digest(algorithm, data));
}

export async function commitment(salt, manifest) {
  const key = await crypto.subtle.importKey("raw", salt, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, manifest)));
}

// RFC 8785 over strings, integers, booleans, null, arrays and objects; JavaScript sorts names as it demands.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Refuted("a number is not an integer");
  return JSON.stringify(value);
}

// Reading and writing again gives the same text, or names occur twice or the form is another.
export function parseCanonical(data, name) {
  const text = textOf(data);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refuted(`${name} is not JSON`);
  }
  if (canonical(value) !== text) throw new Refuted(`${name} is not canonical JSON`);
  return value;
}

const leafHash = (entry) => digest("SHA-256", join(Uint8Array.of(0), entry));
const nodeHash = (left, right) => digest("SHA-256", join(Uint8Array.of(1), left, right));

// RFC 9162 section 2.1.3.2, with BigInt so that no size is too large.
export async function rootOf(entry, index, size, path) {
  let position = BigInt(index);
  let last = BigInt(size) - 1n;
  if (position > last) throw new Refuted("the index is outside the tree");
  let found = await leafHash(entry);
  for (const sibling of path) {
    if (last === 0n) throw new Refuted("the proof is too long");
    if (position & 1n || position === last) {
      found = await nodeHash(sibling, found);
      while (position && !(position & 1n)) {
        position >>= 1n;
        last >>= 1n;
      }
    } else {
      found = await nodeHash(found, sibling);
    }
    position >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw new Refuted("the proof is too short");
  return found;
}

export function parseProof(data) {
  const text = textOf(data);
  const split = text.indexOf("\n\n");
  const lines = text.slice(0, split).split("\n");
  if (split < 0 || lines[0] !== "c2sp.org/tlog-proof@v1") throw new Refuted("not a proof of inclusion");
  const rest = lines[1]?.startsWith("extra ") ? lines.slice(2) : lines.slice(1);
  const index = /^index (0|[1-9]\d{0,18})$/.exec(rest[0] ?? "");
  if (!index || rest.length > 64) throw new Refuted("not a proof of inclusion");
  return { index: index[1], path: rest.slice(1).map(hashOf), checkpoint: text.slice(split + 2) };
}

function hashOf(line) {
  const hash = fromBase64(line);
  if (hash.length !== 32) throw new Refuted("a hash is not 32 bytes");
  return hash;
}

export function parseNote(note) {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) throw new Refuted("the checkpoint has no signature");
  const text = note.slice(0, split + 1);
  const signatures = note.slice(split + 2, -1).split("\n").map((line) => {
    const matched = /^\u2014 ([^\s+]+) (\S+)$/u.exec(line);
    if (!matched) throw new Refuted("a signature line is malformed");
    const raw = fromBase64(matched[2]);
    return { name: matched[1], id: hex(raw.slice(0, 4)), signature: raw.slice(4) };
  });
  return { text, signatures };
}

export function parseCheckpoint(text) {
  const [origin, size, root] = text.split("\n");
  if (!origin || !/^(0|[1-9]\d{0,18})$/.test(size ?? "") || !root) throw new Refuted("not a checkpoint");
  return { origin, size, root: hashOf(root) };
}

const ED25519 = 1;
const COSIGNATURE = 4;
const MLDSA44 = 6;
const PUBLIC_BYTES = { [ED25519]: 32, [COSIGNATURE]: 32, [MLDSA44]: 1312 };

export async function parseKey(text) {
  const [name, id, ...rest] = text.split("+");
  const typed = fromBase64(rest.join("+"));
  const expected = hex((await digest("SHA-256", join(bytesOf(`${name}\n`), typed))).slice(0, 4));
  if (expected !== id || typed.length !== 1 + PUBLIC_BYTES[typed[0]]) throw new Refuted("a trusted key is malformed");
  return { name, id, algorithm: typed[0], public: typed.slice(1) };
}

export const algorithmOf = (key) => ({ [MLDSA44]: "ML-DSA-44" })[key.algorithm] ?? "Ed25519";

// Every trusted key of this log must have signed: lines of unknown keys prove nothing.
export async function verifySignatures(note, keys) {
  const { text, signatures } = parseNote(note);
  const { origin } = parseCheckpoint(text);
  const demanded = keys.filter((key) => key.name === origin);
  if (!demanded.length) throw new Refuted(`the checkpoint is of ${origin}, a log that is not trusted here`);
  for (const key of demanded) {
    const line = signatures.find((item) => item.name === key.name && item.id === key.id);
    if (!line) throw new Refuted(`no signature by ${key.name}+${key.id}`);
    if (!(await isSignedBy(key, text, line.signature))) {
      throw new Refuted(`the signature of ${key.name}+${key.id} is false`);
    }
  }
  return demanded;
}

// C2SP signed-note and tlog-cosignature: what each kind of key signs, and with what.
export async function isSignedBy(key, text, signature) {
  if (key.algorithm === ED25519) return ed25519(key.public, signature, bytesOf(text));
  if (signature.length <= 8) return false;
  const stated = signature.slice(0, 8);
  const raw = signature.slice(8);
  if (key.algorithm === COSIGNATURE) {
    return ed25519(key.public, raw, bytesOf(`cosignature/v1\ntime ${timeOf(signature)}\n${text}`));
  }
  const { origin, size, root } = parseCheckpoint(text);
  const message = join(
    bytesOf("subtree/v1\n\0"), short(key.name), stated, short(origin), u64(0n), u64(BigInt(size)), root,
  );
  return raw.length === 2420 && ml_dsa44.verify(raw, message, key.public);
}

// What a cosignature states, in unix seconds.
export function timeOf(signature) {
  return new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
}

async function ed25519(key, signature, message) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

function short(text) {
  const data = bytesOf(text);
  if (!data.length || data.length > 255) throw new Refuted("a name is empty or too long");
  return join(Uint8Array.of(data.length), data);
}

function u64(number) {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, number);
  return data;
}
