import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { type ByteRange, type EntryFile, PieceworkError } from '@piecework/core/piece'

/** Zip without zip64 counts in 32 bits. */
const MOST_BYTES = 2 ** 32 - 1
const MOST_FILES = 2 ** 16 - 1
const VERSION = 20
/** File names are UTF-8. */
const FLAGS = 0x0800
/** 1 January 1980: nobody asks. */
const DATE = 0x0021

/** Bytes of the zip: its own, or a file's. */
type Part =
  | { readonly start: number; readonly size: number; readonly bytes: Buffer }
  | { readonly start: number; readonly size: number; readonly path: string }

/**
 * Files of a folder as the zip that a user would upload, without writing it: nothing is compressed, so every range of it lies in its own
 * headers or in a file. Reads each file once for its checksum. Throws `archive-limit` beyond 4 GB.
 */
export async function storedZip(
  path: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<EntryFile> {
  const parts: Part[] = []
  const directory: Buffer[] = []
  let end = 0
  const add = (part: { readonly bytes: Buffer } | { readonly path: string; readonly size: number }) => {
    const size = 'bytes' in part ? part.bytes.length : part.size
    parts.push({ ...part, start: end, size })
    end += size
    if (end > MOST_BYTES || files.length > MOST_FILES)
      throw new PieceworkError(
        'archive-limit',
        `The ${files.length} files of ${path} are too large for one zip; at most ${MOST_BYTES} bytes are possible`,
      )
  }
  for (const file of files) {
    const { size } = await stat(file)
    const name = Buffer.from(basename(file), 'utf8')
    const facts = entryFacts(name, size, await checksum(file, signal))
    directory.push(directoryRecord(facts, name, end))
    add({ bytes: Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, name]) })
    add({ path: file, size })
  }
  const records = Buffer.concat(directory)
  const [start, count] = [end, files.length]
  add({ bytes: records })
  add({ bytes: endRecord(count, records.length, start) })
  const size = end
  return { path, facts: { size }, open: (range = { start: 0, end: size }) => bytesOf(parts, range) }
}

async function checksum(file: string, signal: AbortSignal): Promise<number> {
  let value = 0
  for await (const chunk of createReadStream(file, {
    highWaterMark: 2 ** 20,
    signal,
  }) as AsyncIterable<Buffer>)
    value = crc32(chunk, value)
  return value
}

async function* bytesOf(parts: readonly Part[], { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    const from = Math.max(start - part.start, 0)
    const to = Math.min(end - part.start, part.size)
    if (from >= to) continue
    if ('bytes' in part) yield part.bytes.subarray(from, to)
    else yield* createReadStream(part.path, { start: from, end: to - 1 })
  }
}

/** What a local header and a record of the directory have in common. */
function entryFacts(name: Buffer, size: number, crc: number): Buffer {
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(VERSION, 0)
  facts.writeUInt16LE(FLAGS, 2)
  facts.writeUInt16LE(DATE, 8)
  facts.writeUInt32LE(crc, 10)
  facts.writeUInt32LE(size, 14)
  facts.writeUInt32LE(size, 18)
  facts.writeUInt16LE(name.length, 22)
  return facts
}

function directoryRecord(facts: Buffer, name: Buffer, offset: number): Buffer {
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(offset, 10)
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([VERSION, 0]), facts, rest, name])
}

function endRecord(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22)
  record.write('PK\x05\x06', 'latin1')
  record.writeUInt16LE(count, 8)
  record.writeUInt16LE(count, 10)
  record.writeUInt32LE(size, 12)
  record.writeUInt32LE(offset, 16)
  return record
}
