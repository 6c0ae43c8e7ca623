/** The rings of a polygon or multipolygon in hexadecimal EWKB, as text, sorted. */
export function ringsOfEwkb(hex: string): readonly string[] {
  const bytes = Buffer.from(hex, 'hex')
  let at = 0
  const integer = () => {
    at += 4
    return bytes.readUInt32LE(at - 4)
  }
  const number = () => {
    at += 8
    return bytes.readDoubleLE(at - 8) + 0
  }
  const polygon = () =>
    Array.from({ length: integer() }, () =>
      Array.from({ length: integer() }, () => `${number()} ${number()}`).join(),
    )
  const type = () => {
    at += 1
    const given = integer()
    if (given & 0x20000000) at += 4
    return given & 0xff
  }
  const rings =
    type() === 3
      ? polygon()
      : Array.from({ length: integer() }, () => {
          type()
          return polygon()
        }).flat()
  return rings.sort()
}
