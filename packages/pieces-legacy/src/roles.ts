import type { Role } from '@piecework/core'
import { z } from 'zod'

const gigabyte = 1024 ** 3
const attribute = z.string().min(1).optional()

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
    metadata: z.strictObject({ idAttribute: attribute }),
  },
  'input.dat': { required: true, maxBytes: gigabyte / 64 },
  'pu.dat': { required: true, maxBytes: gigabyte },
  'spec.dat': { required: true, maxBytes: gigabyte / 4 },
  'puvspr.dat': { required: true, maxBytes: 16 * gigabyte },
  'bound.dat': { maxBytes: 4 * gigabyte },
  [outputRole]: {
    maxBytes: 4 * gigabyte,
    metadata: z.strictObject({ solutionsAreLocked: z.boolean().optional() }),
  },
  [featuresRole]: {
    maxBytes: gigabyte,
    metadata: z.strictObject({ nameAttribute: attribute, name: attribute }),
  },
  [costRole]: { maxBytes: gigabyte, metadata: z.strictObject({ costAttribute: attribute, name: attribute }) },
  [protectedAreasRole]: {
    maxBytes: gigabyte,
    metadata: z.strictObject({ nameAttribute: attribute, name: attribute }),
  },
} as const satisfies Readonly<Record<string, Role>>
