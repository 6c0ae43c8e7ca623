import { createRequire } from 'node:module'
import { isPieceworkError } from '@piecework/core/piece'
import { checkFolder } from './check-folder.js'
import { withDatabase } from './database.js'
import { help } from './help.js'
import { jstsChecks } from './jsts-checks.js'
import { paintFor } from './paint.js'
import { progressLine } from './progress-line.js'
import { type CheckArguments, readArguments } from './read-arguments.js'
import { type CheckReport, exitCodeOf, reportDocument } from './report.js'
import { errorText, reportText } from './report-text.js'

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** What the command has of a process. */
export interface Surroundings {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: NodeJS.ProcessEnv
  exitCode?: number | string | null | undefined
}

/** The command `marxan-check`. Sets the exit code before it writes: the reader of a pipe may go away. */
export async function marxanCheck(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { stdout, stderr } = surroundings
  let given: CheckArguments
  try {
    given = readArguments(args)
  } catch (error) {
    print(failed('', error), { strict: false, list: 1, json: args.includes('--json') }, surroundings)
    stderr.write('Run marxan-check --help for its options.\n')
    return
  }
  if ('folder' in given) print(await check(given, stderr), given, surroundings)
  else stdout.write(`${given.show === 'help' ? help : version()}\n`)
}

async function check(
  given: Extract<CheckArguments, { folder: string }>,
  stderr: Output,
): Promise<CheckReport> {
  const { folder, database: url, ...options } = given
  const { signal } = new AbortController()
  const progress = progressLine(stderr)
  try {
    return await withDatabase(url, (database) =>
      checkFolder(folder, {
        ...options,
        database,
        ...(url === undefined && { checks: jstsChecks }),
        signal,
        onRead: progress.show,
      }),
    )
  } catch (error) {
    return failed(folder, error)
  } finally {
    progress.clear()
  }
}

function failed(folder: string, error: unknown): CheckReport {
  const code = isPieceworkError(error) ? error.code : 'internal'
  const message = error instanceof Error ? error.message : String(error)
  const hint = isPieceworkError(error) ? error.findings[0]?.hint : undefined
  return {
    folder,
    files: [],
    rows: 0,
    findings: [],
    error: { code, message, ...(hint !== undefined && { hint }) },
  }
}

function print(
  report: CheckReport,
  { strict, list, json }: { readonly strict: boolean; readonly list: number; readonly json: boolean },
  surroundings: Surroundings,
): void {
  const { stdout, stderr, env } = surroundings
  surroundings.exitCode = exitCodeOf(report, strict)
  if (json) stdout.write(`${JSON.stringify(reportDocument(report, strict), null, 2)}\n`)
  else if (report.error) {
    stderr.write(`${errorText(report.error, paintFor(stderr, env))}\n`)
  } else stdout.write(`${reportText(report, list, paintFor(stdout, env))}\n`)
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }
  return version
}
