import { createHash } from 'node:crypto'
import type { ArtifactStore } from '@piecework/core'
import {
  artifactSource,
  entryPath,
  type Manifest,
  manifestDigest,
  openArchive,
  writeManifest,
} from '@piecework/core/archive'
import { csvLine } from '@piecework/core/piece'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T

/** An archive taken apart, to be changed and put together again. */
export interface Unpacked {
  manifest: Mutable<Manifest>
  /** Of its manifest before any change. */
  readonly digest: string
  /** By path in the zip. */
  readonly entries: Map<string, Buffer>
}

/** A CSV entry; null and '' differ. */
export interface Table {
  columns: string[]
  rows: (string | null)[][]
}

export async function unpack(artifacts: ArtifactStore, key: string): Promise<Unpacked> {
  const archive = await openArchive(await artifactSource(artifacts, key))
  const entries = new Map<string, Buffer>()
  for (const { resource, name } of archive.manifest.pieces) {
    const node = archive.entries({ resource, name })
    for (const path of node.paths) {
      const chunks: Uint8Array[] = []
      for await (const chunk of node.open(path)) chunks.push(chunk)
      entries.set(entryPath(archive.manifest.tree, { resource, name }, path), Buffer.concat(chunks))
    }
  }
  await archive.close()
  const digest = manifestDigest(writeManifest(archive.manifest))
  return { manifest: firstVersion(archive.manifest), digest, entries }
}

/** Spelled as version 1 of the format, which says less. */
function firstVersion({ format, tree, pieces }: Manifest): Mutable<Manifest> {
  const plain = pieces.map((piece) => ({
    ...piece,
    entries: piece.entries.map(({ types: _, recordBytes: __, ...entry }) => entry),
  }))
  return structuredClone({ format, version: 1, tree, pieces: plain }) as Mutable<Manifest>
}

export function copyOf({ manifest, digest, entries }: Unpacked): Unpacked {
  return { manifest: structuredClone(manifest), digest, entries: new Map(entries) }
}

/** Changes one entry, named by the end of its path, and lets the manifest tell the truth about it. */
export function rewrite(archive: Unpacked, path: string, change: (bytes: Buffer) => Buffer | string): void {
  const full = [...archive.entries.keys()].find((one) => one.endsWith(path))
  const bytes = full === undefined ? undefined : archive.entries.get(full)
  if (full === undefined || !bytes) throw new Error(`The archive has no ${path}`)
  archive.entries.set(full, Buffer.from(change(bytes)))
}

export function rewriteTable(archive: Unpacked, path: string, change: (table: Table) => void): void {
  rewrite(archive, path, (bytes) => {
    const table = tableOf(bytes)
    change(table)
    return [table.columns, ...table.rows].map((record) => csvLine(record)).join('')
  })
}

/** One value of all rows, or of the row at an index. */
export function setValue(
  archive: Unpacked,
  path: string,
  column: string,
  value: string | null | ((old: string | null) => string | null),
  at?: number,
): void {
  rewriteTable(archive, path, (table) => {
    const index = table.columns.indexOf(column)
    if (index === -1) throw new Error(`${path} has no column ${column}`)
    for (const [number, row] of table.rows.entries())
      if (at === undefined || at === number)
        row[index] = typeof value === 'function' ? value(row[index] ?? null) : value
  })
}

export function addColumn(archive: Unpacked, path: string, column: string, value: string | null): void {
  rewriteTable(archive, path, (table) => {
    table.columns.push(column)
    for (const row of table.rows) row.push(value)
  })
}

/** More planning units, each with the shape of the first. */
export function addUnits(archive: Unpacked, count: number): void {
  rewriteTable(archive, 'planning_units.csv', ({ columns, rows }) => {
    const [first = []] = rows
    const [id, puid] = [columns.indexOf('id'), columns.indexOf('puid')]
    for (let n = 10; n < 10 + count; n++) {
      const row = [...first]
      row[id] = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
      row[puid] = String(n)
      rows.push(row)
    }
  })
}

/** A plain reader of what COPY writes, apart from the one that is tested. */
export function tableOf(bytes: Buffer): Table {
  const records: (string | null)[][] = []
  const field = /("(?:[^"]|"")*"|[^,\n]*)([,\n])/gy
  let record: (string | null)[] = []
  for (const [, text = '', end] of bytes.toString('utf8').matchAll(field)) {
    record.push(text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text === '' ? null : text)
    if (end === ',') continue
    records.push(record)
    record = []
  }
  const [columns = [], ...rows] = records
  return { columns: columns.map((name) => name ?? ''), rows }
}

/**
 * Sizes, checksums and row counts of the manifest as the entries have them. Rows of what is no longer CSV
 * stay.
 */
function honest(archive: Unpacked): void {
  for (const { path, entry } of listed(archive)) {
    const bytes = archive.entries.get(path)
    if (!bytes) continue
    entry.size = bytes.length
    entry.sha256 = createHash('sha256').update(bytes).digest('hex')
    if (entry.rows !== undefined) entry.rows = tableOf(bytes).rows.length
  }
}

/** The manifest's entries with their paths in the zip. */
function* listed({ manifest }: Unpacked) {
  for (const { resource, name, entries } of manifest.pieces)
    for (const entry of entries)
      yield { path: entryPath(manifest.tree, { resource, name }, entry.path), entry, resource, name }
}

/** Without checks, so that it may be wrong in any way. */
export function zipEntries({ manifest, entries }: Unpacked): ZipEntry[] {
  return [
    { name: 'manifest.json', bytes: manifestBytes(manifest) },
    ...[...entries].map(([name, bytes]): ZipEntry => ({ name, bytes })),
  ]
}

export const manifestBytes = (manifest: unknown): Buffer =>
  Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)

/** A consistent archive: the attacker has put all numbers right. */
export function pack(archive: Unpacked): Buffer {
  honest(archive)
  return zipOf(zipEntries(archive))
}
