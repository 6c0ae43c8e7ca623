import type { ResumableUpload } from '@piecework/core'
import { z } from 'zod'
import { type HttpResponse, json } from '../http/http-response.js'
import { type Model, model } from '../http/model.js'
import { tusHeaders } from './tus.js'

export type UploadStatus = Awaited<ReturnType<ResumableUpload['status']>>

export interface UploadView {
  readonly id: string
  readonly size: number
  readonly offset: number
  readonly isComplete: boolean
  readonly fileName: string
  readonly role?: string
  readonly expiresAt: string
}

export const uploadModel: Model<UploadView> = model(
  z.strictObject({
    id: z.string(),
    size: z.int().min(0).describe('bytes'),
    offset: z.int().min(0).describe('bytes that are there'),
    isComplete: z.boolean(),
    fileName: z.string(),
    role: z.string().exactOptional().describe('in the draft; absent: an archive'),
    expiresAt: z.iso.datetime().describe('later with each part'),
  }),
  'Upload',
)

export function uploadHeaders({
  offset,
  size,
  expiresAt,
  clientMetadata,
}: UploadStatus): Readonly<Record<string, string>> {
  return {
    ...tusHeaders,
    'upload-offset': String(offset),
    'upload-length': String(size),
    ...(clientMetadata !== undefined && { 'upload-metadata': clientMetadata }),
    'upload-expires': expiresAt.toUTCString(),
    'cache-control': 'no-store',
  }
}

/** A new upload, whose address is relative to the one that it was asked for at. */
export function createdUpload(
  { id }: Pick<ResumableUpload, 'id'>,
  status: UploadStatus,
  requested: string,
): HttpResponse {
  const up = '../'.repeat(requested.split('/').length - 1) || './'
  return json(201, uploadView(id, status), {
    ...uploadHeaders(status),
    location: `${up}uploads/${encodeURIComponent(id)}`,
  })
}

export function uploadView(
  id: string,
  { expiresAt, clientMetadata: _, ...status }: UploadStatus,
): UploadView {
  return { id, ...status, expiresAt: expiresAt.toISOString() }
}
