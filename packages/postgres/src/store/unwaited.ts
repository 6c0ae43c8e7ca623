/**
 * In a statement that is a transaction of its own: it is seen by all at once, and its commit does not wait for the disk. A
 * server that dies loses such a commit of its last second, and nothing else. All downloads of a principal count in one row,
 * which each would hold until the disk has answered.
 */
export const unwaited = `pg_catalog.set_config('synchronous_commit', 'off', true) AS unwaited`
