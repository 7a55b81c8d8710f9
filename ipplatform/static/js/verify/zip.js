// Reads a bundle in the browser, as strictly as the command does: bounded, no links, no odd names, nothing twice.

import { Refuted, Unusable } from "./bytes.js";
import { gathered, piecesOf } from "./digests.js";

const MOST_MEMBERS = 5000;
const LARGEST_TOTAL = 8 * 2 ** 30;
const LARGEST_TEXT = 4 * 2 ** 20;
const HIGHEST_RATIO = 100;
const ZIP64 = 0xffffffff;
const NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]*$/;
// One folder that people may have packed a bundle in; what an unpacker makes of "evidence (1).zip" included.
const OUTER = /^[A-Za-z0-9_][A-Za-z0-9 ()._-]*\//;
// What a Mac adds when it packs a folder: no part of a bundle, never opened, and named in the result.
const ADDED = /^(?:__MACOSX\/[ -~]*|(?:[ -~]*\/)?(?:\.DS_Store|\._[ -.0-~]*))$/;
const LONGEST_NAME = 200;
const LISTING = "SHA256SUMS";
const ENTRY = "log/entry.json";

// Whether the file is meant as a bundle: a zip whose directory names the entry of a log.
export async function isBundle(file) {
  const found = await endRecord(file).catch(() => null);
  if (!found) return false;
  return new TextDecoder("latin1").decode(await file.slice(found.start, found.start + found.size).arrayBuffer()).includes(ENTRY);
}

export async function openZip(file) {
  const { count, start, size } = await endRecord(file);
  const directory = new DataView(await file.slice(start, start + size).arrayBuffer());
  const entries = [];
  let at = 0;
  for (let number = 0; number < count; number += 1) {
    entries.push(entry(directory, at));
    at = entries.at(-1).next;
  }
  if (at !== size) throw new Unusable("zip_broken");
  const members = checked(entries.filter((one) => !isAdded(one)));
  checkPlaces(entries, start);
  return {
    names: [...members.keys()],
    skipped: entries.filter(isAdded).map(({ stored }) => stored),
    has: (name) => members.has(name),
    size: (name) => of(members, name).size,
    chunks: (name) => chunks(file, of(members, name)),
    read: (name) => read(file, of(members, name)),
  };
}

function isAdded({ stored }) {
  return stored.length <= LONGEST_NAME && ADDED.test(stored);
}

// Files by their names in the bundle. Entries for folders are checked like files and then left out.
function checked(entries) {
  const outer = outerOf(entries.map(({ stored }) => stored));
  const members = new Map();
  const folded = new Set();
  for (const found of entries) {
    const member = Object.assign(found, { name: found.stored.slice(outer.length), isFolder: found.stored.endsWith("/") });
    check(member, outer !== "" && member.name === "");
    const alike = member.name.replace(/\/$/, "").toLowerCase();
    if (folded.has(alike)) throw new Unusable("zip_twice", { file: member.name });
    folded.add(alike);
    if (!member.isFolder) members.set(member.name, member);
  }
  return members;
}

// The one folder that everything is in, with its slash, or nothing: a bundle whose folder was packed as well.
function outerOf(names) {
  const outer = OUTER.exec(names[0] ?? "")?.[0] ?? "";
  return names.includes(outer + LISTING) && names.every((name) => name.startsWith(outer)) ? outer : "";
}

function of(members, name) {
  if (!members.has(name)) throw new Unusable("missing", { file: name });
  return members.get(name);
}

async function endRecord(file) {
  const from = Math.max(0, file.size - 65557);
  const tail = new DataView(await file.slice(from).arrayBuffer());
  for (let at = tail.byteLength - 22; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    const count = tail.getUint16(at + 10, true);
    const size = tail.getUint32(at + 12, true);
    const start = tail.getUint32(at + 16, true);
    if (start === ZIP64 || size === ZIP64 || count === 0xffff) throw new Unusable("zip_large");
    if (count > MOST_MEMBERS) throw new Unusable("zip_many", { most: MOST_MEMBERS });
    if (start + size !== from + at) break;
    return { count, start, size };
  }
  throw new Unusable("zip_broken");
}

function entry(view, at) {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) throw new Unusable("zip_broken");
  const length = view.getUint16(at + 28, true);
  const next = at + 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw new Unusable("zip_broken");
  return {
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    mode: view.getUint32(at + 38, true) >>> 16,
    offset: view.getUint32(at + 42, true),
    stored: new TextDecoder("utf-8").decode(new Uint8Array(view.buffer, at + 46, length)),
    next,
  };
}

function check({ stored, name, isFolder, mode, flags, method, size, packed }, isOuter) {
  const odd = !isOuter && !NAME.test(name.replace(/\/$/, ""));
  if (odd || stored.includes("..") || stored.length > LONGEST_NAME) throw new Unusable("zip_name", { file: stored.slice(0, 100) });
  const kind = mode & 0o170000;
  if ((kind && kind !== (isFolder ? 0o040000 : 0o100000)) || (isFolder && size)) throw new Unusable("zip_link", { file: name });
  if (flags & 1 || (method !== 0 && method !== 8)) throw new Unusable("zip_method", { file: name });
  if (size > HIGHEST_RATIO * Math.max(packed, 1)) throw new Unusable("zip_ratio", { file: name, most: HIGHEST_RATIO });
  if (method === 0 && size !== packed) throw new Unusable("zip_member", { file: name });
}

// Members that share bytes, as the densest bombs do, are refused before anything is unpacked.
function checkPlaces(members, end) {
  const inOrder = [...members].sort((one, other) => one.offset - other.offset);
  inOrder.forEach((member, place) => {
    const limit = inOrder[place + 1]?.offset ?? end;
    if (member.offset + 30 + member.stored.length + member.packed > limit) throw new Unusable("zip_member", { file: member.stored });
  });
  if (members.reduce((sum, member) => sum + member.size, 0) > LARGEST_TOTAL) throw new Unusable("zip_large");
}

async function read(file, member) {
  if (member.size > LARGEST_TEXT) throw new Unusable("text_large", { file: member.name });
  return gathered(chunks(file, member), member.size);
}

// Pieces that add up to what the directory says; stops as soon as more comes out. Refuted when the bytes are damaged.
async function* chunks(file, member) {
  const packed = await body(file, member, new Unusable("zip_member", { file: member.name }));
  const wrong = new Refuted("file_damaged", { file: member.name });
  let filled = 0;
  try {
    for await (const piece of member.method === 0 ? piecesOf(packed) : unpacked(packed)) {
      filled += piece.length;
      if (filled > member.size) throw wrong;
      yield piece;
    }
  } catch (error) {
    throw error instanceof TypeError ? wrong : error;
  }
  if (filled !== member.size) throw wrong;
}

async function body(file, member, wrong) {
  const header = await file.slice(member.offset, member.offset + 30 + member.stored.length).arrayBuffer();
  const view = new DataView(header);
  if (view.byteLength < 30 + member.stored.length || view.getUint32(0, true) !== 0x04034b50) throw wrong;
  const name = new TextDecoder("latin1").decode(new Uint8Array(header, 30));
  if (view.getUint16(26, true) !== member.stored.length || name !== member.stored) throw wrong;
  const start = member.offset + 30 + member.stored.length + view.getUint16(28, true);
  const packed = file.slice(start, start + member.packed);
  if (packed.size !== member.packed) throw wrong;
  return packed;
}

async function* unpacked(packed) {
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => null);
  }
}
