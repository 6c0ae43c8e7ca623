/** Ids that are used up or withdrawn: of tokens, and of what may be used once. Each method is one atomic step. */
export interface Revocations {
  /** Kept until then, or for longer if it was. False if it was there already. */
  add(id: string, until: Date): Promise<boolean>
  has(id: string): Promise<boolean>
  /** Deletes up to `limit` whose time is over; resolves to how many. */
  sweep(limit: number): Promise<number>
}
