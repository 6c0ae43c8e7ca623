import { jsonShape } from '../defaults.js'
import { httpError } from '../problems/http-error.js'
import { bodyBytes, within } from './body-bytes.js'
import { type HttpRequest, hasBody, mediaTypeOf } from './http-request.js'

export interface JsonLimits {
  readonly jsonBytes: number
  readonly jsonMs: number
  readonly idleMs: number
}

/** Undefined: there is none. Throws `http/media-type`, `http/too-large`, `http/malformed`, `http/timeout`. */
export async function readJson(request: HttpRequest, limits: JsonLimits): Promise<unknown> {
  const { body } = request
  if (!hasBody(request)) return undefined
  if (!isJson(mediaTypeOf(request)))
    throw httpError('http/media-type', 'This takes application/json.', {
      headers: { 'accept-post': 'application/json' },
    })
  if (body.state === 'parsed' && !isBytes(body.value)) return checkedJson(body.value)
  const text = await within(readText(request, limits), limits.jsonMs)
  return text.trim() === '' ? undefined : checkedJson(parse(text))
}

export function isJson(type: string): boolean {
  return type === 'application/json' || /^application\/[\w.+-]+\+json$/.test(type)
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || typeof value === 'string'
}

async function readText(request: HttpRequest, { jsonBytes, idleMs }: JsonLimits): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > jsonBytes) throw tooLarge(declared, jsonBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bodyBytes(request, idleMs)) {
    size += chunk.length
    if (size > jsonBytes) throw tooLarge(size, jsonBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(size: number, maxBytes: number): Error {
  return httpError('http/too-large', `This body of ${size} bytes is larger than ${maxBytes}.`, {
    facts: { size, maxBytes },
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw httpError('http/malformed', 'The body is no JSON.', { cause })
  }
}

/** Names that become something else than a name when they are copied, and depth that exhausts the stack. */
function checkedJson(value: unknown): unknown {
  let level: unknown[] = [value]
  let values = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    values += level.length
    if (depth > jsonShape.depth)
      throw httpError('http/malformed', `The body is nested deeper than ${jsonShape.depth} levels.`)
    if (values > jsonShape.values)
      throw httpError('http/malformed', `The body has more than ${jsonShape.values} values.`)
    level = level.flatMap((one) => {
      if (typeof one !== 'object' || one === null) return []
      if (Object.hasOwn(one, '__proto__'))
        throw httpError('http/malformed', 'The body has a field "__proto__", which no request has.')
      return Object.values(one)
    })
  }
  return value
}
