import { type Api, Problem, problemFrom } from './api.js'

interface Sending {
  readonly api: Api
  readonly file: Blob
  /** Where uploads of its kind begin: `projects/import`. */
  readonly path: string
  readonly metadata: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Of an upload that began before. */
  readonly known?: string | undefined
  onBegun?(id: string): void
  onSent(bytes: number): void
}

const version = { 'tus-resumable': '1.0.0' }
/** Waits between attempts, in ms; then the user decides. */
const pauses = [500, 1000, 2000, 5000, 10_000, 20_000]

/**
 * Sends a file by tus, from where the server has it; what has arrived when the connection is lost stays. Resolves to the
 * id of the upload. Throws `Problem`, after which it can be called again with `known`.
 */
export async function sendFile(sending: Sending): Promise<string> {
  const { api, file, signal, onBegun, onSent } = sending
  const old = sending.known === undefined ? undefined : await offsetOf(api, sending.known, signal).catch(gone)
  const id = old === undefined ? await begin(sending) : (sending.known ?? '')
  onBegun?.(id)
  let offset = old ?? 0
  for (let failures = 0; offset < file.size; ) {
    onSent(offset)
    try {
      offset = await sendRest(sending, id, offset)
      failures = 0
    } catch (error) {
      if (signal.aborted || !mayTryAgain(error) || failures >= pauses.length) throw error
      await new Promise((resolve) => setTimeout(resolve, pauses[failures]))
      failures += 1
      offset = await offsetOf(api, id, signal).catch((problem) => {
        if (mayTryAgain(problem)) return offset
        throw problem
      })
    }
  }
  onSent(file.size)
  return id
}

/** The network, a server that is busy or restarts, and an offset that is another. */
function mayTryAgain(error: unknown): boolean {
  return (
    error instanceof Problem &&
    (error.status === 0 || error.status >= 500 || [408, 409, 423, 429].includes(error.status))
  )
}

function gone(error: unknown): undefined {
  if (error instanceof Problem && [403, 404, 410].includes(error.status)) return undefined
  throw error
}

async function begin({ api, file, path, metadata, signal }: Sending): Promise<string> {
  const pairs = Object.entries(metadata).map(([name, value]) => `${name} ${base64(value)}`)
  const headers = { ...version, 'upload-length': String(file.size), 'upload-metadata': pairs.join(',') }
  const response = await api.send(path, { method: 'POST', headers, signal })
  return ((await response.json()) as { id: string }).id
}

async function offsetOf(api: Api, id: string, signal: AbortSignal): Promise<number> {
  const response = await api.send(`uploads/${encodeURIComponent(id)}`, {
    method: 'HEAD',
    headers: version,
    signal,
  })
  return Number(response.headers.get('upload-offset'))
}

/** All that is left in one request. By XMLHttpRequest, which says how much has gone out. */
async function sendRest({ api, file, signal, onSent }: Sending, id: string, offset: number): Promise<number> {
  const given = await api.headers()
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PATCH', api.url(`uploads/${encodeURIComponent(id)}`))
    given.forEach((value, name) => {
      request.setRequestHeader(name, value)
    })
    const headers = {
      ...version,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    }
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => onSent(Math.min(file.size, offset + loaded))
    request.onload = () => {
      if (request.status === 204) return resolve(Number(request.getResponseHeader('upload-offset')))
      return reject(problemFrom(request.status, parsed(request.responseText)))
    }
    request.onerror = () => reject(new Problem('The connection was lost.'))
    request.onabort = () => reject(new Problem('This was stopped.', { code: 'cancelled' }))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(offset === 0 ? file : file.slice(offset))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of the text in UTF-8. */
function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}
