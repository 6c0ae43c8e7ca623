import { type ErrorCode, PieceworkError } from '@piecework/core/piece'

export interface GdalExit {
  readonly program: string
  readonly code: number | null
  readonly ended: NodeJS.Signals | null
  /** What it has said on stderr. */
  readonly errors: string
  readonly timeoutMs: number
  readonly memoryBytes: number
}

/** By the numbers of GDAL's errors. */
const kinds: Readonly<Record<number, { code: ErrorCode; sentence: string; retryable?: true }>> = {
  2: { code: 'gdal/memory', sentence: 'needs more memory than it may have' },
  3: { code: 'gdal/files', sentence: 'cannot read or write a file', retryable: true },
  4: { code: 'gdal/format', sentence: 'cannot open a file of that format' },
  5: { code: 'gdal/argument', sentence: 'refuses an argument' },
  6: { code: 'gdal/unsupported', sentence: 'does not support what is asked' },
}

/** Undefined if it went well. What GDAL says of paths is left out: they are the host's. */
export function gdalError({ program, code, ended, errors, timeoutMs, memoryBytes }: GdalExit) {
  const lines = [...errors.matchAll(/^(?:ERROR (\d+)|FAILURE): *(.*)$/gm)]
  const facts = { program, exit: code ?? ended, timeoutMs, memoryBytes }
  if (ended === 'SIGKILL' || ended === 'SIGXCPU')
    return new PieceworkError(
      'gdal/stopped',
      `${program} was stopped: it took too long, or the machine has no memory left`,
      {
        facts,
        retryable: true,
      },
    )
  // Of the C++ library, which does not get the memory it asks for.
  if (ended === 'SIGABRT' || /std::bad_alloc|cannot allocate memory/i.test(errors))
    return new PieceworkError('gdal/memory', `${program} needs more memory than it may have`, {
      facts,
    })
  if (code === 0 && lines.length === 0) return undefined
  const known = lines.map(([, number]) => kinds[Number(number)]).find((kind) => kind !== undefined)
  const kind = known ?? { code: 'gdal/failed' as const, sentence: 'failed' }
  const said = lines.map(([, , text]) => withoutPaths(text ?? '')).join('; ') || `exit ${code ?? ended}`
  return new PieceworkError(kind.code, `${program} ${kind.sentence}: ${said}`.slice(0, 500), {
    facts,
    cause: new Error(errors.slice(0, 4000)),
    retryable: 'retryable' in kind && kind.retryable === true,
  })
}

function withoutPaths(text: string): string {
  return text.replace(/(?:https?:\/)?\/[^\s'"`:,;]*\/[^\s'"`:,;]*/g, 'a file').trim()
}
