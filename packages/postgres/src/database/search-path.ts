/**
 * Names of ours are looked up on a pinned path; triggers, defaults and checks of the host's tables must run on
 * the host's, as they do for the host's own statements. Both paths are kept in settings of the transaction,
 * behind a colon, because an empty path is a path too.
 */
const hostPath = 'piecework.host_search_path'
const ownPath = 'piecework.own_search_path'

/** SQL of a value that keeps the path of the host; before `search_path` is set. */
export const keepHostPathSql = keepSql(hostPath)

/** SQL of a value that keeps the pinned path; after `search_path` is set. */
export const keepOwnPathSql = keepSql(ownPath)

/** SQL of a value that sets the host's path, until the transaction or a savepoint around it ends. */
export const hostPathSql = setSql(hostPath)

/** SQL of a value that sets the pinned path again. */
export const ownPathSql = setSql(ownPath)

function keepSql(name: string): string {
  return `pg_catalog.set_config('${name}', pg_catalog.concat(':', pg_catalog.current_setting('search_path')), true)`
}

/** Nothing is set in a transaction that keeps no path: its database is not one of ours. */
function setSql(name: string): string {
  const kept = `pg_catalog.current_setting('${name}', true)`
  return `CASE WHEN pg_catalog.starts_with(${kept}, ':') THEN pg_catalog.set_config('search_path', pg_catalog.substr(${kept}, 2), true) END`
}
