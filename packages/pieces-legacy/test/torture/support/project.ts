import {
  type Entries,
  entriesOf,
  FindingCollector,
  type NewFinding,
  PieceworkError,
  type Validator,
} from '@piecework/core/piece'
import { readBound, readPu, readPuvspr, readSpec } from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { rowsOf } from '@piecework/test-support/fixtures/rows-of.js'
import { puvsprValidator } from '#internal/amounts/puvspr-validator.js'
import { boundValidator } from '#internal/boundary/bound-validator.js'
import { specValidator } from '#internal/features/spec-validator.js'
import { inputDatValidator } from '#internal/parameters/input-dat-validator.js'
import type { GridIds } from '#internal/planning-grid/for-each-grid-id.js'
import { puValidator } from '#internal/units/pu-validator.js'
import { withHints } from '#internal/what-to-change.js'

export type Content = string | Buffer

/**
 * A small project that is right in every way; each table begins with a header and has a row on each further
 * line.
 */
export const good = {
  'input.dat': `${[
    'BLM 1',
    'PROP 0.5',
    'RANDSEED -1',
    'BESTSCORE -1',
    'NUMREPS 10',
    'NUMITNS 1000000',
    'STARTTEMP -1',
    'COOLFAC 0',
    'NUMTEMP 10000',
    'COSTTHRESH 0',
    'THRESHPEN1 0',
    'THRESHPEN2 0',
    'RUNMODE 1',
    'MISSLEVEL 1',
    'ITIMPTYPE 0',
    'HEURTYPE -1',
    'CLUMPTYPE 0',
    'VERBOSITY 2',
    'PUNAME pu.dat',
    'SPECNAME spec.dat',
    'PUVSPRNAME puvspr.dat',
  ].join('\n')}\n`,
  'pu.dat': 'id,cost,status\n1,10,0\n2,20.5,1\n3,0,2\n4,1000,3\n',
  'spec.dat': 'id,prop,spf,name\n7,0.3,2,Eel grass\n8,0.5,1,Sand\n',
  'puvspr.dat': 'species,pu,amount\n7,1,0.1\n7,2,3\n8,2,4\n8,4,8\n',
  'bound.dat': 'id1,id2,boundary\n1,2,1.5\n2,3,1.5\n1,1,3\n',
} as const

export type FileName = keyof typeof good
export type TableName = Exclude<FileName, 'input.dat'>

export interface Files extends Partial<Record<FileName, Content>> {
  /**
   * Ids of the planning grid; `unreadable`: a grid that its own validator refuses. Those of pu.dat in `good`
   * by default.
   */
  readonly grid?: readonly number[] | 'unreadable'
  /** Of features. Default: `optional`. */
  readonly names?: 'required'
}

const idsOf = (ids: Exclude<Files['grid'], undefined>): GridIds =>
  async function* () {
    if (ids === 'unreadable') throw new PieceworkError('legacy/grid-zip', 'The planning grid is no zip')
    yield ids
  }

const validatorsOf = (gridIds: GridIds): Readonly<Record<FileName, Validator>> => ({
  'input.dat': inputDatValidator,
  'pu.dat': puValidator({ gridIds }),
  'spec.dat': specValidator,
  'puvspr.dat': puvsprValidator({ gridIds }),
  'bound.dat': boundValidator({ gridIds }),
})

/** Everything that all validators say of a project, the small one with some files changed. */
export async function findingsOf({
  grid = [1, 2, 3, 4],
  names,
  ...files
}: Files): Promise<readonly NewFinding[]> {
  const all: Readonly<Record<string, Content>> = { ...good, ...files }
  const entries = entriesOf(
    Object.entries(all).map(([path, content]) => ({
      path,
      facts: { size: Buffer.byteLength(content) },
      open: () => chunks(content),
    })),
  )
  const findings: NewFinding[] = []
  for (const validator of Object.values(validatorsOf(idsOf(grid))))
    for await (const finding of withHints(validator).validate(contextOf(entries, names)))
      findings.push(finding)
  return findings
}

/** Files alone ask no database. */
const contextOf = (
  entries: Entries,
  names: 'required' | 'optional' = 'optional',
): Parameters<Validator['validate']>[0] => ({
  jobId: 'job',
  resource: { kind: 'project', id: '1' },
  target: { kind: 'project', id: '1' },
  carries: () => true,
  principal: { id: 'user' },
  options: { names },
  signal: new AbortController().signal,
  progress: () => {},
  entries,
  tx: {
    query: () => {
      throw new Error('a validator of files asks no database')
    },
  },
})

const readers = { 'pu.dat': readPu, 'spec.dat': readSpec, 'puvspr.dat': readPuvspr, 'bound.dat': readBound }

/** The rows of a table that would be imported, without their lines; of pu.dat without locations that are not given. */
export async function tableRows(file: TableName, content: Content): Promise<readonly unknown[][]> {
  const rows = await rowsOf(readers[file](chunks(content), { findings: new FindingCollector() }))
  const given = (cells: unknown[]) => cells.filter((cell) => file !== 'pu.dat' || !Number.isNaN(cell))
  return rows.map(([, ...cells]) => given(cells))
}
