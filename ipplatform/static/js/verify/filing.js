// What was filed: the manifest, its documents and the commitment that stands for them in the log.

import { Refuted, fromHex, hex, malformed, textOf } from "./bytes.js";
import { isObject, parseManifest } from "./canonical.js";
import { hmac } from "./digests.js";
import { holderChecks } from "./holder.js";

const MANIFEST = "filing/manifest.json";
const SALT = "filing/salt.hex";

export async function* filingChecks(bundle, leaf, digests, state) {
  if (!bundle.has(MANIFEST)) {
    state.part = "holder";
    if (bundle.names.some((name) => name.startsWith("filing/submitter."))) throw new Refuted("holder_alone");
    yield { part: "filing", check: "left_out", remark: true };
    return;
  }
  state.part = "manifest";
  const data = await bundle.read(MANIFEST);
  const { value, origin } = parseManifest(data, MANIFEST);
  if (!Array.isArray(value.documents) || !value.documents.every(isObject)) throw malformed(MANIFEST, "manifest/v1");
  yield { part: "manifest", check: "manifest", facts: { filing: value.filing, kind: value.kind, time: value.submitted_at, origin } };
  state.part = "document";
  yield* documents(value.documents, digests);
  state.part = "commitment";
  const opened = await opens(data, await bundle.read(SALT), SALT, leaf);
  if (!opened) throw new Refuted("commitment_other");
  yield { part: "commitment", check: "commitment", facts: { commitment: leaf.commitment } };
  state.part = "holder";
  yield* holderChecks(bundle, data, origin);
}

// Whether manifest and salt give the commitment of a leaf.
export async function opens(manifest, saltFile, name, leaf) {
  const salt = fromHex(textOf(saltFile, name), name);
  return salt.length === 32 && hex(await hmac(salt, manifest)) === leaf.commitment;
}

function* documents(listed, digests) {
  const wanted = [...listed];
  for (const [name, found] of digests) {
    if (!name.startsWith("filing/") || name === MANIFEST || name === SALT || name.startsWith("filing/submitter.")) continue;
    const place = wanted.findIndex((item) => item.sha256 === found.sha256);
    const document = wanted[place];
    if (!document || document.sha512 !== found.sha512 || document.size !== found.size) {
      throw new Refuted("document_other", { file: name });
    }
    wanted.splice(place, 1);
    yield { part: "document", check: "document", facts: { file: name, name: document.name, role: document.role } };
  }
  for (const { name } of wanted) yield { part: "document", check: "absent", remark: true, facts: { name } };
}

// The document with these digests among those the manifest lists, and the filing; null when it is none of them.
export async function documentWith(bundle, { sha256, sha512, size }) {
  const { value } = parseManifest(await bundle.read(MANIFEST), MANIFEST);
  const found = value.documents.find((item) => item.sha256 === sha256 && item.sha512 === sha512 && item.size === size);
  return found ? { ...found, filing: value.filing } : null;
}
