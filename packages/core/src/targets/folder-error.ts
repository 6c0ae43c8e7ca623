import { isPieceworkError, PieceworkError } from '../contracts/errors.js'

/** What the disk refused, without its paths: they are the server's own. */
export function folderError(cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  if (isPieceworkError(cause) || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return cause
  const why = reasons[code] ?? 'failed'
  return new PieceworkError('storage', `The folder that it is delivered to ${why} (${code}).`, {
    cause,
    retryable: passing.has(code),
    facts: { osCode: code },
  })
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'is full',
  EDQUOT: 'is full',
  EACCES: 'may not be written to',
  EPERM: 'may not be written to, or its disk knows no hard links',
  EROFS: 'may not be written to',
  ENOTSUP: 'is on a disk that knows no hard links',
  EXDEV: 'is on more than one disk',
}

const passing: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EBUSY',
  'EMFILE',
  'ENFILE',
  'EIO',
  'ESTALE',
  'ENOENT',
])
