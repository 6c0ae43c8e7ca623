import type { WalkStep } from './walk-step.js'

export const peopleSteps: readonly WalkStep[] = [
  { title: 'Is it well', line: 'curl "$API/health"', status: 200 },
  {
    title: "Ann's projects, as the host lists them",
    line: 'curl "$HOST/projects" -H "$ANN"',
    status: 200,
    keep: { PROJECT: '0.id', SCENARIO: '0.scenarios.0' },
  },
  { title: 'All routes', line: 'curl "$API/openapi.json"', status: 200, has: { 'info.title': 'Piecework' } },
  {
    title: 'No one',
    line: 'curl "$API/projects/$PROJECT/status"',
    status: 401,
    has: { code: 'http/unauthenticated' },
  },
  {
    title: 'Vera may look',
    line: 'curl "$API/projects/$PROJECT/status" -H "$VERA"',
    status: 200,
    has: { state: 'ready' },
  },
  {
    title: 'and no more',
    line: 'curl -X POST "$API/projects/$PROJECT/export" -H "$VERA"',
    status: 403,
    has: { code: 'forbidden' },
  },
  {
    title: 'To Sam there is no such project',
    line: 'curl -X POST "$API/projects/$PROJECT/export" -H "$SAM"',
    status: 404,
    has: { code: 'resource-not-found' },
  },
  {
    title: "An edit of the host's own, which is 423 while a job holds the project",
    line: `curl -X PATCH "$HOST/projects/$PROJECT" -H "$ANN" -H "$JSON" -d '{"name":"Tasmania"}'`,
    status: 200,
  },
]
