import { PieceworkError } from '../contracts/errors.js'
import { HeaderScan } from './csv-header.js'
import { type EntryFile, wholeOnly } from './entries.js'
import { partOf } from './part-path.js'

/**
 * Tables whose parts are entries of their own, each as one: the header of the first part, the rows of all. What has no rows
 * stays as it is.
 */
export function joinedParts(files: readonly EntryFile[]): readonly EntryFile[] {
  const tables = new Map<string, { readonly number: number; readonly file: EntryFile }[]>()
  const isTable = ({ facts }: EntryFile) => facts.rows !== undefined
  for (const file of files.filter(isTable)) {
    const part = partOf(file.path)
    if (!part) throw invalid(`the entry "${file.path}" is no part of a table`)
    const parts = tables.get(part.table) ?? []
    parts.push({ number: part.number, file })
    tables.set(part.table, parts)
  }
  const joinedTables = [...tables].map(([path, parts]) =>
    joined(
      path,
      parts.sort((a, b) => a.number - b.number).map(({ file }) => file),
    ),
  )
  return [...joinedTables, ...files.filter((file) => !isTable(file))]
}

function joined(path: string, parts: readonly EntryFile[]): EntryFile {
  const sum = (of: (file: EntryFile) => number) => parts.reduce((total, file) => total + of(file), 0)
  const longest = parts.reduce((most, { facts }) => Math.max(most, facts.recordBytes ?? 0), 0)
  const types = parts[0]?.facts.types
  for (const { path: other, facts } of parts)
    if (facts.types?.join('\n') !== types?.join('\n'))
      throw invalid(`the part "${other}" has columns of other types`)
  return {
    path,
    part: (first, last) => {
      const some = first > 0 ? parts.slice(first - 1, last) : []
      return some.length === last - first + 1 && some.length > 0 ? joined(path, some) : undefined
    },
    facts: {
      size: sum(({ facts }) => facts.size),
      rows: sum(({ facts }) => facts.rows ?? 0),
      parts: parts.length,
      ...(types && { types }),
      ...(longest > 0 && { recordBytes: longest }),
    },
    open: wholeOnly(path, () => bytesOf(parts)),
  }
}

async function* bytesOf(parts: readonly EntryFile[]): AsyncGenerator<Uint8Array> {
  let first: string | undefined
  for (const { path, open } of parts) {
    let scan: HeaderScan | undefined = new HeaderScan()
    for await (const chunk of open()) {
      if (!scan) {
        yield chunk
        continue
      }
      const found = scan.over(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
      if (!found) continue
      scan = undefined
      if (first !== undefined && first !== found.header)
        throw invalid(`the part "${path}" has another header`)
      if (first === undefined) yield Buffer.from(found.header)
      first = found.header
      if (found.rest.length > 0) yield found.rest
    }
    if (scan) throw invalid(`the part "${path}" has no header`)
  }
}

const invalid = (fault: string): PieceworkError =>
  new PieceworkError('archive-invalid', `The archive is not as it should be: ${fault}`)
