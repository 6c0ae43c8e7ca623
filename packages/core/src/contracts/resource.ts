import type { Queryable, Transaction } from './database.js'
import type { KeyForm } from './key-form.js'
import type { UnitMap } from './unit-map.js'

/** Something of the host's that can be exported. */
export interface ResourceRef {
  readonly kind: string
  /** The key of its row, in one spelling: see `ResourceKind.key`. */
  readonly id: string
}

/** A resource and those below it, as in a plan or an archive. Children are in order of their kinds' names. */
export interface ResourceTree extends ResourceRef {
  readonly children: readonly ResourceTree[]
}

export interface ResourceDescription {
  readonly name: string
}

/** One level of the host's tree of resources. Reads the host's own tables. */
export interface ResourceKind {
  readonly kind: string
  /** Kind of the resource that holds this one. Absent: this kind is a root. */
  readonly parent?: string
  /**
   * Table whose key is this resource's id; ids of it and references to it are remapped under this name. With
   * its schema unless that is `public`: `planning.projects`.
   */
  readonly table: string
  /**
   * Form of the resource's id. Default `uuid`. Hosts may be given any spelling that PostgreSQL reads; all that
   * is asked, claimed, found and reported has one: uuids in lower case with dashes, integers as decimals,
   * texts as they are.
   */
  readonly key?: KeyForm
  /** Undefined if there is no such resource. Required with `parent`. */
  parentOf?(ref: ResourceRef, db: Queryable): Promise<ResourceRef | undefined>
  /**
   * This kind's resources in one resource of the kind `parent`, in a stable order; empty if there is no such
   * parent. The order is the one of the plan and of archives. Required with `parent`.
   */
  listUnder?(parent: ResourceRef, db: Queryable): Promise<readonly ResourceRef[]>
  /** Undefined if there is no such resource. */
  describe(ref: ResourceRef, db: Queryable): Promise<ResourceDescription | undefined>
  /** Undefined if there is no such resource. Absent: this kind has no map. */
  unitMap?(ref: ResourceRef, db: Queryable): Promise<UnitMap | undefined>
  /** How an import or a clone makes one. Absent: this kind can be exported only. */
  readonly shell?: ShellLifecycle
}

/** An empty resource that an import or a clone fills. */
export interface Shell {
  readonly ref: ResourceRef
  readonly parent?: ResourceRef
  /** Name to give it. Absent: the one that the imported content carries. */
  readonly name?: string
  readonly description?: string
  /**
   * `name` is a default: if users see another resource of that name beside it, append the first free number,
   * `Reefs - copy 2`.
   */
  readonly numberName?: true
  readonly owner: string
  /** Name of the format that it comes from. */
  readonly source: string
}

/** Makes, shows and removes shells. All run inside the job's own transaction and may run twice. */
export interface ShellLifecycle {
  /** Invisible to the host's users until `ready`. */
  create(shell: Shell, tx: Transaction): Promise<void>
  /**
   * The same for two or more of this kind, by one statement: a thousand at most, whose parents are there. Absent: they
   * are made one by one, each by statements of its own.
   */
  createAll?(shells: readonly Shell[], tx: Transaction): Promise<void>
  /** The job has succeeded: show it. */
  ready(ref: ResourceRef, tx: Transaction): Promise<void>
  /**
   * An import whose format keeps its shell has failed: keep it hidden; it can only be deleted. Absent: it is
   * removed.
   */
  incomplete?(ref: ResourceRef, reason: string, tx: Transaction): Promise<void>
  /** Deletes it and all that is its own. */
  remove(ref: ResourceRef, tx: Transaction): Promise<void>
}
