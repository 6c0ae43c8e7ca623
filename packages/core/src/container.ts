import 'reflect-metadata'
import { type DependencyContainer, container as globalContainer, type InjectionToken } from 'tsyringe'

/** A ready value, or a class that the host's container constructs. */
export type Provided<T> = T | (new (...dependencies: never[]) => T)

/**
 * What a class among the options may inject beside the host's own things. They are made in this order: a pack
 * may inject the store, and the runtime may inject the registry of all packs, not the other way round.
 */
export const tokens = {
  events: Symbol.for('piecework.events'),
  store: Symbol.for('piecework.store'),
  artifacts: Symbol.for('piecework.artifacts'),
  registry: Symbol.for('piecework.registry'),
  runtime: Symbol.for('piecework.runtime'),
} as const

export interface Container {
  /** Takes a ready value as it is and constructs a class. */
  provide<T>(provided: Provided<T>): T
  /** Classes that are constructed from now on may inject the value. */
  offer(token: symbol, value: unknown): void
}

/** A child of the host's container, so that nothing of ours is registered in that. */
export function createContainer(host: DependencyContainer = globalContainer): Container {
  const child = host.createChildContainer()
  return {
    provide: <T>(provided: Provided<T>): T =>
      typeof provided === 'function' ? child.resolve(provided as InjectionToken<T>) : provided,
    offer: (token, value) => {
      child.register(token, { useValue: value })
    },
  }
}
