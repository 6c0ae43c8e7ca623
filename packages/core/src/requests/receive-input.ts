import { allowArtifact } from '../access/allow-artifact.js'
import type { Queryable } from '../contracts/database.js'
import type { JobInput } from '../contracts/job-request.js'
import type { Principal } from '../contracts/principal.js'
import type { Upload, UploadSource } from '../contracts/upload.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { assertLive } from '../retention/expiry.js'
import { checkRoles, receiveUpload } from './uploads.js'

export interface GivenInput {
  readonly principal: Principal
  readonly format: string
  readonly uploads: Readonly<Record<string, UploadSource>>
}

/** Files and streams go into the artifact store, where every worker finds them. */
export async function receiveInput(
  deps: EngineDeps,
  job: string,
  { principal, format: name, uploads: sources }: GivenInput,
  tx?: Queryable,
): Promise<JobInput> {
  const { inputs, artifacts } = deps
  const format = inputs.format(name)
  checkRoles(format, Object.keys(sources))
  for (const source of Object.values(sources)) {
    if (!('artifact' in source)) continue
    await allowArtifact(deps, principal, source.artifact, tx)
    await assertLive(deps, source.artifact, tx)
  }
  const uploads: Upload[] = []
  for (const [index, [role, source]] of Object.entries(sources).entries()) {
    uploads.push(await receiveUpload(artifacts, format, { job, id: String(index), role, source }))
  }
  return { format: format.name, uploads }
}
