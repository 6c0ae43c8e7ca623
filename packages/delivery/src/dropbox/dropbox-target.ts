import type { DeliverContext, DeliveryReceipt, Target } from '@piecework/core/piece'
import {
  check,
  checkOptions,
  type Environment,
  type OptionChecks,
  required,
  systemEnvironment,
} from '@piecework/core/store'
import { z } from 'zod'
import type { CredentialSource } from '../credentials/credential-source.js'
import { dropboxDefaults } from '../defaults.js'
import { accessTokens } from './access-tokens.js'
import { type AccountDeps, dropboxAccount } from './dropbox-account.js'
import { addressesCheck, type DropboxAddresses, dropboxAddresses } from './dropbox-addresses.js'
import { freeSpace, full } from './dropbox-space.js'
import { dropboxUpload } from './dropbox-upload.js'

export interface DropboxTargetOptions {
  /** Of users; what they hold is as `dropboxCredential` has it. */
  readonly credentials: CredentialSource
  /** Of the app that you have registered. */
  readonly appKey: string
  /** Default: `dropbox`. */
  readonly name?: string
  /** Sent at once, and held in memory. Default 8 MiB; a multiple of 4 MiB is what Dropbox likes best. */
  readonly chunkBytes?: number
  readonly api?: DropboxAddresses
  /** Default: that of this process. */
  readonly environment?: Environment
}

export interface DropboxDestination {
  /** Id of one of the user's credentials. */
  readonly credential: string
  /** `/Maps/2026`; made when it is missing. Absent: the root, or the app's own folder. */
  readonly folder?: string | undefined
  /** Absent: that of the output. */
  readonly fileName?: string | undefined
}

const optionChecks: OptionChecks<DropboxTargetOptions> = {
  credentials: required(check.having<CredentialSource>('a source of credentials', 'open', 'revoked')),
  appKey: required(check.shortText(200)),
  name: check.shortText(100),
  chunkBytes: check.wholeNumber(1, dropboxDefaults.largestChunkBytes),
  api: addressesCheck,
  environment: check.environment,
}

/** Of a path: Dropbox, and the disks that it is copied to, take it. */
const segment = /^(?!\.{1,2}$)(?! )[^\p{Cc}\p{Cs}/\\<>:"|?*]{0,254}[^\p{Cc}\p{Cs}/\\<>:"|?*. ]$/u

const destination = z.strictObject({
  credential: z.string().min(1).max(200),
  folder: z
    .string()
    .max(1000)
    .refine(
      (path) =>
        path.startsWith('/') &&
        path
          .slice(1)
          .split('/')
          .every((part) => segment.test(part)),
      'is no folder of the form /a/b',
    )
    .optional(),
  fileName: z
    .string()
    .refine((name) => segment.test(name), 'is no file name')
    .optional(),
})

/** Delivers into a user's Dropbox. A file is seen when it is whole, and replaces none. */
export function dropboxTarget(given: DropboxTargetOptions): Target<DropboxDestination> {
  const {
    credentials,
    appKey,
    name = 'dropbox',
    chunkBytes = dropboxDefaults.chunkBytes,
    api: addresses,
    environment = systemEnvironment,
  } = checkOptions('dropboxTarget()', given, optionChecks)
  const { api, content } = { ...dropboxAddresses, ...addresses }
  const tokens = accessTokens({ api, appKey, credentials, environment })
  const deps: AccountDeps = { api, content, tokens, credentials, target: name }
  return {
    name,
    schema: destination,
    check: async ({ principal, destination: { credential }, size, isEstimate, signal }) => {
      const account = await dropboxAccount(deps, { credential, principal, ...(signal && { signal }) })
      const free = await freeSpace(account)
      if (size !== undefined && free !== undefined && free < size) throw full(free, size, isEstimate)
    },
    deliver: (context) => delivered(deps, chunkBytes, context),
  }
}

async function delivered(
  deps: AccountDeps,
  chunkBytes: number,
  context: DeliverContext<DropboxDestination>,
): Promise<DeliveryReceipt> {
  const { destination, principal, signal, file } = context
  const { credential, folder = '', fileName: wanted = file.fileName } = destination
  const account = await dropboxAccount(deps, { credential, principal, signal })
  const place = { folder, name: wanted, key: context.key }
  const { name, path_display: location = `${folder}/${name}` } = await dropboxUpload({
    account,
    context,
    place,
    chunkBytes,
  })
  if (name.toLowerCase() !== wanted.toLowerCase())
    context.finding({
      severity: 'warning',
      code: 'dropbox/file-renamed',
      message: `There is another file "${wanted}" in the folder; this one is "${name}".`,
      file: name,
    })
  return { location }
}
