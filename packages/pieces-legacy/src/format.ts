import { type Format, uploadEntries } from '@piecework/core'
import { legacyPieces } from './pieces.js'
import { roles } from './roles.js'

/** Old ids of the two resources that a Marxan folder describes; it has none of its own. */
const project = { kind: 'project', id: 'legacy' } as const
const scenario = { kind: 'scenario', id: 'legacy' } as const
const tree = { ...project, children: [{ ...scenario, children: [] }] }

/**
 * A Marxan project of files, uploaded by role: `planning-grid` (a zipped shapefile; metadata `{ idAttribute }` where its ids are not in
 * `puid`), `input.dat`, `pu.dat`, `spec.dat`, `puvspr.dat` and optionally `bound.dat`, `output`, `features`, `cost-surface` and
 * `protected-areas`. Makes a project with one scenario.
 */
export function legacyMarxan(): Format {
  const pieces = legacyPieces()
  return {
    name: 'legacy-marxan',
    roles,
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
