import type { ByteRange } from '../contracts/artifacts.js'
import type { CsvRow, Entries, EntryFacts, ZippedFile } from '../contracts/entries.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import { entryDefaults } from '../defaults.js'
import { type CsvOptions, csvRows } from './csv.js'
import { JsonScan } from './json-scan.js'
import { jsonSteps } from './json-steps.js'
import { assertWithin } from './limits.js'
import { documentBudget, validated } from './parse.js'
import { inSteps } from './steps.js'

export interface EntryFile {
  readonly path: string
  readonly facts: EntryFacts
  open(range?: ByteRange): AsyncIterable<Uint8Array>
  /** Those that it is joined from, under its path. */
  readonly parts?: readonly EntryFile[]
  /** Instead of one zip of them. */
  readonly looseFiles?: readonly ZippedFile[]
}

/** `json` and `rows` on top of files that can be opened. */
export function entriesOf(files: readonly EntryFile[]): Entries {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const fileAt = (path: string): EntryFile => {
    const file = byPath.get(path)
    if (!file) throw new PieceworkError('archive-invalid', `There is no entry "${path}"`)
    return file
  }
  return {
    paths: [...byPath.keys()].sort(),
    facts: (path) => byPath.get(path)?.facts,
    open: (path, range) => fileAt(path).open(range),
    json: async (path, schema) => {
      const file = fileAt(path)
      assertWithin(`The size of "${path}"`, file.facts.size, entryDefaults.jsonBytes)
      const what = `Entry "${path}"`
      const scan = new JsonScan(what, documentBudget)
      const bytes = await collected(`The size of "${path}"`, file.open(), entryDefaults.jsonBytes, scan)
      return validated(what, await inSteps(jsonSteps(what, bytes)), schema)
    },
    rows: (path) => countedRows(fileAt(path)),
    part: (path, number) => {
      const part = fileAt(path).parts?.[number - 1]
      if (!part) throw new PieceworkError('archive-invalid', `The entry "${path}" has no part ${number}`)
      return entriesOf([part])
    },
    looseFiles: (path) => byPath.get(path)?.looseFiles,
  }
}

async function* countedRows({ path, facts, open }: EntryFile): AsyncGenerator<readonly CsvRow[]> {
  let rows = 0
  try {
    for await (const batch of csvRows(open(), recordLimit(facts))) {
      rows += batch.length
      yield batch
    }
  } catch (error) {
    throw namedEntry(path, error)
  }
  if (facts.rows !== undefined && rows !== facts.rows)
    throw new PieceworkError(
      'counts-differ',
      `Entry "${path}" has ${rows} rows where the manifest says ${facts.rows}`,
    )
}

/** Options for `openCsv` and `csvRows`. */
export const recordLimit = ({ recordBytes }: Pick<EntryFacts, 'recordBytes'> = {}): CsvOptions =>
  recordBytes === undefined ? {} : { maxRecordBytes: recordBytes }

/** Of an entry as it was staged, or as a manifest lists it. */
export const entryFacts = ({ size, rows, types, recordBytes }: EntryFacts): EntryFacts => ({
  size,
  ...(rows !== undefined && { rows }),
  ...(types && { types }),
  ...(recordBytes !== undefined && { recordBytes }),
})

/** The CSV reader knows records, not files. */
export function namedEntry(path: string, error: unknown): unknown {
  if (!isPieceworkError(error) || error.facts.entry !== undefined) return error
  const { code, message, facts, findings, retryable } = error
  return new PieceworkError(code, `Entry "${path}": ${message}`, {
    cause: error,
    facts: { ...facts, entry: path },
    findings,
    retryable,
  })
}

/** All bytes of a small file; `archive-limit` beyond `limit`. `scan` sees them as they come. */
export async function collected(
  what: string,
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
  scan?: Pick<JsonScan, 'over'>,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    assertWithin(what, size, limit)
    scan?.over(chunk)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Refuses ranges: what is deflated can be read from its beginning only. */
export function wholeOnly(
  path: string,
  open: () => AsyncIterable<Uint8Array>,
): (range?: ByteRange) => AsyncIterable<Uint8Array> {
  return (range) => {
    if (range)
      throw new PieceworkError('unsupported', `Entry "${path}" is deflated: ranges of it cannot be read`)
    return open()
  }
}
