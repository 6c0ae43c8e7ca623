import type { Finding, FindingFix, FindingSubject, NewFinding } from '../contracts/finding.js'
import { findingDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'

export interface FindingLocation {
  readonly file: string
  /** Line of the file as it was given, from 1. */
  readonly line?: number
  readonly column?: string
}

export interface FindingDetails {
  readonly message: string
  readonly hint?: string
  readonly fix?: FindingFix
  /** What stands there, as it is written. */
  readonly value?: string
  readonly subject?: FindingSubject
  /** How many things this one finding stands for. */
  readonly count?: number
}

export interface FindingCollectorOptions {
  /**
   * Findings of one kind (severity, code and file) that are listed. 0: none. Default:
   * `findingDefaults.listedPerKind`.
   */
  readonly limit?: number
  /** Of these, those of one column. Default: `limit`. The first finding of a column takes the place of a later one of another. */
  readonly limitPerColumn?: number
  /** Findings of one severity that are listed, of whatever kinds. Default: any number. */
  readonly limitPerSeverity?: number
  /**
   * One kind is a severity and a code in all files; findings that differ in their file only are listed as
   * one, and of more than `findingDefaults.listedAcrossFiles` warnings the first stands for all.
   */
  readonly acrossFiles?: boolean
}

const collectorChecks: OptionChecks<FindingCollectorOptions> = {
  limit: check.wait,
  limitPerColumn: check.wait,
  limitPerSeverity: check.wait,
  acrossFiles: check.flag,
}

/** Code of the finding that counts all of kinds that are not listed. */
export const moreFindings = 'core/more-findings'

/**
 * Collects findings, so that input of any size has a short report: of each kind the first ones are listed,
 * and the first of these has the `count` of all when there are more. Memory is bounded by what is listed.
 */
export class FindingCollector {
  readonly #limit: number
  readonly #limitPerColumn: number
  readonly #limitPerSeverity: number
  readonly #acrossFiles: boolean
  readonly #kinds = new Map<string, CollectedKind>()
  readonly #listed = { error: 0, warning: 0 }
  readonly #unlisted = { error: 0, warning: 0 }
  #errors = 0

  constructor(given?: FindingCollectorOptions) {
    const options = checkOptions('FindingCollector', given, collectorChecks)
    this.#limit = options.limit ?? findingDefaults.listedPerKind
    this.#limitPerColumn = options.limitPerColumn ?? this.#limit
    this.#limitPerSeverity = options.limitPerSeverity ?? Number.POSITIVE_INFINITY
    this.#acrossFiles = options.acrossFiles ?? false
  }

  /** Number of errors, listed or not. */
  get errors(): number {
    return this.#errors
  }

  /** `details` is called only when the finding is listed. */
  error(code: string, location: FindingLocation, details: () => FindingDetails): void {
    this.#add('error', code, location, () => ({ severity: 'error', code, ...location, ...details() }))
  }

  /** `details` is called only when the finding is listed. */
  warning(code: string, location: FindingLocation, details: () => FindingDetails): void {
    this.#add('warning', code, location, () => ({ severity: 'warning', code, ...location, ...details() }))
  }

  add(finding: NewFinding): void {
    this.#add(finding.severity, finding.code, finding, () => finding)
  }

  /**
   * In the order found, kind by kind; then, of each severity, how many there are of kinds that are not
   * listed.
   */
  list(): readonly NewFinding[] {
    const listed = [...this.#kinds.values()].flatMap((kind) => kind.list())
    const more = (['error', 'warning'] as const).flatMap((severity): NewFinding[] => {
      const count = this.#unlisted[severity]
      if (count === 0) return []
      const message = `${count} more ${severity}${count === 1 ? ' is' : 's are'} not listed.`
      return [{ severity, code: moreFindings, message, count }]
    })
    return [...listed, ...more]
  }

  #add(
    severity: Finding['severity'],
    code: string,
    { file, column }: Partial<FindingLocation>,
    make: () => NewFinding,
  ): void {
    if (severity === 'error') this.#errors += 1
    const key = JSON.stringify([severity, code, this.#acrossFiles ? undefined : file])
    const isFull = this.#listed[severity] >= this.#limitPerSeverity
    let kind = this.#kinds.get(key)
    if (!kind) {
      if (isFull) {
        this.#unlisted[severity] += 1
        return
      }
      kind = new CollectedKind(this.#acrossFiles)
      this.#kinds.set(key, kind)
    }
    kind.count += 1
    const ofColumn = kind.listedOf(column)
    if (ofColumn >= this.#limitPerColumn) return
    if (isFull || kind.listed >= this.#limit) {
      if (ofColumn > 0 || !kind.makeRoom()) return
      this.#listed[severity] -= 1
    }
    if (kind.add(make())) this.#listed[severity] += 1
  }
}

class CollectedKind {
  /** Listed or not. */
  count = 0
  readonly #acrossFiles: boolean
  /** By what distinguishes them. */
  readonly #listed = new Map<
    string | number,
    { readonly finding: NewFinding; files: number; last?: string }
  >()
  #next = 0
  readonly #columns = new Map<string | undefined, number>()

  constructor(acrossFiles: boolean) {
    this.#acrossFiles = acrossFiles
  }

  get listed(): number {
    return this.#listed.size
  }

  listedOf(column: string | undefined): number {
    return this.#columns.get(column) ?? 0
  }

  /** False when it is listed for another file already. */
  add(finding: NewFinding): boolean {
    const key = this.#acrossFiles ? JSON.stringify({ ...finding, file: undefined }) : this.#next++
    const { file, column } = finding
    const same = this.#listed.get(key)
    if (same) {
      if (same.last !== file) same.files += 1
      if (file !== undefined) same.last = file
      return false
    }
    this.#listed.set(key, { finding, files: 1, ...(file !== undefined && { last: file }) })
    this.#columns.set(column, this.listedOf(column) + 1)
    return true
  }

  /** Takes the last one away that is not the only one of its column, nor the first of all. False if there is none. */
  makeRoom(): boolean {
    if (this.#columns.size >= this.#listed.size) return false
    const last = [...this.#listed].slice(1).findLast(([, { finding }]) => this.listedOf(finding.column) > 1)
    if (!last) return false
    const [key, { finding }] = last
    this.#listed.delete(key)
    this.#columns.set(finding.column, this.listedOf(finding.column) - 1)
    return true
  }

  list(): readonly NewFinding[] {
    const [first] = this.#listed.values()
    const many = this.#acrossFiles && this.listed > findingDefaults.listedAcrossFiles
    if (first?.finding.severity === 'warning' && many) {
      const message = `${first.finding.message}; ${this.count - 1} more like this one`
      return [{ ...first.finding, message, count: this.count }]
    }
    return [...this.#listed.values()].map(({ finding, files }, index) => ({
      ...finding,
      ...(files > 1 && {
        message: `${finding.message}; the same in ${files - 1} more file${files > 2 ? 's' : ''}`,
      }),
      ...(index === 0 && this.count > this.listed && { count: Math.max(this.count, finding.count ?? 0) }),
    }))
  }
}
