import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { leftBehindText } from '../propose/left-behind.js'
import { type Proposal, proposeTables } from '../propose/propose-tables.js'
import { withReadOnly } from './read-only.js'

const usage = `Usage: piecework-check [url] --root <table> [options]

Proposes how Piecework exports, imports and copies a row of a table of yours, with all rows below it: a kind and
table pieces as TypeScript, on the standard output. What the catalogue does not say stands in it as a question in a
comment; what would keep a job from running, or a copy from standing beside the first, is named with what to write,
on the standard error. Reads only, in one transaction.

url             postgres://user@host/database; else that of DATABASE_URL, or the PG variables (PGHOST, PGPASSWORD …)

Options:
  --root TABLE  the table whose rows are exported: projects, geo.projects, geo."odd.name"
  --json        everything as one JSON document: tables, questions, leftBehind, findings, source
  --help        this text
  --version     the version

Exit codes: 0 the proposal runs; 1 something must be decided before it does; 2 it could not be made.
`

export interface CommandOutput {
  print(text: string): void
  complain(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Given {
  readonly show?: 'help' | 'version'
  readonly url: string | undefined
  readonly root: string
  readonly json: boolean
}

/** Resolves to the exit code. */
export async function checkCommand(args: readonly string[], output: CommandOutput): Promise<number> {
  const { print, complain, env } = output
  const given = argumentsOf(args)
  if (typeof given === 'string') {
    complain(`${given}\n\n${usage}`)
    return 2
  }
  if (given.show) {
    print(given.show === 'help' ? usage : `${version()}\n`)
    return 0
  }
  const url = given.url ?? env.DATABASE_URL
  try {
    const proposal = await withReadOnly(url, (db) => proposeTables(db, given.root))
    const isRefused =
      proposal.findings.some(({ severity }) => severity === 'error') ||
      proposal.questions.some(({ mustAnswer }) => mustAnswer)
    if (given.json) print(`${JSON.stringify({ ok: !isRefused, ...proposal }, null, 2)}\n`)
    else {
      print(proposal.source)
      complain(reportText(proposal))
    }
    return isRefused ? 1 : 0
  } catch (error) {
    const message = withoutPassword(error instanceof Error ? error.message : String(error), url, env)
    if (given.json) print(`${JSON.stringify({ ok: false, error: { message } }, null, 2)}\n`)
    else complain(`${message}\n`)
    return 2
  }
}

function argumentsOf(args: readonly string[]): Given | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        root: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
      allowPositionals: true,
    })
    const [url, ...more] = positionals
    const given = { url, root: values.root ?? '', json: values.json ?? false }
    if (values.help) return { ...given, show: 'help' }
    if (values.version) return { ...given, show: 'version' }
    if (more.length > 0) return `There is one database, not ${positionals.length}.`
    return given.root === '' ? 'The table is missing: --root projects.' : given
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function reportText({ root, tables, questions, leftBehind, findings }: Proposal): string {
  const lines = [
    `${root}: ${tables.length} tables, ${questions.length} questions.`,
    ...tables.map(({ table, owner }) => `  ${table} by ${owner}`),
    ...questions.flatMap(({ table, column, text, mustAnswer }) =>
      mustAnswer ? [`must be answered: ${table}${column === undefined ? '' : `.${column}`}: ${text}`] : [],
    ),
    ...(leftBehind.length > 0 ? ['Tables that stay behind:'] : []),
    ...leftBehind.map((one) => `  ${leftBehindText(one)}`),
    ...findings.flatMap(({ severity, code, message, hint }) => [
      `${severity} ${code}: ${message}`,
      ...(hint === undefined ? [] : [`  ${hint}`]),
    ]),
  ]
  // Names are data: what a terminal would take for a command is none.
  return lines.map((line) => `${line.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')}\n`).join('')
}

/** Messages of a driver may repeat what it was given. */
function withoutPassword(
  message: string,
  url: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const [, inUrl] = /^[^:]+:\/\/[^:@/]*:([^@]*)@/.exec(url ?? '') ?? []
  const secrets = [url, inUrl, inUrl && decoded(inUrl), env.PGPASSWORD].filter(
    (one) => one !== undefined && one !== '',
  )
  return secrets.reduce<string>((text, secret) => text.replaceAll(secret ?? '', '***'), message)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string }
  return version
}
