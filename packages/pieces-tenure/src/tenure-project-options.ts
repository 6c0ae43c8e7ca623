import type { ResourceFiles } from './resource-files.js'

export interface TenureProjectOptions {
  /** Where the bytes of resources are. Absent: resources travel without their files. */
  readonly files?: ResourceFiles
  /**
   * Who contributed a resource, in a copy: `known` is the user of the same name, and who imports where there is none;
   * `importer` is always who imports. Default `known`. The owner of a project is always who imports.
   */
  readonly users?: 'known' | 'importer'
  /** Whether archived resources travel. Default `left`. */
  readonly archived?: 'left' | 'carried'
}
