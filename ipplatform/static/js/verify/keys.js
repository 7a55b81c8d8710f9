// Signatures: Ed25519 and ECDSA with WebCrypto, ML-DSA-44 with a library, as browsers have none.

import { ed25519 as library } from "@noble/curves/ed25519.js";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { hex, join } from "./bytes.js";
import { ecdsaPair } from "./der.js";

// Whether the browser knows Ed25519; asked once, since older ones do not.
let native = null;

async function knowsEd25519() {
  if (native === null) {
    const base = library.getPublicKey(new Uint8Array(32).fill(1));
    native = await imported(base).then(() => true, () => false);
  }
  return native;
}

const imported = (key) => crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);

// RFC 8032; false for whatever is no signature of this key.
export async function ed25519(key, signature, message) {
  if (signature.length !== 64 || key.length !== 32) return false;
  if (await knowsEd25519()) {
    const usable = await imported(key).catch(() => null);
    return usable !== null && crypto.subtle.verify({ name: "Ed25519" }, usable, signature, message);
  }
  try {
    return library.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}

export function mlDsa44(key, signature, message) {
  return signature.length === 2420 && ml_dsa44.verify(signature, message, key);
}

const SPKI = {
  ed25519: { start: "302a300506032b6570032100", size: 32 },
  "ecdsa-p256-sha256": { start: "3059301306072a8648ce3d020106082a8648ce3d03010703420004", size: 64, curve: "P-256", hash: "SHA-256" },
  "ecdsa-p384-sha384": { start: "3076301006072a8648ce3d020106052b8104002203620004", size: 96, curve: "P-384", hash: "SHA-384" },
};

// {algorithm, verifies(signature, message)} of a DER SubjectPublicKeyInfo; null for a key of another kind or spelling.
export async function publicKey(spki) {
  for (const [algorithm, { start, size, curve, hash }] of Object.entries(SPKI)) {
    if (spki.length !== start.length / 2 + size || hex(spki).slice(0, start.length) !== start) continue;
    const raw = spki.slice(start.length / 2);
    if (!curve) return isSound(raw) ? { algorithm, verifies: (signature, message) => ed25519(raw, signature, message) } : null;
    const key = await ecdsaKey(spki, curve);
    return key && { algorithm, verifies: (signature, message) => ecdsa(key, hash, size / 2, signature, message) };
  }
  return null;
}

export const ecdsaKey = (spki, curve) =>
  crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: curve }, false, ["verify"]).catch(() => null);

// `signature` is in DER (RFC 3279), `width` the bytes of a coordinate.
export async function ecdsa(key, hash, width, signature, message) {
  const pair = ecdsaPair(signature, width);
  return pair !== null && crypto.subtle.verify({ name: "ECDSA", hash }, key, join(...pair), message);
}

// Points of small or mixed order verify what nobody signed.
function isSound(raw) {
  try {
    const point = library.Point.fromBytes(raw);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
}
