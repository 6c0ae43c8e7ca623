import type { Finding } from '@piecework/core/piece'

/** What a validator yields: the piece's name is added by whoever runs it. */
export type FileFinding = Omit<Finding, 'piece'>

export interface FindingLocation {
  readonly file: string
  /** Line of the file as it was given, from 1. */
  readonly line?: number
  readonly column?: string
}

export interface FindingDetails {
  readonly message: string
  readonly hint?: string
  /** How many things this one finding stands for. */
  readonly count?: number
}

/**
 * Collects findings: lists up to `limit` per file and code, and counts beyond it, so that a bad file of any size has a short report.
 * `together`: per code, over all files, and what differs in its file only is listed once.
 */
export class FindingCollector {
  readonly #limit: number
  readonly #together: boolean
  readonly #kinds = new Map<string, Kind>()
  #errors = 0

  constructor(limit = 100, { together = false }: { readonly together?: boolean } = {}) {
    this.#limit = limit
    this.#together = together
  }

  /** Number of errors, listed or not. */
  get errors(): number {
    return this.#errors
  }

  /** `tell` is called only for findings that are listed. */
  error(code: string, place: FindingLocation, tell: () => FindingDetails): void {
    this.#errors += 1
    this.#add('error', code, place, tell)
  }

  warning(code: string, place: FindingLocation, tell: () => FindingDetails): void {
    this.#add('warning', code, place, tell)
  }

  /** In the order found, kind by kind; the first of a kind that was cut short carries the count of all. */
  list(): readonly FileFinding[] {
    return [...this.#kinds.values()].flatMap(({ listed, count }) =>
      [...listed.values()].map(({ finding, files }, at) => ({
        ...finding,
        ...(files > 1 && {
          message: `${finding.message}; the same in ${files - 1} more file${files > 2 ? 's' : ''}`,
        }),
        ...(at === 0 && count > listed.size && { count }),
      })),
    )
  }

  #add(
    severity: Finding['severity'],
    code: string,
    place: FindingLocation,
    tell: () => FindingDetails,
  ): void {
    const key = `${severity} ${code} ${this.#together ? '' : place.file}`
    let kind = this.#kinds.get(key)
    if (!kind) {
      kind = { listed: new Map(), count: 0 }
      this.#kinds.set(key, kind)
    }
    kind.count += 1
    if (kind.listed.size >= this.#limit) return
    const finding = { severity, code, ...place, ...tell() }
    const same = this.#together ? JSON.stringify({ ...finding, file: undefined }) : kind.listed.size
    const before = kind.listed.get(same)
    if (!before) kind.listed.set(same, { finding, files: 1, last: place.file })
    else if (before.last !== place.file) {
      before.files += 1
      before.last = place.file
    }
  }
}

interface Kind {
  /** By what makes them differ. */
  readonly listed: Map<string | number, { readonly finding: FileFinding; files: number; last: string }>
  count: number
}
