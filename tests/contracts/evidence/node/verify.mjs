// Judges folders of evidence with Node's own crypto, and @noble/post-quantum for ML-DSA-44.
//
// Of each folder it prints a line: the folder, a tab, and "ok" or the reason to refuse it. It makes no use of proofs
// of growth: from the published entries it computes the root at every size that a head states.

import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

const ED25519 = 1, ML_DSA_44 = 6, TILE = 256;
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

class Refused extends Error {}

function demand(condition, stage, reason) {
  if (!condition) throw new Refused(`${stage}: ${reason}`);
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const leafHash = (entry) => sha256(Buffer.of(0), entry);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

function u64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

function short(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function base64(text, stage) {
  const bytes = Buffer.from(text, "base64");
  demand(bytes.toString("base64") === text, stage, "not base64");
  return bytes;
}

function hash(text, stage) {
  const bytes = base64(text, stage);
  demand(bytes.length === 32, stage, "a hash is not 32 bytes");
  return bytes;
}

function readKeys(file) {
  return readFileSync(file, "utf8").trim().split("\n").map((line) => {
    const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line);
    const typed = base64(encoded, "keys");
    demand(sha256(`${name}\n`, typed).toString("hex", 0, 4) === id, "keys", "the id does not belong to the key");
    return { name, id, type: typed[0], bytes: typed.subarray(1) };
  });
}

function signed(key, text, head, signature) {
  if (key.type === ED25519) {
    const spki = createPublicKey({ key: Buffer.concat([SPKI, key.bytes]), format: "der", type: "spki" });
    return verify(null, Buffer.from(text), spki, signature);
  }
  demand(key.type === ML_DSA_44, "keys", "of an unknown type");
  const message = Buffer.concat([
    Buffer.from("subtree/v1\n\0"), short(key.name), signature.subarray(0, 8), short(head.origin), u64(0),
    u64(head.size), head.root,
  ]);
  const raw = signature.subarray(8);
  return raw.length === 2420 && ml_dsa44.verify(raw, message, key.bytes);
}

function openHead(note, keys) {
  const [text, lines] = [note.slice(0, note.indexOf("\n\n") + 1), note.slice(note.indexOf("\n\n") + 2)];
  const [origin, size, root] = text.split("\n");
  demand(origin === keys[0].name && /^[1-9]\d{0,14}$/.test(size), "checkpoint", "not one of this log");
  const head = { origin, size: Number(size), root: hash(root, "checkpoint") };
  const signatures = lines.trimEnd().split("\n").map((line) => {
    const [, name, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line);
    const body = base64(encoded, "checkpoint");
    return { name, id: body.toString("hex", 0, 4), body: body.subarray(4) };
  });
  for (const key of keys) {
    const found = signatures.find((item) => item.name === key.name && item.id === key.id);
    demand(found, "checkpoint", `no signature by the key ${key.id}`);
    demand(signed(key, text, head, found.body), "checkpoint", `the signature of the key ${key.id} is false`);
  }
  return head;
}

// RFC 9162 section 2.1.3.2
function rootFromProof(leaf, index, size, path) {
  demand(index < size, "inclusion", "the index is outside the tree");
  let [position, last, found] = [index, size - 1, leaf];
  for (const sibling of path) {
    demand(last > 0, "inclusion", "the proof is too long");
    if (position % 2 === 1 || position === last) {
      found = nodeHash(sibling, found);
      while (position % 2 === 0 && position > 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      found = nodeHash(found, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  demand(last === 0, "inclusion", "the proof is too short");
  return found;
}

function checkEntry(folder, keys) {
  const file = readFileSync(join(folder, "bundle/log/entry.tlog-proof"), "utf8");
  const end = file.indexOf("\n\n");
  const [header, index, ...path] = file.slice(0, end).split("\n");
  demand(header === "c2sp.org/tlog-proof@v1" && /^index \d{1,15}$/.test(index), "inclusion", "not a tlog-proof");
  const head = openHead(file.slice(end + 2), keys);
  const leaf = leafHash(readFileSync(join(folder, "bundle/log/entry.json")));
  const siblings = path.map((line) => hash(line, "inclusion"));
  const found = rootFromProof(leaf, Number(index.slice(6)), head.size, siblings);
  demand(found.equals(head.root), "inclusion", "the proof leads to another root");
  return head;
}

// RFC 6962 section 2.1
function treeHash(leaves) {
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

function readTile(folder, kind, number, width) {
  const partial = width === TILE ? "" : `.p/${width}`;
  return readFileSync(join(folder, `log/tile/${kind}/${String(number).padStart(3, "0")}${partial}`));
}

function readLeaves(folder, size) {
  const leaves = [];
  for (let number = 0; number * TILE < size; number++) {
    const width = Math.min(TILE, size - number * TILE);
    const [hashes, entries] = [readTile(folder, 0, number, width), readTile(folder, "entries", number, width)];
    let at = 0;
    for (let place = 0; place < width; place++) {
      const length = entries.readUInt16BE(at);
      const leaf = leafHash(entries.subarray(at + 2, at + 2 + length));
      const listed = hashes.subarray(32 * place, 32 * place + 32);
      demand(leaf.equals(listed), "log", `the entry ${leaves.length} is not the one in the tile`);
      leaves.push(leaf);
      at += 2 + length;
    }
    demand(at === entries.length && hashes.length === 32 * width, "log", "a tile is too long");
  }
  return leaves;
}

function judge(folder) {
  const keys = readKeys(join(folder, "vkeys"));
  const heads = ["older/checkpoint", "log/checkpoint"].map((name) =>
    openHead(readFileSync(join(folder, name), "utf8"), keys));
  heads.push(checkEntry(folder, keys));
  const leaves = readLeaves(folder, heads[1].size);
  for (const head of heads) {
    demand(head.size <= leaves.length, "log", "a head is larger than the published one");
    demand(treeHash(leaves.slice(0, head.size)).equals(head.root), "log", `another root at size ${head.size}`);
  }
}

let refused = 0;
for (const folder of process.argv.slice(2)) {
  try {
    judge(folder);
    console.log(`${folder}\tok`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.log(`${folder}\t${error.message}`);
    refused = 1;
  }
}
process.exitCode = refused;
