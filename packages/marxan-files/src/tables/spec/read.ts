import type { FindingCollector } from '../../findings.js'
import { type Batch, type Columns, MAX_ID } from '../columns.js'
import type { ReadTableOptions } from '../pu/read.js'
import { readTable } from '../read-table.js'
import { uniqueId } from '../unique-id.js'

/** -1 says "not set" in these two. */
const goal = { kind: 'number', min: 0, notSet: -1, mayBeEmpty: true } as const
/** What a feature need not ask for. */
const further = {
  kind: 'number',
  min: 0,
  hint: 'Write 0 where it is not used, or leave the column out.',
} as const

const columns = {
  id: { kind: 'integer', required: true },
  prop: {
    ...goal,
    max: 1,
    hint: 'It is a part of 1: 0.3 stands for 30 %. -1 or nothing says that it is not set.',
  },
  target: { ...goal, hint: '-1 or nothing says that it is not set.' },
  spf: {
    kind: 'number',
    min: 0,
    absent: 1,
    aliases: ['fpf'],
    missing: { means: 'every feature has the penalty factor 1', like: /[sf]pf|penalty/i },
  },
  name: { kind: 'text' },
  target2: further,
  targetocc: further,
  sepnum: further,
  sepdistance: further,
  type: { ...further, max: MAX_ID },
} as const satisfies Columns

/**
 * Exactly one of `prop` and `target` is a number, the other is NaN; `name` is never empty. Columns that the file does not have are NaN,
 * `spf` 1.
 */
export type SpecBatch = Batch<typeof columns>

export type ReadSpecOptions = ReadTableOptions & {
  /** `required`: a feature without a name is an error, not a warning. */
  readonly names?: 'required'
}

/**
 * Features, each id and each name once.
 * @see Marxan User Manual 5.3.2
 */
export function readSpec(
  source: AsyncIterable<Uint8Array>,
  options: ReadSpecOptions,
): AsyncIterable<SpecBatch> {
  const file = options.file ?? 'spec.dat'
  const { findings } = options
  const isNew = uniqueId(file, findings)
  const names = new FeatureNames(file, findings, options.names === 'required')
  return readTable(
    source,
    {
      columns,
      notCarried: ['ptarget1d', 'ptarget2d'],
      header: (given) => {
        if (!given.includes('name')) names.columnMissing()
        return hasGoal(given, findings, file)
      },
      accept: (batch, row, line) => {
        const fine = setGoal(batch, row, line, file, findings)
        return (
          isNew(batch.columns.id[row] as number, line) && names.accept(batch.columns.name, row, line) && fine
        )
      },
    },
    { ...options, file },
  )
}

function hasGoal(given: readonly string[], findings: FindingCollector, file: string): boolean {
  if (given.includes('prop') || given.includes('target') || !given.includes('id')) return true
  findings.error('legacy/column-missing', { file, column: 'prop' }, () => ({
    message: 'Neither the column prop nor the column target is there',
  }))
  return false
}

/** Leaves one of prop and target: the one that is above 0, or a 0 that was given. */
function setGoal(
  { columns }: SpecBatch,
  row: number,
  line: number,
  file: string,
  findings: FindingCollector,
): boolean {
  const place = { file, line }
  const id = columns.id[row]
  const prop = columns.prop[row] as number
  const target = columns.target[row] as number
  if (prop > 0 && target > 0) {
    findings.error('legacy/prop-and-target', place, () => ({
      message: `The feature ${id} has both a prop (${prop}) and a target (${target})`,
      hint: 'Set one of them to 0.',
    }))
    return false
  }
  if (!(prop >= 0 || target >= 0)) {
    const given = Object.entries({ prop, target })
      .flatMap(([name, value]) => (value === -1 ? [`its ${name} is -1`] : []))
      .join(', ')
    findings.error('legacy/prop-or-target', place, () => ({
      message: `The feature ${id} has neither a prop nor a target${given === '' ? '' : ` (${given})`}`,
      hint: '-1 or nothing says that it is not set: set one of them.',
    }))
    return false
  }
  if (!(prop > 0 || target > 0 || (columns.targetocc[row] as number) > 0))
    findings.warning('legacy/nothing-to-conserve', place, () => ({
      message: `The feature ${id} has ${
        prop >= 0 && target >= 0
          ? 'neither prop nor target, both are 0'
          : `0 as its ${prop >= 0 ? 'prop' : 'target'}`
      }: there is nothing to conserve`,
    }))
  if (target > 0 || !(prop >= 0)) columns.prop[row] = Number.NaN
  else columns.target[row] = Number.NaN
  return true
}

class FeatureNames {
  readonly #lines = new Map<string, number>()
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #required: boolean
  #column = true
  #unnamed = 0

  constructor(file: string, findings: FindingCollector, required: boolean) {
    this.#file = file
    this.#findings = findings
    this.#required = required
  }

  columnMissing(): void {
    this.#column = false
    this.#tell(undefined, 'The column name is missing; features are named Unnamed Feature #1, #2 and so on')
  }

  /** Names a feature that has no name. False where a name comes a second time, or not at all though it must. */
  accept(names: string[], row: number, line: number): boolean {
    const given = this.#column ? names[row] : ''
    if (!given) {
      const name = this.#next()
      if (this.#column) this.#tell(line, `The name is empty; the feature is named ${name}`)
      this.#lines.set(name, line)
      names[row] = name
      return !this.#required
    }
    const before = this.#lines.get(given)
    if (before !== undefined) {
      this.#findings.error('legacy/name-duplicate', { file: this.#file, line, column: 'name' }, () => ({
        message: `The name ${given} stands on line ${before} and again on line ${line}`,
      }))
      return false
    }
    this.#lines.set(given, line)
    return true
  }

  #next(): string {
    let name: string
    do {
      this.#unnamed += 1
      name = `Unnamed Feature #${this.#unnamed}`
    } while (this.#lines.has(name))
    return name
  }

  #tell(line: number | undefined, message: string): void {
    const place = { file: this.#file, column: 'name', ...(line !== undefined && { line }) }
    if (this.#required)
      this.#findings.error('legacy/name-missing', place, () => ({ message: 'A feature has no name' }))
    else this.#findings.warning('legacy/name-missing', place, () => ({ message }))
  }
}
