export type { CredentialSource } from './credentials/credential-source.js'
export {
  type Credential,
  type CredentialVault,
  type CredentialVaultOptions,
  credentialVault,
  type NewCredential,
} from './credentials/credential-vault.js'
export type { Rotated, RotateOptions } from './credentials/rotate.js'
export type { RingKey } from './keys/key-ring.js'
export {
  type DownloadLinks,
  type DownloadLinksOptions,
  downloadLinks,
  type LinkFilter,
  type OpenAddress,
  type Opened,
} from './links/download-links.js'
export { type LinkDestination, type LinkTargetOptions, linkTarget } from './links/link-target.js'
