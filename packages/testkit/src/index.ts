export { type ScratchDatabase, type ScratchTemplate, scratchDatabase } from './scratch-database.js'
export { needsServer, type SkippableSuite, skipUnless } from './skip-unless.js'
