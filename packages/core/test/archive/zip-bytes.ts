import { createHash } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'
import { writeManifest } from '@piecework/core/archive'

/** One entry of a zip made by hand; what is not given is as it should be. */
export interface HandmadeEntry {
  readonly path: string
  readonly bytes?: Uint8Array | string
  /** In place of what deflating gives. */
  readonly data?: Uint8Array
  readonly method?: number
  readonly flags?: number
  readonly size?: number
  readonly sizeInZip?: number
  readonly crc32?: number
  readonly attributes?: number
  readonly extra?: Uint8Array
  /** In the local header only. */
  readonly localPath?: string
  readonly localExtraLength?: number
  /** Of the local header, as in the directory. */
  readonly start?: number
}

export interface HandmadeZip {
  readonly entries: readonly HandmadeEntry[]
  /** As in the end of the directory. */
  readonly count?: number
  readonly comment?: string
}

export function zipBytes({ entries, count, comment = '' }: HandmadeZip): Buffer {
  const body: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const bytes = Buffer.from(entry.bytes ?? '')
    const method = entry.method ?? 8
    const data = Buffer.from(entry.data ?? (method === 8 ? deflateRawSync(bytes) : bytes))
    const extra = Buffer.from(entry.extra ?? '')
    const common = (extraLength: number, pathLength: number): Buffer => {
      const fields = Buffer.alloc(26)
      fields.writeUInt16LE(20, 0)
      fields.writeUInt16LE(entry.flags ?? 0, 2)
      fields.writeUInt16LE(method, 4)
      fields.writeUInt16LE(0x21, 8)
      fields.writeUInt32LE(entry.crc32 ?? crc32(bytes), 10)
      fields.writeUInt32LE(entry.sizeInZip ?? data.length, 14)
      fields.writeUInt32LE(entry.size ?? bytes.length, 18)
      fields.writeUInt16LE(pathLength, 22)
      fields.writeUInt16LE(extraLength, 24)
      return fields
    }
    const localPath = Buffer.from(entry.localPath ?? entry.path)
    const local = [
      Buffer.from('PK\x03\x04'),
      common(entry.localExtraLength ?? extra.length, localPath.length),
      localPath,
      extra,
      data,
    ]
    const path = Buffer.from(entry.path)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(entry.attributes ?? 0, 6)
    tail.writeUInt32LE(entry.start ?? offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x03'), common(extra.length, path.length), tail, path, extra)
    body.push(...local)
    offset += Buffer.concat(local).length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count ?? entries.length, 8)
  end.writeUInt16LE(count ?? entries.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...body, ...directory, end, Buffer.from(comment)])
}

/** A manifest that lists these entries of `project/x`, of a project `p`. */
export function manifestOf(entries: Readonly<Record<string, string>>): HandmadeEntry {
  const listed = Object.entries(entries).map(([path, content]) => ({
    path,
    size: Buffer.byteLength(content),
    sha256: createHash('sha256').update(content).digest('hex'),
  }))
  const bytes = writeManifest({
    format: 'piecework-archive',
    version: 1,
    tree: { kind: 'project', id: 'p', children: [] },
    pieces: [{ resource: { kind: 'project', id: 'p' }, name: 'project/x', version: 1, entries: listed }],
  })
  return { path: 'manifest.json', bytes }
}
