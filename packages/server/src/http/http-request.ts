/** What has come of a body when we get the request. */
export type RequestBody =
  | { readonly state: 'none' }
  | { readonly state: 'unread'; readonly bytes: AsyncIterable<Uint8Array> }
  /** A body parser of the host's has made it of JSON, or holds its bytes. */
  | { readonly state: 'parsed'; readonly value: unknown }
  /** It was read, and nothing of it is left. */
  | { readonly state: 'consumed' }

/** A request as every framework can give it. */
export interface HttpRequest {
  readonly method: string
  /** As it came, with the query. */
  readonly url: string
  /** By name in lower case; values of one name joined by `, `. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: RequestBody
  /** The client has gone. */
  readonly signal: AbortSignal
  /** What the framework gives its own handlers. */
  readonly host: unknown
}

/** The path as it came, and the query behind it. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  // A proxy may send the absolute form.
  const relative = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  const at = relative.indexOf('?')
  if (at < 0) return { path: relative || '/', query: '' }
  return { path: relative.slice(0, at) || '/', query: relative.slice(at + 1) }
}

/** Whether there is a body, however long. */
export function hasBody({ body }: Pick<HttpRequest, 'body'>): boolean {
  return body.state !== 'none'
}

/** In lower case, without parameters. */
export function mediaTypeOf({ headers }: Pick<HttpRequest, 'headers'>): string {
  return (headers.get('content-type')?.split(';')[0] ?? '').trim().toLowerCase()
}
