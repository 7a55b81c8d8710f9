// The checks of a bundle in order, each with what it proves; the same as `ipplatform evidence verify`.

import {
  Refuted, algorithmOf, commitment, digest, fromHex, hex, parseCanonical, parseCheckpoint, parseKey, parseNote, parseProof,
  rootOf, textOf, verifySignatures,
} from "./verify-log.js";

const SUMS = ["SHA256SUMS", "SHA512SUMS"];
const PLAIN = new Set(["filing/manifest.json", "filing/salt.hex"]);

export async function* verifyBundle(bundle, policy) {
  const digests = await files(bundle);
  yield { check: "files", facts: { count: digests.size } };
  const entry = await bundle.read("log/entry.json");
  const leaf = parseCanonical(entry, "log/entry.json");
  if (bundle.has("filing/manifest.json")) yield* filing(bundle, leaf, digests);
  else yield { check: "left_out", remark: true };
  const proof = parseProof(await bundle.read("log/entry.tlog-proof"));
  const keys = await Promise.all(trusted(policy).map(parseKey));
  const signed = await verifySignatures(proof.checkpoint, keys);
  const head = parseCheckpoint(parseNote(proof.checkpoint).text);
  yield { check: "signature", facts: { key: signed.map((key) => `${key.name}+${key.id} (${algorithmOf(key)})`).join(", "), size: head.size } };
  await include(entry, leaf, proof, head);
  yield { check: "inclusion", facts: { index: proof.index, size: head.size } };
  for (const name of bundle.names.filter((item) => /^history\/.*\.json$/.test(item))) {
    yield await past(bundle, name, proof, head);
  }
}

// Digest of a document that stands beside a bundle: is it one of those filed?
export async function findDocument(bundle, file) {
  const manifest = parseCanonical(await bundle.read("filing/manifest.json"), "filing/manifest.json");
  const sha256 = await digestOf(file);
  return { sha256, found: manifest.documents.find((document) => document.sha256 === sha256) };
}

export async function digestOf(file) {
  return hex(await digest("SHA-256", await file.arrayBuffer()));
}

function trusted(policy) {
  const lines = policy.split("\n").map((line) => line.trim().split(/[ \t]+/));
  return lines.filter((words) => words[0] === "log").map((words) => words[1]);
}

async function files(bundle) {
  const digests = new Map();
  for (const name of bundle.names.filter((item) => !SUMS.includes(item))) {
    const data = await bundle.read(name);
    digests.set(name, {
      SHA256SUMS: hex(await digest("SHA-256", data)),
      SHA512SUMS: hex(await digest("SHA-512", data)),
      size: data.length,
    });
  }
  for (const listing of SUMS) {
    const listed = sums(textOf(await bundle.read(listing)), listing);
    if (listed.size !== digests.size) throw new Refuted(`${listing} does not list the files that are here`);
    for (const [name, found] of digests) {
      if (listed.get(name) !== found[listing]) throw new Refuted(`${name} is not the file that ${listing} lists`);
    }
  }
  return digests;
}

function sums(text, listing) {
  const listed = new Map();
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const matched = /^([0-9a-f]+) {2}(.+)$/.exec(line);
    if (!matched || listed.has(matched[2])) throw new Refuted(`${listing} is malformed`);
    listed.set(matched[2], matched[1]);
  }
  return listed;
}

async function* filing(bundle, leaf, digests) {
  const data = await bundle.read("filing/manifest.json");
  const manifest = parseCanonical(data, "filing/manifest.json");
  // What binds them is the commitment: a filing made before its log ended names that log.
  if (!String(manifest.schema).endsWith("/manifest/v1")) throw new Refuted("filing/manifest.json is not a manifest");
  yield { check: "manifest", facts: { filing: manifest.filing, kind: manifest.kind, time: manifest.submitted_at } };
  const wanted = [...manifest.documents];
  for (const [name, found] of digests) {
    if (!name.startsWith("filing/") || PLAIN.has(name) || name.startsWith("filing/submitter.")) continue;
    const place = wanted.findIndex((item) => item.sha256 === found.SHA256SUMS);
    const document = wanted[place];
    if (!document || document.sha512 !== found.SHA512SUMS || document.size !== found.size) {
      throw new Refuted(`${name} is none of the documents that the manifest lists`);
    }
    wanted.splice(place, 1);
    yield { check: "document", facts: { name: document.name, role: document.role } };
  }
  for (const document of wanted) yield { check: "absent", remark: true, facts: { name: document.name } };
  const salt = fromHex(textOf(await bundle.read("filing/salt.hex")));
  if (salt.length !== 32 || (await commitment(salt, data)) !== leaf.commitment) {
    throw new Refuted("manifest and salt do not give the commitment in the log entry");
  }
  yield { check: "commitment", facts: { commitment: leaf.commitment } };
}

async function include(entry, leaf, proof, head) {
  if (leaf.schema !== `${head.origin}/leaf/v1`) throw new Refuted("the entry is of another log than the checkpoint");
  const root = await rootOf(entry, proof.index, head.size, proof.path);
  if (hex(root) !== hex(head.root)) throw new Refuted("the proof leads to another root");
}

async function past(bundle, name, signed, head) {
  const entry = await bundle.read(name);
  const proof = parseProof(await bundle.read(name.replace(/\.json$/, ".tlog-proof")));
  if (proof.checkpoint !== signed.checkpoint) throw new Refuted(`${name} is proved against another checkpoint`);
  await include(entry, parseCanonical(entry, name), proof, head);
  return { check: "history", facts: { index: proof.index } };
}

