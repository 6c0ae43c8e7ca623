import type { Role, Schema } from '@piecework/core/piece'
import { z } from 'zod'

const gigabyte = 1024 ** 3
type Metadata = Schema<Readonly<Record<string, unknown>>>

const attribute = z.string().min(1).optional()
const name = z.string().trim().min(1).max(1000).optional()

/** What the records are called: each by an attribute, or all by one name. */
const names: Metadata = z
  .strictObject({ nameAttribute: attribute, name })
  .refine(({ nameAttribute, name }) => nameAttribute === undefined || name === undefined, {
    error: 'nameAttribute and name exclude each other',
  })

const gridMetadata: Metadata = z.strictObject({ idAttribute: attribute })
const outputMetadata: Metadata = z.strictObject({ solutionsAreLocked: z.boolean().optional() })
const costMetadata: Metadata = z.strictObject({ costAttribute: attribute, idAttribute: attribute, name })

/** Names of the uploads; they are the entries' paths. */
export const gridRole = 'planning-grid'
export const outputRole = 'output'
export const featuresRole = 'features'
export const costRole = 'cost-surface'
export const protectedAreasRole = 'protected-areas'

/** What each uploaded file is. */
export const roles = {
  [gridRole]: {
    required: true,
    maxBytes: 4 * gigabyte,
    metadata: gridMetadata,
  },
  'input.dat': { required: true, maxBytes: gigabyte / 64 },
  'pu.dat': { required: true, maxBytes: gigabyte },
  'spec.dat': { required: true, maxBytes: gigabyte / 4 },
  'puvspr.dat': { required: true, maxBytes: 16 * gigabyte },
  'bound.dat': { maxBytes: 4 * gigabyte },
  [outputRole]: {
    maxBytes: 4 * gigabyte,
    metadata: outputMetadata,
  },
  [featuresRole]: { maxBytes: gigabyte, metadata: names },
  [costRole]: {
    maxBytes: gigabyte,
    metadata: costMetadata,
  },
  [protectedAreasRole]: { maxBytes: gigabyte, metadata: names },
} as const satisfies Readonly<Record<string, Role>>

export type RoleName = keyof typeof roles
