// Reads a bundle in the browser, as strictly as the command does: bounded, no links, no odd names.

const MOST_MEMBERS = 5000;
const LARGEST_TOTAL = 2 ** 31;
const HIGHEST_RATIO = 100;
const NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]*$/;

export class Unusable extends Error {}

export async function openZip(file) {
  const { count, start, size } = await endRecord(file);
  const directory = new DataView(await file.slice(start, start + size).arrayBuffer());
  const members = new Map();
  const folded = new Set();
  let at = 0;
  let total = 0;
  for (let number = 0; number < count; number += 1) {
    const member = entry(directory, at);
    check(member);
    if (folded.has(member.name.toLowerCase())) throw new Unusable(`${member.name} occurs twice`);
    folded.add(member.name.toLowerCase());
    members.set(member.name, member);
    total += member.size;
    at = member.next;
  }
  if (total > LARGEST_TOTAL) throw new Unusable("the files are larger than a bundle may be");
  return {
    names: [...members.keys()],
    has: (name) => members.has(name),
    read: (name) => read(file, members.get(name), name),
  };
}

async function endRecord(file) {
  const from = Math.max(0, file.size - 65557);
  const tail = new DataView(await file.slice(from).arrayBuffer());
  for (let at = tail.byteLength - 22; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    const count = tail.getUint16(at + 10, true);
    const size = tail.getUint32(at + 12, true);
    const start = tail.getUint32(at + 16, true);
    if (count > MOST_MEMBERS || start === 0xffffffff || start + size > file.size) break;
    return { count, start, size };
  }
  throw new Unusable("not a zip file");
}

function entry(view, at) {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) throw new Unusable("not a zip file");
  const length = view.getUint16(at + 28, true);
  const next = at + 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw new Unusable("not a zip file");
  return {
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    mode: view.getUint32(at + 38, true) >>> 16,
    offset: view.getUint32(at + 42, true),
    name: new TextDecoder("utf-8").decode(new Uint8Array(view.buffer, at + 46, length)),
    next,
  };
}

function check(member) {
  const { name, mode, flags, method, size, packed } = member;
  if (!NAME.test(name) || name.includes("..") || name.length > 200) throw new Unusable(`the name ${name.slice(0, 100)} is not one a bundle has`);
  if ((mode & 0o170000) && (mode & 0o170000) !== 0o100000) throw new Unusable(`${name} is a folder or a link`);
  if (flags & 1 || (method !== 0 && method !== 8)) throw new Unusable(`${name} is encrypted or compressed in an unknown way`);
  if (size > HIGHEST_RATIO * Math.max(packed, 1)) throw new Unusable(`${name} grows too much when unpacked`);
  if (method === 0 && size !== packed) throw new Unusable(`${name} is damaged`);
}

async function read(file, member, name) {
  if (!member) throw new Unusable(`${name} is missing`);
  const header = new DataView(await file.slice(member.offset, member.offset + 30).arrayBuffer());
  if (header.byteLength < 30 || header.getUint32(0, true) !== 0x04034b50) throw new Unusable(`${name} is damaged`);
  const start = member.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = file.slice(start, start + member.packed);
  if (packed.size !== member.packed) throw new Unusable(`${name} is damaged`);
  if (member.method === 0) return new Uint8Array(await packed.arrayBuffer());
  return inflate(packed, member.size, name);
}

// Stops as soon as more comes out than the directory promised.
async function inflate(packed, size, name) {
  const data = new Uint8Array(size);
  let filled = 0;
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (filled + value.length > size) throw new Unusable(`${name} is larger than it says`);
      data.set(value, filled);
      filled += value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof Unusable ? error : new Unusable(`${name} cannot be unpacked`);
  }
  if (filled !== size) throw new Unusable(`${name} is shorter than it says`);
  return data;
}
