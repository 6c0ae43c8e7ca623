export interface User {
  readonly id: string
}

/** The authentication of every host: who is named by the token. */
export function userOf(authorization: string | undefined): User | undefined {
  const id = /^Bearer (\w+)$/.exec(authorization ?? '')?.[1]
  return id === undefined ? undefined : { id }
}
