import { isPieceworkError, type Piecework, PieceworkError, type Principal } from '@piecework/core'
import { check, checkOptions, type OptionChecks, required } from '@piecework/core/piece'
import { type AskedBy, type Link, recipientCheck, type Store } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { keyRing, keyRingCheck, type RingKey } from '../keys/key-ring.js'
import { revocationOf } from '../tokens/revocation-of.js'
import { expired, type LinkAddress, readAddress, signAddress } from './link-address.js'

type LinkStore = Pick<Store, 'links' | 'records' | 'revocations'>

export interface DownloadLinksOptions {
  readonly piecework: Piecework
  readonly store: LinkStore
  /** The first one signs addresses, all of them are known. */
  readonly keys: readonly RingKey[]
  /**
   * How long an address opens the bytes that was given to people without an account, in ms. Absent: none is given to
   * them. The policy is asked about `share`.
   */
  readonly shareMs?: number
  /** How often a download that is under way asks whether it still may be, in ms. Default 10 s. */
  readonly checkedAgainMs?: number
  /** ms since epoch. Default: the time of this process. */
  now?(): number
}

const linksChecks: OptionChecks<DownloadLinksOptions> = {
  piecework: required(check.having<Piecework>('a Piecework', 'download', 'checkAllowed')),
  store: required(check.having<LinkStore>('a store', 'links', 'records', 'revocations')),
  keys: required(keyRingCheck),
  shareMs: check.count,
  checkedAgainMs: check.size,
  now: check.func<NonNullable<DownloadLinksOptions['now']>>(),
}

export interface LinkFilter {
  /** Absent: of all jobs, those that the principal has issued. */
  readonly job?: string
  readonly after?: string
  readonly limit?: number
}

/** What opens the bytes, for a while. */
export interface OpenAddress {
  /** A bearer secret, to be kept out of logs. */
  readonly address: string
  readonly expiresAt: Date
}

/** What an address leads to. */
export interface Opened {
  readonly link: Link
  /** Who downloads: the policy is asked about it. */
  readonly principal: Principal
  /** Given to people without an account. */
  readonly isShared: boolean
  readonly recipient?: string
}

/**
 * Links to what jobs have made. Their ids open nothing: an address is made for a principal who may download, and opens
 * the bytes for minutes.
 */
export interface DownloadLinks {
  /** Newest first; without a job those that one has issued oneself, of jobs that one may view. Throws `job-not-found`, `forbidden`. */
  list(filter: LinkFilter, by: AskedBy): Promise<readonly Link[]>
  /** Throws `link/not-found` also for what the principal may not view. */
  get(id: string, by: AskedBy): Promise<Link>
  /** For the principal itself: it opens the bytes for 15 minutes at most. Throws `link/not-found`, `link/revoked`, `link/expired`, `link/early`, `forbidden`. */
  address(id: string, by: AskedBy): Promise<OpenAddress>
  /** For people without an account; `recipient` is recorded. Throws `unsupported` where the host gives none to them. */
  share(id: string, request: AskedBy & { readonly recipient?: string }): Promise<OpenAddress>
  /** All its addresses are closed from now on. For its issuer, and for those who may `deliver` what it leads to. */
  revoke(id: string, by: AskedBy): Promise<void>
  /**
   * Asks about the issuer of the link and the principal of the address. Throws `link/altered`, `link/foreign`,
   * `link/not-found`, `link/revoked`, `link/expired`, `link/early`, `forbidden`, `job-not-found`.
   */
  open(id: string, address: string): Promise<Opened>
  /** How often a download that is under way asks. */
  readonly checkedAgainMs: number
  /** The same of a download that is under way, whose address may have run out meanwhile. */
  stillOpen(opened: Opened): Promise<void>
}

const byChecks: OptionChecks<AskedBy> = { principal: required(check.principal) }
const filterChecks: OptionChecks<LinkFilter> = { job: check.text, after: check.text, limit: check.count }

