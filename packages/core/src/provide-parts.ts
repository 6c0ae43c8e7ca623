import { checkedArtifacts } from './artifacts/checked-artifacts.js'
import { memoryArtifacts } from './artifacts/memory-artifacts.js'
import { createContainer, tokens } from './container.js'
import type { Environment } from './contracts/environment.js'
import { defaults } from './defaults.js'
import { createEmitter } from './events.js'
import { memoryStore } from './memory/store.js'
import type { PieceworkOptions } from './piecework-options.js'
import { createRegistry } from './plan/registry.js'

/** Constructs what the host hands in as classes; each may inject those before it. */
export function provideParts(options: PieceworkOptions, environment: Environment) {
  const container = createContainer(options.container)
  const events = createEmitter()
  container.offer(tokens.events, events)
  const store = options.store ? container.provide(options.store) : memoryStore({ environment })
  container.offer(tokens.store, store)
  const artifacts = options.artifacts
    ? container.provide(options.artifacts)
    : memoryArtifacts({ environment })
  container.offer(tokens.artifacts, artifacts)
  const { artifactTimeoutMs: timeoutMs = defaults.artifactTimeoutMs } = options
  const checked = checkedArtifacts(artifacts, { timeoutMs, environment })
  const registry = createRegistry(
    options.packs.map((pack) => container.provide(pack)),
    options.targets?.map((target) => container.provide(target)),
    Object.keys(store.databases ?? {}),
    store.putFiles?.unsupported,
  )
  container.offer(tokens.registry, registry)
  const runtime = container.provide(options.runtime)
  container.offer(tokens.runtime, runtime)
  const access = options.access && container.provide(options.access)
  return { events, store, artifacts: checked, registry, runtime, access }
}
