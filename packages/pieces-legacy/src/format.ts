import { type Format, PieceworkError, type Role, uploadEntries } from '@piecework/core/piece'
import { type RoleName, roles } from '@piecework/marxan-files'
import { legacyPieces } from './pieces.js'

/** The two resources of a Marxan folder, which has no ids for them. */
const project = { kind: 'project', id: 'legacy' } as const
const scenario = { kind: 'scenario', id: 'legacy' } as const
const tree = { ...project, children: [{ ...scenario, children: [] }] }

export interface LegacyMarxanOptions {
  /** Largest sizes of uploads in bytes, by role. Default: `maxBytes` of the role, which is the upper limit too. */
  readonly maxBytes?: Partial<Readonly<Record<RoleName, number>>>
}

/**
 * A Marxan project as uploads by role: `planning-grid` (a zipped shapefile; metadata `{ idAttribute }` if its ids are not in
 * `puid`), `input.dat`, `pu.dat`, `spec.dat`, `puvspr.dat` and optionally `bound.dat`, `output`, `features`, `cost-surface` and
 * `protected-areas`. Makes a project with one scenario. Throws `options-invalid` for an unknown role or a size above the
 * role's limit.
 */
export function legacyMarxan({ maxBytes = {} }: LegacyMarxanOptions = {}): Format {
  const pieces = legacyPieces()
  return {
    name: 'legacy-marxan',
    roles: limitedRoles(maxBytes),
    tree,
    pieces,
    keepsShell: true,
    open: async ({ uploads, artifacts }) => {
      const entries = await uploadEntries(uploads, artifacts)
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
  }
}

function limitedRoles(maxBytes: Readonly<Record<string, number>>): Readonly<Record<string, Role>> {
  const all: Record<string, Role> = { ...roles }
  for (const [name, size] of Object.entries(maxBytes)) {
    const role = Object.hasOwn(roles, name) ? all[name] : undefined
    if (!role)
      throw new PieceworkError(
        'options-invalid',
        `maxBytes has no role ${JSON.stringify(name)}; there are ${Object.keys(roles).join(', ')}`,
      )
    if (!Number.isSafeInteger(size) || size < 1 || size > role.maxBytes)
      throw new PieceworkError(
        'options-invalid',
        `The largest size of ${name} is a whole number of bytes from 1 to ${role.maxBytes}, not ${size}`,
      )
    all[name] = { ...role, maxBytes: size }
  }
  return all
}