export function downloadLinks(given: DownloadLinksOptions): DownloadLinks {
  const options = checkOptions('downloadLinks()', given, linksChecks)
  const { piecework, store, keys, shareMs, now = Date.now } = options
  const { checkedAgainMs = defaults.checkedAgainMs } = options
  const ring = keyRing('downloadLinks()', keys, 'link')
  const notFound = (id: string) =>
    new PieceworkError('link/not-found', `There is no link ${id.slice(0, 100)}.`)

  const existing = async (id: string): Promise<Link> => {
    const link = typeof id === 'string' ? await store.links.get(id) : undefined
    if (link) return link
    throw notFound(String(id))
  }
  const viewable = async (id: string, principal: Principal): Promise<Link> => {
    const link = await existing(id)
    await piecework.checkAllowed('view', { job: link.job }, { principal }).catch((error: unknown) => {
      throw isHidden(error) ? notFound(id) : error
    })
    return link
  }
  /** Those of jobs that may not be viewed any more are left out. */
  const ownLinks = async (page: Omit<LinkFilter, 'job'>, principal: Principal): Promise<readonly Link[]> => {
    const { limit = defaults.linksOfPage } = page
    const shown: Link[] = []
    for (let { after } = page; ; ) {
      const own = { owner: principal.id, limit, ...(after !== undefined && { after }) }
      const found = await store.links.list(own)
      for (const link of found) {
        if (shown.length < limit && (await isViewable(link, principal))) shown.push(link)
      }
      after = found.at(-1)?.id
      if (shown.length === limit || found.length < limit) return shown
    }
  }
  const isViewable = async ({ job }: Link, principal: Principal): Promise<boolean> => {
    try {
      await piecework.checkAllowed('view', { job }, { principal })
      return true
    } catch (error) {
      if (isHidden(error)) return false
      throw error
    }
  }
  const live = (link: Link): Link => {
    const at = now()
    if (link.revokedAt) throw new PieceworkError('link/revoked', 'This link was revoked.')
    if (link.expiresAt.getTime() <= at) throw expired('This link')
    if (!link.opensAt || link.opensAt.getTime() <= at) return link
    throw new PieceworkError('link/early', `This link opens at ${link.opensAt.toISOString()}.`)
  }
  const signed = async (link: Link, address: Omit<LinkAddress, 'link' | 'expiresAt'>, ms: number) => {
    // In whole seconds, as tokens have them.
    const expiresAt = new Date(Math.min(Math.floor((now() + ms) / 1000) * 1000, link.expiresAt.getTime()))
    return { address: await signAddress(ring, { ...address, link: link.id, expiresAt }), expiresAt }
  }

  const allowed = async ({ link, principal, isShared }: Opened): Promise<void> => {
    if (isShared && shareMs === undefined)
      throw new PieceworkError('link/revoked', 'Nothing is shared here any more.')
    if (principal.token !== undefined && (await store.revocations.has(revocationOf(principal.token))))
      throw new PieceworkError('link/revoked', 'The token by which this address was asked for was revoked.')
    const about = { job: link.job }
    if (isShared) await piecework.checkAllowed('share', about, { principal })
    const askers = link.owner === principal.id ? [principal] : [{ id: link.owner }, principal]
    for (const asker of askers) await piecework.checkAllowed('download', about, { principal: asker })
  }

  return {
    list: async (filter, by) => {
      const { job, ...page } = checkOptions('list()', filter, filterChecks)
      const { principal } = checkOptions('list()', by, byChecks)
      if (job === undefined) return ownLinks(page, principal)
      await piecework.checkAllowed('view', { job }, { principal })
      return store.links.list({ ...page, job })
    },
    get: async (id, by) => viewable(id, checkOptions('get()', by, byChecks).principal),
    address: async (id, by) => {
      const { principal } = checkOptions('address()', by, byChecks)
      const link = live(await viewable(id, principal))
      await piecework.checkAllowed('download', { job: link.job }, { principal })
      return signed(link, { principal, isShared: false }, defaults.addressLifetimeMs)
    },
    share: async (id, request) => {
      const { principal, recipient } = checkOptions<AskedBy & { readonly recipient?: string }>(
        'share()',
        request,
        {
          ...byChecks,
          recipient: recipientCheck,
        },
      )
      const link = live(await viewable(id, principal))
      if (shareMs === undefined)
        throw new PieceworkError('unsupported', 'Nothing is shared here with people without an account.')
      // It would outlive the token.
      if (principal.token !== undefined)
        throw new PieceworkError('forbidden', 'A scoped token cannot share with people without an account.')
      await piecework.checkAllowed('share', { job: link.job }, { principal })
      await store.records.add({
        principal: principal.id,
        action: 'share',
        outcome: 'allowed',
        job: link.job,
        ...(recipient !== undefined && { recipient }),
        ...(principal.token !== undefined && { token: principal.token }),
      })
      return signed(
        link,
        { principal, isShared: true, ...(recipient !== undefined && { recipient }) },
        shareMs,
      )
    },
    revoke: async (id, by) => {
      const { principal } = checkOptions('revoke()', by, byChecks)
      const link = await viewable(id, principal)
      if (link.owner !== principal.id)
        await piecework.checkAllowed('deliver', { job: link.job }, { principal })
      await store.links.revoke(id)
    },
    open: async (id, text) => {
      const address = await readAddress(ring, { link: id, text, now: new Date(now()) })
      const { principal, recipient, isShared } = address
      const opened = {
        link: live(await existing(id)),
        principal,
        isShared,
        ...(recipient !== undefined && { recipient }),
      }
      await allowed(opened)
      return opened
    },
    checkedAgainMs,
    stillOpen: async (opened) => allowed({ ...opened, link: live(await existing(opened.link.id)) }),
  }
}

/** Of the policy's answers, what is told where there is nothing. */
function isHidden(error: unknown): boolean {
  return (['forbidden', 'job-not-found', 'resource-not-found'] as const).some((code) =>
    isPieceworkError(error, code),
  )
}
