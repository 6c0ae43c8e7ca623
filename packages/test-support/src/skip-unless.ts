import { postgresPrograms } from './postgres-programs.js'

type Hook = ((hook: never) => void) & { each(hook: never): void }

/** What is asked of a test runner's suite; uvu's fits. */
export interface SkippableSuite {
  (name: string, run: never): void
  only(name: string, run: never): void
  skip(name?: string, run?: never): void
  readonly before: Hook
  readonly after: Hook
  run(): void
}

/**
 * The suite itself where `available` is true. Otherwise one that skips its tests, says so with the reason and runs no hook:
 * `const test = skipUnless(existsSync(folder), 'the sample projects are missing', suite('hex-653'))`.
 */
export function skipUnless<S extends SkippableSuite>(available: boolean, reason: string, suite: S): S {
  if (available) return suite
  const skip = (name: string) => {
    console.log(`skipped: ${name} (${reason})`)
    suite.skip(name)
  }
  const noHook = () => Object.assign(() => {}, { each: () => {} })
  const members = { only: skip, skip, before: noHook(), after: noHook(), run: () => suite.run() }
  return Object.assign(skip, members) as unknown as S
}

/** `const test = needsServer(suite('job store'))`: its tests run where `DATABASE_URL` names a PostgreSQL server. */
export function needsServer<S extends SkippableSuite>(suite: S): S {
  return skipUnless(Boolean(process.env.DATABASE_URL), 'needs a PostgreSQL server in DATABASE_URL', suite)
}

/** Its tests run where PostgreSQL's programs are: for those that end a server, or need a second one. */
export function needsOwnServer<S extends SkippableSuite>(suite: S): S {
  return skipUnless(postgresPrograms() !== undefined, 'needs the programs of a PostgreSQL server', suite)
}
