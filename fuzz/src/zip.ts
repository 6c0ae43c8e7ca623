import { crc32, deflateRawSync } from 'node:zlib'

/** A file of a zip; what is set besides its bytes is a lie. */
export interface ZipFile {
  readonly path: string
  readonly bytes: Buffer
  readonly method?: number
  readonly flags?: number
  readonly size?: number
  readonly sizeInZip?: number
  readonly crc32?: number
  readonly start?: number
  readonly attributes?: number
  readonly extra?: Buffer
  readonly comment?: Buffer
  /** In the local header only. */
  readonly localPath?: string
}

export interface ZipLies {
  /** As the end of the directory counts its entries. */
  readonly count?: number
  readonly comment?: string
}

export function zipOf(files: readonly ZipFile[], { count, comment = '' }: ZipLies = {}): Buffer {
  const body: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const { path, bytes, method = 8, extra = Buffer.alloc(0), comment: note = Buffer.alloc(0) } = file
    const data = method === 8 ? deflateRawSync(bytes) : bytes
    const localName = Buffer.from(file.localPath ?? path, 'latin1')
    const name = Buffer.from(path, 'latin1')
    const local = Buffer.concat([
      mark('\x03\x04'),
      fields(file, data, localName, extra),
      localName,
      extra,
      data,
    ])
    const more = Buffer.alloc(14)
    more.writeUInt16LE(note.length, 0)
    more.writeUInt32LE(file.attributes ?? 0, 6)
    more.writeUInt32LE((file.start ?? offset) >>> 0, 10)
    directory.push(mark('\x01\x02\x14\x00'), fields(file, data, name, extra), more, name, extra, note)
    body.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE((count ?? files.length) & 0xffff, 4)
  end.writeUInt16LE((count ?? files.length) & 0xffff, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  end.writeUInt16LE(comment.length, 16)
  return Buffer.concat([...body, listed, mark('\x05\x06'), end, Buffer.from(comment, 'latin1')])
}

const mark = (kind: string): Buffer => Buffer.from(`PK${kind}`, 'latin1')

/** What local header and directory have in common. */
function fields(file: ZipFile, data: Buffer, name: Buffer, extra: Buffer): Buffer {
  const bytes = Buffer.alloc(26)
  bytes.writeUInt16LE(20, 0)
  bytes.writeUInt16LE(file.flags ?? 0, 2)
  bytes.writeUInt16LE(file.method ?? 8, 4)
  bytes.writeUInt16LE(0x21, 8)
  bytes.writeUInt32LE((file.crc32 ?? crc32(file.bytes)) >>> 0, 10)
  bytes.writeUInt32LE((file.sizeInZip ?? data.length) >>> 0, 14)
  bytes.writeUInt32LE((file.size ?? file.bytes.length) >>> 0, 18)
  bytes.writeUInt16LE(name.length, 22)
  bytes.writeUInt16LE(extra.length, 24)
  return bytes
}
