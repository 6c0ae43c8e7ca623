import type { ArtifactStore } from '@piecework/core/store'
import type { Patience } from '../law.js'

export interface ArtifactStoreLawsOptions extends Patience {
  /** An empty store that nothing else uses. */
  make(): ArtifactStore | Promise<ArtifactStore>
}
