import { FindingCollector, type ImportContext, PieceworkError } from '@piecework/core/piece'
import { readBound, readPu, readPuvspr, readSpec } from '@piecework/marxan-files'

export type Source = Pick<ImportContext, 'entries' | 'tx' | 'signal' | 'progress'>

/** What is staged: rows that a reader yields in batches. */
export interface Table<Batch> {
  readonly file: string
  readonly name: string
  /** Name and type of each column. */
  readonly columns: Readonly<Record<string, string>>
  read(findings: FindingCollector): AsyncIterable<Batch & { readonly length: number }>
  /** One record of CSV, without its end of line. */
  record(batch: Batch, row: number): string
}

/** pu.dat as the temporary table `legacy_pu (id, cost, status)`. Resolves to the number of rows. */
export const stagePu = (source: Source): Promise<number> =>
  stage(source, {
    file: 'pu.dat',
    name: 'legacy_pu',
    columns: { id: 'integer', cost: 'double precision', status: 'integer' },
    read: (findings) => readPu(source.entries.open('pu.dat'), { findings, signal: source.signal }),
    record: ({ columns: { id, cost, status } }, row) => `${id[row]},${cost[row]},${status[row]}`,
  })

/** puvspr.dat as `legacy_amounts (species, pu, amount)`. */
export const stageAmounts = (source: Source): Promise<number> =>
  stage(source, {
    file: 'puvspr.dat',
    name: 'legacy_amounts',
    columns: { species: 'integer', pu: 'integer', amount: 'double precision' },
    read: (findings) => readPuvspr(source.entries.open('puvspr.dat'), { findings, signal: source.signal }),
    record: ({ columns: { species, pu, amount } }, row) => `${species[row]},${pu[row]},${amount[row]}`,
  })

/** bound.dat as `legacy_bound (id1, id2, boundary)`. */
export const stageBound = (source: Source): Promise<number> =>
  stage(source, {
    file: 'bound.dat',
    name: 'legacy_bound',
    columns: { id1: 'integer', id2: 'integer', boundary: 'double precision' },
    read: (findings) => readBound(source.entries.open('bound.dat'), { findings, signal: source.signal }),
    record: ({ columns: { id1, id2, boundary } }, row) => `${id1[row]},${id2[row]},${boundary[row]}`,
  })

const goals = ['prop', 'target', 'spf', 'target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const

/** spec.dat as `legacy_spec (id, name, prop, target, spf, target2, targetocc, sepnum, sepdistance, type)`; what is not set is NULL. */
export const stageSpec = (source: Source): Promise<number> =>
  stage(source, {
    file: 'spec.dat',
    name: 'legacy_spec',
    columns: {
      id: 'integer',
      name: 'text',
      ...Object.fromEntries(goals.map((goal) => [goal, 'double precision'])),
    },
    read: (findings) => readSpec(source.entries.open('spec.dat'), { findings, signal: source.signal }),
    record: ({ columns }, row) =>
      [
        columns.id[row],
        quoted(columns.name[row] ?? ''),
        ...goals.map((goal) => (Number.isNaN(columns[goal][row]) ? '' : columns[goal][row])),
      ].join(','),
  })

/** Copies rows into a temporary table; resolves to their number. Throws where a reader tells an error. */
export async function stage<Batch>(source: Source, table: Table<Batch>): Promise<number> {
  const columns = Object.entries(table.columns)
  await source.tx.query(
    `CREATE TEMPORARY TABLE ${table.name} (${columns.map(([name, type]) => `${name} ${type}`).join(', ')}) ON COMMIT DROP`,
  )
  const findings = new FindingCollector()
  let rows = 0
  const csv = async function* (): AsyncGenerator<Uint8Array> {
    for await (const batch of table.read(findings)) {
      let lines = ''
      for (let row = 0; row < batch.length; row += 1) lines += `${table.record(batch, row)}\n`
      rows += batch.length
      source.progress(rows)
      if (lines !== '') yield Buffer.from(lines)
    }
  }
  const copied = await source.tx.copyIn({ table: table.name, columns: columns.map(([name]) => name) }, csv())
  if (findings.errors > 0)
    throw new PieceworkError(
      'validation-failed',
      `${table.file} has ${findings.errors} errors that its validation did not tell`,
    )
  if (copied !== rows)
    throw new PieceworkError(
      'counts-differ',
      `${table.file} has ${rows} rows, but the database took ${copied}`,
    )
  await source.tx.query(`ANALYZE ${table.name}`)
  return rows
}

/** A text as a field of CSV. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
