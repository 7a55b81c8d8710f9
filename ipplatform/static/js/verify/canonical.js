// RFC 8785 over strings, integers, booleans, null, arrays and objects; JavaScript sorts names as it demands.

import { malformed, textOf } from "./bytes.js";

const RULE = "RFC 8785";
const LEAF_KINDS = ["filing", "erase", "key", "policy", "renewal", "anchor"];

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError("not an integer");
  return JSON.stringify(value);
}

// Reading and writing again gives the same text, or names occur twice or the form is another.
export function parseCanonical(data, file) {
  const text = textOf(data, file);
  let value;
  let again;
  try {
    value = JSON.parse(text);
    again = canonical(value);
  } catch {
    throw malformed(file, RULE);
  }
  if (again !== text || text.normalize("NFC") !== text) throw malformed(file, RULE);
  return value;
}

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export function parseLeaf(data, file) {
  const leaf = parseCanonical(data, file);
  const wrong = malformed(file, "leaf/v1");
  if (!isObject(leaf) || Object.keys(leaf).sort().join() !== "commitment,kind,schema,time" || data.length > 300) throw wrong;
  if (typeof leaf.schema !== "string" || typeof leaf.time !== "number" || !LEAF_KINDS.includes(leaf.kind)) throw wrong;
  if (typeof leaf.commitment !== "string") throw wrong;
  return leaf;
}

// {value, origin}: a manifest names the log it was made for.
export function parseManifest(data, file) {
  const value = parseCanonical(data, file);
  const schema = isObject(value) && typeof value.schema === "string" ? value.schema : "";
  if (!schema.endsWith("/manifest/v1")) throw malformed(file, "manifest/v1");
  return { value, origin: schema.slice(0, -"/manifest/v1".length) };
}
