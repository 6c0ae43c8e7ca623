/** Records of a zip that is written as a stream: sizes stand behind the bytes and in the directory at its end. */

export interface WrittenFile {
  /** UTF-8. */
  readonly name: Buffer
  readonly method: 0 | 8
  readonly crc32: number
  readonly size: number
  readonly sizeInZip: number
  /** Of the local header. */
  readonly start: number
}

type Head = Pick<WrittenFile, 'name' | 'method'>

/** What does not fit stands in the 64-bit field beside it. */
const most32 = 0xffffffff
const most16 = 0xffff

/** Sizes follow in a descriptor; names are UTF-8. */
const flags = 0x0808
const versions = { plain: 20, zip64: 45 } as const
/** Of Unix: the attributes have a mode. */
const madeBy = (3 << 8) | versions.zip64
const regularFile = 0o100644

/** In seconds from 1980 to 2107, by twos; in UTC, for a zip knows no time zone. */
export function dosTime(date: Date): number {
  const year = Math.min(Math.max(date.getUTCFullYear(), 1980), 2107)
  const day = ((year - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
  return ((day << 16) | time) >>> 0
}

export function localHeader({ name, method }: Head, time: number): Buffer {
  const header = Buffer.alloc(30)
  header.write('PK\x03\x04', 'latin1')
  header.writeUInt16LE(versions.plain, 4)
  header.writeUInt16LE(flags, 6)
  header.writeUInt16LE(method, 8)
  header.writeUInt32LE(time, 10)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

/** Behind the bytes of a file. */
export function descriptor({ crc32, size, sizeInZip }: WrittenFile): Buffer {
  const isLarge = size >= most32 || sizeInZip >= most32
  const bytes = Buffer.alloc(isLarge ? 24 : 16)
  bytes.write('PK\x07\x08', 'latin1')
  bytes.writeUInt32LE(crc32, 4)
  if (isLarge) numbers64([sizeInZip, size]).copy(bytes, 8)
  else {
    bytes.writeUInt32LE(sizeInZip, 8)
    bytes.writeUInt32LE(size, 12)
  }
  return bytes
}

/** Of one file, in the directory. */
export function directoryRecord(file: WrittenFile, time: number): Buffer {
  const { name, method, crc32, size, sizeInZip, start } = file
  const isLarge = [size, sizeInZip, start].some((number) => number >= most32)
  const large = isLarge
    ? Buffer.concat([shorts(1, 24), numbers64([size, sizeInZip, start])])
    : Buffer.alloc(0)
  const record = Buffer.alloc(46)
  record.write('PK\x01\x02', 'latin1')
  record.writeUInt16LE(madeBy, 4)
  record.writeUInt16LE(isLarge ? versions.zip64 : versions.plain, 6)
  record.writeUInt16LE(flags, 8)
  record.writeUInt16LE(method, 10)
  record.writeUInt32LE(time, 12)
  record.writeUInt32LE(crc32, 16)
  record.writeUInt32LE(isLarge ? most32 : sizeInZip, 20)
  record.writeUInt32LE(isLarge ? most32 : size, 24)
  record.writeUInt16LE(name.length, 28)
  record.writeUInt16LE(large.length, 30)
  record.writeUInt32LE(regularFile * 0x10000, 38)
  record.writeUInt32LE(isLarge ? most32 : start, 42)
  return Buffer.concat([record, name, large])
}

/** The end of the zip. `start` and `size`: of the directory. */
export function directoryEnd(files: number, start: number, size: number): Buffer {
  const isLarge = files >= most16 || start >= most32 || size >= most32
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(Math.min(files, most16), 8)
  end.writeUInt16LE(Math.min(files, most16), 10)
  end.writeUInt32LE(Math.min(size, most32), 12)
  end.writeUInt32LE(Math.min(start, most32), 16)
  return isLarge ? Buffer.concat([...end64(files, start, size), end]) : end
}

function end64(files: number, start: number, size: number): readonly Buffer[] {
  const disks = Buffer.alloc(4)
  disks.writeUInt32LE(1)
  return [
    Buffer.from('PK\x06\x06', 'latin1'),
    numbers64([44]),
    shorts(madeBy, versions.zip64),
    // Numbers of disks: this one, and that of the directory.
    Buffer.alloc(8),
    numbers64([files, files, size, start]),
    Buffer.from('PK\x06\x07', 'latin1'),
    Buffer.alloc(4),
    numbers64([start + size]),
    disks,
  ]
}

function shorts(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value, 2 * at)
  return bytes
}

function numbers64(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [at, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * at)
  return bytes
}
