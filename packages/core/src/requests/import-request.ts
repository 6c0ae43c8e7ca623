import { PieceworkError } from '../contracts/errors.js'
import type { ChosenInput } from '../contracts/job-request.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { UploadSource } from '../contracts/upload.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'
import { chosenInput, chosenInputChecks } from './choose-nodes.js'
import { type RequestBase, requestChecks, requestInstead } from './export-request.js'
import { type ArchiveInput, archiveInput, uploadSource } from './input-source.js'

export type ImportRequest = RequestBase &
  ChosenInput & {
    /** Absent: the name that the content carries. */
    readonly name?: string
    /** Parent of what is made, unless that is a root. */
    readonly into?: ResourceRef
    /** Kind of what must be made: an input of another kind is `archive-invalid`. Absent: of any. */
    readonly kind?: string
    /**
     * Leaves what was uploaded in the artifact store when the job has ended: of a failed job for a retry, as
     * long as such bytes are kept; of a successful one as long as its resource exists.
     */
    readonly keepUploads?: true
  } & (
    | { readonly archive: ArchiveInput }
    /** A registered format and its files by role. */
    | { readonly format: string; readonly uploads: Readonly<Record<string, UploadSource>> }
  )

const importChecks: OptionChecks<ImportRequest> = {
  ...requestChecks,
  name: check.text,
  into: check.resource,
  kind: check.text,
  keepUploads: check.isTrue,
  ...chosenInputChecks,
  archive: archiveInput,
  format: check.text,
  uploads: check.record(uploadSource),
}

const instead = {
  ...requestInstead,
  file: 'the file of an archive is given as { archive: { file } }',
  path: 'the file of an archive is given as { archive: { file } }',
  artifact: 'a stored archive is given as { archive: { artifact } }',
  stream: 'a stream is given as { archive: { stream } }',
  files: 'files by role are given as { format, uploads }',
  parent: 'what the import goes into is "into"',
  resource: 'what the import goes into is "into"; the resource itself is made anew',
  children: 'an import takes all of an archive; choose children when it is exported',
  pieces: 'name the pieces to import in "only", or those to leave out in "without"',
  exclude: 'name the pieces to leave out in "without"',
} as const

/** Throws `options-invalid`. */
export function checkImport(subject: string, given: ImportRequest): ImportRequest {
  const request = checkOptions(subject, given, importChecks, instead)
  chosenInput(subject, request)
  const asked = ['archive', 'format', 'uploads'].filter((name) => Object.hasOwn(request, name)).join(' and ')
  if (asked === 'archive' || asked === 'format and uploads') return request
  const not = asked && `, not ${asked}`
  throw new PieceworkError('options-invalid', `${subject} takes either archive, or format and uploads${not}.`)
}
