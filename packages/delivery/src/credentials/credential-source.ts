import type { Principal } from '@piecework/core'

/** Where targets have a user's credentials from. */
export interface CredentialSource {
  /**
   * What the credential holds, as its target's schema has parsed it. Throws `delivery-auth` if the principal has none of
   * this id for the target, or if it is known to work no more.
   */
  open(id: string, by: { readonly principal: Principal; readonly target: string }): Promise<unknown>
  /** The other side refuses it for good: `why` tells its owner what to do. */
  revoked(id: string, why: string): Promise<void>
}
