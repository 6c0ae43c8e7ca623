/** How to reach an account of a user elsewhere. What it holds is sealed before it comes here. */
export interface SealedCredential {
  readonly id: string
  /** Id of the principal whose it is. */
  readonly owner: string
  /** Name of the target that it is for. */
  readonly target: string
  /** For its owner. */
  readonly name: string
  /** Id of the key that it is sealed with. */
  readonly key: string
  readonly sealed: string
  readonly createdAt: Date
  /** Why it works no more, for its owner. Absent: nothing is known against it. */
  readonly revoked?: string
}

export type NewSealedCredential = Omit<SealedCredential, 'createdAt' | 'revoked'>

/** Credentials of users for targets. Each method is one atomic step. */
export interface Credentials {
  /** Throws `internal` if there is one of this id. */
  add(credential: NewSealedCredential): Promise<SealedCredential>
  get(id: string): Promise<SealedCredential | undefined>
  /** Oldest first. */
  list(filter: { readonly owner: string; readonly target?: string }): Promise<readonly SealedCredential[]>
  /** Up to `limit` that another key has sealed, in the order of their ids; `after`: the last one of the page before. */
  sealedByOthers(
    key: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly SealedCredential[]>
  /** Puts `to` in the place of `from`. False, and nothing is changed, if it is not sealed so any more. */
  reseal(id: string, from: Sealing, to: Sealing): Promise<boolean>
  /** Says why it works no more, or that it does again. Nothing there is no error. */
  mark(id: string, revoked: string | undefined): Promise<void>
  /** False if this owner has none of this id. */
  remove(id: string, owner: string): Promise<boolean>
}

export type Sealing = Pick<SealedCredential, 'key' | 'sealed'>
