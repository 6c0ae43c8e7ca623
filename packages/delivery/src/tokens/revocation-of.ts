/** As what a token is revoked: other things are used up in the same room of the store. */
export const revocationOf = (token: string): string => `scoped-token:${token}`
