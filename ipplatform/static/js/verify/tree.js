// The log's tree: RFC 6962 hashes, RFC 9162 proofs of inclusion, C2SP tlog-proof files.

import { Refuted, equal, fromBase64, join, malformed, textOf } from "./bytes.js";
import { digest } from "./digests.js";
import { parseCheckpoint, parseNote } from "./note.js";

const RULE = "c2sp.org/tlog-proof";

const leafHash = (entry) => digest("SHA-256", join(Uint8Array.of(0), entry));
const nodeHash = (left, right) => digest("SHA-256", join(Uint8Array.of(1), left, right));

// RFC 9162 section 2.1.3.2, with BigInt so that no size is too large.
async function rootOf(entry, index, size, path, file) {
  let position = BigInt(index);
  let last = BigInt(size) - 1n;
  if (position > last) throw new Refuted("proof_shape", { file });
  let found = await leafHash(entry);
  for (const sibling of path) {
    if (last === 0n) throw new Refuted("proof_shape", { file });
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
  if (last !== 0n) throw new Refuted("proof_shape", { file });
  return found;
}

// {file, index, path, checkpoint, head}: a proof with the head it leads to.
export function parseProof(data, file) {
  const text = textOf(data, file);
  const split = text.indexOf("\n\n");
  const lines = text.slice(0, split).split("\n");
  if (split < 0 || lines[0] !== "c2sp.org/tlog-proof@v1") throw malformed(file, RULE);
  const rest = lines[1]?.startsWith("extra ") ? lines.slice(2) : lines.slice(1);
  const index = /^index (0|[1-9]\d{0,18})$/.exec(rest[0] ?? "");
  if (!index || rest.length > 64) throw malformed(file, RULE);
  const path = rest.slice(1).map((line) => fromBase64(line, file));
  if (path.some((hash) => hash.length !== 32)) throw malformed(file, RULE);
  const checkpoint = text.slice(split + 2);
  return { file, index: index[1], path, checkpoint, head: parseCheckpoint(parseNote(checkpoint, file).text, file) };
}

export async function requireIncluded(entry, proof) {
  const root = await rootOf(entry, proof.index, proof.head.size, proof.path, proof.file);
  if (!equal(root, proof.head.root)) throw new Refuted("other_root", { file: proof.file });
}
