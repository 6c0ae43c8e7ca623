import type { Recorder } from '../record/recorder.js'
import type { RequestDeps } from '../requests/request-deps.js'
import type { UploadSettings } from './upload-request.js'

export interface UploadDeps extends RequestDeps {
  readonly recorder: Recorder
  readonly uploads: UploadSettings
}
