import { check, checkOptions, type OptionChecks } from '@piecework/core/piece'
import type { HttpExtension, Statuses } from '@piecework/server/extension'
import type { CredentialVault } from '../credentials/credential-vault.js'
import type { DownloadLinks } from '../links/download-links.js'
import { tokenStatuses } from '../tokens/token-error.js'
import { type Connections, connectionRoutes } from './connection-routes.js'
import { credentialRoutes } from './credential-routes.js'
import { linkRoutes } from './link-routes.js'

export interface DeliveryRoutesOptions {
  /** Absent: no routes below `links`. */
  readonly links?: DownloadLinks
  /** Absent: no routes below `credentials`. */
  readonly vault?: CredentialVault
  /** By name of a target, how a user connects an account: `{ dropbox: dropboxConnect({ … }) }`. */
  readonly connect?: Connections
}

const deliveryRoutesChecks: OptionChecks<DeliveryRoutesOptions> = {
  links: check.having<DownloadLinks>('download links', 'address', 'open'),
  vault: check.having<CredentialVault>('a vault', 'add', 'list'),
  connect: check.record(check.having<Connections[string]>('a connection', 'start', 'finish')),
}

const statuses: Statuses = {
  'credential/not-found': { status: 404, title: 'There is no such credential' },
  'credential/too-many': { status: 409, title: 'There are too many credentials' },
  'dropbox/code-refused': { status: 400, title: 'Dropbox does not take its answer' },
  'dropbox/denied': { status: 403, title: 'The user has not allowed it' },
  'dropbox/state-expired': { status: 410, title: 'That took too long' },
  'dropbox/state-foreign': { status: 403, title: 'Somebody else has begun it' },
  'dropbox/state-invalid': { status: 400, title: 'This answers no question' },
  'dropbox/state-used': { status: 409, title: 'It was taken before' },
  'link/altered': { status: 401, title: 'This address opens nothing' },
  'link/foreign': { status: 401, title: 'This address opens nothing' },
  'link/not-found': { status: 404, title: 'There is no such link' },
  'link/early': { status: 403, title: 'It is too early' },
  'link/expired': { status: 410, title: 'It is over' },
  'link/revoked': { status: 410, title: 'It was withdrawn' },
  // Thrown by a host's `principal` that takes scoped tokens.
  ...Object.fromEntries(
    Object.entries(tokenStatuses).map(([code, status]) => [
      code,
      { status, title: status === 401 ? 'The token is refused' : 'The token does not allow this' },
    ]),
  ),
}

/** For `extensions` of `pieceworkHttp()`: links, credentials, and accounts to be connected. */
export function deliveryRoutes(given: DeliveryRoutesOptions): HttpExtension {
  const { links, vault, connect } = checkOptions('deliveryRoutes()', given, deliveryRoutesChecks)
  return {
    segments: ['links', 'credentials', 'connections'],
    statuses,
    routes: (context) => [
      ...(links ? linkRoutes(context, links) : []),
      ...(vault ? credentialRoutes(context, vault) : []),
      ...(connect ? connectionRoutes(connect) : []),
    ],
  }
}
