import {
  check,
  checkOptions,
  type Format,
  type OptionChecks,
  objectCheck,
  type Role,
  uploadEntries,
} from '@piecework/core/piece'
import { type RoleName, roles } from '@piecework/marxan-files'
import { type PlanningOptions, planningChecks } from '@piecework/pieces-project'
import { mostFolderFiles } from './defaults.js'
import { legacyPieces } from './pieces.js'
import { gridMap } from './planning-grid/grid-map.js'
import { sortFolder } from './sort-folder.js'

/** The two resources of a Marxan folder, which has no ids for them. */
const project = { kind: 'project', id: 'legacy' } as const
const scenario = { kind: 'scenario', id: 'legacy' } as const
const tree = { ...project, children: [{ ...scenario, children: [] }] }

export interface LegacyMarxanOptions extends PlanningOptions {
  /**
   * Largest sizes of uploads in bytes, by role. Default: `maxBytes` of the role, which is the upper limit
   * too.
   */
  readonly maxBytes?: Partial<Readonly<Record<RoleName, number>>>
}

type MaxBytes = NonNullable<LegacyMarxanOptions['maxBytes']>

export const legacyMarxanChecks: OptionChecks<LegacyMarxanOptions> = {
  ...planningChecks,
  maxBytes: objectCheck(
    Object.fromEntries(
      Object.entries(roles).map(([role, { maxBytes }]) => [role, check.wholeNumber(1, maxBytes)]),
    ) as OptionChecks<MaxBytes>,
  ),
}

/**
 * A Marxan project as uploads by role: `planning-grid` (a zipped shapefile; metadata `{ idAttribute }` if its
 * ids are not in `puid`), `input.dat`, `pu.dat`, `spec.dat`, `puvspr.dat` and optionally `bound.dat`,
 * `output`, `features`, `cost-surface` and `protected-areas`. Makes a project with one scenario. Throws
 * `options-invalid` for an unknown role or a size above the role's limit.
 */
export function legacyMarxan(options?: LegacyMarxanOptions): Format {
  const { maxBytes = {}, databases = {} } = checkOptions('legacyMarxan()', options, legacyMarxanChecks)
  const pieces = legacyPieces({ databases })
  return {
    name: 'legacy-marxan',
    roles: limitedRoles(maxBytes),
    tree,
    pieces,
    partial: true,
    keepsShell: true,
    unsorted: {
      maxBytes: Math.max(...Object.values(limitedRoles(maxBytes)).map((role) => role.maxBytes)),
      maxFiles: mostFolderFiles,
      sort: sortFolder,
    },
    open: async ({ uploads, artifacts, missing }) => {
      const entries = await uploadEntries(uploads, artifacts, missing)
      return {
        tree,
        nodes: pieces.map(({ name, of, version }) => ({
          resource: of === scenario.kind ? scenario : project,
          piece: name,
          version,
          entries,
        })),
        findings: [],
        close: async () => {},
      }
    },
    unitMap: async ({ uploads, artifacts, signal }) =>
      gridMap(await uploadEntries(uploads, artifacts), signal),
  }
}

function limitedRoles(maxBytes: MaxBytes): Readonly<Record<string, Role>> {
  const changed = Object.entries(maxBytes).map(([name, size]) => [
    name,
    { ...roles[name as RoleName], maxBytes: size },
  ])
  return { ...roles, ...Object.fromEntries(changed) }
}
