import { createRequire } from 'node:module'
import { isPieceworkError } from '@piecework/core/piece'
import { type CheckArguments, checkArguments } from './arguments.js'
import { checkFolder } from './check-folder.js'
import { withDatabase } from './database.js'
import { help } from './help.js'
import { jstsChecks } from './jsts-checks.js'
import { paintFor } from './paint.js'
import { printable } from './printable.js'
import { progressLine } from './progress-line.js'
import { type CheckReport, exitCodeOf, reportDocument } from './report.js'
import { reportText } from './report-text.js'

const { stdout, stderr, env } = process
// Whoever reads may go away: `marxan-check folder | head`.
stdout.on('error', () => process.exit())
await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  let asked: CheckArguments
  try {
    asked = checkArguments(args)
  } catch (error) {
    tell(failed('', error), { strict: false, list: 1, json: args.includes('--json') })
    stderr.write('marxan-check --help tells what can be asked.\n')
    return
  }
  if ('folder' in asked) tell(await checked(asked), asked)
  else stdout.write(`${asked.show === 'help' ? help : version()}\n`)
}

async function checked(asked: Extract<CheckArguments, { folder: string }>): Promise<CheckReport> {
  const { folder, database: url, ...options } = asked
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
  return { folder, files: [], rows: 0, findings: [], error: { code, message } }
}

function tell(
  report: CheckReport,
  { strict, list, json }: { readonly strict: boolean; readonly list: number; readonly json: boolean },
): void {
  // Before the writing: whoever reads may end it.
  process.exitCode = exitCodeOf(report, strict)
  if (json) stdout.write(`${JSON.stringify(reportDocument(report, strict), null, 2)}\n`)
  else if (report.error) {
    const paint = paintFor(stderr, env)
    stderr.write(`${paint('red', 'marxan-check:')} ${printable(report.error.message)}\n`)
  } else stdout.write(`${reportText(report, list, paintFor(stdout, env))}\n`)
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }
  return version
}
