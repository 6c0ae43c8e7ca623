import type { Pack } from '@piecework/core'
import { type Format, uploadEntries } from '@piecework/core/piece'
import { legacyMarxan } from '@piecework/pieces-legacy'
import { planningPacks } from '../planning/host.js'

/** The planning packs and a format that is a planning grid alone. */
export function gridPacks(): readonly Pack[] {
  return [...planningPacks, { name: 'grid', formats: [gridAlone()] }]
}

function gridAlone(): Format {
  const { name, pieces: all, roles } = legacyMarxan()
  const pieces = all.filter((piece) => piece.name === 'legacy/planning-grid')
  const resource = { kind: 'project', id: 'grid' } as const
  const tree = { ...resource, children: [] }
  return {
    name,
    pieces,
    roles: Object.fromEntries(Object.entries(roles).filter(([role]) => role === 'planning-grid')),
    tree,
    open: async ({ uploads, artifacts }) => {
      const entries = await uploadEntries(uploads, artifacts)
      return {
        tree,
        nodes: pieces.map((piece) => ({ resource, piece: piece.name, version: piece.version, entries })),
        findings: [],
        close: async () => {},
      }
    },
  }
}
