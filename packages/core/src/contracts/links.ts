/** A way to what a job has made: its id tells nothing, and opens nothing. */
export interface Link {
  readonly id: string
  /** That has made the output. */
  readonly job: string
  /** `archive`, or the name of a pack's output. */
  readonly output: string
  /** Id of the principal who has issued it. */
  readonly owner: string
  readonly createdAt: Date
  /** Not before. */
  readonly opensAt?: Date
  readonly expiresAt: Date
  readonly revokedAt?: Date
}

export type NewLink = Omit<Link, 'createdAt' | 'revokedAt'>

export interface LinkFilter {
  readonly job?: string
  readonly owner?: string
  /** Those that are older than the link of this id; none, if it is forgotten. */
  readonly after?: string
  /** Default: `storeDefaults.listedLinks`. */
  readonly limit?: number
}

/** Each method is one atomic step. */
export interface Links {
  /** Resolves to the one of the same id, as it is, if there is one. */
  add(link: NewLink): Promise<Link>
  get(id: string): Promise<Link | undefined>
  /** Newest first. */
  list(filter: LinkFilter): Promise<readonly Link[]>
  /** Once and for all: a link that was revoked stays so. Resolves to it; undefined: there is none. */
  revoke(id: string): Promise<Link | undefined>
  /** Deletes up to `limit` that have expired before; resolves to how many. */
  sweep(before: Date, limit: number): Promise<number>
}
