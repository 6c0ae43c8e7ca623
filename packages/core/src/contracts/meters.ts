/** What a principal has been given, in one minute. */
export interface Usage {
  /** That were let in. */
  readonly requests: number
  /** Of these, those that did not go on with an earlier one. */
  readonly downloads: number
  /** That were let out; of a download that was cut, up to a step more than went out. */
  readonly bytes: number
}

export interface MeterReading extends Usage {
  /** Id of the principal. */
  readonly principal: string
  /** Its beginning. */
  readonly minute: Date
}

/** What a principal may have in a minute. Absent: as much as it likes. */
export interface UsageLimits {
  readonly requests?: number
  readonly bytes?: number
}

export interface MeterFilter {
  /** Id of the principal. */
  readonly principal?: string
  /** Not before. */
  readonly from?: Date
  /** Before. */
  readonly to?: Date
  /** Those older than this reading. */
  readonly after?: Pick<MeterReading, 'principal' | 'minute'>
  /** Default: `storeDefaults.listedReadings`. */
  readonly limit?: number
}

/** Who was given how much, counted for all processes. Each method is one atomic step. */
export interface Meters {
  /**
   * Counts, unless the principal has had in this minute what it may: then nothing is counted, and it resolves to the ms
   * until the next one. What is counted last may go beyond the limit of bytes.
   */
  take(principal: string, usage: Usage, limits: UsageLimits): Promise<number | undefined>
  /** Newest first; within a minute by principal. */
  list(filter: MeterFilter): Promise<readonly MeterReading[]>
  /** Deletes up to `limit` that are older; resolves to how many. */
  sweep(before: Date, limit: number): Promise<number>
}
