import { check, checkOptions, type OptionChecks, type Pack, required } from '@piecework/core/piece'
import { outbound, outboundChecks } from '@piecework/outbound'
import { apiDefaults } from '../defaults.js'
import { all } from '../output/all.js'
import { gpkg } from '../output/gpkg/gpkg.js'
import { resourceFiles } from '../output/resource-files.js'
import { shp } from '../output/shp.js'
import { xlsx } from '../output/xlsx.js'
import { tenureProjectKind } from '../project-kind.js'
import { apiWords } from './api-error.js'
import { apiPieces } from './api-pieces.js'
import { joined } from './joined.js'
import type { TenureApiOptions } from './tenure-api-options.js'

const optionChecks: OptionChecks<TenureApiOptions> = {
  ...outboundChecks,
  access: required(check.func<TenureApiOptions['access']>()),
  describe: check.func<NonNullable<TenureApiOptions['describe']>>(),
  schemas: check.text,
  archived: check.oneOf('left', 'carried'),
  attempts: check.count,
  firstWaitMs: check.wait,
  pageBytes: check.size,
}

/**
 * Tenure projects that are read from the host's HTTP API, with a token for each job, instead of its database: the outputs and
 * archives of `tenureProject`, which imports them. A Piecework has one of the two.
 */
export function tenureApi(given: TenureApiOptions): Pack {
  const options = checkOptions('tenureApi()', given, optionChecks)
  const { describe = async (id: string) => ({ name: id }) } = options
  const { allowNetworks, ca, lookup } = options
  const times = { idleMs: apiDefaults.idleMs, connectMs: apiDefaults.idleMs }
  const calls = outbound({ words: apiWords, times, allowNetworks, ca, lookup })
  const { kind, table, key } = tenureProjectKind
  return {
    name: '@piecework/pieces-tenure (API)',
    kinds: [{ kind, table, key, describe: ({ id }) => describe(id) }],
    pieces: apiPieces(options, calls),
    outputs: [shp, xlsx, gpkg, resourceFiles, all].map(joined),
  }
}
