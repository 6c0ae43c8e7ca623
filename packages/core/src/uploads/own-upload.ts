import { allowJob } from '../access/allow-job.js'
import { allowResource } from '../access/allow-resource.js'
import type { Principal } from '../contracts/principal.js'
import type { PartialUpload } from '../contracts/uploads.js'
import type { RequestDeps } from '../requests/request-deps.js'
import { uploadNotFound } from './upload-errors.js'

type OwnDeps = Pick<RequestDeps, 'store' | 'allow'>

/**
 * An upload of the principal, if it may still go on with it: the access policy is asked as when it was made. Throws
 * `upload-not-found` also for one of another principal, and for one whose draft it may not view.
 */
export async function ownUpload(
  { store, allow }: OwnDeps,
  id: string,
  principal: Principal | undefined,
): Promise<PartialUpload> {
  const upload = await store.uploads.get(id)
  if (!upload || upload.principal.id !== principal?.id) throw uploadNotFound(id)
  const job = await store.jobs.get(upload.job)
  const action = upload.role === undefined ? 'view' : 'draft'
  if (job) await allowJob(allow, principal, action, job, { absent: () => uploadNotFound(id) })
  else await allowResource(allow, principal, 'import', upload.into)
  return upload
}
