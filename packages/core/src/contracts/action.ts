/** What a principal wants to do; docs/access.md lists which call asks about which. */
export type Action =
  | 'export'
  | 'import' // make something in a resource, or a new root
  | 'clone-from'
  | 'cancel'
  | 'retry' // see what a job was asked for and read what it has kept
  | 'view' // learn of jobs and of who holds a resource
  | 'download' // have bytes of an artifact
  | 'deliver' // send what was made to a target
  | 'share' // let people without an account download
  | 'issue-token' // let others act as oneself, within a scope
  | 'draft' // see, fill, run or delete an import draft
  | 'discard' // stop what makes a resource, and remove what there is of it
  | 'forget'
  | 'follow-up' // have something done when a job has ended
  | 'record' // read who has asked for what
  | 'erase' // an address from that record
  | 'claim'
  | 'edit'
  | 'release'
