import { PieceworkError, type ResourceRef } from '@piecework/core/piece'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import { keyFamily } from '../key-family.js'
import type { FindColumn, ReportProblem } from '../resolve-input.js'
import type { FileColumn, TableSpec } from '../spec.js'

/** A column whose values are keys of files. */
export interface FilePlan {
  readonly column: Column
  readonly spec: FileColumn
  /** Entries: key, bytes and sha256 of each file, and the bytes of all, one after the other in that order. */
  readonly list: string
  readonly bytes: string
}

/** Entries of the column's files. Characters that entries may not have are those of `entryName`. */
export function fileEntries(entry: string, column: string): Pick<FilePlan, 'list' | 'bytes'> {
  const name = column.replace(/[^A-Za-z0-9_-]/gu, (one) => `_${one.codePointAt(0)?.toString(16)}_`)
  const base = `${entry.replace(/\.csv$/, '')}.${name}.files`
  return { list: `${base}.csv`, bytes: `${base}.bin` }
}

export function filePlans(
  { spec, entry, carried, key }: FileTable,
  column: FindColumn,
  problem: ReportProblem,
): readonly FilePlan[] {
  return Object.entries(spec.files ?? {}).flatMap(([name, file]) => {
    const found = column(name, 'files')
    if (!found) return []
    const refuse = (what: string) => {
      problem(`"${name}" of table "${spec.table}" ${what}, so it cannot stand in "files"`, { column: name })
      return []
    }
    if (found.base !== 'varchar' && keyFamily(found) !== 'text') return refuse(`is ${found.type} and no text`)
    if (found.base === 'bpchar') return refuse('is padded with blanks')
    if (found === key || !carried.includes(found)) return refuse('is a key, or does not travel')
    if (found.notNull && file.missing === 'null') {
      problem(`"${name}" of table "${spec.table}" is NOT NULL, so "missing" of its files cannot be "null"`)
      return []
    }
    return [{ column: found, spec: file, ...fileEntries(entry, name) }]
  })
}

interface FileTable {
  readonly spec: TableSpec
  readonly entry: string
  readonly carried: readonly Column[]
  readonly key: Column | undefined
}

/**
 * The key under which a file is put. Of the old one, which an archive may have from anybody, only a harmless extension is
 * left.
 */
export function newFileKey(
  { column, spec }: FilePlan,
  oldKey: string,
  { id, resource }: { readonly id: string; readonly resource: ResourceRef },
): string {
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(oldKey)?.[0] ?? ''
  const key = spec.key ? spec.key({ id, extension, resource }) : `${id}${extension}`
  const refuse = (what: string): never => {
    throw new PieceworkError('files/key-invalid', `The new key of a file of column "${column.name}" ${what}.`)
  }
  // Anything else might be the key of another row's file.
  if (typeof key !== 'string') refuse('is no text')
  if (!key.includes(id))
    refuse(`is ${JSON.stringify(key.slice(0, 200))}, without the id that makes it unique`)
  if (key.includes('\0')) refuse('has a NUL')
  const [, room] = /\((\d+)\)/.exec(column.stored) ?? []
  if (Buffer.byteLength(key) > defaults.fileKeyBytes || key.length > Number(room ?? defaults.fileKeyBytes))
    refuse(`has ${key.length} characters, for which ${column.type} has no room`)
  return key
}
