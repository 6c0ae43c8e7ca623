import { type Format, PieceworkError, uploadEntries } from '@piecework/core'
import { legacyPieces } from './pieces.js'
import { optionalRoles, requiredRoles } from './roles.js'

/** Old ids of the two resources that a Marxan folder describes; it has none of its own. */
const project = { kind: 'project', id: 'legacy' } as const
const scenario = { kind: 'scenario', id: 'legacy' } as const

/**
 * A Marxan project of files, uploaded by role: `planning-grid` (a zipped shapefile; metadata `{ idAttribute }` where its ids are not in
 * `puid`), `input.dat`, `pu.dat`, `spec.dat`, `puvspr.dat` and optionally `bound.dat`. Makes a project with one scenario.
 */
export function legacyMarxan(): Format {
  const pieces = legacyPieces()
  return {
    name: 'legacy-marxan',
    pieces,
    keepsShell: true,
    open: async ({ uploads, artifacts }) => {
      checkRoles(uploads.map(({ role }) => role))
      const entries = await uploadEntries(uploads, artifacts)
      return {
        tree: { ...project, children: [{ ...scenario, children: [] }] },
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

function checkRoles(roles: readonly string[]): void {
  const known: readonly string[] = [...requiredRoles, ...optionalRoles]
  const unknown = roles.filter((role) => !known.includes(role))
  if (unknown.length > 0)
    throw new PieceworkError(
      'options-invalid',
      `A Marxan project has no files of the role ${unknown.join(', ')}; there are ${known.join(', ')}`,
    )
  const twice = roles.filter((role, at) => roles.indexOf(role) !== at)
  if (twice.length > 0)
    throw new PieceworkError('options-invalid', `More than one file was uploaded as ${twice.join(', ')}`)
  const missing = requiredRoles.filter((role) => !roles.includes(role))
  if (missing.length > 0)
    throw new PieceworkError('input-incomplete', `The Marxan project lacks ${missing.join(', ')}`, {
      facts: { missing },
    })
}
