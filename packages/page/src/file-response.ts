import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { PieceworkError } from '@piecework/core'
import type { HttpRequest, HttpResponse } from '@piecework/server/extension'
import { pageHtml } from './page-html.js'
import { version as current, uiFiles } from './ui-files.generated.js'

interface StoredFile {
  readonly text: string
  readonly gzipped: Uint8Array
  readonly etag: string
  readonly type: string
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
}

const stored = new Map<string, StoredFile>()

/** Compressed once. */
function store(name: string, text: string): StoredFile {
  const known = stored.get(`${name} ${text}`)
  if (known) return known
  const file = {
    text,
    gzipped: gzipSync(text, { level: 9 }),
    etag: createHash('sha256').update(text).digest('hex').slice(0, 20),
    type: types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
  }
  stored.set(`${name} ${text}`, file)
  return file
}

/**
 * A file of the page. `element` is the address that stays the same, `settings` has its text given. Throws
 * `page/file-not-found`, also for a version that this process has not: files of two are never mixed.
 */
export function fileResponse(
  request: HttpRequest,
  name: string,
  version: string,
  text?: string,
): HttpResponse {
  if (name === 'settings' && text !== undefined)
    return send(request, store('settings.json', text), 'no-cache')
  if (name === 'element')
    return send(request, store('element.js', `export * from './${current}/piecework-jobs.js'\n`), 'no-cache')
  const found = version === current && Object.hasOwn(uiFiles, name) ? uiFiles[name] : undefined
  if (found === undefined)
    throw new PieceworkError(
      'page/file-not-found',
      'The page has no such file, or has been renewed: load the page again.',
    )
  return send(request, store(name, found), 'public, max-age=31536000, immutable')
}

export function pageResponse(request: HttpRequest, version: string): HttpResponse {
  const { headers, ...rest } = send(request, store('page.html', pageHtml(version)), 'no-cache')
  return {
    ...rest,
    headers: { ...headers, 'content-security-policy': policy, 'referrer-policy': 'same-origin' },
  }
}

/** Nothing of others, nothing inline. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ')

function send({ headers }: HttpRequest, file: StoredFile, caching: string): HttpResponse {
  const isZipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(headers.get('accept-encoding') ?? '')
  const etag = `"${file.etag}${isZipped ? '-gzip' : ''}"`
  const common = { etag, vary: 'Accept-Encoding', 'cache-control': caching }
  const known = (headers.get('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  if (known.includes(etag)) return { status: 304, headers: common }
  const described = { ...common, 'content-type': file.type }
  if (isZipped)
    return {
      status: 200,
      headers: {
        ...described,
        'content-encoding': 'gzip',
        'content-length': String(file.gzipped.byteLength),
      },
      body: bytesOf(file.gzipped),
    }
  return {
    status: 200,
    headers: { ...described, 'content-length': String(Buffer.byteLength(file.text)) },
    body: file.text,
  }
}

async function* bytesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
