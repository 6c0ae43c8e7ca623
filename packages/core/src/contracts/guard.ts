import type { Queryable } from './database.js'

/** `project:1/scenario:2`; `project:1` contains it. Kind and id are escaped. */
export type ResourcePath = string

/** Who holds a path; named in refusals. */
export interface Holder {
  /** Job id, or what the host gave. */
  readonly id: string
  /** `export`, `clone`, `solver-run` … */
  readonly kind: string
  readonly since: Date
}

export interface Claim {
  /** Idempotent. */
  release(): Promise<void>
}

export interface Edit {
  /** Throws `lease-lost` when the edit's time is over; ask before the last write. */
  check(): Promise<void>
}

/** Exclusion on resources. Two holds conflict when one path contains the other, unless both are edits. */
export interface Guard {
  /**
   * All paths or none, until released; `resource-busy` names the holder in the way. For the host's own long
   * jobs.
   */
  claim(
    paths: readonly ResourcePath[],
    holder: { readonly id: string; readonly kind: string },
  ): Promise<Claim>
  /**
   * Runs `edit` under a shared hold that lapses after `leaseMs` (default: `storeDefaults.editLeaseMs`);
   * throws `lease-lost` at the end if it took longer, for a job may have begun meanwhile. With `tx` the hold
   * is taken inside the host's transaction, and lasts until that ends.
   */
  edit<T>(
    path: ResourcePath,
    edit: (hold: Edit) => Promise<T>,
    options?: { readonly leaseMs?: number; readonly tx?: Queryable },
  ): Promise<T>
  /** Throws `resource-busy` while a claim overlaps. The caller is taken to change the resource next. */
  checkEditable(path: ResourcePath): Promise<void>
  /**
   * Frees what `claim` has given to this holder, in whatever process: for a host that comes back. Idempotent;
   * never frees a job's claim.
   */
  release(holder: string): Promise<void>
  /**
   * Whose claims and edits overlap the path, the oldest first. An edit that joined a host's transaction is
   * not seen.
   */
  holders(path: ResourcePath): Promise<readonly Holder[]>
}
