/** One thing to do when a job has ended; plain JSON. */
export interface FollowUpRequest {
  /** Name of a follow-up that the host has registered. */
  readonly action: string
  /** As the follow-up's schema takes it. Absent: `{}`. */
  readonly input?: unknown
}

/** What follows the end of a job: each list in its order, one after the other. */
export interface FollowUpRequests {
  readonly onSuccess?: readonly FollowUpRequest[]
  readonly onFailure?: readonly FollowUpRequest[]
  /** Absent: nothing follows a cancel. */
  readonly onCancel?: readonly FollowUpRequest[]
}

export type FollowUpList = keyof FollowUpRequests
