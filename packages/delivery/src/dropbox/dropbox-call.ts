import { isPieceworkError, PieceworkError } from '@piecework/core'
import { dropboxDefaults } from '../defaults.js'

export interface DropboxCall {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface DropboxAnswer {
  readonly status: number
  /** Undefined where it is no JSON. */
  readonly body: unknown
  readonly retryAfterMs?: number
}

/** One POST. Nothing of it but a code of the network comes into an error: `delivery-unreachable`. */
export async function dropboxCall(call: DropboxCall): Promise<DropboxAnswer> {
  const { url, headers, body, timeoutMs, signal } = call
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, late]) : late,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
    })
    const text = await textOf(answer)
    const retryAfterMs = waitOf(answer.headers.get('retry-after'))
    return {
      status: answer.status,
      body: parsed(text),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (isPieceworkError(error)) throw error
    const why = late.aborted ? `within ${timeoutMs / 1000} s` : codeOf(error)
    throw new PieceworkError('delivery-unreachable', `Dropbox gave no answer${why && ` (${why})`}.`, {
      retryable: true,
    })
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    if (size > dropboxDefaults.answerBytes)
      throw new PieceworkError('delivery-unreachable', 'Dropbox gave an answer that is too long.', {
        retryable: true,
      })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds. */
function waitOf(retryAfter: string | null): number | undefined {
  return retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined
}

/** `ECONNRESET`, of the error or what it was caused by. */
function codeOf(error: unknown): string {
  const { code, cause } = Object(error) as { readonly code?: unknown; readonly cause?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return code
  return cause === undefined ? '' : codeOf(cause)
}
