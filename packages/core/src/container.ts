import 'reflect-metadata'
import { type DependencyContainer, container as globalContainer, type InjectionToken } from 'tsyringe'

/** A ready value, or a class that the host's container constructs. */
export type Provided<T> = T | (new (...dependencies: never[]) => T)

export interface Container {
  /** Takes a ready value as it is and constructs a class. */
  provide<T>(provided: Provided<T>): T
  /** Registers what is made at first use. */
  register<T>(token: symbol, make: (container: Container) => T): void
  get<T>(token: symbol): T
}

/** What a class among the options may have injected beside the host's own things: the parts of its Piecework. */
export const tokens = {
  store: Symbol.for('piecework.store'),
  runtime: Symbol.for('piecework.runtime'),
  artifacts: Symbol.for('piecework.artifacts'),
  registry: Symbol.for('piecework.registry'),
  events: Symbol.for('piecework.events'),
  inputs: Symbol.for('piecework.inputs'),
  engine: Symbol.for('piecework.engine'),
  watcher: Symbol.for('piecework.watcher'),
} as const

/** A child of the host's container, so that nothing of ours leaks into it. */
export function createContainer(host: DependencyContainer = globalContainer): Container {
  const child = host.createChildContainer()
  const self: Container = {
    provide: <T>(provided: Provided<T>): T =>
      typeof provided === 'function' ? child.resolve(provided as InjectionToken<T>) : provided,
    register: <T>(token: symbol, make: (container: Container) => T): void => {
      let made: { readonly value: T } | undefined
      child.register<T>(token, {
        useFactory: () => {
          made ??= { value: make(self) }
          return made.value
        },
      })
    },
    get: <T>(token: symbol): T => child.resolve<T>(token),
  }
  return self
}
