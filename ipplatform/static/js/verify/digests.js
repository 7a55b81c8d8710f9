// Digests with WebCrypto; of files too large for memory piece by piece, with pauses in which the page stays alive.

import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { hex } from "./bytes.js";

const WHOLE = 64 * 2 ** 20;
const PIECE = 2 ** 20;
const PAUSE_AFTER_MS = 30;

export async function digest(algorithm, data) {
  return new Uint8Array(await crypto.subtle.digest(algorithm, data));
}

export async function hmac(key, data) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

// {sha256, sha512, size} in hexadecimal and bytes, from an iterable of pieces; `size` is what they should add up to.
export async function digestsOf(pieces, size, tell = () => {}) {
  if (size <= WHOLE) return small(await gathered(pieces, size));
  const short = sha256.create();
  const long = sha512.create();
  let done = 0;
  let since = performance.now();
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PIECE) {
      const part = piece.subarray(at, at + PIECE);
      short.update(part);
      long.update(part);
      done += part.length;
      if (performance.now() - since < PAUSE_AFTER_MS) continue;
      tell(done / size);
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  return { sha256: hex(short.digest()), sha512: hex(long.digest()), size: done };
}

async function small(data) {
  const [short, long] = await Promise.all([digest("SHA-256", data), digest("SHA-512", data)]);
  return { sha256: hex(short), sha512: hex(long), size: data.length };
}

export async function gathered(pieces, size) {
  const data = new Uint8Array(size);
  let at = 0;
  for await (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return data;
}

// The pieces of a file on the visitor's disk.
export async function* piecesOf(file) {
  for (let at = 0; at < file.size; at += 4 * PIECE) {
    yield new Uint8Array(await file.slice(at, at + 4 * PIECE).arrayBuffer());
  }
}
