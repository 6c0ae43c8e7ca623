import type { ErrorCode, Finding } from '@piecework/core'
import { shownMessage } from './shown-message.js'

const ofErrors = 'core/'

/** What clients are told of a finding: one that an error has become says no more than the error. */
export function shownFinding(finding: Finding): Finding {
  const { code, message } = finding
  if (!code.startsWith(ofErrors)) return finding
  const shown = shownMessage({ code: code.slice(ofErrors.length) as ErrorCode, message })
  return shown === message ? finding : { ...finding, message: shown }
}
