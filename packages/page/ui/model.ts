import type { ResourceRef } from '@piecework/core'

// What the server answers has the server's types: docs/http.md describes it.
export type { Diff, Finding, ResourceRef as Ref, ValidationResults as Checked } from '@piecework/core'
export type { PageFormat as Format, PageSettings as Settings } from '@piecework/page'
export type {
  DataFileView as DataFile,
  DeliveryView as Delivery,
  DraftStatusView as Draft,
  FileView as JobFile,
  FindingsView as Findings,
  FollowUpsView as FollowUps,
  JobStateView as JobState,
  JobView as Job,
  Page,
  SortedFiles as Sorted,
  StageView as Stage,
  StepView as Step,
} from '@piecework/server/extension'

export type Named = ResourceRef & { readonly name: string }
