import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const debian = '/usr/lib/postgresql'

/** A folder with these programs of PostgreSQL (default: those that start a server), of its newest version; undefined where there is none. */
export function postgresPrograms(names: readonly string[] = ['initdb', 'pg_ctl']): string | undefined {
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const onPath = (process.env.PATH ?? '').split(delimiter)
  return [...versions.map((version) => join(debian, version, 'bin')), ...onPath].find((folder) =>
    names.every((name) => existsSync(join(folder, name))),
  )
}
