import { allStanding, type Doing, hostOf } from './standing.js'

/** A process to be killed, all of whose jobs stand still. Tells which they are. */
const [, , doing, folder = '', hosts, ...urls] = process.argv
const stands = await allStanding(
  Array.from({ length: Number(hosts) }, (_, number) => hostOf(urls, folder, number)),
  doing as Doing,
)
process.send?.(stands.map(({ job, ended }) => ({ job, ended })))
