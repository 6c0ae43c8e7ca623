import { type NewFinding, PieceworkError } from '@piecework/core/piece'
import { defaults } from '../../defaults.js'
import type { TablePlan } from '../table-plan.js'
import type { FilePlan } from './file-plan.js'

/** Files that rows name and that are nowhere: counted, and the first ones named. */
export class MissingFiles {
  readonly #plan: TablePlan
  readonly #file: FilePlan
  readonly #named: string[] = []
  #count = 0

  constructor(plan: TablePlan, file: FilePlan) {
    this.#plan = plan
    this.#file = file
  }

  add(key: string): void {
    this.#count += 1
    if (this.#named.length < defaults.namedFiles) this.#named.push(JSON.stringify(key.slice(0, 200)))
  }

  /** One is missing, and may not be. */
  get isRefused(): boolean {
    return this.#count > 0 && (this.#file.spec.missing ?? 'refuse') === 'refuse'
  }

  refuse(): void {
    if (this.isRefused) throw fileMissing(this.#plan, this.#file, this.#what())
  }

  tell({ finding }: { finding(finding: NewFinding): void }): void {
    if (this.#count > 0) finding(missingFinding(this.#plan, this.#file, this.#count, this.#what()))
  }

  #what(): string {
    const more = this.#count > this.#named.length ? ', …' : ''
    const [files, are] = this.#count === 1 ? ['file', 'is'] : ['files', 'are']
    return `${this.#count} ${files} that rows name ${are} not in the host's store (${this.#named.join(', ')}${more})`
  }
}

export const fileMissing = (
  { entry }: Pick<TablePlan, 'entry'>,
  { column }: FilePlan,
  what: string,
): PieceworkError =>
  new PieceworkError(
    'table/file-missing',
    `Column "${column.name}" of "${entry}": ${what}. With { missing: 'null' } such rows travel without their file.`,
    { facts: { entry, column: column.name } },
  )

export const missingFinding = (
  { entry }: Pick<TablePlan, 'entry'>,
  { column }: FilePlan,
  count: number,
  what: string,
): NewFinding => ({
  severity: 'warning',
  code: 'table/file-missing',
  file: entry,
  column: column.name,
  count,
  message: `Column "${column.name}" of "${entry}": ${what}; copies have none there.`,
})
