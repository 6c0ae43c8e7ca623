import type { Role, Schema } from '@piecework/core/piece'
import { z } from 'zod'
import { maxNameCharacters, maxUploadBytes } from './defaults.js'

type Metadata = Schema<Readonly<Record<string, unknown>>>

const attribute = z.string().min(1).optional()
const name = z.string().trim().min(1).max(maxNameCharacters).optional()

/** Names of the records: each by an attribute, or all by one name. */
const names: Metadata = z
  .strictObject({ nameAttribute: attribute, name })
  .refine(({ nameAttribute, name }) => nameAttribute === undefined || name === undefined, {
    error: 'nameAttribute and name exclude each other',
  })

const gridMetadata: Metadata = z.strictObject({ idAttribute: attribute })
const outputMetadata: Metadata = z.strictObject({ solutionsAreLocked: z.boolean().optional() })
const costMetadata: Metadata = z.strictObject({ costAttribute: attribute, idAttribute: attribute, name })

/** Names of the uploads, which are the paths of their entries. */
export const gridRole = 'planning-grid'
export const outputRole = 'output'
export const featuresRole = 'features'
export const costRole = 'cost-surface'
export const protectedAreasRole = 'protected-areas'

/** What each uploaded file is. */
export const roles = {
  [gridRole]: { required: true, maxBytes: maxUploadBytes[gridRole], metadata: gridMetadata },
  'input.dat': { required: true, maxBytes: maxUploadBytes['input.dat'] },
  'pu.dat': { required: true, maxBytes: maxUploadBytes['pu.dat'] },
  'spec.dat': { required: true, maxBytes: maxUploadBytes['spec.dat'] },
  'puvspr.dat': { required: true, maxBytes: maxUploadBytes['puvspr.dat'] },
  'bound.dat': { maxBytes: maxUploadBytes['bound.dat'] },
  [outputRole]: { maxBytes: maxUploadBytes[outputRole], metadata: outputMetadata },
  [featuresRole]: { maxBytes: maxUploadBytes[featuresRole], metadata: names },
  [costRole]: { maxBytes: maxUploadBytes[costRole], metadata: costMetadata },
  [protectedAreasRole]: { maxBytes: maxUploadBytes[protectedAreasRole], metadata: names },
} as const satisfies Readonly<Record<string, Role>>

export type RoleName = keyof typeof roles

/** Kind of the subjects of findings about planning units. */
export const planningUnit = 'planning-unit'
