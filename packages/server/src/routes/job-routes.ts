import { type Finding, isTerminal, type Piecework, PieceworkError } from '@piecework/core'
import { pageDefaults } from '../defaults.js'
import { type DownloadQuery, downloadFile } from '../downloads/download-file.js'
import { jobEvents } from '../events/job-events.js'
import { json } from '../http/http-response.js'
import { type Route, route } from '../http/route.js'
import { deliveriesModel, deliveriesOf } from '../jobs/deliveries.js'
import { listJobs } from '../jobs/list-jobs.js'
import { newestState } from '../jobs/newest-state.js'
import { pageOf } from '../jobs/page-of.js'
import { type JobsQuery, jobsModel, type PageQuery, pageModel } from '../jobs/page-query.js'
import { shownFinding } from '../problems/shown-finding.js'
import { shownStep } from '../problems/shown-step.js'
import { jobStateView, jobView, stepView } from '../views/job-view.js'
import { findingsModel, jobPageModel, jobStateModel, stepPageModel } from '../views/models.js'
import { accepted, acceptedAnswer } from './answers.js'
import { emptyModel, type RedeliverBody, redeliverModel } from './bodies.js'
import { jobFollowUpRoutes } from './job-follow-up-routes.js'
import type { RouteContext } from './route-context.js'
import { downloadQueryModel, fileAnswers, fileHeaders } from './source-routes.js'

