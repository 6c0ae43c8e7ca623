import type { CredentialVault } from '@piecework/delivery'
import type { Connections } from '@piecework/delivery/http'

/** Connects whoever brings the code `yes` back, in the place of an OAuth server. */
export function paperConnection(vault: CredentialVault): Connections[string] {
  const names = new Map<string, { readonly name: string; readonly returnTo?: string }>()
  return {
    start: async ({ principal, name, returnTo }) => {
      const state = `${principal.id}-${names.size}`
      names.set(state, { name, ...(returnTo !== undefined && { returnTo }) })
      return { url: `https://paper.example.org/?state=${state}` }
    },
    finish: async ({ principal, state, code }) => {
      const { name, returnTo } = names.get(state) ?? { name: 'nothing' }
      const secret = { accessKeyId: String(code), secretAccessKey: 'of paper' }
      const credential = await vault.add({ principal, target: 's3', name, secret })
      return { credential, ...(returnTo !== undefined && { returnTo }) }
    },
  }
}
