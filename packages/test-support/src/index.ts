export { assertBreaks, type BrokenImplementation } from './assert-breaks.js'
export { browser, needsBrowser, type TestBrowser } from './browser.js'
export { type Comparison, compareResources, type TableComparison } from './compare-resources.js'
export { dropFiles } from './drop-files.js'
export { dropScratchDatabases } from './drop-scratch-databases.js'
export { type Fleet, type FleetOptions, fleet } from './fleet.js'
export { freePort } from './free-port.js'
export { heldMemory, type MemoryWatch, memoryWatch } from './held-memory.js'
export { type HttpsPeer, httpsPeer } from './https-peer.js'
export { debianPython, needsGdal } from './needs-gdal.js'
export { numberedStore } from './numbered-store.js'
export { type OptionCase, optionTests } from './option-tests.js'
export { postgresPrograms } from './postgres-programs.js'
export { type PostgresServer, postgresServer, type StandbyServer } from './postgres-server.js'
export { needsRedisServer, type RedisServer, redisServer } from './redis-server.js'
export { schemaPrints, type TablePrint } from './schema-prints.js'
export { type ScratchDatabase, type ScratchTemplate, scratchDatabase } from './scratch-database.js'
export { type ScratchPostgis, scratchPostgis } from './scratch-postgis.js'
export { needsOwnServer, needsServer, type SkippableSuite, skipUnless } from './skip-unless.js'
export { storeTemplate } from './store-template.js'
export {
  needsSwift,
  type Passing,
  type SwiftServer,
  swiftFront,
  swiftServer,
} from './swift-server.js'
export { removeFolder, type WhenGone, whenGone } from './when-gone.js'
