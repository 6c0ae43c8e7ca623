import type { Finding, Job } from '@piecework/core'
import { firstStep } from '@piecework/core/piece'
import { shownFinding } from './shown-finding.js'
import { shownMessage } from './shown-message.js'

interface Told {
  /** By core, which repeats messages. */
  readonly step: string
  readonly findings: readonly Finding[]
  /** Of a job that has ended. */
  readonly error: Job['error']
  /** Roles of the format, in its order. */
  readonly files: readonly string[]
}

/** What clients are told to do first. */
export function shownStep({ step, findings, error, files }: Told): string {
  const shown = findings.map(shownFinding)
  const message = error && shownMessage(error)
  const isSame = message === error?.message && shown.every((one, at) => one === findings[at])
  return isSame ? step : firstStep(shown, { files, error: message === undefined ? undefined : { message } })
}
