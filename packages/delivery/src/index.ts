export type { CredentialSource } from './credentials/credential-source.js'
export {
  type Credential,
  type CredentialVault,
  type CredentialVaultOptions,
  credentialVault,
  type NewCredential,
} from './credentials/credential-vault.js'
export type { Rotated, RotateOptions } from './credentials/rotate.js'
export type { DropboxAddresses } from './dropbox/dropbox-addresses.js'
export {
  type ConnectAnswer,
  type ConnectRequest,
  type DropboxConnect,
  type DropboxConnectOptions,
  dropboxConnect,
} from './dropbox/dropbox-connect.js'
export { type DropboxCredential, dropboxCredential } from './dropbox/dropbox-credential.js'
export {
  type DropboxDestination,
  type DropboxTargetOptions,
  dropboxTarget,
} from './dropbox/dropbox-target.js'
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
export { type S3Credential, s3Credential } from './s3/s3-credential.js'
export type { S3Destination } from './s3/s3-destination.js'
export { type S3TargetOptions, s3Target } from './s3/s3-target.js'
export {
  type IssuedToken,
  type RevokeOptions,
  type ScopedTokens,
  type ScopedTokensOptions,
  scopedTokens,
  type TokenHolder,
  type TokenRequest,
  type TokenUse,
  type TokenUser,
} from './tokens/scoped-tokens.js'
export { type TokenErrorCode, tokenStatuses } from './tokens/token-error.js'
export type { TokenKey } from './tokens/token-keys.js'
export type { TokenMethod, TokenScope } from './tokens/token-scope.js'
