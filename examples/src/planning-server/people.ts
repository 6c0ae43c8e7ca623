import type { Principal } from '@piecework/core'

/** What someone may do here: make plans and all with their own, look at all, or nothing. */
type Rights = 'plans' | 'looks' | 'nothing'

export interface Person extends Principal {
  readonly rights: Rights
}

export const people: readonly Person[] = [
  { id: 'ann', rights: 'plans' },
  { id: 'ben', rights: 'plans' },
  { id: 'vera', rights: 'looks' },
  { id: 'sam', rights: 'nothing' },
]

/** The tokens of a demo are names, which anyone can guess: a real host verifies a signed token or a cookie. */
export function personOf(authorization: string | undefined): Person | null {
  const [, name] = /^Bearer (\w+)$/.exec(authorization ?? '') ?? []
  return people.find(({ id }) => id === name) ?? null
}
