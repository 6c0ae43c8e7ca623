export interface paths {
  '/books/{bookId}/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Export a book */
    post: operations['exportBook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/clone': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Copy a book */
    post: operations['cloneBook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/exports': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Exports of a book, newest first */
    get: operations['listBookExports']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/exports/{exportId}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The archive of an export, or another output of it */
    get: operations['downloadBookExport']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Import a book from an archive */
    post: operations['importBook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/status': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What is under way with a book */
    get: operations['getBookStatus']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Stop the import or copy that makes a book, and remove what there is of it */
    delete: operations['discardBook']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/grid': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The map of a book */
    get: operations['getBookGrid']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/{chapterId}/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Export a chapter */
    post: operations['exportChapter']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/{chapterId}/clone': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Copy a chapter */
    post: operations['cloneChapter']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/{chapterId}/exports': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Exports of a chapter, newest first */
    get: operations['listChapterExports']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/{chapterId}/exports/{exportId}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The archive of an export, or another output of it */
    get: operations['downloadChapterExport']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/import': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Import a chapter from an archive */
    post: operations['importChapter']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/{chapterId}/status': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What is under way with a chapter */
    get: operations['getChapterStatus']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/{chapterId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Stop the import or copy that makes a chapter, and remove what there is of it */
    delete: operations['discardChapter']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/{bookId}/chapters/{chapterId}/grid': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The map of a chapter */
    get: operations['getChapterGrid']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Prepare an empty book for files of the format plain-notes */
    post: operations['prepareNotesBook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/again': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Prepare another one with the files of an import that has run and not succeeded */
    post: operations['prepareNotesBookAgain']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Which files are there, and which are missing */
    get: operations['getNotesBook']
    put?: never
    /** Import what is uploaded */
    post: operations['runNotesBook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/data-file': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Upload a file; one of the same role is replaced */
    post: operations['uploadNotesBookFile']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/data-file/{dataFileId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Remove a file */
    delete: operations['removeNotesBookFile']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/sort': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Find the roles of files that were uploaded as unsorted */
    post: operations['sortNotesBookFiles']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/grid': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The map of what is uploaded */
    get: operations['getNotesBookGrid']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/validate': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Validate what is uploaded, and write nothing */
    post: operations['validateNotesBook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/cancel': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Stop the import */
    post: operations['cancelNotesBook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/books/import/notes/{bookId}/validation-results': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All errors and warnings of the latest validation */
    get: operations['getNotesBookValidationResults']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Jobs, newest first */
    get: operations['listJobs']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A job as it stands */
    get: operations['getJob']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/steps': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What a job does: each piece of each resource, and its own steps */
    get: operations['listJobSteps']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/findings': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What a job has found, errors first */
    get: operations['listJobFindings']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** States of a job until it has ended, as server-sent events; with `Prefer: wait=20` the next one as JSON */
    get: operations['followJob']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What an export has made */
    get: operations['downloadJobFile']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/deliveries': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Where what a job has made is delivered to */
    get: operations['listJobDeliveries']
    put?: never
    /** Deliver what an export has made: what has not arrived, or to other targets */
    post: operations['deliverJob']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/follow-ups': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What follows the end of a job, and what the caller may add */
    get: operations['listJobFollowUps']
    put?: never
    /** Add to what follows the end of a job; what is listed is not listed twice */
    post: operations['addJobFollowUps']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/cancel': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Stop a job */
    post: operations['cancelJob']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/jobs/{jobId}/retry': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Ask again for what a failed or cancelled job was asked for */
    post: operations['retryJob']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/archives/inspect': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** What is inside an archive */
    post: operations['inspectArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/archives/diff': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Which pieces and rows differ between archives, or between an archive and a resource as it is */
    post: operations['compareArchives']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/uploads/{uploadId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** How far an upload is; with HEAD as tus asks for it */
    get: operations['getUpload']
    put?: never
    post?: never
    /** Remove an upload; of a draft, also the file that it has become */
    delete: operations['deleteUpload']
    options?: never
    head?: never
    /** Add bytes from Upload-Offset on; what has come when the connection is cut stays */
    patch: operations['continueUpload']
    trace?: never
  }
  '/links': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Links to what jobs have made, newest first */
    get: operations['listLinks']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/links/{linkId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A link: it opens nothing by itself */
    get: operations['getLink']
    put?: never
    post?: never
    /** Close a link, with all its addresses */
    delete: operations['revokeLink']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/links/{linkId}/address': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** An address that opens the bytes for minutes, for oneself */
    post: operations['openLink']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/links/{linkId}/share': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** An address for people without an account, where the host allows that */
    post: operations['shareLink']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/links/{linkId}/file': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The bytes, for whoever has an address of the link */
    get: operations['downloadLink']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/credentials': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** One’s own credentials, without what they hold */
    get: operations['listCredentials']
    put?: never
    /** Add a credential */
    post: operations['addCredential']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/credentials/{credentialId}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Remove a credential: deliveries that name it fail from now on */
    delete: operations['removeCredential']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/connections/{target}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** The address to open, to connect an account */
    post: operations['connectAccount']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/connections/{target}/callback': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Where the other side sends the user back to, who is known by a cookie */
    get: operations['accountConnected']
    put?: never
    /** The same by a page of the host’s, which the other side has sent the user back to */
    post: operations['finishConnecting']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/ui': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The page that people use */
    get: operations['getPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/ui/piecework-jobs.js': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The element <piecework-jobs>, for pages of the host */
    get: operations['getPageElement']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/ui/{version}/{file}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A file of the page, the same for ever at its address */
    get: operations['getPageFile']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/ui/settings.json': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Which kinds, pieces and formats the page can offer */
    get: operations['getPageSettings']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/ui/names': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Names of resources that one may see */
    post: operations['getResourceNames']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/ui/children': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** What is directly below a resource */
    post: operations['getResourceChildren']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/health': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Whether the store answers */
    get: operations['getHealth']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/openapi.json': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** This description */
    get: operations['getOpenApi']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
export type webhooks = Record<string, never>
export interface components {
  schemas: {
    Job: {
      id: string
      /** @enum {string} */
      kind: 'export' | 'import' | 'clone' | 'validation' | 'delivery'
      /** @enum {string} */
      status:
        | 'draft'
        | 'pending'
        | 'submitted'
        | 'running'
        | 'delivering'
        | 'ending'
        | 'succeeded'
        | 'failed'
        | 'cancelled'
      name?: string
      outcome?: string
      error?: {
        code: string
        message: string
        retryable: boolean
      }
      format?: string
      fileName?: string
      source?: {
        kind: string
        id: string
      }
      resource?: {
        kind: string
        id: string
      }
      requestedBy: string
      /** Format: date-time */
      createdAt: string
      /** Format: date-time */
      endedAt?: string
      /** @constant */
      throttled?: true
      retryOf?: string
      warnings?: number
      /** Format: date-time */
      retryUntil?: string
      files: {
        name: string
        size: number
        sha256: string
        mediaType: string
        fileName?: string
        /** Format: date-time */
        expiresAt: string
        href?: string
      }[]
      links: {
        self: string
        events: string
      }
    }
    JobPage: {
      items: components['schemas']['Job'][]
      next?: string
    }
    ResourceStatus: {
      resource: {
        kind: string
        id: string
      }
      /** @enum {string} */
      state: 'draft' | 'importing' | 'incomplete' | 'exporting' | 'cloning' | 'ready'
      jobs: components['schemas']['Job'][]
    }
    Draft: {
      id: string
      kind: string
      resources: {
        kind: string
        id: string
      }[]
      job: string
    }
    DraftStatus: {
      id: string
      kind: string
      resources: {
        kind: string
        id: string
      }[]
      job: string
      status: string
      files: components['schemas']['DataFile'][]
      missing: string[]
      /** Format: date-time */
      keptUntil?: string
      roles: {
        name: string
        required: boolean
        maxBytes: number
      }[]
    }
    DataFile: {
      id: string
      role: string
      fileName: string
      size: number
      metadata?: {
        [key: string]: unknown
      }
    }
    SortedFiles: {
      files: {
        role: string
        path: string
      }[]
      missing: string[]
      findings: {
        /** @enum {string} */
        severity: 'error' | 'warning'
        code: string
        piece: string
        file?: string
        line?: number
        column?: string
        value?: string
        subject?: {
          kind: string
          key: string
        }
        message: string
        hint?: string
        fix?: {
          role: string
          metadata?: {
            [key: string]: string | null
          }
          file?: string
        }
        count?: number
      }[]
    }
    ValidationResults: {
      /** @enum {string} */
      status: 'none' | 'running' | 'passed' | 'failed' | 'stopped'
      outdated: boolean
      job?: string
      missing?: string[]
      errors: number
      warnings: number
      files: {
        file?: string
        errors: number
        warnings: number
        findings: {
          /** @enum {string} */
          severity: 'error' | 'warning'
          code: string
          piece: string
          file?: string
          line?: number
          column?: string
          value?: string
          subject?: {
            kind: string
            key: string
          }
          message: string
          hint?: string
          fix?: {
            role: string
            metadata?: {
              [key: string]: string | null
            }
            file?: string
          }
          count?: number
        }[]
      }[]
      firstStep?: string
    }
    JobState: {
      job: components['schemas']['Job']
      revision: number
      steps: number
      stepsDone: number
      stages: {
        batch: number
        task: string
        nodes: number
        waiting: number
        running: number
        done: number
        failed: number
        skipped: number
        rows: number
      }[]
      running: {
        id: string
        task: string
        batch: number
        status: string
        attempt: number
        resource?: {
          kind: string
          id: string
        }
        piece?: string
        rows?: number
        skipped?: number
        progress?: {
          done: number
          total?: number
        }
        error?: {
          code: string
          message: string
          retryable: boolean
        }
        /** Format: date-time */
        startedAt?: string
        /** Format: date-time */
        endedAt?: string
      }[]
      progress: {
        batches: number
        batchesDone: number
        pieces: number
        piecesDone: number
        rows: number
        bytes: number
        remainingMs?: number
      }
    }
    StepPage: {
      items: {
        id: string
        task: string
        batch: number
        status: string
        attempt: number
        resource?: {
          kind: string
          id: string
        }
        piece?: string
        rows?: number
        skipped?: number
        progress?: {
          done: number
          total?: number
        }
        error?: {
          code: string
          message: string
          retryable: boolean
        }
        /** Format: date-time */
        startedAt?: string
        /** Format: date-time */
        endedAt?: string
      }[]
      next?: string
    }
    Findings: {
      items: {
        /** @enum {string} */
        severity: 'error' | 'warning'
        code: string
        piece: string
        file?: string
        line?: number
        column?: string
        value?: string
        subject?: {
          kind: string
          key: string
        }
        message: string
        hint?: string
        fix?: {
          role: string
          metadata?: {
            [key: string]: string | null
          }
          file?: string
        }
        count?: number
      }[]
      next?: string
      errors: number
      warnings: number
      firstStep: string
    }
    Deliveries: {
      items: {
        target: string
        output: string
        destination: unknown
        /** @enum {string} */
        status: 'waiting' | 'delivered' | 'failed'
        deliveredAt?: string
        location?: string
      }[]
    }
    FollowUps: {
      items: {
        /** @enum {string} */
        list: 'onSuccess' | 'onFailure' | 'onCancel'
        action: string
      }[]
      offered: string[]
    }
    ArchiveSummary: {
      tree: components['schemas']['__schema0']
      digest: string
      signature: {
        /** @enum {string} */
        state: 'unsigned' | 'unknown-key' | 'invalid' | 'trusted'
        keyId?: string
        message: string
      }
      pieces: {
        resource: {
          kind: string
          id: string
        }
        name: string
        version: number
        entries: number
        bytes: number
        rows: number
      }[]
      about: {
        [key: string]: unknown
      }
    }
    __schema0: {
      kind: string
      id: string
      children: components['schemas']['__schema0'][]
    }
    Diff: {
      equal: boolean
      resources: {
        a?: {
          kind: string
          id: string
        }
        b?: {
          kind: string
          id: string
        }
        key?: string
        equal: boolean
        pieces: {
          piece: string
          /** @enum {string} */
          onlyIn?: 'a' | 'b'
          equal: boolean
          entries: {
            path: string
            /** @enum {string} */
            onlyIn?: 'a' | 'b'
            equal: boolean
            rows?: {
              added: number
              removed: number
              changed: number
              equal: number
              columns: {
                [key: string]: number
              }
              samples: {
                /** @enum {string} */
                change: 'added' | 'removed' | 'changed'
                key: {
                  [key: string]: string | null
                }
                columns?: string[]
              }[]
            }
          }[]
        }[]
      }[]
    }
    Upload: {
      id: string
      size: number
      offset: number
      isComplete: boolean
      fileName: string
      role?: string
      /** Format: date-time */
      expiresAt: string
    }
    LinkPage: {
      items: components['schemas']['Link'][]
      next?: string
    }
    Link: {
      id: string
      job: string
      output: string
      issuedBy: string
      /** Format: date-time */
      createdAt: string
      /** Format: date-time */
      opensAt?: string
      /** Format: date-time */
      expiresAt: string
      /** Format: date-time */
      revokedAt?: string
    }
    Address: {
      /** Format: uri */
      url: string
      /** Format: date-time */
      expiresAt: string
    }
    Credential: {
      id: string
      target: string
      name: string
      /** Format: date-time */
      createdAt: string
      revoked?: string
    }
    Health: {
      /** @enum {string} */
      status: 'ok' | 'unavailable'
    }
    Problem: {
      type: string
      title: string
      status: number
      detail: string
      code: string
      field?: string
      findings?: {
        /** @enum {string} */
        severity: 'error' | 'warning'
        code: string
        piece: string
        file?: string
        line?: number
        column?: string
        value?: string
        subject?: {
          kind: string
          key: string
        }
        message: string
        hint?: string
        fix?: {
          role: string
          metadata?: {
            [key: string]: string | null
          }
          file?: string
        }
        count?: number
      }[]
      missing?: string[]
      holder?: {
        job: string
        kind: string
        since: string
      }
      size?: number
      maxBytes?: number
      retryable?: boolean
    }
  }
  responses: {
    /** @description Why not (RFC 9457) */
    Problem: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/problem+json': components['schemas']['Problem']
      }
    }
  }
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export type $defs = Record<string, never>
export interface operations {
  exportBook: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          chapters?: string[]
          children?: {
            kind: string
            id: string
          }[]
          pieces?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          outputs?: {
            name: string
            options?: unknown
          }[]
          deliver?: {
            target: string
            output?: string
            destination?: unknown
          }[]
          claim?: boolean
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  cloneBook: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          chapters?: string[]
          children?: {
            kind: string
            id: string
          }[]
          pieces?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          name?: string
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  listBookExports: {
    parameters: {
      query?: {
        limit?: number
        after?: string
      }
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of jobs */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobPage']
        }
      }
      default: components['responses']['Problem']
    }
  }
  downloadBookExport: {
    parameters: {
      query?: {
        output?: string
        recipient?: string
      }
      header?: {
        /** @description one range of bytes */
        Range?: string
        /** @description the ETag that the range is of */
        'If-Range'?: string
        /** @description the ETag that the file must have */
        'If-Match'?: string
        /** @description the ETag that the client has */
        'If-None-Match'?: string
      }
      path: {
        bookId: string
        exportId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The file */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The range of it */
      206: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  importBook: {
    parameters: {
      query?: {
        name?: string
        only?: string
        without?: string
        options?: string
        recipient?: string
        fileName?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/zip': string
        'application/octet-stream': string
        'multipart/form-data': {
          name?: string
          only?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          /** Format: binary */
          file: string
        }
        'application/json': {
          name?: string
          only?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          job?: string
          output?: string
          upload?: string
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getBookStatus: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Its state, and the newest job of each kind */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ResourceStatus']
        }
      }
      default: components['responses']['Problem']
    }
  }
  discardBook: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is gone */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  getBookGrid: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Shapes and columns, quantised for a picture: docs/http.md describes the bytes */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      default: components['responses']['Problem']
    }
  }
  exportChapter: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
        chapterId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          children?: {
            kind: string
            id: string
          }[]
          pieces?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          outputs?: {
            name: string
            options?: unknown
          }[]
          deliver?: {
            target: string
            output?: string
            destination?: unknown
          }[]
          claim?: boolean
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  cloneChapter: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
        chapterId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          children?: {
            kind: string
            id: string
          }[]
          pieces?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          name?: string
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  listChapterExports: {
    parameters: {
      query?: {
        limit?: number
        after?: string
      }
      header?: never
      path: {
        bookId: string
        chapterId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of jobs */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobPage']
        }
      }
      default: components['responses']['Problem']
    }
  }
  downloadChapterExport: {
    parameters: {
      query?: {
        output?: string
        recipient?: string
      }
      header?: {
        /** @description one range of bytes */
        Range?: string
        /** @description the ETag that the range is of */
        'If-Range'?: string
        /** @description the ETag that the file must have */
        'If-Match'?: string
        /** @description the ETag that the client has */
        'If-None-Match'?: string
      }
      path: {
        bookId: string
        chapterId: string
        exportId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The file */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The range of it */
      206: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  importChapter: {
    parameters: {
      query?: {
        name?: string
        only?: string
        without?: string
        options?: string
        recipient?: string
        fileName?: string
      }
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/zip': string
        'application/octet-stream': string
        'multipart/form-data': {
          name?: string
          only?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          /** Format: binary */
          file: string
        }
        'application/json': {
          name?: string
          only?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          recipient?: string
          job?: string
          output?: string
          upload?: string
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getChapterStatus: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
        chapterId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Its state, and the newest job of each kind */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ResourceStatus']
        }
      }
      default: components['responses']['Problem']
    }
  }
  discardChapter: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
        chapterId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is gone */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  getChapterGrid: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
        chapterId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Shapes and columns, quantised for a picture: docs/http.md describes the bytes */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      default: components['responses']['Problem']
    }
  }
  prepareNotesBook: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          description?: string
        }
      }
    }
    responses: {
      /** @description The hidden resource, for the next steps */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Draft']
        }
      }
      default: components['responses']['Problem']
    }
  }
  prepareNotesBookAgain: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': Record<string, never>
      }
    }
    responses: {
      /** @description The hidden resource, with copies of the files */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Draft']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getNotesBook: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description How far it is */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DraftStatus']
        }
      }
      default: components['responses']['Problem']
    }
  }
  runNotesBook: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          only?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  uploadNotesBookFile: {
    parameters: {
      query?: {
        role?: string
        metadata?: string
        path?: string
        fileName?: string
      }
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/octet-stream': string
        'application/zip': string
        'text/plain': string
        'text/csv': string
        'multipart/form-data': {
          role: string
          metadata?: {
            [key: string]: unknown
          }
          path?: string
          /** Format: binary */
          file: string
        }
      }
    }
    responses: {
      /** @description The file, with the id to remove it by */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DataFile']
        }
      }
      default: components['responses']['Problem']
    }
  }
  removeNotesBookFile: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
        dataFileId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is gone */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  sortNotesBookFiles: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': Record<string, never>
      }
    }
    responses: {
      /** @description Which file is what, and what is missing */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SortedFiles']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getNotesBookGrid: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Shapes and columns, quantised for a picture: docs/http.md describes the bytes */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      default: components['responses']['Problem']
    }
  }
  validateNotesBook: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          only?: string[]
          without?: string[]
          options?: {
            [key: string]: unknown
          }
          /** @constant */
          partial?: true
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  cancelNotesBook: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': Record<string, never>
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getNotesBookValidationResults: {
    parameters: {
      query?: never
      header?: never
      path: {
        bookId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What was found, by file */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ValidationResults']
        }
      }
      default: components['responses']['Problem']
    }
  }
  listJobs: {
    parameters: {
      query?: {
        limit?: number
        after?: string
        kind?: string
        id?: string
        requestedBy?: 'me'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of jobs */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobPage']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getJob: {
    parameters: {
      query?: never
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The job as it stands */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobState']
        }
      }
      default: components['responses']['Problem']
    }
  }
  listJobSteps: {
    parameters: {
      query?: {
        limit?: number
        after?: string
      }
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of steps */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['StepPage']
        }
      }
      default: components['responses']['Problem']
    }
  }
  listJobFindings: {
    parameters: {
      query?: {
        limit?: number
        after?: string
      }
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of findings */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Findings']
        }
      }
      default: components['responses']['Problem']
    }
  }
  followJob: {
    parameters: {
      query?: never
      header?: {
        /** @description id of the newest event that the client has */
        'Last-Event-ID'?: string
        /** @description `wait=20`: seconds to wait for the next state, as JSON */
        Prefer?: string
      }
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Events of the type `job` */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/event-stream': string
          'application/json': components['schemas']['JobState']
        }
      }
      /** @description It has ended, and nothing differs from Last-Event-ID */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  downloadJobFile: {
    parameters: {
      query?: {
        output?: string
        recipient?: string
      }
      header?: {
        /** @description one range of bytes */
        Range?: string
        /** @description the ETag that the range is of */
        'If-Range'?: string
        /** @description the ETag that the file must have */
        'If-Match'?: string
        /** @description the ETag that the client has */
        'If-None-Match'?: string
      }
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The file */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The range of it */
      206: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  listJobDeliveries: {
    parameters: {
      query?: never
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description All of them */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deliveries']
        }
      }
      default: components['responses']['Problem']
    }
  }
  deliverJob: {
    parameters: {
      query?: never
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          deliver?: {
            target: string
            output?: string
            destination?: unknown
          }[]
          recipient?: string
        }
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  listJobFollowUps: {
    parameters: {
      query?: never
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What follows the end of the job */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['FollowUps']
        }
      }
      default: components['responses']['Problem']
    }
  }
  addJobFollowUps: {
    parameters: {
      query?: never
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': Record<string, never>
      }
    }
    responses: {
      /** @description What follows the end of the job */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['FollowUps']
        }
      }
      default: components['responses']['Problem']
    }
  }
  cancelJob: {
    parameters: {
      query?: never
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': Record<string, never>
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  retryJob: {
    parameters: {
      query?: never
      header?: never
      path: {
        jobId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': Record<string, never>
      }
    }
    responses: {
      /** @description The job, which is followed at the address in Location */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      default: components['responses']['Problem']
    }
  }
  inspectArchive: {
    parameters: {
      query?: {
        fileName?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/zip': string
        'application/octet-stream': string
        'multipart/form-data': {
          /** Format: binary */
          file: string
        }
        'application/json': {
          job?: string
          output?: string
          upload?: string
        }
      }
    }
    responses: {
      /** @description Resources, pieces and rows */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ArchiveSummary']
        }
      }
      default: components['responses']['Problem']
    }
  }
  compareArchives: {
    parameters: {
      query?: {
        job?: string
        output?: string
        upload?: string
        kind?: string
        id?: string
        fileName?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/zip': string
        'application/octet-stream': string
        'multipart/form-data': {
          job?: string
          output?: string
          upload?: string
          kind?: string
          id?: string
          /** Format: binary */
          file: string
        }
        'application/json': {
          a:
            | {
                job?: string
                output?: string
                upload?: string
              }
            | {
                resource: {
                  kind: string
                  id: string
                }
                children?: {
                  kind: string
                  id: string
                }[]
              }
          b:
            | {
                job?: string
                output?: string
                upload?: string
              }
            | {
                resource: {
                  kind: string
                  id: string
                }
                children?: {
                  kind: string
                  id: string
                }[]
              }
        }
      }
    }
    responses: {
      /** @description What differs, from a to b */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Diff']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getUpload: {
    parameters: {
      query?: never
      header?: never
      path: {
        uploadId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Its state */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Upload']
        }
      }
      default: components['responses']['Problem']
    }
  }
  deleteUpload: {
    parameters: {
      query?: never
      header?: never
      path: {
        uploadId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is gone */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  continueUpload: {
    parameters: {
      query?: never
      header?: never
      path: {
        uploadId: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/offset+octet-stream': string
      }
    }
    responses: {
      /** @description They are there */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  listLinks: {
    parameters: {
      query?: {
        job?: string
        after?: string
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of links */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['LinkPage']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getLink: {
    parameters: {
      query?: never
      header?: never
      path: {
        linkId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What it leads to, and how long */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Link']
        }
      }
      default: components['responses']['Problem']
    }
  }
  revokeLink: {
    parameters: {
      query?: never
      header?: never
      path: {
        linkId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is closed */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  openLink: {
    parameters: {
      query?: never
      header?: never
      path: {
        linkId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': Record<string, never>
      }
    }
    responses: {
      /** @description The address */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Address']
        }
      }
      default: components['responses']['Problem']
    }
  }
  shareLink: {
    parameters: {
      query?: never
      header?: never
      path: {
        linkId: string
      }
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': {
          recipient?: string
        }
      }
    }
    responses: {
      /** @description The address */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Address']
        }
      }
      default: components['responses']['Problem']
    }
  }
  downloadLink: {
    parameters: {
      query?: {
        address?: string
      }
      header?: {
        /** @description one range of bytes */
        Range?: string
        /** @description the ETag that the range is of */
        'If-Range'?: string
        /** @description the ETag that the file must have */
        'If-Match'?: string
        /** @description the ETag that the client has */
        'If-None-Match'?: string
      }
      path: {
        linkId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The file */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The range of it */
      206: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  listCredentials: {
    parameters: {
      query?: {
        target?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description All of them, oldest first */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Credential'][]
          }
        }
      }
      default: components['responses']['Problem']
    }
  }
  addCredential: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          target: string
          name: string
          secret: {
            [key: string]: unknown
          }
        }
      }
    }
    responses: {
      /** @description What is told of it */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Credential']
        }
      }
      default: components['responses']['Problem']
    }
  }
  removeCredential: {
    parameters: {
      query?: never
      header?: never
      path: {
        credentialId: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is gone */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  connectAccount: {
    parameters: {
      query?: never
      header?: never
      path: {
        target: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          /** Format: starts_with */
          returnTo?: string
        }
      }
    }
    responses: {
      /** @description To be opened by the user */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** Format: uri */
            url: string
          }
        }
      }
      default: components['responses']['Problem']
    }
  }
  accountConnected: {
    parameters: {
      query?: {
        state?: string
        code?: string
        error?: string
      }
      header?: never
      path: {
        target: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What is told of it */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Credential']
        }
      }
      /** @description To the page that was to be come back to */
      303: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  finishConnecting: {
    parameters: {
      query?: never
      header?: never
      path: {
        target: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          state: string
          code?: string
          error?: string
        }
      }
    }
    responses: {
      /** @description What is told of it */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Credential']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getPage: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description HTML */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  getPageElement: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A module */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/javascript': string
        }
      }
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  getPageFile: {
    parameters: {
      query?: never
      header?: never
      path: {
        version: string
        file: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A module or a stylesheet */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/javascript': string
        }
      }
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      default: components['responses']['Problem']
    }
  }
  getPageSettings: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description As the routes have them */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            [key: string]: unknown
          }
        }
      }
      default: components['responses']['Problem']
    }
  }
  getResourceNames: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          resources: {
            kind: string
            id: string
          }[]
        }
      }
    }
    responses: {
      /** @description One for each, in the same order */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: {
              kind: string
              id: string
              name?: string
            }[]
          }
        }
      }
      default: components['responses']['Problem']
    }
  }
  getResourceChildren: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          kind: string
          id: string
        }
      }
    }
    responses: {
      /** @description In the order of an export */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: {
              kind: string
              id: string
              name: string
            }[]
          }
        }
      }
      default: components['responses']['Problem']
    }
  }
  getHealth: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It does */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Health']
        }
      }
      /** @description It does not */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Health']
        }
      }
      default: components['responses']['Problem']
    }
  }
  getOpenApi: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description OpenAPI 3.1 */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            [key: string]: unknown
          }
        }
      }
      default: components['responses']['Problem']
    }
  }
}
