import { entriesOf, isPieceworkError } from '@piecework/core/piece'
import { gridRole, openGrid } from '@piecework/marxan-files'
import { type Parts, zipped } from './marxan-folders.js'

/**
 * What a grid is read as whose files lie beside each other, and what is wrong with that: in a zip the same files must be
 * the same grid, or be refused for the same.
 */
export async function looseGrid(
  parts: Parts,
): Promise<{ readonly outcome: string; problemsOf(): Promise<readonly string[]> }> {
  const loose = await readAs(parts, (files) => ({ looseFiles: files }))
  const inZip = await readAs(parts, () => ({}))
  const problems = loose.text === inZip.text ? [] : [`loose ${loose.text} but zipped ${inZip.text}`]
  return { outcome: loose.outcome, problemsOf: async () => [...problems, ...loose.problems] }
}

interface LooseFile {
  readonly name: string
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

async function readAs(parts: Parts, also: (files: readonly LooseFile[]) => object) {
  const files = Object.entries(parts).map(([extension, bytes]) => ({
    name: `grid.${extension}`,
    size: bytes.length,
    open: () => once(bytes),
  }))
  const zip = zipped(parts, 'grid.')
  const entries = entriesOf([
    {
      path: gridRole,
      facts: { size: zip.length },
      ...also(files),
      open: (range) => once(zip.subarray(range?.start, range?.end)),
    },
  ])
  try {
    const grid = await openGrid(entries)
    const units: unknown[] = []
    for await (const rows of grid.ids()) units.push(...rows)
    for await (const rows of grid.features()) units.push(...rows)
    return { outcome: 'loose valid', text: JSON.stringify([grid.records, units]), problems: [] }
  } catch (error) {
    if (!isPieceworkError(error)) throw error
    const isClear = error.code.startsWith('legacy/')
    const problems = isClear ? [] : [`${error.code}: ${error.message}`]
    return { outcome: error.code, text: `${error.code} ${error.message}`, problems }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
