import {
  type Entries,
  entriesOf,
  type NewFinding,
  PieceworkError,
  type Validator,
} from '@piecework/core/piece'
import type { GridIds } from '#internal/planning-grid/for-each-grid-id.js'

/** Uploads by role, in memory; counts how often each is opened. */
export function uploads(
  files: Readonly<Record<string, string>>,
): Entries & { opened: Record<string, number> } {
  const opened: Record<string, number> = {}
  const entries = entriesOf(
    Object.entries(files).map(([path, text]) => ({
      path,
      facts: { size: Buffer.byteLength(text) },
      async *open() {
        opened[path] = (opened[path] ?? 0) + 1
        yield Buffer.from(text)
      },
    })),
  )
  return Object.assign(entries, { opened })
}

/** A grid of these ids; without any, one that cannot be read. */
export function grid(ids?: readonly number[]): GridIds {
  return async function* () {
    if (!ids) throw new PieceworkError('legacy/grid-invalid', 'The planning grid is no zip')
    yield ids.slice(0, 2)
    yield ids.slice(2)
  }
}

const unused = () => {
  throw new Error('a validator of files asks no database')
}

export async function validate(
  validator: Validator,
  entries: Entries,
  {
    signal = new AbortController().signal,
    options = { names: 'optional' },
  }: { readonly signal?: AbortSignal; readonly options?: unknown } = {},
): Promise<readonly NewFinding[]> {
  const findings: NewFinding[] = []
  const context = {
    jobId: 'job',
    resource: { kind: 'project', id: '1' },
    target: { kind: 'project', id: '1' },
    carries: () => true,
    principal: { id: 'user' },
    options,
    signal,
    progress: () => {},
    entries,
    tx: { query: unused },
  }
  for await (const finding of validator.validate(context)) findings.push(finding)
  return findings
}

/** `code file line column ×count` of each finding; errors are marked. */
export const told = (findings: readonly NewFinding[]): string[] =>
  findings.map(({ severity, code, file, line, column, count }) =>
    [severity === 'error' ? '!' : '?', code.replace('legacy/', ''), file, line, column, count && `×${count}`]
      .filter(Boolean)
      .join(' '),
  )
