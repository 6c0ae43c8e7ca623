/** An answer as every framework can send it. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Absent: nothing, as in an answer to HEAD. */
  readonly body?: string | AsyncIterable<Uint8Array | string>
}

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const body = JSON.stringify(value)
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
    body,
  }
}

export function noContent(headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status: 204, headers }
}