/** Jobs, whatever they are about. */
export function jobRoutes(context: RouteContext): readonly Route[] {
  const { piecework, address } = context
  const state = { 200: { description: 'The job as it stands', model: jobStateModel } }
  return [
    route<JobsQuery>({
      method: 'GET',
      path: 'jobs',
      operation: 'listJobs',
      summary: 'Jobs, newest first',
      query: jobsModel,
      answers: { 200: { description: 'A page of jobs', model: jobPageModel } },
      handle: async ({ query, principal }) => {
        const { kind, id, requestedBy, ...page } = query
        const resource = kind !== undefined && id !== undefined ? { kind, id } : undefined
        if (!resource && (kind !== undefined || id !== undefined))
          throw new PieceworkError(
            'options-invalid',
            'The query: a resource is "kind" and "id", both of them.',
            {
              facts: { option: kind === undefined ? 'kind' : 'id' },
            },
          )
        const { jobs, next } = await listJobs(piecework, {
          principal,
          ...page,
          ...(resource && { resource }),
          ...(requestedBy && { requestedBy: principal.id }),
        })
        const items = jobs.map((job) => jobView(job, address))
        return json(200, { items, ...(next !== undefined && { next }) })
      },
    }),
    route({
      method: 'GET',
      path: 'jobs/:jobId',
      operation: 'getJob',
      summary: 'A job as it stands',
      answers: state,
      handle: async ({ params, principal }) =>
        json(200, jobStateView(await newestState(piecework, params.jobId ?? '', principal), address)),
    }),
    route<PageQuery>({
      method: 'GET',
      path: 'jobs/:jobId/steps',
      operation: 'listJobSteps',
      summary: 'What a job does: each piece of each resource, and its own steps',
      query: pageModel(pageDefaults.steps),
      answers: { 200: { description: 'A page of steps', model: stepPageModel } },
      handle: async ({ params, query, principal }) => {
        // One more says whether there is a next page.
        const asked = { principal, ...query, limit: query.limit + 1 }
        const steps = await piecework.steps(params.jobId ?? '', asked)
        const items = steps.slice(0, query.limit)
        const next = steps.length > items.length ? items.at(-1)?.id : undefined
        return json(200, { items: items.map(stepView), ...(next !== undefined && { next }) })
      },
    }),
    route<PageQuery>({
      method: 'GET',
      path: 'jobs/:jobId/findings',
      operation: 'listJobFindings',
      summary: 'What a job has found, errors first',
      query: pageModel(pageDefaults.findings),
      answers: { 200: { description: 'A page of findings', model: findingsModel } },
      handle: async ({ params, query, principal }) => {
        const { job, findings, firstStep } = await piecework.job(params.jobId ?? '', { principal })
        const { items, ...page } = pageOf(findings, query, (_, at) => String(at))
        const counted = (severity: Finding['severity']) =>
          findings.filter((one) => one.severity === severity).length
        const step = shownStep({
          step: firstStep,
          findings,
          error: isTerminal(job.status) ? job.error : undefined,
          files: rolesOf(piecework, job.request.input?.format),
        })
        return json(200, {
          items: items.map(shownFinding),
          ...page,
          errors: counted('error'),
          warnings: counted('warning'),
          firstStep: step,
        })
      },
    }),
    route({
      method: 'GET',
      path: 'jobs/:jobId/events',
      operation: 'followJob',
      headers: {
        'Last-Event-ID': 'id of the newest event that the client has',
        Prefer: '`wait=20`: seconds to wait for the next state, as JSON',
      },
      summary:
        'States of a job until it has ended, as server-sent events; with `Prefer: wait=20` the next one as JSON',
      answers: {
        200: {
          description: 'Events of the type `job`',
          mediaType: 'text/event-stream',
          model: jobStateModel,
        },
        204: { description: 'It has ended, and nothing differs from Last-Event-ID' },
      },
      handle: (call) => jobEvents(context, call, call.params.jobId ?? ''),
    }),
    route<DownloadQuery>({
      method: 'GET',
      path: 'jobs/:jobId/archive',
      operation: 'downloadJobFile',
      summary: 'What an export has made',
      query: downloadQueryModel,
      headers: fileHeaders,
      answers: fileAnswers,
      handle: (call) => downloadFile(context, call, call.params.jobId ?? ''),
    }),
    route({
      method: 'GET',
      path: 'jobs/:jobId/deliveries',
      operation: 'listJobDeliveries',
      summary: 'Where what a job has made is delivered to',
      answers: { 200: { description: 'All of them', model: deliveriesModel } },
      handle: async ({ params, principal }) => {
        const { job } = await newestState(piecework, params.jobId ?? '', principal)
        return json(200, { items: deliveriesOf(job) })
      },
    }),
    route<never, RedeliverBody>({
      method: 'POST',
      path: 'jobs/:jobId/deliveries',
      operation: 'deliverJob',
      again: 'one-job',
      summary: 'Deliver what an export has made: what has not arrived, or to other targets',
      body: redeliverModel(context.followUps),
      answers: acceptedAnswer,
      handle: async ({ params, body, principal, keyed, request: { signal } }) =>
        accepted(
          context,
          await piecework.redeliver(params.jobId ?? '', { ...body, principal, signal, ...keyed }),
          principal,
        ),
    }),
    ...jobFollowUpRoutes(context),
    route({
      method: 'POST',
      path: 'jobs/:jobId/cancel',
      operation: 'cancelJob',
      again: 'nothing',
      summary: 'Stop a job',
      body: emptyModel,
      answers: acceptedAnswer,
      handle: async ({ params, principal }) => {
        const { id } = await piecework.cancel(params.jobId ?? '', { principal })
        return accepted(context, { id }, principal)
      },
    }),
    route({
      method: 'POST',
      path: 'jobs/:jobId/retry',
      operation: 'retryJob',
      again: 'one-job',
      summary: 'Ask again for what a failed or cancelled job was asked for',
      body: emptyModel,
      answers: acceptedAnswer,
      handle: async ({ params, principal, keyed }) =>
        accepted(context, await piecework.retry(params.jobId ?? '', { principal, ...keyed }), principal),
    }),
  ]
}

function rolesOf({ registered }: Piecework, format: string | undefined): readonly string[] {
  return registered.formats.find(({ name }) => name === format)?.roles.map(({ name }) => name) ?? []
}
