import { checkOptions } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { linked } from '../linked.js'
import { accountLaws } from './account-laws.js'
import { attemptLaws } from './attempt-laws.js'
import { batchLaws } from './batch-laws.js'
import { cancelLaws } from './cancel-laws.js'
import { crashLaws } from './crash-laws.js'
import { createLaws } from './create-laws.js'
import { deadlineLaws } from './deadline-laws.js'
import { deliveryLaws } from './delivery-laws.js'
import { draftLaws } from './draft-laws.js'
import { endLaws } from './end-laws.js'
import { followUpLaws } from './follow-up-laws.js'
import { type JobStoreLawsOptions, jobStoreLawChecks } from './job-store-laws-options.js'
import { keyLaws } from './key-laws.js'
import { leaseLaws } from './lease-laws.js'
import { limitLaws } from './limit-laws.js'
import { partLaws } from './part-laws.js'
import { putFileLaws } from './put-file-laws.js'
import { recordLaws } from './record-laws.js'
import { redeliveryLaws } from './redelivery-laws.js'
import { replacedValueLaws } from './replaced-value-laws.js'
import { reportLaws } from './report-laws.js'
import { requestLaws } from './request-laws.js'
import { retentionLaws } from './retention-laws.js'
import { rowLaws } from './row-laws.js'
import { stageLaws } from './stage-laws.js'
import { summaryLaws } from './summary-laws.js'
import { turnLaws } from './turn-laws.js'
import { uploadLaws } from './upload-laws.js'

/** Laws of a `Store`: jobs, attempts, outbox and reports. Its guard has laws of its own (`guardLaws`). */
export function jobStoreLaws(runner: LawTest, options: JobStoreLawsOptions): void {
  const test = linked(runner)
  checkOptions('jobStoreLaws()', options, jobStoreLawChecks)
  createLaws(test, options)
  requestLaws(test, options)
  draftLaws(test, options)
  uploadLaws(test, options)
  deliveryLaws(test, options)
  redeliveryLaws(test, options)
  attemptLaws(test, options)
  leaseLaws(test, options)
  batchLaws(test, options)
  partLaws(test, options)
  keyLaws(test, options)
  summaryLaws(test, options)
  replacedValueLaws(test, options)
  putFileLaws(test, options)
  cancelLaws(test, options)
  limitLaws(test, options)
  turnLaws(test, options)
  deadlineLaws(test, options)
  endLaws(test, options)
  followUpLaws(test, options)
  recordLaws(test, options)
  accountLaws(test, options)
  reportLaws(test, options)
  stageLaws(test, options)
  retentionLaws(test, options)
  crashLaws(test, options)
  if (options.sql) rowLaws(test, options)
}
