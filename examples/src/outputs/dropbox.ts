import type { Store } from '@piecework/core/store'
import {
  credentialVault,
  dropboxConnect,
  dropboxCredential,
  dropboxTarget,
  type RingKey,
} from '@piecework/delivery'

/** Of the app that is registered with Dropbox; it has no secret. */
const appKey = 'a1b2c3d4e5f6g7h'
const redirectUri = 'https://maps.example.org/api/v1/connections/dropbox/callback'

/** `target` is for `createPiecework({ targets: [target] })`, `connect` and `vault` for the host's routes. */
export function openDropbox(store: Store, keys: readonly RingKey[]) {
  const vault = credentialVault({ store, keys, forms: { dropbox: dropboxCredential } })
  const target = dropboxTarget({ credentials: vault, appKey })
  const connect = dropboxConnect({ vault, appKey, redirectUri, keys, store })
  return { target, connect, vault }
}
