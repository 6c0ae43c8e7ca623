import { IdIndex } from '../dat/id-index.js'
import type { ZippedFile } from '../zip/zip.js'
import { type DbfField, type DbfHeader, dbfRecords, fieldText } from './dbf.js'
import { type GridFinding, gridError, gridFinding } from './grid-problem.js'
import { unitId } from './unit-id.js'

export interface IdAttribute {
  readonly field: DbfField
  readonly findings: readonly GridFinding[]
}

/** dBASE's letters for what is written as text. */
const readable: readonly string[] = ['C', 'N', 'F']

/** `puid`, another spelling of it with a warning, or what the upload names; otherwise an error that lists what it might be. */
export async function idAttribute(file: ZippedFile, header: DbfHeader, named: unknown): Promise<IdAttribute> {
  if (named !== undefined) {
    const field =
      header.fields.find(({ name }) => name === named) ??
      header.fields.find(
        ({ name }) => typeof named === 'string' && name.toLowerCase() === named.toLowerCase(),
      )
    if (!field)
      throw await unidentified(
        file,
        header,
        `has no attribute ${JSON.stringify(named)}, which the upload names as the id`,
      )
    return { field: checked(field), findings: [] }
  }
  const exact = header.fields.find(({ name }) => name === 'puid')
  if (exact) return { field: checked(exact), findings: [] }
  const alike = header.fields.find(({ name }) => /^pu_?id$/i.test(name))
  if (!alike) throw await unidentified(file, header, 'has no attribute puid')
  return {
    field: checked(alike),
    findings: [
      gridFinding(
        'warning',
        'legacy/grid-id-spelling',
        `The planning grid's id attribute is spelled ${alike.name} instead of puid`,
        { column: alike.name },
      ),
    ],
  }
}

function checked(field: DbfField): DbfField {
  if (readable.includes(field.type)) return field
  throw gridError([
    gridFinding(
      'error',
      'legacy/grid-id-type',
      `The planning grid's id attribute ${field.name} is of dBASE type ${JSON.stringify(field.type)}, which holds no integers`,
      { column: field.name },
    ),
  ])
}

async function unidentified(file: ZippedFile, header: DbfHeader, what: string): Promise<Error> {
  const candidates = await integerFields(file, header)
  return gridError([
    gridFinding(
      'error',
      'legacy/grid-id-attribute',
      `The planning grid ${what}; ${candidates.length === 0 ? 'none of its attributes holds' : 'attributes that hold'} unique integers${
        candidates.length === 0 ? '' : `: ${candidates.join(', ')}`
      }`,
      { hint: 'Name the attribute with the upload: { "idAttribute": "…" }.' },
    ),
  ])
}

/** How many records are looked at to find attributes that might be the id. */
const lookedAt = 10_000

async function integerFields(file: ZippedFile, header: DbfHeader): Promise<readonly string[]> {
  const seen = new Map(
    header.fields.filter(({ type }) => readable.includes(type)).map((field) => [field, new IdIndex()]),
  )
  for await (const batch of dbfRecords(file, header)) {
    for (const record of batch) {
      if (record.deleted) continue
      for (const [field, ids] of seen) {
        const value = unitId(fieldText(record, field), field.type)
        const before = ids.size
        if (!('id' in value) || ids.add(value.id) < before) seen.delete(field)
      }
    }
    if (seen.size === 0 || (batch[0]?.number ?? 0) > lookedAt) break
  }
  return [...seen.keys()].map(({ name }) => name)
}
