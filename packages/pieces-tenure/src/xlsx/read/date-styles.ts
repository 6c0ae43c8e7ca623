import type { ZippedFile } from '@piecework/core/archive'
import { readWholeXml } from './read-xml.js'
import { assertAtMost } from './workbook-error.js'
import type { PartsContext } from './workbook-parts.js'

/** Formats of dates and times that have a number only, those of East Asia included. */
const builtIn = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** Numbers of the styles that show a number as a date or a time: what `s` of a cell refers to. */
export async function dateStyles(
  file: ZippedFile | undefined,
  context: PartsContext,
): Promise<ReadonlySet<string>> {
  const { limits, place } = context
  const found = new Set<string>()
  if (!file) return found
  assertAtMost(`The size of ${file.name}`, file.size, limits.directoryBytes, place)
  const formats = new Map<number, boolean>()
  let isInCells = false
  let at = 0
  await readWholeXml(
    file,
    {
      opened: (name, { numFmtId, formatCode }) => {
        if (name === 'cellXfs') isInCells = true
        else if (name === 'numFmt') formats.set(Number(numFmtId), isDateFormat(formatCode ?? ''))
        else if (name === 'xf' && isInCells) {
          const id = Number(numFmtId ?? 0)
          if (formats.get(id) ?? builtIn(id)) found.add(String(at))
          at++
        }
      },
      closed: (name) => {
        if (name === 'cellXfs') isInCells = false
      },
    },
    { ...context, tokenCharacters: limits.cellCharacters },
  )
  return found
}

/** `yyyy-mm-dd`, `[h]:mm`; not `0.00E+00`, `"days" 0`, `[Red]0`. */
const isDateFormat = (code: string): boolean =>
  /[ymdhs]/i.test(
    code
      .slice(0, 1000)
      .replace(/"[^"]*"|\\.|_.|\*./g, '')
      .replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]/gi, '')
      .replace(/general/gi, ''),
  )
