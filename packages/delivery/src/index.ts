export type { CredentialSource } from './credentials/credential-source.js'
