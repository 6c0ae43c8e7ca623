/** EWKB without the number of its CRS, which GDAL does not read. Both in hexadecimal digits. */
export function wkbHex(ewkb: string): string {
  const bytes = Buffer.from(ewkb, 'hex')
  const isLittle = bytes[0] === 1
  const word = isLittle ? bytes.readUInt32LE(1) : bytes.readUInt32BE(1)
  if ((word & hasSrid) === 0) return ewkb
  const kind = (word & ~hasSrid) >>> 0
  if (isLittle) bytes.writeUInt32LE(kind, 1)
  else bytes.writeUInt32BE(kind, 1)
  return bytes.toString('hex', 0, 5) + bytes.toString('hex', 9)
}

const hasSrid = 0x20000000
