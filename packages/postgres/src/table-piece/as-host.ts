import { hostPathSql, ownPathSql } from '../database/search-path.js'

/**
 * Behind the FROM clause of a statement that writes rows: names of the statement are looked up before it runs,
 * on our search path; what its rows set off runs on the host's. Restored by `asOurselves`.
 */
export const asHostJoin = ` CROSS JOIN (SELECT ${hostPathSql} AS path OFFSET 0) AS as_host`

/** Statement: what is written next runs on the host's search path. For a COPY, whose names are qualified. */
export const asHost = `SELECT ${hostPathSql}`

/** Statement: names are looked up on our search path again. */
export const asOurselves = `SELECT ${ownPathSql}`
