import type { Link } from '@piecework/core/store'
import {
  downloadFile,
  type ExtensionContext,
  fileAnswers,
  fileHeaders,
  type HttpResponse,
  json,
  type Model,
  model,
  noContent,
  type Route,
  route,
} from '@piecework/server/extension'
import { z } from 'zod'
import { defaults } from '../defaults.js'
import type { DownloadLinks, LinkFilter, OpenAddress, Opened } from '../links/download-links.js'

interface LinkView {
  readonly id: string
  readonly job: string
  readonly output: string
  readonly issuedBy: string
  readonly createdAt: string
  readonly opensAt?: string
  readonly expiresAt: string
  readonly revokedAt?: string
}

interface AddressView {
  readonly url: string
  readonly expiresAt: string
}

const time = z.iso.datetime()
const linkShape = z.strictObject({
  id: z.string(),
  job: z.string(),
  output: z.string(),
  issuedBy: z.string(),
  createdAt: time,
  opensAt: time.exactOptional(),
  expiresAt: time,
  revokedAt: time.exactOptional(),
})
const linkModel: Model<LinkView> = model(linkShape as never, 'Link')
const linkPageModel: Model<{ readonly items: readonly LinkView[]; readonly next?: string }> = model(
  z.strictObject({ items: z.array(linkShape), next: z.string().exactOptional() }) as never,
  'LinkPage',
)
const addressModel: Model<AddressView> = model(z.strictObject({ url: z.url(), expiresAt: time }), 'Address')
const emptyModel: Model<Readonly<Record<never, never>>> = model(z.strictObject({}))
const shareModel: Model<{ readonly recipient?: string }> = model(
  z.strictObject({ recipient: z.string().min(1).exactOptional().describe('for whom it is, for the record') }),
)
const filterModel: Model<LinkFilter & { readonly limit: number }> = model(
  z.strictObject({
    job: z.string().min(1).exactOptional().describe('absent: links of all jobs that one has issued oneself'),
    after: z.string().min(1).exactOptional().describe('id of the last link of the page before'),
    limit: z.coerce.number().int().min(1).max(defaults.linksOfPage).default(defaults.linksOfPage),
  }) as never,
)
const fileModel: Model<{ readonly address: string }> = model(
  z.strictObject({ address: z.string().min(1).describe('as `links/{linkId}/address` has given it') }),
)

/** Links, and the bytes behind them. */
export function linkRoutes(context: ExtensionContext, links: DownloadLinks): readonly Route[] {
  const addressView = (id: string, { address, expiresAt }: OpenAddress): AddressView => ({
    url: `${context.address}/links/${encodeURIComponent(id)}/file?address=${address}`,
    expiresAt: expiresAt.toISOString(),
  })
  return [
    route<LinkFilter & { readonly limit: number }>({
      method: 'GET',
      path: 'links',
      operation: 'listLinks',
      summary: 'Links to what jobs have made, newest first',
      query: filterModel,
      answers: { 200: { description: 'A page of links', model: linkPageModel } },
      handle: async ({ query, principal }) => {
        const found = await links.list({ ...query, limit: query.limit + 1 }, { principal })
        const items = found.slice(0, query.limit)
        const next = found.length > items.length ? items.at(-1)?.id : undefined
        return json(200, { items: items.map(linkView), ...(next !== undefined && { next }) })
      },
    }),
    route({
      method: 'GET',
      path: 'links/:linkId',
      operation: 'getLink',
      summary: 'A link: it opens nothing by itself',
      answers: { 200: { description: 'What it leads to, and how long', model: linkModel } },
      handle: async ({ params, principal }) =>
        json(200, linkView(await links.get(params.linkId ?? '', { principal }))),
    }),
    route({
      method: 'DELETE',
      path: 'links/:linkId',
      operation: 'revokeLink',
      summary: 'Close a link, with all its addresses',
      answers: { 204: { description: 'It is closed' } },
      handle: async ({ params, principal }) => {
        await links.revoke(params.linkId ?? '', { principal })
        return noContent()
      },
    }),
    route({
      method: 'POST',
      path: 'links/:linkId/address',
      operation: 'openLink',
      again: 'nothing',
      summary: 'An address that opens the bytes for minutes, for oneself',
      body: emptyModel,
      answers: { 200: { description: 'The address', model: addressModel } },
      handle: async ({ params: { linkId = '' }, principal }) =>
        json(200, addressView(linkId, await links.address(linkId, { principal }))),
    }),
    route<never, { readonly recipient?: string }>({
      method: 'POST',
      path: 'links/:linkId/share',
      operation: 'shareLink',
      again: 'nothing',
      summary: 'An address for people without an account, where the host allows that',
      body: shareModel,
      answers: { 200: { description: 'The address', model: addressModel } },
      handle: async ({ params: { linkId = '' }, body, principal }) =>
        json(200, addressView(linkId, await links.share(linkId, { principal, ...body }))),
    }),
    route<{ readonly address: string }>({
      method: 'GET',
      path: 'links/:linkId/file',
      operation: 'downloadLink',
      summary: 'The bytes, for whoever has an address of the link',
      isPublic: true,
      query: fileModel,
      headers: fileHeaders,
      answers: fileAnswers,
      handle: async ({ request, params, query }) => {
        const opened = await links.open(params.linkId ?? '', query.address)
        const { link, principal, recipient, isShared } = opened
        const asked = {
          output: link.output,
          ...(recipient !== undefined && { recipient }),
          // Not under the name of the principal that has shared it.
          ...(isShared && { countedAs: `link:${link.id}` }),
        }
        const { body, headers, ...rest } = await downloadFile(
          context,
          { request, principal, query: asked },
          link.job,
        )
        return {
          ...rest,
          // The address is in the query: a page that it is opened from must not learn it.
          headers: { ...headers, 'referrer-policy': 'no-referrer' },
          ...(body !== undefined && { body: whileOpen(body, links, opened) }),
        }
      },
    }),
  ]
}

/** A link that is revoked, or a right that is withdrawn, ends a download that is under way. */
function whileOpen(
  body: NonNullable<HttpResponse['body']>,
  links: DownloadLinks,
  opened: Opened,
): NonNullable<HttpResponse['body']> {
  return typeof body === 'string' ? body : checked(body, links, opened)
}

async function* checked<T>(body: AsyncIterable<T>, links: DownloadLinks, opened: Opened): AsyncGenerator<T> {
  let checkedAt = Date.now()
  for await (const chunk of body) {
    if (Date.now() - checkedAt >= links.checkedAgainMs) {
      await links.stillOpen(opened)
      checkedAt = Date.now()
    }
    yield chunk
  }
}

function linkView(link: Link): LinkView {
  const { id, job, output, owner, createdAt, opensAt, expiresAt, revokedAt } = link
  return {
    id,
    job,
    output,
    issuedBy: owner,
    createdAt: createdAt.toISOString(),
    ...(opensAt && { opensAt: opensAt.toISOString() }),
    expiresAt: expiresAt.toISOString(),
    ...(revokedAt && { revokedAt: revokedAt.toISOString() }),
  }
}
