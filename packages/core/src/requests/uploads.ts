import { basename } from 'node:path'
import { parsed } from '../archive/parse.js'
import { fileBytes } from '../archive/source.js'
import { artifactNotFound } from '../artifacts/artifact-not-found.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { Format, Role } from '../contracts/format.js'
import type { Upload, UploadSource } from '../contracts/upload.js'
import { metadataDefaults } from '../defaults.js'
import { unsorted, unsortedRole } from '../drafts/unsorted.js'
import { meant } from '../options/meant.js'
import { jobPrefix } from '../tasks/staging.js'
import { isShortDocument } from './is-short-document.js'

/** Where the files of one import are kept. */
export function uploadsPrefix(job: string): string {
  return `${jobPrefix(job)}/uploads`
}

/**
 * Streams a file into the artifact store, where every worker finds it; nothing of it stays if it is refused.
 * Throws `options-invalid` for a role or metadata that the format does not know, `upload-limit` for a file
 * that is too large.
 */
export async function receiveUpload(
  artifacts: ArtifactStore,
  format: Format,
  upload: { readonly job: string; readonly id: string; readonly role: string; readonly source: UploadSource },
): Promise<Upload> {
  const { job, id, source } = upload
  const role = roleOf(format, upload.role)
  const name = upload.role === unsorted ? unsortedRole(fileNameOf(source)) : upload.role
  const metadata = parseMetadata(name, role, source.metadata)
  const artifact = 'artifact' in source ? source.artifact : `${uploadsPrefix(job)}/${id}`
  const size = await stored(artifacts, artifact, name, role, source)
  return {
    id,
    role: name,
    artifact,
    fileName: fileNameOf(source) ?? name,
    size,
    ...(metadata && { metadata }),
  }
}

/**
 * Throws `options-invalid` for a role that the format does not know, `input-incomplete` naming every required
 * one that is missing.
 */
export function checkRoles(
  format: Format,
  roles: readonly string[],
  /** Where to look for what is missing. */
  findings: readonly Finding[] = [],
): void {
  for (const role of roles) roleOf(format, role)
  const missing = missingRoles(format, roles)
  if (missing.length === 0) return
  throw new PieceworkError('input-incomplete', `These files are missing: ${missing.join(', ')}.`, {
    facts: { missing },
    findings,
  })
}

export function missingRoles(format: Format, roles: readonly string[]): readonly string[] {
  return Object.entries(format.roles).flatMap(([name, { required }]) =>
    required && !roles.includes(name) ? [name] : [],
  )
}

/** Throws `options-invalid`. */
export function roleOf(format: Format, name: string): Role {
  const role = Object.hasOwn(format.roles, name) ? format.roles[name] : undefined
  if (role) return role
  if (name === unsorted && format.unsorted) return { maxBytes: format.unsorted.maxBytes }
  const hint = meant(name, Object.keys(format.roles))
  throw new PieceworkError('options-invalid', `There is no file "${name}" in this format${hint}`)
}

/** As the role's schema has parsed them. Throws `options-invalid`. */
export function parseMetadata(
  name: string,
  role: Role,
  metadata: UploadSource['metadata'],
): Readonly<Record<string, unknown>> | undefined {
  if (metadata === undefined) return undefined
  if (!role.metadata)
    throw new PieceworkError('options-invalid', `No metadata can come with ${name}.`, {
      facts: { role: name },
    })
  if (!isShortDocument(metadata)) {
    const { values, characters } = metadataDefaults
    throw new PieceworkError(
      'options-invalid',
      `The metadata of ${name} hold more than ${values} values or ${characters} characters.`,
      { facts: { role: name } },
    )
  }
  return parsed('options-invalid', `One of the metadata of ${name}`, metadata, role.metadata, { role: name })
}

async function stored(
  artifacts: ArtifactStore,
  artifact: string,
  name: string,
  { maxBytes }: Role,
  source: UploadSource,
): Promise<number> {
  if ('artifact' in source) {
    const found = await artifacts.stat(artifact)
    if (!found) throw artifactNotFound(artifact)
    if (found.size > maxBytes) throw tooLarge(name, maxBytes, found.size)
    return found.size
  }
  const bytes = 'file' in source ? fileBytes(source.file) : source.stream
  return artifacts.put(artifact, upTo(maxBytes, bytes, name))
}

async function* upTo(limit: number, bytes: AsyncIterable<Uint8Array>, name: string) {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > limit) throw tooLarge(name, limit)
    yield chunk
  }
}

export function tooLarge(role: string, maxBytes: number, size?: number): PieceworkError {
  const has = size === undefined ? '' : `: it has ${size}`
  return new PieceworkError('upload-limit', `The file for ${role} is larger than ${maxBytes} bytes${has}.`, {
    facts: { role, maxBytes, ...(size !== undefined && { size }) },
  })
}

/** An artifact that the host has named stays. What cannot be deleted now goes with the job. */
export async function deleteFile(
  artifacts: ArtifactStore,
  job: string,
  { artifact }: Pick<Upload, 'artifact'>,
): Promise<void> {
  if (artifact.startsWith(`${jobPrefix(job)}/`)) await artifacts.delete(artifact).catch(() => undefined)
}

export function fileNameOf(source: UploadSource): string | undefined {
  if ('file' in source) return basename(source.file)
  return 'stream' in source ? source.fileName : undefined
}
