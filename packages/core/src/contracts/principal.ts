/** Who makes a request: the host's own user. Stored with the job, so plain JSON. */
export interface Principal {
  readonly id: string
  /** Id of the scoped token by which it asks. */
  readonly token?: string
}

/** Who makes a call. An access policy is asked about it; without a policy it is not read. */
export interface AskedBy {
  readonly principal: Principal
}

/**
 * How many jobs of one principal may be under way at once: validations count, drafts that do not run do not.
 */
export interface PrincipalLimit {
  /** From 1. */
  readonly jobs: number
  /**
   * `wait`: a job too many is stored with its claims and begins later. `refuse`: it is refused with
   * `too-many-jobs`.
   */
  readonly whenFull: 'wait' | 'refuse'
}
